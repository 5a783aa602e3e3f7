//! `File`, inside a component and outside any ("naked": a component of its own), and `CopyFile`.

use super::component::bitness;
use super::elements::{self, HostFile, Rule, Within};
use super::place::{Candidate, Host, Place};
use super::{Attributes, Compiler, assembly, directory, names};
use crate::ids;
use crate::source::Element;
use crate::symbol::{Component, ComponentGuid, Container, Field, File, Id, KeyPath, Kind, Member, fields};

pub(super) const ELEMENTS: &[Rule] = &[
    ("CopyFile", Within::Component(|c, element, host| copy_file(c, element, host, None))),
    ("CopyFile", Within::File(|c, element, file| copy_file(c, element, file.host, Some(file.id)))),
    ("File", Within::KeyPath(file)),
    ("File", Within::Place(naked_file)),
];

/// The bits of the Attributes column (<https://learn.microsoft.com/windows/win32/msi/file-table>).
pub(super) const READ_ONLY: i32 = 1;
const HIDDEN: i32 = 2;
const SYSTEM: i32 = 4;
const VITAL: i32 = 512;
const CHECKSUM: i32 = 1024;
const NONCOMPRESSED: i32 = 8192;
const COMPRESSED: i32 = 16384;

/// `File` in a component: <https://docs.firegiant.com/wix/schema/wxs/file/>.
pub(super) fn file(c: &mut Compiler, element: &Element, host: &Host) -> Option<Candidate> {
    let a = c.attributes(element);
    let Some(naming) = naming(&a, &host.source) else {
        a.leave_rest();
        return None;
    };
    for name in ["Bitness", "Condition", "Directory", "Subdirectory"] {
        if a.text_or_empty(name).is_some() {
            a.illegal(62, name, "is the component's to say, where the file is in one; move it there");
        }
    }
    let id = naming
        .id
        .clone()
        .unwrap_or_else(|| Id::section(ids::identifier("fil", &[&host.directory, &naming.name])));
    let chosen = a.yes_no("KeyPath");
    let file = other_attributes(c, &a, naming, host);
    let assembly = assembly::of_file(c, &a, element, host, (&id.name, chosen == Some(true)));
    let file = File { assembly, ..file };
    if file.companion && chosen == Some(true) {
        a.illegal(
            35,
            "CompanionFile",
            "cannot be used with `KeyPath=\"yes\"`; a companion has no version of its own",
        );
    }
    let candidate = Candidate { path: KeyPath::File(id.name.clone()), chosen };
    let key_path = (!file.companion).then_some(candidate);
    let name = id.name.clone();
    c.add(Some(id), &element.at, Kind::File(file));
    beside(c, &a, element, &name);
    let around = HostFile { host, id: &name, is_key_path: chosen == Some(true) };
    c.open_children(element, |c, child| elements::in_file(c, child, &around));
    key_path
}

/// `File` outside a component: it gets one of its own, with the same id.
pub(super) fn naked_file(c: &mut Compiler, element: &Element, place: &Place) {
    let a = c.attributes(element);
    let is_64_bit = bitness(c, &a);
    let condition = a.text("Condition");
    let directory = directory::place(c, &a, place.directory.clone());
    let Some(naming) = naming(&a, &place.source) else { return a.leave_rest() };
    let id = naming.id.clone().unwrap_or_else(|| {
        let bits = if is_64_bit { "True" } else { "False" };
        let condition = condition.as_deref().unwrap_or_default();
        Id::section(ids::identifier("nkf", &[&directory, &naming.name, condition, bits]))
    });
    // It is the key path whatever it says.
    let _ = a.yes_no("KeyPath");
    let host = Host {
        id: id.name.clone(),
        directory,
        disk: None,
        source: place.source.clone(),
        is_64_bit,
        has_own_guid: false,
    };
    let file = other_attributes(c, &a, naming, &host);
    let assembly = assembly::of_file(c, &a, element, &host, (&id.name, true));
    let file = File { assembly, ..file };
    c.add(Some(id.clone()), &element.at, Kind::File(file));
    beside(c, &a, element, &id.name);
    let component = Component {
        guid: ComponentGuid::Computed,
        directory: host.directory.clone(),
        attributes: 0,
        is_64_bit,
        condition,
        key_path: KeyPath::File(id.name.clone()),
    };
    c.add(Some(id.clone()), &element.at, Kind::Component(component));
    let around = HostFile { host: &host, id: &id.name, is_key_path: true };
    c.open_children(element, |c, child| elements::in_file(c, child, &around));
    if let Some((container, parent)) = &place.parent {
        let primary = *container == Container::Feature;
        c.member((*container, parent), (Member::Component, &id.name), primary, &element.at);
    }
}

