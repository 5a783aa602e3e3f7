//! WixToolset.Netfx.wixext: <https://docs.firegiant.com/wix/schema/netfx/>.

mod dot_net_compatibility_check;
mod native_image;

use super::{Extension, bundle_searches};
use crate::compile::elements::{Rule, Within};

/// The extension.
pub(super) static EXTENSION: Extension = Extension {
    name: "WixToolset.Netfx.wixext",
    namespace: "http://wixtoolset.org/schemas/v4/wxs/netfx",
    files: &[SEARCHES, dot_net_compatibility_check::ELEMENTS, native_image::ELEMENTS],
    shapes: &[
        ("DotNetCompatibilityCheck", &dot_net_compatibility_check::SHAPE),
        ("NativeImage", &native_image::SHAPE),
    ],
};

/// What bundles look for.
const SEARCHES: &[Rule] = &[
    ("DotNetCoreSearch", Within::Fragment(bundle_searches::ignore)),
    ("DotNetCoreSearchRef", Within::Fragment(bundle_searches::ignore)),
    ("DotNetCoreSdkSearch", Within::Fragment(bundle_searches::ignore)),
    ("DotNetCoreSdkSearchRef", Within::Fragment(bundle_searches::ignore)),
    ("DotNetCoreSdkFeatureBandSearch", Within::Fragment(bundle_searches::ignore)),
    ("DotNetCoreSdkFeatureBandSearchRef", Within::Fragment(bundle_searches::ignore)),
];
