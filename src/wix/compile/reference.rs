//! Elements that only demand that something exists.

use super::Compiler;
use crate::source::Element;

/// An element that only demands that something of `kind` exists: `PropertyRef`, `CustomActionRef`, `UIRef`, ...
pub(super) fn reference(c: &mut Compiler, element: &Element, kind: &'static str) {
    let a = c.attributes(element);
    let id = a.required("Id", a.reference("Id"));
    c.no_children(element);
    if let Some(id) = id {
        c.refer(kind, id, &element.at);
    }
}
