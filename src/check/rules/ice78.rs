//! ICE78: advertising shows nothing.

use crate::Subject;
use crate::rule::{Findings, Rule};

/// AdvtUISequence is empty.
pub(super) const RULE: Rule = Rule {
    code: "ICE78",
    title: "AdvtUISequence is empty",
    explanation: "No dialogs are shown when a product is advertised; the table is not read. https://learn.microsoft.com/windows/win32/msi/ice78",
    fix: "take the table out",
    example: "AdvtUISequence: CostInitialize |  | 800",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    for row in package.rows("AdvtUISequence") {
        found.error(
            row.at("Action"),
            format!("`{}` stands in AdvtUISequence, which must be empty", row.text("Action")),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn an_action_there() {
        finds(&RULE, RULE.example, &["error AdvtUISequence.Action[CostInitialize]"]);
    }
}
