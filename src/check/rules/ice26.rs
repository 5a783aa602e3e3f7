//! ICE26: sequence tables hold what they must, and nothing that they must not.

use crate::Subject;
use crate::rule::{Findings, Rule};
use crate::{data, sequence};

/// Each sequence table has the actions that it needs, and none that it must not have.
pub(super) const RULE: Rule = Rule {
    code: "ICE26",
    title: "each sequence table has the actions that it needs, and none that it must not have",
    explanation: "Each sequence is for a way to run the package (installing, administrative image, advertising; with and without dialogs), and some standard actions are needed or forbidden in each. https://learn.microsoft.com/windows/win32/msi/ice26",
    fix: "add the missing action, or take the forbidden one out",
    example: "InstallUISequence: InstallFiles |  | 4000",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    for (name, bit) in sequence::TABLES.into_iter().filter(|(table, _)| package.has_table(table)) {
        for action in data::actions() {
            match package.find(name, action.name) {
                Some(row) if action.prohibited & bit != 0 => {
                    found.error(row.at("Action"), format!("`{}` must not stand in `{name}`", action.name));
                }
                None if action.required & bit != 0 => {
                    found.error(name, format!("`{}` must stand in `{name}`", action.name));
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn forbidden_and_missing_actions() {
        finds(&RULE, RULE.example, &["error InstallUISequence.Action[InstallFiles]"]);
        finds(&RULE, "- AdvtExecuteSequence: CostFinalize", &["error AdvtExecuteSequence"]);
        finds(&RULE, "- InstallUISequence", &[]);
        finds(&RULE, "- AdminExecuteSequence: InstallAdminPackage", &["error AdminExecuteSequence"]);
    }
}
