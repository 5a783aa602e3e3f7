//! ICE101: names of features are short.

use crate::Subject;
use crate::rule::{Findings, Rule};

/// Names of features have at most 38 characters.
pub(super) const RULE: Rule = Rule {
    code: "ICE101",
    title: "names of features have at most 38 characters",
    explanation: "MsiEnumFeatures and its kin give buffers of 38 characters. https://learn.microsoft.com/windows/win32/msi/ice101",
    fix: "shorten the name",
    example: "Feature: AFeatureWhoseNameIsLongerThanThirtyEight |  |  |  | 1 | 1 |  | 0",
    check,
};

/// `MAX_FEATURE_CHARS`.
const MOST: usize = 38;

fn check(package: &Subject<'_>, found: &mut Findings) {
    for feature in package.rows("Feature") {
        let name = feature.text("Feature");
        let length = name.encode_utf16().count();
        if length > MOST {
            found.error(feature.at("Feature"), format!("`{name}` has {length} characters, more than {MOST}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn a_long_name() {
        finds(&RULE, RULE.example, &["error Feature.Feature[AFeatureWhoseNameIsLongerThanThirtyEight]"]);
    }
}
