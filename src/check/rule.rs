//! What a rule is, and what it says of a package.

use super::Subject;
use super::subject::Row;
use crate::diag::{Diagnostic, Place, Severity};

/// A rule: what it asks, why, and what to do about what it finds.
#[derive(Debug)]
pub struct Rule {
    /// The code that findings carry: that of Microsoft's evaluator, so that people can search for it, else a slug of
    /// ours.
    pub code: &'static str,
    /// The rule in a line.
    pub title: &'static str,
    /// What Windows Installer does where the rule is broken, and where that is written.
    pub explanation: &'static str,
    /// How to mend it.
    pub fix: &'static str,
    /// Rows that break it, where a package is otherwise clean: `Table: cell | cell`, `- Table: key` for a row that is
    /// missing, `- Table` for a table that is, `Summary: Name | value` for the summary information.
    pub example: &'static str,
    pub(super) check: fn(&Subject<'_>, &mut Findings),
}

/// Most findings of one rule that are told one by one; a package with more has one fault many times over.
pub(super) const MOST: usize = 10_000;

/// The findings of one rule.
pub(super) struct Findings {
    rule: &'static Rule,
    found: Vec<Diagnostic>,
    untold: usize,
}

impl Findings {
    /// What `rule` finds in `package`.
    pub(super) fn of(rule: &'static Rule, package: &Subject<'_>) -> Vec<Diagnostic> {
        let mut findings = Findings { rule, found: Vec::new(), untold: 0 };
        (rule.check)(package, &mut findings);
        if findings.untold > 0 {
            let message = format!("{} more findings of this kind are not told one by one", findings.untold);
            findings.found.push(Diagnostic::new(Severity::Note, rule.code, message));
        }
        findings.found
    }

    /// An error at `place`.
    pub(super) fn error(&mut self, place: impl Into<Place>, message: impl Into<String>) {
        self.add(Severity::Error, place.into(), message.into());
    }

    /// A warning at `place`.
    pub(super) fn warning(&mut self, place: impl Into<Place>, message: impl Into<String>) {
        self.add(Severity::Warning, place.into(), message.into());
    }

    /// Something to know, at `place`.
    pub(super) fn note(&mut self, place: impl Into<Place>, message: impl Into<String>) {
        self.add(Severity::Note, place.into(), message.into());
    }

    fn add(&mut self, severity: Severity, place: Place, message: String) {
        if self.found.len() >= MOST {
            self.untold += 1;
            return;
        }
        let mut finding = Diagnostic::new(severity, self.rule.code, message).help(self.rule.fix);
        if !place.table.is_empty() {
            finding = finding.place(place);
        }
        self.found.push(finding);
    }
}

/// A property of the summary information, by its number.
pub(super) fn summary(property: u32) -> Place {
    Place { table: "_SummaryInfo".to_owned(), column: property.to_string(), row: Vec::new() }
}

/// A column of a row that may not be there.
pub(super) fn cell(table: &str, column: &str, row: &[&str]) -> Place {
    let row = row.iter().map(|key| (*key).to_owned()).collect();
    Place { table: table.to_owned(), column: column.to_owned(), row }
}

impl Row<'_> {
    /// The place of `column` in this row.
    pub(super) fn at(&self, column: &str) -> Place {
        Place { table: self.table().to_owned(), column: column.to_owned(), row: self.key() }
    }
}
