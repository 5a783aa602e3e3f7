//! ICE84: required actions have no condition.

use crate::Subject;
use crate::rule::{Findings, Rule};
use crate::{data, sequence};

/// Actions that every installation needs have no condition.
pub(super) const RULE: Rule = Rule {
    code: "ICE84",
    title: "actions that every installation needs have no condition",
    explanation: "Where the condition does not hold, costing, the script or the registration is missing. https://learn.microsoft.com/windows/win32/msi/ice84",
    fix: "take the condition out",
    example: "InstallExecuteSequence: InstallValidate | NOT Installed | 1400",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    for (table, _) in sequence::TABLES {
        for row in data::unconditional_actions().filter_map(|action| package.find(table, action)) {
            if !row.is_null("Condition") {
                let (action, condition) = (row.text("Action"), row.text("Condition"));
                found.warning(row.at("Action"), format!("`{action}` has the condition `{condition}`"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn conditions() {
        finds(&RULE, RULE.example, &["warning InstallExecuteSequence.Action[InstallValidate]"]);
        finds(&RULE, "InstallExecuteSequence: PublishFeatures | NOT Installed | 6300", &[]);
    }
}
