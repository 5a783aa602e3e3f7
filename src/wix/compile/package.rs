//! `Wix`, `Package`, `Fragment` and `SummaryInformation`, and which elements may stand in them.

use super::component::{self, Place};
use super::{Attributes, Compiler, GuidForms, NAMESPACE, names};
use super::{
    binary, custom_action, custom_table, dependency, directory, feature, file, files, media, property,
};
use super::{search, sequence, ui, upgrade};
use crate::diag::{Diagnostic, Location};
use crate::id::Arch;
use crate::wix::ids;
use crate::wix::report::Report;
use crate::wix::source::Element;
use crate::wix::symbol::{Id, Kind, Package, Property, Scope, Section, SectionKind, Sequence, Summary};
use std::collections::BTreeMap;

/// `Wix`, the root of every source (WIX0199 for another namespace, WIX0048 for another element).
pub(super) fn wix(element: &Element, arch: Arch, report: &Report) -> Vec<Section> {
    if element.name != "Wix" {
        let message = format!("the root element is `{}`; expected `Wix`", element.name);
        report.error(48, &element.at, message);
        return Vec::new();
    }
    if element.namespace != NAMESPACE {
        let message =
            format!("the root element's namespace is `{}`; expected `{NAMESPACE}`", element.namespace);
        report.error(199, &element.at, message);
        return Vec::new();
    }
    let empty = |kind, at: &Location| Section {
        kind,
        symbols: Vec::new(),
        references: Vec::new(),
        memberships: Vec::new(),
        at: at.clone(),
    };
    let mut sections = Vec::new();
    let mut c = Compiler {
        report,
        arch,
        section: empty(SectionKind::Fragment, &element.at),
        package: None,
        placeholders: 0,
        inline_directories: BTreeMap::new(),
    };
    let _ = c.attributes(element).text("RequiredVersion");
    c.children(element, |c, child| {
        let kind = match child.name.as_str() {
            "Package" => SectionKind::Package,
            "Fragment" => SectionKind::Fragment,
            _ => return false,
        };
        c.section = empty(kind, &child.at);
        c.inline_directories.clear();
        match kind {
            SectionKind::Package => package(c, child),
            SectionKind::Fragment => fragment(c, child),
        }
        sections.push(std::mem::replace(&mut c.section, empty(SectionKind::Fragment, &child.at)));
        true
    });
    sections
}

/// `Fragment`: <https://docs.firegiant.com/wix/schema/wxs/fragment/>.
fn fragment(c: &mut Compiler, element: &Element) {
    // The name is for the reader; nothing refers to a fragment.
    let _ = c.attributes(element).id("Id");
    let mut last = 0;
    c.children(element, |c, child| {
        match child.name.as_str() {
            "FeatureGroup" => feature::feature_group(c, child),
            _ => return definition(c, child, &mut last),
        }
        true
    });
}

/// `Package`: <https://docs.firegiant.com/wix/schema/wxs/package/>.
fn package(c: &mut Compiler, element: &Element) {
    let a = c.attributes(element);
    let id = a.id("Id");
    let authored_code = a.guid("UpgradeCode", GuidForms::default());
    let installer_version = installer_version(c, &a);
    let name = a.required("Name", a.visible_text("Name"));
    let manufacturer = a.required("Manufacturer", a.visible_text("Manufacturer"));
    let version = a.required("Version", a.version("Version"));
    let scopes = [
        ("perMachine", Scope::Machine),
        ("perUser", Scope::User),
        ("perUserOrMachine", Scope::UserOrMachine),
    ];
    let strategies = [("majorUpgrade", false), ("none", true)];
    let language = a.text("Language");
    let package = Package {
        name: name.unwrap_or_default(),
        manufacturer: manufacturer.unwrap_or_default(),
        version: version.unwrap_or_default(),
        language: language.filter(|language| check_language(&a, language)),
        codepage: a.text("Codepage"),
        installer_version,
        scope: a.choice("Scope", &scopes).unwrap_or(Scope::Machine),
        compressed: a.yes_no_default("Compressed").unwrap_or(true),
        short_names: a.flag("ShortNames"),
        product_code: a
            .guid("ProductCode", GuidForms { star: true, empty: false })
            .filter(|code| code != "*"),
        upgrade_code: authored_code.or_else(|| Some(ids::upgrade_code(&id.as_ref()?.name).to_string())),
        upgrade_strategy_none: a.choice("UpgradeStrategy", &strategies).unwrap_or(false),
    };
    if !a.has("UpgradeCode") && package.upgrade_code.is_none() {
        c.report.push(
            Diagnostic::warning(
                "WIX1075",
                "`Package/@UpgradeCode` is missing: no later version can upgrade this one",
            )
            .at(&element.at)
            .help("add an `UpgradeCode` and keep it for ever"),
        );
    }
    let at = &element.at;
    properties(c, id.as_ref(), &package, at);
    c.package = Some(package.clone());
    let mut last = 0;
    c.children(element, |c, child| {
        match child.name.as_str() {
            "MajorUpgrade" => upgrade::major_upgrade(c, child),
            "SummaryInformation" => summary_information(c, child),
            _ => return definition(c, child, &mut last),
        }
        true
    });
    c.refer("Directory", "TARGETDIR", at);
    c.add(None, at, Kind::Package(package));
    c.package = None;
}

