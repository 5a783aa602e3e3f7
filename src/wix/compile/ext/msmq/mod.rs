//! WixToolset.Msmq.wixext: <https://docs.firegiant.com/wix/schema/msmq/>.

mod message_queue;
mod message_queue_permission;

pub(crate) use message_queue_permission::PERMISSIONS;

use super::Extension;

/// The extension.
pub(super) static EXTENSION: Extension = Extension {
    name: "WixToolset.Msmq.wixext",
    namespace: "http://wixtoolset.org/schemas/v4/wxs/msmq",
    files: &[message_queue::ELEMENTS, message_queue_permission::ELEMENTS],
    shapes: &[("MessageQueue", &message_queue::SHAPE)],
};
