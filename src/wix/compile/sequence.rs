//! The five sequence elements and the actions in them.

use super::elements::{Rule, Within};
use super::{Attributes, Compiler};
use crate::diag::Location;
use crate::source::Element;
use crate::standard;
use crate::symbol::{Access, Action, Id, Kind, Schedule, Sequence};

pub(super) const ELEMENTS: &[Rule] = &[
    ("AdminExecuteSequence", Within::Definition(|c, element| sequence(c, element, Sequence::AdminExecute))),
    ("AdminUISequence", Within::Definition(|c, element| sequence(c, element, Sequence::AdminUi))),
    ("AdminUISequence", Within::Ui(|c, element| sequence(c, element, Sequence::AdminUi))),
    (
        "AdvertiseExecuteSequence",
        Within::Definition(|c, element| sequence(c, element, Sequence::AdvertiseExecute)),
    ),
    (
        "InstallExecuteSequence",
        Within::Definition(|c, element| sequence(c, element, Sequence::InstallExecute)),
    ),
    ("InstallUISequence", Within::Definition(|c, element| sequence(c, element, Sequence::InstallUi))),
    ("InstallUISequence", Within::Ui(|c, element| sequence(c, element, Sequence::InstallUi))),
];

/// Standard actions without a number of their own, and those that one may move: they stand where the author says.
pub(crate) const PLACED: [&str; 7] = [
    "DisableRollback",
    "ForceReboot",
    "InstallExecute",
    "InstallExecuteAgain",
    "RemoveExistingProducts",
    "ResolveSource",
    "ScheduleReboot",
];
/// Standard actions with a number that one may move.
const MOVABLE: [&str; 5] =
    ["AppSearch", "CCPSearch", "FindRelatedProducts", "LaunchConditions", "RMCCPSearch"];
/// The ways to exit, and the numbers that stand for them
/// (<https://learn.microsoft.com/windows/win32/msi/sequence-table-detailed-example>).
pub(crate) const EXITS: [(&str, i16); 4] = [("success", -1), ("cancel", -2), ("error", -3), ("suspend", -4)];

/// Whether `action` is one that the installer brings along.
pub(super) fn is_standard(action: &str) -> bool {
    let numbered = Sequence::ALL.into_iter().any(|sequence| standard::action(sequence, action).is_some());
    numbered || PLACED.contains(&action)
}

/// `InstallExecuteSequence` and its four sisters:
/// <https://docs.firegiant.com/wix/schema/wxs/installexecutesequence/>.
pub(super) fn sequence(c: &mut Compiler, element: &Element, sequence: Sequence) {
    let _ = c.attributes(element);
    c.children(element, |c, child| {
        let known = match child.name.as_str() {
            "Custom" | "Show" => true,
            name => PLACED.contains(&name) || standard::action(sequence, name).is_some(),
        };
        if known {
            action(c, child, sequence);
        }
        known
    });
}

/// An action in a sequence: a custom one, a dialog, or a standard one by its name.
fn action(c: &mut Compiler, element: &Element, sequence: Sequence) {
    let a = c.attributes(element);
    let name = element.name.as_str();
    let id = match name {
        "Custom" => named(c, &a, "Action", "CustomAction"),
        "Show" => named(c, &a, "Dialog", "Dialog"),
        standard => Some(Id { name: standard.to_owned(), access: Access::Override }),
    };
    let placed = ["Custom", "Show"].contains(&name) || PLACED.contains(&name);
    let condition = a.text("Condition");
    let overridable = a.flag("Overridable");
    let suppress = a.flag("Suppress");
    let number = a.integer("Sequence", 1..=i32::from(i16::MAX)).and_then(|number| i16::try_from(number).ok());
    let exit = if placed { a.choice("OnExit", &EXITS) } else { None };
    let movable = placed || MOVABLE.contains(&name);
    let [before, after] = ["Before", "After"].map(|n| if movable { a.reference(n) } else { None });
    for other in before.iter().chain(&after) {
        c.refer("WixAction", format!("{}/{other}", sequence.table()), &element.at);
    }
    c.no_children(element);

    a.exclusive("Sequence", "OnExit");
    a.exclusive("Sequence", "Before");
    a.exclusive("Sequence", "After");
    a.exclusive("After", "Before");
    if overridable && !placed {
        a.illegal(4, "Overridable", "is not for standard actions, which any scheduling overrides; remove it");
    }
    let scheduled = ["Sequence", "OnExit", "Before", "After"].into_iter().any(|name| a.has(name));
    if suppress && (scheduled || overridable) {
        let problem = "cannot be used with `Before`, `After`, `Sequence`, `OnExit` or `Overridable`";
        a.illegal(36, "Suppress", problem);
    }
    if placed && !suppress && !scheduled {
        let message = format!("`{name}` needs `Before`, `After`, `Sequence` or `OnExit`; add one");
        c.report.error(72, &element.at, message);
    }
    let Some(id) = id else { return };
    not_itself(c, &id.name, &before, &after, &element.at);
    let schedule = match (suppress, number.or(exit), before, after) {
        (true, ..) => Schedule::Suppressed,
        (_, Some(number), ..) => Schedule::Number(number),
        (_, _, Some(before), _) => Schedule::Before(before),
        (_, _, _, Some(after)) => Schedule::After(after),
        _ => Schedule::Standard,
    };
    let access = if overridable { Access::Virtual } else { id.access };
    add(c, Id { name: id.name, access }, sequence, condition, schedule, &element.at);
}

/// WIX0181 for an action that is to run before or after itself.
fn not_itself(c: &Compiler, action: &str, before: &Option<String>, after: &Option<String>, at: &Location) {
    if before.iter().chain(after).any(|other| other == action) {
        c.report.error(181, at, format!("action `{action}` cannot run before or after itself"));
    }
}

/// The name in the attribute, which must be something of `kind`.
fn named(c: &mut Compiler, a: &Attributes<'_>, attribute: &str, kind: &'static str) -> Option<Id> {
    let id = a.required(attribute, a.id(attribute))?;
    c.refer(kind, &id.name, a.at(attribute));
    Some(id)
}

/// Adds an action, which `id` names, to a sequence.
fn add(
    c: &mut Compiler,
    id: Id,
    sequence: Sequence,
    condition: Option<String>,
    schedule: Schedule,
    at: &Location,
) {
    // Nothing can refer to what does not run.
    let key = (schedule != Schedule::Suppressed)
        .then(|| Id { name: format!("{}/{}", sequence.table(), id.name), access: id.access });
    let overridable = id.access == Access::Virtual;
    let action = Action { sequence, action: id.name, condition, schedule, overridable };
    c.add(key, at, Kind::Action(action));
}

/// Schedules the custom action `action` before or after another one.
pub(super) fn schedule(
    c: &mut Compiler,
    action: &str,
    sequence: Sequence,
    condition: Option<&String>,
    schedule: Schedule,
    at: &Location,
) {
    if let Schedule::Before(other) | Schedule::After(other) = &schedule {
        c.refer("WixAction", format!("{}/{other}", sequence.table()), at);
    }
    add(c, Id::global(action), sequence, condition.cloned(), schedule, at);
}