fn check_language(a: &Attributes<'_>, language: &str) -> bool {
    let number = language.parse::<i32>().is_ok_and(|number| (0..=i32::from(i16::MAX)).contains(&number));
    if !number && !names::is_variable(language) {
        a.illegal(8, "Language", format_args!("is `{language}`; expected a language number, such as 1033"));
    }
    true
}

/// The least version of Windows Installer, raised to what the processor needs.
fn installer_version(c: &Compiler, a: &Attributes<'_>) -> i32 {
    let authored = a.integer("InstallerVersion", 0..=i32::MAX).unwrap_or(500);
    let (least, number) = match c.arch {
        Arch::X86 => return authored,
        Arch::X64 => (200, 1121),
        Arch::Arm64 => (500, 1143),
    };
    if authored < least {
        let message =
            format!("a package for {} needs `InstallerVersion` {least} at least; it is used", c.arch);
        c.report.warning(number, a.at("InstallerVersion"), message);
    }
    authored.max(least)
}

/// The properties that a package is known by.
fn properties(c: &mut Compiler, id: Option<&Id>, package: &Package, at: &Location) {
    let everyone = match package.scope {
        Scope::Machine => Some("1"),
        Scope::User => None,
        Scope::UserOrMachine => Some("2"),
    };
    let one_user = (package.scope == Scope::UserOrMachine).then_some("1");
    let mut add = |name: &str, value: Option<&str>| {
        let property = Property { value: value.map(str::to_owned), ..Property::default() };
        c.add(Some(Id::global(name)), at, Kind::Property(property));
    };
    if let Some(id) = id {
        add("PackageId", Some(&id.name));
    }
    add("Manufacturer", Some(&package.manufacturer));
    add("ProductCode", package.product_code.as_deref());
    add("ProductLanguage", package.language.as_deref());
    add("ProductName", Some(&package.name));
    add("ProductVersion", Some(&package.version));
    for (name, value) in [
        ("UpgradeCode", package.upgrade_code.as_deref()),
        ("ALLUSERS", everyone),
        ("MSIINSTALLPERUSER", one_user),
    ] {
        if value.is_some() {
            add(name, value);
        }
    }
}

/// `SummaryInformation`: <https://docs.firegiant.com/wix/schema/wxs/summaryinformation/>.
fn summary_information(c: &mut Compiler, element: &Element) {
    let a = c.attributes(element);
    let summary = Summary {
        codepage: a.text("Codepage"),
        comments: a.text("Comments"),
        description: a.text("Description"),
        keywords: a.text("Keywords"),
        manufacturer: a.text("Manufacturer"),
    };
    c.no_children(element);
    c.add(None, &element.at, Kind::Summary(summary));
}

/// The elements that may stand in a package and in a fragment alike. Says whether it knows `element`. `last` is the
/// Display of the feature before it.
fn definition(c: &mut Compiler, element: &Element, last: &mut i32) -> bool {
    match element.name.as_str() {
        "AdminExecuteSequence" => sequence::sequence(c, element, Sequence::AdminExecute),
        "AdminUISequence" => sequence::sequence(c, element, Sequence::AdminUi),
        "AdvertiseExecuteSequence" => sequence::sequence(c, element, Sequence::AdvertiseExecute),
        "Binary" => binary::binary(c, element),
        "ComplianceCheck" => search::compliance_check(c, element),
        "Component" => component::component(c, element, &Place::default()),
        "ComponentGroup" => component::component_group(c, element),
        "ComponentGroupRef" => component::component_group_ref(c, element, None),
        "ComponentRef" => component::component_ref(c, element, None),
        "CustomAction" => custom_action::custom_action(c, element),
        "CustomActionRef" => property::reference(c, element, "CustomAction"),
        "CustomTable" => custom_table::custom_table(c, element),
        "CustomTableRef" => custom_table::custom_table_ref(c, element),
        "Directory" => directory::directory(c, element, &Place::default()),
        "DirectoryRef" => directory::directory_ref(c, element),
        "EnsureTable" => property::ensure_table(c, element),
        "Feature" => feature::feature(c, element, None, last),
        "FeatureGroupRef" => feature::feature_group_ref(c, element, None),
        "FeatureRef" => feature::feature_ref(c, element, None),
        "File" => file::naked_file(c, element, &Place::default()),
        "Files" => files::files(c, element, &Place::default()),
        "Icon" => binary::icon(c, element),
        "InstallExecuteSequence" => sequence::sequence(c, element, Sequence::InstallExecute),
        "InstallUISequence" => sequence::sequence(c, element, Sequence::InstallUi),
        "Launch" => property::launch(c, element),
        "Media" => media::media(c, element),
        "MediaTemplate" => media::media_template(c, element),
        "Property" => property::property(c, element),
        "PropertyRef" => property::reference(c, element, "Property"),
        "Requires" => dependency::requires(c, element, None),
        "SetDirectory" => custom_action::set_directory(c, element),
        "SetProperty" => custom_action::set_property(c, element),
        "StandardDirectory" => directory::standard_directory(c, element),
        "UI" => ui::ui(c, element),
        "UIRef" => property::reference(c, element, "WixUI"),
        "Upgrade" => upgrade::upgrade(c, element),
        "WixVariable" => property::variable(c, element),
        _ => return false,
    }
    true
}
