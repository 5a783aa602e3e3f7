//! WixToolset.UI.wixext: <https://docs.firegiant.com/wix/schema/ui/>.

mod wix_ui;

use super::Extension;

/// The extension.
pub(super) static EXTENSION: Extension = Extension {
    name: "WixToolset.UI.wixext",
    namespace: "http://wixtoolset.org/schemas/v4/wxs/ui",
    files: &[wix_ui::ELEMENTS],
    shapes: &[],
};
