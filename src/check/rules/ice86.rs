//! ICE86: conditions ask for privileges, not for administrators.

use crate::Subject;
use crate::condition::Condition;
use crate::rule::{Findings, Rule};

/// Conditions ask for Privileged instead of AdminUser.
pub(super) const RULE: Rule = Rule {
    code: "ICE86",
    title: "conditions ask for Privileged instead of AdminUser",
    explanation: "AdminUser says whether the user is an administrator; an installation can have privileges without one, by policy or elevation. https://learn.microsoft.com/windows/win32/msi/ice86",
    fix: "ask for Privileged",
    example: "InstallExecuteSequence: RemoveFiles | AdminUser | 3500",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    for column in package.validation().filter(|row| row.text("Category") == "Condition") {
        let (table, column) = (column.text("Table"), column.text("Column"));
        for row in package.rows(table).filter(|row| row.text(column).contains("AdminUser")) {
            let Ok(condition) = row.text(column).parse::<Condition>() else { continue };
            if condition.references().any(|named| named == (None, "AdminUser")) {
                found.warning(
                    row.at(column),
                    "the condition asks for `AdminUser`; `Privileged` is often meant",
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn admin_user() {
        finds(&RULE, RULE.example, &["warning InstallExecuteSequence.Condition[RemoveFiles]"]);
        finds(&RULE, r#"InstallExecuteSequence: RemoveFiles | Privileged AND X="AdminUser" | 3500"#, &[]);
    }
}
