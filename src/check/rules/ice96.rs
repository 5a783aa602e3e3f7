//! ICE96: advertising publishes.

use crate::Subject;
use crate::rule::{Findings, Rule};

/// AdvtExecuteSequence has PublishFeatures and PublishProduct.
pub(super) const RULE: Rule = Rule {
    code: "ICE96",
    title: "AdvtExecuteSequence has PublishFeatures and PublishProduct",
    explanation: "Without them an advertised product is not known to Windows. https://learn.microsoft.com/windows/win32/msi/ice96",
    fix: "add the actions (6300 and 6400)",
    example: "- AdvtExecuteSequence: PublishProduct",
    check,
};

const TABLE: &str = "AdvtExecuteSequence";

fn check(package: &Subject<'_>, found: &mut Findings) {
    if !package.has_table(TABLE) {
        return;
    }
    for action in
        ["PublishFeatures", "PublishProduct"].into_iter().filter(|action| !package.has(TABLE, action))
    {
        found.warning(TABLE, format!("`{action}` is missing"));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn what_publishes() {
        finds(&RULE, RULE.example, &["warning AdvtExecuteSequence"]);
    }
}
