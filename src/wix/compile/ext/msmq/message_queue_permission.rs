//! `MessageQueuePermission`: what a user or a group may do with a queue.

use crate::compile::Compiler;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::shape::{Around, Bits, read_bits};
use crate::ids;
use crate::source::Element;
use crate::symbol::{Id, fields};

pub(super) const ELEMENTS: &[Rule] = &[(
    "MessageQueuePermission",
    Within::Component(|c, element, host| permission(c, element, Around::component(host))),
)];

/// Bits of Permissions.
pub(crate) const PERMISSIONS: Bits = &[
    ("DeleteMessage", 1, true),
    ("PeekMessage", 2, true),
    ("WriteMessage", 4, true),
    ("DeleteJournalMessage", 8, true),
    ("SetQueueProperties", 16, true),
    ("GetQueueProperties", 32, true),
    ("DeleteQueue", 64, true),
    ("GetQueuePermissions", 128, true),
    ("ChangeQueuePermissions", 256, true),
    ("TakeQueueOwnership", 512, true),
    ("ReceiveMessage", 1024, true),
    ("ReceiveJournalMessage", 2048, true),
    ("QueueGenericRead", 4096, true),
    ("QueueGenericWrite", 8192, true),
    ("QueueGenericExecute", 16384, true),
    ("QueueGenericAll", 32768, true),
];

/// <https://docs.firegiant.com/wix/schema/msmq/messagequeuepermission/>. `around` has the queue, if it stands in one.
pub(super) fn permission(c: &mut Compiler, element: &Element, around: Around<'_>) {
    let a = c.attributes(element);
    let id = a.id("Id");
    let named = a.text("MessageQueue");
    let (user, group) = (a.text("User"), a.text("Group"));
    let bits = read_bits(&a, 0, PERMISSIONS);
    c.no_children(element);
    let queue = match around.parent {
        Some(queue) => {
            if a.has("MessageQueue") {
                a.illegal(62, "MessageQueue", "is the queue around it; remove it");
            }
            Some(queue.to_owned())
        }
        None => {
            let queue = a.required("MessageQueue", named);
            if let Some(queue) = &queue {
                c.refer("Wix4MessageQueue", queue, &element.at);
            }
            queue
        }
    };
    a.exclusive("User", "Group");
    if !a.has("User") && !a.has("Group") {
        c.report.error(44, &element.at, "`MessageQueuePermission` needs `@User` or `@Group`");
    }
    let (Some(queue), Some(host)) = (queue, around.host) else { return };
    let part = |text: &Option<String>| text.clone().unwrap_or_default();
    let parts = [host.id.clone(), queue.clone(), part(&user), part(&group)];
    let id = id.unwrap_or_else(|| Id::section(ids::identifier("mqp", &parts.each_ref().map(String::as_str))));
    let kinds = [
        (user, "Wix4User", "Wix4MessageQueueUserPermission"),
        (group, "Wix4Group", "Wix4MessageQueueGroupPermission"),
    ];
    for (who, kind, table) in kinds {
        let Some(who) = who else { continue };
        c.refer(kind, &who, &element.at);
        let fields = fields![&id, &host.id, &queue, who, bits];
        c.row(table, Some(id.clone()), &element.at, fields);
    }
}
