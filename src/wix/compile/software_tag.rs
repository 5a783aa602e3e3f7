//! `SoftwareTag`: a file that names the product to those who take stock of software (ISO/IEC 19770-2).

use super::component::bitness;
use super::elements::{Rule, Within};
use super::{Compiler, names};
use crate::ids;
use crate::source::Element;
use crate::symbol::{
    Component, ComponentGuid, Container, Directory, Field, File, Id, KeyPath, Kind, Member, PACKAGE_CODE,
    fields,
};

pub(super) const ELEMENTS: &[Rule] = &[("SoftwareTag", Within::Package(software_tag))];

/// The feature of a tag that names none.
const FEATURE: &str = "WixSwidTag";
/// Stands for the path of a tag's folder in its component's GUID.
const SEED: &str = "4BAD0C8B-3AF0-BFE3-CC83-094749A1C4B1";

/// `SoftwareTag`: <https://docs.firegiant.com/wix/schema/wxs/softwaretag/>.
fn software_tag(c: &mut Compiler, element: &Element) {
    let a = c.attributes(element);
    let id = a.id("Id");
    let name = a.long_name("Name");
    let regid = a.required("Regid", a.text("Regid"));
    let feature = a.reference("Feature");
    let folder = a.required("InstallDirectory", a.reference("InstallDirectory"));
    if a.text("InstallPath").is_some() {
        a.illegal(285, "InstallPath", "is for tags of a `Bundle`; use `@InstallDirectory`");
    }
    let is_64_bit = bitness(c, &a);
    c.no_children(element);
    let name = name.or_else(|| c.package.as_ref().map(|package| package.name.clone()));
    let (Some(name), Some(regid)) = (name, regid) else { return };
    if !names::is_long_name(&name) && !names::is_variable(&name) {
        a.illegal(6601, "Name", format_args!("would be `{name}`, which cannot be part of a file's name"));
    }
    if regid.eq_ignore_ascii_case("example.com") {
        a.illegal(6602, "Regid", "is the placeholder `example.com`; use the domain of your own");
        return;
    }
    let Some(folder) = folder else { return };
    let at = &element.at;
    let id = id.unwrap_or_else(|| Id::section(ids::identifier("tag", &[&regid, ".product.tag"])));
    c.refer("Directory", &folder, a.at("InstallDirectory"));
    let directory = Directory {
        parent: Some(folder),
        name: "swidtag".to_owned(),
        short_name: None,
        source_name: None,
        short_source_name: None,
        guid_seed: Some(SEED.to_owned()),
    };
    c.add(Some(id.clone()), at, Kind::Directory(directory));
    let component = Component {
        guid: ComponentGuid::Computed,
        directory: id.name.clone(),
        attributes: 0,
        is_64_bit,
        condition: None,
        key_path: KeyPath::File(id.name.clone()),
    };
    c.add(Some(id.clone()), at, Kind::Component(component));
    let file = File {
        component: id.name.clone(),
        directory: id.name.clone(),
        name: format!("{name}.swidtag"),
        attributes: super::file::READ_ONLY,
        disk: Some(1),
        tag: Some(regid.clone()),
        ..File::default()
    };
    c.add(Some(id.clone()), at, Kind::File(file));
    let feature = match feature {
        Some(feature) => {
            c.refer("Feature", &feature, a.at("Feature"));
            feature
        }
        None => {
            let none = || None::<&str>;
            let fields = fields![FEATURE, none(), "ISO/IEC 19770-2", none(), 0, 1, none(), 8 | 16];
            c.row("Feature", Some(Id::section(FEATURE)), at, fields);
            FEATURE.to_owned()
        }
    };
    c.member((Container::Feature, &feature), (Member::Component, &id.name), true, at);
    let tag = format!("msi:package/{PACKAGE_CODE}");
    let upgrade = c.package.as_ref().and_then(|package| package.upgrade_code.clone());
    let persistent = upgrade.map(|code| format!("msi:upgrade/{}", code.trim_matches(['{', '}'])));
    let alias = Field::Null;
    c.row("SoftwareIdentificationTag", Some(id.clone()), at, fields![&id, regid, tag, persistent, alias]);
}
