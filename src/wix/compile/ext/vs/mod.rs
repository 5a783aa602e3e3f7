//! WixToolset.VisualStudio.wixext: <https://docs.firegiant.com/wix/schema/vs/>.

mod find_visual_studio;
mod vsix_package;

use super::Extension;

/// The extension.
pub(super) static EXTENSION: Extension = Extension {
    name: "WixToolset.VisualStudio.wixext",
    namespace: "http://wixtoolset.org/schemas/v4/wxs/vs",
    files: &[find_visual_studio::ELEMENTS, vsix_package::ELEMENTS],
    shapes: &[],
};
