//! What is wrong with a package: Microsoft's internal consistency evaluators (ICE) and rules of our own, one a file.
//!
//! Reads only what is in the package, whoever made it, so that it can contradict the plan and serves for packages of
//! others. Findings of Microsoft's rules have their codes, severities and places; `docs/check.md` says where ours differ
//! on purpose. Knows nothing of upgrades and fixes nothing.

use installer_cab as cab;
use installer_condition as condition;
use installer_diag as diag;
use installer_id as id;
use installer_msi as msi;
use installer_pe as pe;

mod allow;
mod contents;
mod data;
mod directory;
#[cfg(test)]
mod example;
mod expected;
mod form;
mod rule;
mod rules;
mod sddl;
mod sequence;
mod subject;

pub use allow::{Allowance, Judged, judge};
pub use contents::{CabinetError, Contents, FileFacts};
pub use expected::{Expected, ExpectedComponent};
pub use rule::Rule;

use crate::diag::Diagnostic;
use crate::msi::{Database, Table};
use rule::Findings;
use subject::Subject;

/// Everything that is wrong with the package `database`, whose `_Validation` table is `validation`, rule by rule.
#[must_use]
pub fn check(database: &Database, validation: Option<&Table>, contents: &Contents) -> Vec<Diagnostic> {
    let package = Subject::new(database, validation, contents);
    rules::RULES.iter().flat_map(|rule| Findings::of(rule, &package)).collect()
}

/// Every rule: Microsoft's by number, then ours.
#[must_use]
pub fn rules() -> &'static [&'static Rule] {
    rules::RULES
}

/// The rule with this code, whatever the case of its letters.
#[must_use]
pub fn rule(code: &str) -> Option<&'static Rule> {
    rules::RULES.iter().copied().find(|rule| rule.code.eq_ignore_ascii_case(code))
}

#[cfg(test)]
mod tests {
    use super::example::Example;
    use super::rules::RULES;

    #[test]
    fn every_rule_is_quiet_on_the_clean_package_and_speaks_of_its_example() {
        let clean = Example::new("");
        for rule in RULES {
            assert_eq!(clean.findings(rule), [""; 0], "{}", rule.code);
            let silent = !rule.example.is_empty() && Example::new(rule.example).findings(rule).is_empty();
            assert!(!silent, "{}: nothing is found in its own example", rule.code);
        }
    }

    #[test]
    fn codes_are_unique_and_every_text_is_there() {
        let codes: std::collections::BTreeSet<&str> = RULES.iter().map(|rule| rule.code).collect();
        assert_eq!(codes.len(), RULES.len());
        for rule in RULES {
            assert!(
                !rule.title.is_empty() && !rule.explanation.is_empty() && !rule.fix.is_empty(),
                "{}",
                rule.code
            );
        }
    }
}
