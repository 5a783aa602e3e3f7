//! WixToolset.Msmq.wixext.

use super::cells::{bits, of};
use crate::compile::ext::Extension;
use crate::compile::ext::msmq::PERMISSIONS;
use crate::decompile::rows::Row;
use crate::decompile::tree::Build;
use crate::decompile::work::Work;
use crate::source::Element;

/// `MessageQueuePermission`s.
pub(super) fn elements(work: &mut Work<'_>, extension: &'static Extension) {
    for (table, column, attribute) in [
        ("Wix4MessageQueueUserPermission", "User_", "User"),
        ("Wix4MessageQueueGroupPermission", "Group_", "Group"),
    ] {
        for row in work.rows(table) {
            let permission = of(extension, "MessageQueuePermission")
                .with("Id", row.text(table.strip_prefix("Wix4").unwrap_or(table)))
                .with("MessageQueue", row.text("MessageQueue_"))
                .with(attribute, row.text(column));
            let permission = bits(permission, row.or_zero("Permissions"), 0, PERMISSIONS);
            work.put("Component", row.or_empty("Component_"), permission);
        }
    }
}

/// `MessageQueue`.
pub(super) fn queue(
    _: &mut Work<'_>,
    _: &'static Extension,
    row: Row<'_>,
    element: Element,
) -> Option<Element> {
    Some(element.with("ServiceTypeGuid", row.text("ServiceTypeGuid")))
}