/// What a file is called and where it comes from.
struct Naming {
    id: Option<Id>,
    name: String,
    short_name: Option<String>,
    source: String,
}

fn naming(a: &Attributes<'_>, folder: &str) -> Option<Naming> {
    let id = a.id("Id");
    let short_name = a.short_name("ShortName");
    let source = a.text("Source");
    let authored = a.long_name("Name");
    let (name, short_name) = match (authored, short_name) {
        (Some(name), short_name) => (name, short_name),
        (None, short_name) => match source.as_deref().map(last_part) {
            Some(name) if names::is_long_name(name) || names::is_variable(name) => {
                (name.to_owned(), short_name)
            }
            Some(name) if !name.is_empty() => {
                a.illegal(
                    27,
                    "Source",
                    format_args!("ends in `{name}`, which cannot be a file's name; add `@Name`"),
                );
                return None;
            }
            Some(_) | None => match short_name {
                Some(short_name) => (short_name, None),
                None => {
                    a.required::<()>("Name", None);
                    return None;
                }
            },
        },
    };
    let source = match source {
        None => format!("{folder}{name}"),
        Some(source) if source.ends_with(['/', '\\']) => format!("{source}{name}"),
        Some(source) => source,
    };
    Some(Naming { id, name, short_name, source })
}

