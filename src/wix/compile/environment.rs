//! `Environment`: variables of the machine's or the user's environment.

use super::Compiler;
use super::elements::{Rule, Within};
use super::place::Host;
use crate::ids;
use crate::source::Element;
use crate::symbol::{Id, fields};

pub(super) const ELEMENTS: &[Rule] = &[("Environment", Within::Component(environment))];

/// What `Action` says: WiX's number for it, which goes into ids, and the prefix of the name
/// (<https://learn.microsoft.com/windows/win32/msi/environment-table>).
const ACTIONS: [(&str, (&str, &str)); 3] =
    [("create", ("1", "+")), ("set", ("0", "=")), ("remove", ("2", "!"))];

/// Which part of the variable the value is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    All,
    First,
    Last,
}

/// `Environment`: <https://docs.firegiant.com/wix/schema/wxs/environment/>.
fn environment(c: &mut Compiler, element: &Element, host: &Host) {
    let a = c.attributes(element);
    let id = a.id("Id");
    let name = a.required("Name", a.text("Name"));
    let (number, prefix) = a.choice("Action", &ACTIONS).unwrap_or_default();
    let part = a.choice("Part", &[("all", Part::All), ("first", Part::First), ("last", Part::Last)]);
    let permanent = a.flag("Permanent");
    let separator = a.text("Separator").unwrap_or_else(|| ";".to_owned());
    let system = a.flag("System");
    let value = a.text("Value");
    if a.is("Action", "create") {
        a.exclusive("Part", "Action");
    }
    c.no_children(element);
    let Some(name) = name else { return };
    let id = id.unwrap_or_else(|| {
        let part = part.map_or("", |part| ["0", "1", "2"][part as usize]);
        Id::section(ids::identifier("env", &[number, &name, part, ids::boolean(system)]))
    });
    let own = value.as_deref().unwrap_or_default();
    let value = match part {
        Some(Part::First) => Some(format!("{own}{separator}[~]")),
        Some(Part::Last) => Some(format!("[~]{separator}{own}")),
        Some(Part::All) | None => value,
    };
    let on_uninstall = if permanent { "" } else { "-" };
    let of_machine = if system { "*" } else { "" };
    let name = format!("{prefix}{on_uninstall}{of_machine}{name}");
    let fields = fields![&id, name, value, &host.id];
    c.row("Environment", Some(id), &element.at, fields);
}
