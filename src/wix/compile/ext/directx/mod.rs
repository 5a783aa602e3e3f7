//! WixToolset.DirectX.wixext: <https://docs.firegiant.com/wix/schema/directx/>.

use super::{Extension, demand_action};
use crate::compile::Compiler;
use crate::compile::elements::{Rule, Within};
use crate::source::Element;

/// The extension.
pub(super) static EXTENSION: Extension = Extension {
    name: "WixToolset.DirectX.wixext",
    namespace: "http://wixtoolset.org/schemas/v4/wxs/directx",
    files: &[ELEMENTS],
    shapes: &[],
};

const ELEMENTS: &[Rule] = &[
    ("GetCapabilities", Within::Definition(get_capabilities)),
    ("GetCapabilities", Within::Ui(get_capabilities)),
];

/// <https://docs.firegiant.com/wix/schema/directx/getcapabilities/>: properties that say what the graphics card can do.
fn get_capabilities(c: &mut Compiler, element: &Element) {
    drop(c.attributes(element));
    c.no_children(element);
    demand_action(c, "Wix4QueryDirectXCaps", &element.at);
}
