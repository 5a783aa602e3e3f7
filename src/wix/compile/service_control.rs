//! `ServiceControl`: services that are started, stopped or removed on the way.

use super::Compiler;
use super::elements::{Rule, Within};
use super::place::Host;
use crate::ids;
use crate::source::Element;
use crate::symbol::{Id, fields};

pub(super) const ELEMENTS: &[Rule] = &[("ServiceControl", Within::Component(service_control))];

/// Attributes with their bits of the column Event, on installation and on removal
/// (<https://learn.microsoft.com/windows/win32/msi/servicecontrol-table>).
const EVENTS: [(&str, i32, i32); 3] = [("Start", 0x01, 0x10), ("Stop", 0x02, 0x20), ("Remove", 0x08, 0x80)];

/// `ServiceControl`: <https://docs.firegiant.com/wix/schema/wxs/servicecontrol/>.
fn service_control(c: &mut Compiler, element: &Element, host: &Host) {
    let a = c.attributes(element);
    let id = a.id("Id");
    let name = a.required("Name", a.text("Name"));
    let mut events = 0;
    for (attribute, install, uninstall) in EVENTS {
        let choices = [("install", install), ("uninstall", uninstall), ("both", install | uninstall)];
        events |= a.choice(attribute, &choices).unwrap_or(0);
    }
    let wait = a.yes_no("Wait").map(i32::from);
    let mut arguments: Option<String> = None;
    c.children(element, |c, child| {
        if child.name != "ServiceArgument" {
            return false;
        }
        let a = c.attributes(child);
        let argument = a.required("Value", a.text("Value"));
        c.no_children(child);
        arguments = match (arguments.take(), argument) {
            (Some(before), Some(argument)) => Some(format!("{before}[~]{argument}")),
            (before, argument) => argument.or(before),
        };
        true
    });
    let Some(name) = name else { return };
    let id = id.unwrap_or_else(|| Id::section(ids::identifier_of_name(&name)));
    let fields = fields![&id, name, events, arguments, wait, &host.id];
    c.row("ServiceControl", Some(id), &element.at, fields);
}
