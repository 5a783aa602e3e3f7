//! `WixUI`: one of the sets of dialogs in the extension's library.

use crate::compile::Compiler;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::processor;
use crate::source::Element;
use crate::symbol::{Id, Kind, Property};

pub(super) const ELEMENTS: &[Rule] = &[("WixUI", Within::Definition(wix_ui)), ("WixUI", Within::Ui(wix_ui))];

/// <https://docs.firegiant.com/wix/schema/ui/wixui/>.
fn wix_ui(c: &mut Compiler, element: &Element) {
    let a = c.attributes(element);
    let id = a.required("Id", a.reference("Id"));
    let directory = a.reference("InstallDirectory");
    let checks = if a.flag("ExtendedPathValidation") { "_ExtendedPathValidation" } else { "" };
    c.no_children(element);
    let Some(id) = id else { return };
    c.refer("WixUI", format!("{id}{checks}_{}", processor(c.arch)), &element.at);
    if directory.is_some() {
        let property = Property { value: directory, ..Property::default() };
        c.add(Some(Id::global("WIXUI_INSTALLDIR")), &element.at, Kind::Property(property));
    }
}
