//! WixToolset.PowerShell.wixext: <https://docs.firegiant.com/wix/schema/powershell/>. It has no tables: snap-ins are
//! values in the registry.

mod snap_in;

use super::Extension;

/// The extension.
pub(super) static EXTENSION: Extension = Extension {
    name: "WixToolset.PowerShell.wixext",
    namespace: "http://wixtoolset.org/schemas/v4/wxs/powershell",
    files: &[snap_in::ELEMENTS],
    shapes: &[],
};
