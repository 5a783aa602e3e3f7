//! `EventSource`: who writes to a log of events. It is registry values only, and can be the key path.

use crate::compile::Compiler;
use crate::compile::component::{Candidate, Host};
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::shape::{Bits, read_bits};
use crate::compile::registry;
use crate::ids::RegistryRoot;
use crate::source::Element;
use crate::symbol::{KeyPath, RegistryValue};

pub(super) const ELEMENTS: &[Rule] = &[("EventSource", Within::KeyPath(event_source))];

/// Bits of `TypesSupported`
/// (<https://learn.microsoft.com/windows/win32/eventlog/event-types>).
const TYPES: Bits = &[
    ("SupportsErrors", 1, true),
    ("SupportsWarnings", 2, true),
    ("SupportsInformationals", 4, true),
    ("SupportsSuccessAudits", 8, true),
    ("SupportsFailureAudits", 16, true),
];

/// <https://docs.firegiant.com/wix/schema/util/eventsource/>.
fn event_source(c: &mut Compiler, element: &Element, host: &Host) -> Option<Candidate> {
    let a = c.attributes(element);
    let log = a.required("Log", a.text("Log"));
    let name = a.required("Name", a.text("Name"));
    let message_file = a.required("EventMessageFile", a.text("EventMessageFile"));
    let category_file = a.text("CategoryMessageFile");
    let categories = a.integer("CategoryCount", 0..=i32::MAX);
    let parameter_file = a.text("ParameterMessageFile");
    let types = read_bits(&a, 0, TYPES);
    let is_key_path = a.flag("KeyPath");
    if log.as_deref() == Some("Security") {
        a.illegal(
            21,
            "Log",
            "is `Security`, which is Windows' own; expected `Application`, `System` or a new one",
        );
    }
    if categories.is_some_and(|count| count > 0) {
        a.only_with("CategoryCount", "CategoryMessageFile");
    }
    a.only_with("CategoryMessageFile", "CategoryCount");
    c.no_children(element);
    let (log, name, message_file) = (log?, name?, message_file?);
    let key = format!("SYSTEM\\CurrentControlSet\\Services\\EventLog\\{log}\\{name}");
    let number = |number: i32| RegistryValue::Integer(number.to_string());
    let mut write = |name, value| {
        registry::add(c, (RegistryRoot::LocalMachine, &key), Some(name), Some(value), &host.id, &element.at)
    };
    let first = write("EventMessageFile", RegistryValue::Expandable(message_file));
    let others = [
        ("CategoryMessageFile", category_file.map(RegistryValue::Expandable)),
        ("CategoryCount", categories.map(number)),
        ("ParameterMessageFile", parameter_file.map(RegistryValue::Expandable)),
        ("TypesSupported", (types != 0).then(|| number(types))),
    ];
    for (name, value) in others {
        if let Some(value) = value {
            write(name, value);
        }
    }
    Some(Candidate { path: KeyPath::Registry(first), chosen: is_key_path.then_some(true) })
}
