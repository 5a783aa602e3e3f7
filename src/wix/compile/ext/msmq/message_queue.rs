//! `MessageQueue`: a queue of messages.

use super::message_queue_permission;
use crate::compile::Compiler;
use crate::compile::GuidForms;
use crate::compile::component::Host;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::shape::{Around, Cell, Reading, Shape};
use crate::source::Element;

pub(super) const ELEMENTS: &[Rule] = &[("MessageQueue", Within::Component(message_queue))];

const SERVICE_TYPE: usize = 9;

pub(super) static SHAPE: Shape = Shape {
    table: "Wix4MessageQueue",
    cells: &[
        Cell::Id,
        Cell::Component,
        Cell::Number("BasePriority", 0, i16::MAX as i32),
        Cell::Number("JournalQuota", 0, i32::MAX),
        Cell::Text("Label"),
        Cell::Text("MulticastAddress"),
        Cell::Text("PathName"),
        Cell::Choice("PrivLevel", &[("none", 0), ("optional", 1), ("body", 2)], None),
        Cell::Number("Quota", 0, i32::MAX),
        Cell::Other,
        Cell::Bits(0, &[("Authenticate", 1, true), ("Journal", 2, true), ("Transactional", 4, true)]),
    ],
    id: Some(("", |_| Vec::new())),
    actions: &["Wix4MessageQueuingInstall", "Wix4MessageQueuingUninstall"],
    also,
};

/// Two attributes and the id are left to the author by WiX, and the table has no room for nothing.
fn also(_: &mut Compiler, row: &mut Reading<'_>) {
    row.cells[SERVICE_TYPE] = row.a.guid("ServiceTypeGuid", GuidForms::default()).into();
    for name in ["Id", "Label", "PathName"] {
        row.a.required(name, row.a.value(name));
    }
}

/// <https://docs.firegiant.com/wix/schema/msmq/messagequeue/>.
fn message_queue(c: &mut Compiler, element: &Element, host: &Host) {
    let row = SHAPE.read(c, element, Around::component(host));
    let id = row.id().to_owned();
    let around = Around { parent: Some(&id), ..Around::component(host) };
    c.children(element, |c, child| {
        let known = child.name == "MessageQueuePermission";
        if known {
            message_queue_permission::permission(c, child, around);
        }
        known
    });
    row.add(c);
}
