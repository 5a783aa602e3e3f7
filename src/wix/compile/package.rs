//! `Wix`, `Package` and `Fragment`.

use super::place::Place;
use super::{Attributes, Compiler, Extension, GuidForms, NAMESPACE, elements, feature, names, property};
use crate::compat::Compat;
use crate::diag::{Diagnostic, Location};
use crate::id::Arch;
use crate::ids;
use crate::report::Report;
use crate::source::{self, Element};
use crate::symbol::{Id, Kind, Package, Property, Scope, Section, SectionKind};
use std::collections::BTreeMap;

/// `Wix`, the root of every source (WIX0199 for another namespace, WIX0048 for another element).
pub(super) fn wix(
    element: &Element,
    (arch, compat): (Arch, Compat),
    extensions: &[&'static Extension],
    report: &Report,
) -> Vec<Section> {
    if element.name != "Wix" {
        let message = format!("the root element is `{}`; expected `Wix`", element.name);
        report.error(48, &element.at, message);
        return Vec::new();
    }
    if element.namespace != NAMESPACE {
        report.push(source::foreign(element, NAMESPACE));
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
        compat,
        extensions,
        foreign: &extensions,
        section: empty(SectionKind::Fragment, &element.at),
        package: None,
        placeholders: 0,
        last_display: 0,
        inline_directories: BTreeMap::new(),
    };
    required_version(&c, element);
    c.children(element, |c, child| {
        let kind = match child.name.as_str() {
            "Package" => SectionKind::Package,
            "Fragment" => SectionKind::Fragment,
            _ => return false,
        };
        c.section = empty(kind, &child.at);
        c.inline_directories.clear();
        c.last_display = 0;
        match kind {
            SectionKind::Package => package(c, child),
            SectionKind::Fragment => fragment(c, child),
        }
        sections.push(std::mem::replace(&mut c.section, empty(SectionKind::Fragment, &child.at)));
        true
    });
    sections
}

/// Whether the author wants no newer WiX than the one that this engine is like (WIX0007).
fn required_version(c: &Compiler, element: &Element) {
    let a = c.attributes(element);
    let Some(text) = a.version("RequiredVersion") else { return };
    let mut wanted = [0; 4];
    for (part, text) in wanted.iter_mut().zip(text.split('.')) {
        *part = text.parse::<u32>().unwrap_or(0);
    }
    let own = c.compat.version();
    if wanted > own.map(u32::from) {
        let own = own.map(|number| number.to_string()).join(".");
        a.illegal(7, "RequiredVersion", format_args!("is {text}, and this engine is like WiX {own}"));
    }
}

/// `Fragment`: <https://docs.firegiant.com/wix/schema/wxs/fragment/>.
fn fragment(c: &mut Compiler, element: &Element) {
    // The name is for the reader; nothing refers to a fragment.
    let _ = c.attributes(element).id("Id");
    c.open_children(element, |c, child| {
        if child.name == "FeatureGroup" && child.namespace == NAMESPACE {
            let _ = feature::feature_group(c, child);
            return true;
        }
        elements::definition(c, child) || elements::in_place(c, child, &Place::default())
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
        codepage: a.codepage("Codepage", false),
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
    c.open_children(element, |c, child| {
        elements::in_package(c, child) || elements::in_place(c, child, &Place::default())
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
        if let Some(reference) = value.and_then(property::first_property) {
            property::is_not_replaced(c, name, reference, at);
        }
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
