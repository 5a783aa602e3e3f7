//! WixToolset.Netfx.wixext.

use super::cells::{set, word};
use crate::compile::ext::Extension;
use crate::decompile::rows::Row;
use crate::decompile::tree::Build;
use crate::decompile::work::Work;
use crate::source::Element;

/// What is compiled when the machine has nothing else to do.
const IDLE: i32 = 3;

/// `DotNetCompatibilityCheck`.
pub(super) fn compatibility_check(
    _: &mut Work<'_>,
    _: &'static Extension,
    row: Row<'_>,
    element: Element,
) -> Option<Element> {
    Some(element.with("Version", row.text("Version")))
}

/// `NativeImage`.
pub(super) fn native_image(
    _: &mut Work<'_>,
    _: &'static Extension,
    row: Row<'_>,
    element: Element,
) -> Option<Element> {
    let priority = row.int("Priority").filter(|priority| *priority != IDLE);
    let element = set(element, "Priority", priority.map(|priority| priority.to_string()));
    let platform = word(&[("64bit", 16), ("all", 24)], row.or_zero("Attributes") & 24);
    Some(element.with("Platform", platform))
}
