//! `FindVisualStudio`: properties that say which Visual Studio is there.

use crate::compile::Compiler;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::demand_action;
use crate::source::Element;

pub(super) const ELEMENTS: &[Rule] = &[("FindVisualStudio", Within::Definition(find_visual_studio))];

/// <https://docs.firegiant.com/wix/schema/vs/findvisualstudio/>.
fn find_visual_studio(c: &mut Compiler, element: &Element) {
    drop(c.attributes(element));
    c.no_children(element);
    demand_action(c, "Wix4VSFindInstances", &element.at);
}
