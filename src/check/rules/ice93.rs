//! ICE93: custom actions have names of their own.

use crate::Subject;
use crate::data;
use crate::rule::{Findings, Rule};
use std::collections::BTreeSet;

/// No custom action is called like a standard action.
pub(super) const RULE: Rule = Rule {
    code: "ICE93",
    title: "no custom action is called like a standard action",
    explanation: "Windows Installer runs the standard action; the custom one never. https://learn.microsoft.com/windows/win32/msi/ice93",
    fix: "rename the custom action",
    example: "CustomAction: InstallFiles | 1 | x | y",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    let standard: BTreeSet<&str> = data::actions().map(|action| action.name).collect();
    for action in package.rows("CustomAction").filter(|row| standard.contains(row.text("Action"))) {
        found.warning(
            action.at("Action"),
            format!("`{}` is the name of a standard action", action.text("Action")),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn a_standard_name() {
        finds(&RULE, RULE.example, &["warning CustomAction.Action[InstallFiles]"]);
    }
}
