//! WixToolset.Msmq.wixext: <https://docs.firegiant.com/wix/schema/msmq/>.

mod message_queue;
mod message_queue_permission;

use super::Extension;

/// The extension.
pub(super) static EXTENSION: Extension = Extension {
    name: "WixToolset.Msmq.wixext",
    namespace: "http://wixtoolset.org/schemas/v4/wxs/msmq",
    files: &[message_queue::ELEMENTS, message_queue_permission::ELEMENTS],
};
