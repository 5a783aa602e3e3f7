//! check::container: the file is as Windows Installer wants it.

use crate::Subject;
use crate::diag::Severity;
use crate::rule::{Findings, Rule};

/// The compound file, the string pool and the rows are as Windows Installer writes them.
pub(super) const RULE: Rule = Rule {
    code: "check::container",
    title: "the compound file, the string pool and the rows are as Windows Installer writes them",
    explanation: "Windows Installer looks rows up by bisection and counts on the order in which they are stored; a file that other readers open may fail there with error 2219, or be read wrongly.",
    fix: "write the package anew with a tool that keeps the order; this one does",
    example: "",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    for (severity, problem) in &package.contents().container {
        match severity {
            Severity::Error => found.error("", problem.as_str()),
            Severity::Warning => found.warning("", problem.as_str()),
            Severity::Note => found.note("", problem.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;

    use crate::contents::Contents;
    use crate::example::Example;

    #[test]
    fn what_is_said_of_the_file_is_told() {
        let mut example = Example::new("");
        example.contents = Contents::default().with_container(vec![(
            crate::diag::Severity::Error,
            "rows of `File` are not in order".to_owned(),
        )]);
        assert_eq!(example.findings(&RULE), ["error"]);
    }
}
