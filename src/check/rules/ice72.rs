//! ICE72: advertising runs no code.

use crate::Subject;
use crate::rule::{Findings, Rule};

/// AdvtExecuteSequence has no custom actions but those that set properties or folders, or fail.
pub(super) const RULE: Rule = Rule {
    code: "ICE72",
    title: "AdvtExecuteSequence has no custom actions but those that set properties or folders, or fail",
    explanation: "An advertised product is not there yet; only actions of the types 19, 35 and 51 may run. https://learn.microsoft.com/windows/win32/msi/ice72",
    fix: "take the action out of AdvtExecuteSequence",
    example: "CustomAction: Act | 1 | x | y
AdvtExecuteSequence: Act |  | 1450",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    for row in package.rows("AdvtExecuteSequence") {
        let name = row.text("Action");
        let Some(action) = package.find("CustomAction", name) else { continue };
        let kind = action.bits("Type") & 0x3F;
        if !matches!(kind, 19 | 35 | 51) {
            found.error(
                row.at("Action"),
                format!("`{name}`, a custom action of type {kind}, runs when the product is advertised"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn code_when_advertising() {
        finds(&RULE, RULE.example, &["error AdvtExecuteSequence.Action[Act]"]);
        finds(
            &RULE,
            "CustomAction: Act | 307 | x | y
AdvtExecuteSequence: Act |  | 1450",
            &[],
        );
    }
}
