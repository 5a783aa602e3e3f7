//! check::custom_action_data: deferred actions get their data before they are written.

use crate::Subject;
use crate::rule::{Findings, Rule};
use crate::sequence;

/// The property of a deferred action is set before the action, in the same sequence.
pub(super) const RULE: Rule = Rule {
    code: "check::custom_action_data",
    title: "the property of a deferred action is set before the action, in the same sequence",
    explanation: "A deferred action sees only CustomActionData, which is the property of its own name at the moment when the action is written into the script; set later, or in another sequence, it is empty. https://learn.microsoft.com/windows/win32/msi/obtaining-context-information-for-deferred-execution-custom-actions",
    fix: "move the action that sets the property before the deferred one, into the same sequence table",
    example: "CustomAction: Act | 3073 | x | y
CustomAction: SetAct | 51 | Act | [INSTALLDIR]
InstallExecuteSequence: Act |  | 4001
InstallExecuteSequence: SetAct |  | 4002",
    check,
};

/// Sets a property.
const SET_PROPERTY: i32 = 51;
/// `CustomAction.Type`: in the script.
const IN_SCRIPT: i32 = 0x400;

fn check(package: &Subject<'_>, found: &mut Findings) {
    for setter in package.rows("CustomAction").filter(|row| row.bits("Type") & 0x3F == SET_PROPERTY) {
        let (name, property) = (setter.text("Action"), setter.text("Source"));
        let deferred =
            package.find("CustomAction", property).is_some_and(|row| row.bits("Type") & IN_SCRIPT != 0);
        if !deferred {
            continue;
        }
        for (table, row) in sequence::places(package, property) {
            let Some(number) = row.int("Sequence") else { continue };
            match sequence::place(package, table, name) {
                None => found.warning(
                    row.at("Action"),
                    format!("`{property}` runs in `{table}`, and `{name}`, which sets its data, does not"),
                ),
                Some(set) if set >= number => {
                    found.error(
                        row.at("Sequence"),
                        format!("`{property}` ({number}) comes before `{name}` ({set}), which sets its data"),
                    );
                }
                Some(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn data_that_comes_too_late() {
        finds(&RULE, RULE.example, &["error InstallExecuteSequence.Sequence[Act]"]);
        finds(
            &RULE,
            "CustomAction: Act | 3073 | x | y
CustomAction: SetAct | 51 | Act | x
InstallExecuteSequence: Act |  | 4002
InstallExecuteSequence: SetAct |  | 4001",
            &[],
        );
        finds(
            &RULE,
            "CustomAction: Act | 3073 | x | y
CustomAction: SetAct | 51 | Act | x
InstallExecuteSequence: Act |  | 4002
InstallUISequence: SetAct |  | 1001",
            &["warning InstallExecuteSequence.Action[Act]"],
        );
    }
}
