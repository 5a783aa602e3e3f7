//! ICE14: features are no parents of themselves, and roots follow nobody.

use crate::Subject;
use crate::rule::{Findings, Rule};

/// A root feature does not follow its parent, and no feature is its own parent.
pub(super) const RULE: Rule = Rule {
    code: "ICE14",
    title: "a root feature does not follow its parent, and no feature is its own parent",
    explanation: "FollowParent on a feature without parent has nothing to follow; a feature that is its own parent is a circle. https://learn.microsoft.com/windows/win32/msi/ice14",
    fix: "take the bit 2 from Attributes, or leave Feature_Parent empty",
    example: "Feature: Main |  |  |  | 1 | 1 |  | 2",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    for feature in package.rows("Feature") {
        let (name, parent) = (feature.text("Feature"), feature.text("Feature_Parent"));
        if parent == name {
            found.error(feature.at("Feature_Parent"), format!("the feature `{name}` is its own parent"));
        } else if parent.is_empty() && feature.bits("Attributes") & 2 != 0 {
            found.error(
                feature.at("Feature"),
                format!("the root feature `{name}` follows a parent that it does not have"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn roots_and_circles() {
        finds(&RULE, RULE.example, &["error Feature.Feature[Main]"]);
        finds(&RULE, "Feature: Main | Main |  |  | 1 | 1 |  | 0", &["error Feature.Feature_Parent[Main]"]);
        finds(&RULE, "Feature: Sub | Main |  |  | 1 | 1 |  | 2", &[]);
    }
}
