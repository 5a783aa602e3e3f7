//! `SymbolPath`: where debugging symbols are, for making patches. It ends in no table of a package.

use super::Compiler;
use super::elements::{Rule, Within};
use crate::source::Element;

pub(super) const ELEMENTS: &[Rule] = &[
    ("SymbolPath", Within::Package(symbol_path)),
    ("SymbolPath", Within::Component(|c, element, _| symbol_path(c, element))),
    ("SymbolPath", Within::File(|c, element, _| symbol_path(c, element))),
    ("IgnoreRange", Within::File(|c, element, _| range(c, element))),
    ("ProtectRange", Within::File(|c, element, _| range(c, element))),
];

/// `SymbolPath`: <https://docs.firegiant.com/wix/schema/wxs/symbolpath/>.
pub(super) fn symbol_path(c: &mut Compiler, element: &Element) {
    let a = c.attributes(element);
    a.required("Path", a.text("Path"));
    c.no_children(element);
}

/// `IgnoreRange`, `ProtectRange`: <https://docs.firegiant.com/wix/schema/wxs/ignorerange/>.
fn range(c: &mut Compiler, element: &Element) {
    let a = c.attributes(element);
    a.required("Length", a.text("Length"));
    a.required("Offset", a.text("Offset"));
    c.no_children(element);
}
