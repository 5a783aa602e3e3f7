//! ICE47: features do not have too many components.

use crate::Subject;
use crate::rule::{Findings, Rule};
use std::collections::BTreeMap;

/// No feature has more than 800 components.
pub(super) const RULE: Rule = Rule {
    code: "ICE47",
    title: "no feature has more than 800 components",
    explanation: "Windows Installer once failed on features of more than 800 components, and refuses more than 1600 of one feature before version 2.0. https://learn.microsoft.com/windows/win32/msi/ice47",
    fix: "split the feature",
    example: "",
    check,
};

/// Components of a feature beyond which Microsoft's evaluator warns.
const MOST: usize = 800;

fn check(package: &Subject<'_>, found: &mut Findings) {
    let mut components: BTreeMap<&str, usize> = BTreeMap::new();
    for row in package.rows("FeatureComponents") {
        *components.entry(row.text("Feature_")).or_default() += 1;
    }
    for feature in package.rows("Feature") {
        let name = feature.text("Feature");
        let count = components.get(name).copied().unwrap_or(0);
        if count > MOST {
            found.warning(
                feature.at("Feature"),
                format!("the feature `{name}` has {count} components, more than {MOST}"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn a_feature_of_many_components() {
        let rows = |count: usize| -> String {
            (1..count).map(|n| format!("FeatureComponents: Main | C{n}\n")).collect()
        };
        finds(&RULE, &rows(800), &[]);
        finds(&RULE, &rows(801), &["warning Feature.Feature[Main]"]);
    }
}
