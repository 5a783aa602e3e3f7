//! ICE21: every component belongs to a feature.

use crate::Subject;
use crate::rule::{Findings, Rule};
use std::collections::BTreeSet;

/// Every component belongs to a feature.
pub(super) const RULE: Rule = Rule {
    code: "ICE21",
    title: "every component belongs to a feature",
    explanation: "Windows Installer installs features; a component in none is never installed. https://learn.microsoft.com/windows/win32/msi/ice21",
    fix: "add a FeatureComponents row",
    example: "- FeatureComponents: Main | App",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    let members: BTreeSet<&str> =
        package.rows("FeatureComponents").map(|row| row.text("Component_")).collect();
    for component in package.rows("Component").filter(|row| !members.contains(row.text("Component"))) {
        found.error(
            component.at("Component"),
            format!("`{}` belongs to no feature", component.text("Component")),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn a_component_of_no_feature() {
        finds(&RULE, RULE.example, &["error Component.Component[App]"]);
        finds(&RULE, "- FeatureComponents", &["error Component.Component[App]"]);
    }
}
