//! Searches of bundles. A fragment can have them, and a package never asks for them.

use crate::compile::Compiler;
use crate::source::Element;

/// Takes the element as it stands: nothing of it reaches a package.
pub(super) fn ignore(c: &mut Compiler, element: &Element) {
    c.attributes(element).leave_rest();
}
