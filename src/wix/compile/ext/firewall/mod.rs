//! WixToolset.Firewall.wixext: <https://docs.firegiant.com/wix/schema/firewall/>.

mod firewall_exception;

use super::Extension;

/// The extension.
pub(super) static EXTENSION: Extension = Extension {
    name: "WixToolset.Firewall.wixext",
    namespace: "http://wixtoolset.org/schemas/v4/wxs/firewall",
    files: &[firewall_exception::ELEMENTS],
    shapes: &[("FirewallException", &firewall_exception::SHAPE)],
};
