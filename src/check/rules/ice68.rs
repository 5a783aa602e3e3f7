//! ICE68: custom actions are of a type that there is.

use crate::Subject;
use crate::rule::{Findings, Rule};

/// The type of every custom action means something.
pub(super) const RULE: Rule = Rule {
    code: "ICE68",
    title: "the type of every custom action means something",
    explanation: "The type says where the code is, of which kind it is, and how it runs; a combination that means nothing fails, or runs otherwise than meant. https://learn.microsoft.com/windows/win32/msi/summary-list-of-all-custom-action-types",
    fix: "correct the type: deferred is 1024 (with 2048 to run as the system), 64-bit is for scripts only, terminal server awareness for deferred actions of the user",
    example: "CustomAction: Act | 3 | x | y",
    check,
};

/// Kinds that the evaluator of Windows accepts; 33 and 49 are not documented.
const KINDS: [i32; 22] = [1, 2, 5, 6, 7, 17, 18, 19, 21, 22, 23, 33, 34, 35, 37, 38, 39, 49, 50, 51, 53, 54];
/// Sets a property, which cannot be deferred.
const SET_PROPERTY: i32 = 51;
/// Bits of the kind that say what it is: 5 JScript, 6 VBScript.
const CODE: i32 = 7;
const COMMIT: i32 = 0x200;
const IN_SCRIPT: i32 = 0x400;
const NO_IMPERSONATION: i32 = 0x800;
const SCRIPT_OF_64_BIT: i32 = 0x1000;
const TERMINAL_SERVER: i32 = 0x4000;

fn check(package: &Subject<'_>, found: &mut Findings) {
    for action in package.rows("CustomAction") {
        let (name, kind) = (action.text("Action"), action.bits("Type"));
        let has = |bit: i32| kind & bit != 0;
        let base = kind & 0x3F;
        let at = || action.at("Type");
        let script = matches!(base & CODE, 5 | 6);
        if !KINDS.contains(&base)
            || base == SET_PROPERTY && has(IN_SCRIPT)
            || has(SCRIPT_OF_64_BIT) && !script
        {
            found.error(at(), format!("the type {kind} of `{name}` means nothing"));
        }
        if has(TERMINAL_SERVER) && (!has(IN_SCRIPT) || has(NO_IMPERSONATION)) {
            found.error(at(), format!("`{name}` is aware of terminal servers (16384), which only deferred actions of the user can be"));
        }
        if has(NO_IMPERSONATION) && !has(IN_SCRIPT) {
            found.warning(
                at(),
                format!(
                    "`{name}` is to run as the system (2048), and does not, since it is not deferred (1024)"
                ),
            );
        }
        if has(COMMIT) && has(IN_SCRIPT) && has(NO_IMPERSONATION) && package.schema() < 150 {
            found.warning(
                at(),
                format!(
                    "`{name}` is a commit action that runs as the system, which the schema {} does not have",
                    package.schema()
                ),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn types_and_their_bits() {
        finds(&RULE, RULE.example, &["error CustomAction.Type[Act]"]);
        finds(&RULE, "CustomAction: Act | 1075 | x | y", &["error CustomAction.Type[Act]"]);
        finds(&RULE, "CustomAction: Act | 4097 | x | y", &["error CustomAction.Type[Act]"]);
        finds(&RULE, "CustomAction: Act | 4102 | x | y", &[]);
        finds(&RULE, "CustomAction: Act | 2049 | x | y", &["warning CustomAction.Type[Act]"]);
        finds(&RULE, "CustomAction: Act | 3073 | x | y", &[]);
        finds(&RULE, "CustomAction: Act | 17409 | x | y", &[]);
        finds(&RULE, "CustomAction: Act | 16385 | x | y", &["error CustomAction.Type[Act]"]);
        finds(
            &RULE,
            "Summary: Schema | 100
CustomAction: Act | 3585 | x | y",
            &["warning CustomAction.Type[Act]"],
        );
    }
}
