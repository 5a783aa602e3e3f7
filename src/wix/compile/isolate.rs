//! `IsolateComponent`: a private copy of a shared DLL for one program.

use super::Compiler;
use super::elements::{Rule, Within};
use super::place::Host;
use crate::source::Element;
use crate::symbol::fields;

pub(super) const ELEMENTS: &[Rule] = &[("IsolateComponent", Within::Component(isolate_component))];

/// `IsolateComponent`: <https://docs.firegiant.com/wix/schema/wxs/isolatecomponent/>.
fn isolate_component(c: &mut Compiler, element: &Element, host: &Host) {
    let a = c.attributes(element);
    let shared = a.required("Shared", a.reference("Shared"));
    c.no_children(element);
    let Some(shared) = shared else { return };
    c.refer("Component", &shared, a.at("Shared"));
    c.row("IsolatedComponent", None, &element.at, fields![shared, &host.id]);
}