fn last_part(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// Rows of tables that a file can be in beside its own: fonts, and what registers itself.
fn beside(c: &mut Compiler, a: &Attributes<'_>, element: &Element, id: &str) {
    // As WiX: of the two, the one that stands last counts; the font's own title is the empty one.
    let (title, is_true_type) = (a.text("FontTitle"), a.flag("TrueType"));
    let place = |name: &str| element.attributes.iter().position(|attribute| attribute.name == name);
    let own_title = is_true_type && place("TrueType") > place("FontTitle");
    if title.is_some() || is_true_type {
        c.row("Font", None, &element.at, fields![id, title.filter(|_| !own_title)]);
    }
    if let Some(cost) = a.integer("SelfRegCost", 0..=i32::from(i16::MAX)) {
        c.row("SelfReg", None, &element.at, fields![id, cost]);
    }
}

fn other_attributes(c: &mut Compiler, a: &Attributes<'_>, naming: Naming, host: &Host) -> File {
    let mut attributes = 0;
    for (name, bit) in
        [("ReadOnly", READ_ONLY), ("Hidden", HIDDEN), ("System", SYSTEM), ("Checksum", CHECKSUM)]
    {
        if a.flag(name) {
            attributes |= bit;
        }
    }
    if a.yes_no("Vital").unwrap_or(true) {
        attributes |= VITAL;
    }
    attributes |= match a.yes_no_default("Compressed") {
        Some(true) => COMPRESSED,
        Some(false) => NONCOMPRESSED,
        None => 0,
    };
    a.exclusive("DefaultVersion", "CompanionFile");
    // The size is the file's own; the others mean something in patches only.
    let _ = a.integer("DefaultSize", 0..=i32::MAX);
    let _ = ["PatchAllowIgnoreOnError", "PatchIgnore", "PatchWholeFile"].map(|name| a.flag(name));
    let patch_group = a.integer("PatchGroup", 1..=i32::MAX);
    let companion = a.reference("CompanionFile");
    if let Some(companion) = &companion {
        c.refer("File", companion, a.at("CompanionFile"));
    }
    let own_disk = a.integer("DiskId", 1..=i32::from(i16::MAX));
    let disk = own_disk.or(host.disk);
    if let Some(disk) = disk {
        c.refer("Media", disk.to_string(), a.at("DiskId"));
    }
    File {
        component: host.id.clone(),
        directory: host.directory.clone(),
        name: naming.name,
        short_name: naming.short_name,
        companion: companion.is_some(),
        version: companion.or_else(|| a.text("DefaultVersion")),
        language: a.text("DefaultLanguage"),
        attributes,
        disk,
        source: naming.source,
        binds_image: a.text_or_empty("BindPath").is_some_and(|path| !path.is_empty()),
        patch_group,
        assembly: None,
        tag: None,
    }
}

/// `CopyFile`: <https://docs.firegiant.com/wix/schema/wxs/copyfile/>. In a file, or with `FileId`, it duplicates that
/// file; otherwise it copies or moves what is on the machine already.
pub(super) fn copy_file(c: &mut Compiler, element: &Element, host: &Host, file: Option<&str>) {
    let a = c.attributes(element);
    let id = a.id("Id");
    let delete = a.flag("Delete");
    let from_property = a.reference("SourceProperty");
    let to_property = a.reference("DestinationProperty");
    a.exclusive("SourceProperty", "SourceDirectory");
    a.exclusive("DestinationProperty", "DestinationDirectory");
    let source = directory::named(c, &a, "SourceDirectory", "SourceSubdirectory", None);
    let destination = directory::named(c, &a, "DestinationDirectory", "DestinationSubdirectory", None);
    let source_name = a.text("SourceName");
    let long = a.long_name("DestinationName");
    let short = a.short_name("DestinationShortName");
    let named_file = a.reference("FileId");
    if let Some(named) = &named_file {
        if file.is_some() {
            a.illegal(62, "FileId", "cannot be used inside a `File`, which is the file that is copied");
        }
        c.refer("File", named, a.at("FileId"));
    }
    c.no_children(element);
    let file = file.map(str::to_owned).or(named_file);
    let id = id.unwrap_or_else(|| {
        let part = |text: &Option<String>| text.clone().unwrap_or_default();
        let parts = [
            "".to_owned(),
            part(&source),
            part(&from_property),
            part(&destination),
            part(&to_property),
            part(&long),
        ];
        Id::section(ids::identifier("cf", &parts.each_ref().map(String::as_str)))
    });
    let name = |salt: Vec<String>| long.clone().map(|long| Field::Name { long, short, salt });
    let to = destination.or(to_property);
    if let Some(file) = file {
        for name in
            ["SourceDirectory", "SourceName", "SourceProperty", "Delete"].into_iter().filter(|n| a.has(n))
        {
            a.illegal(35, name, "cannot be used when a file of the package is copied; remove it");
        }
        let name = name(vec!["CopyFile".to_owned(), host.id.clone(), file.clone()]);
        c.row("DuplicateFile", Some(id.clone()), &element.at, fields![&id, &host.id, file, name, to]);
        return;
    }
    if to.is_none() {
        let message = "`CopyFile` needs `DestinationDirectory`, `DestinationProperty` or `FileId`";
        c.report.error(46, &element.at, message);
    }
    let name = name(vec!["MoveFile".to_owned(), host.id.clone()]);
    let from = source.or(from_property);
    let options = i32::from(delete);
    let fields = fields![&id, &host.id, source_name, name, from, to, options];
    c.row("MoveFile", Some(id), &element.at, fields);
}
