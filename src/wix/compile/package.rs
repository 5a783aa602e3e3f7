//! `Wix`, `Package` and `Fragment`, and which elements may stand in them.

use super::{Compiler, NAMESPACE, binary};
use crate::diag::Location;
use crate::id::Arch;
use crate::wix::report::Report;
use crate::wix::source::Element;
use crate::wix::symbol::{Section, SectionKind};

/// The elements that may stand in a package and in a fragment alike. Says whether it knows `element`.
pub(super) fn definition(c: &mut Compiler, element: &Element) -> bool {
    match element.name.as_str() {
        "Binary" => binary::binary(c, element),
        "Icon" => binary::icon(c, element),
        _ => return false,
    }
    true
}

/// `Wix`, the root of every source (WIX0199 for another namespace, WIX0048 for another element).
pub(super) fn wix(element: &Element, arch: Arch, report: &Report) -> Vec<Section> {
    if element.namespace != NAMESPACE {
        let message =
            format!("the root element's namespace is `{}`; expected `{NAMESPACE}`", element.namespace);
        report.error(199, &element.at, message);
        return Vec::new();
    }
    if element.name != "Wix" {
        let message = format!("the root element is `{}`; expected `Wix`", element.name);
        report.error(48, &element.at, message);
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
    let mut c = Compiler { report, arch, section: empty(SectionKind::Fragment, &element.at) };
    let _ = c.attributes(element).text("RequiredVersion");
    c.children(element, |c, child| {
        let kind = match child.name.as_str() {
            "Package" => SectionKind::Package,
            "Fragment" => SectionKind::Fragment,
            _ => return false,
        };
        c.section = empty(kind, &child.at);
        match kind {
            SectionKind::Package => package(c, child),
            SectionKind::Fragment => fragment(c, child),
        }
        sections.push(std::mem::replace(&mut c.section, empty(SectionKind::Fragment, &element.at)));
        true
    });
    sections
}

/// `Fragment`: <https://docs.firegiant.com/wix/schema/wxs/fragment/>.
fn fragment(c: &mut Compiler, element: &Element) {
    // The name is for the reader; nothing refers to a fragment.
    let _ = c.attributes(element).id("Id");
    c.children(element, definition);
}

/// `Package`: <https://docs.firegiant.com/wix/schema/wxs/package/>.
fn package(c: &mut Compiler, element: &Element) {
    c.children(element, definition);
}
