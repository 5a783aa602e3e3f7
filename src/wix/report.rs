//! Where a stage puts what it finds. Shared by reference, so that a reader of attributes and the compiler that
//! uses it can both speak.

use crate::diag::{Diagnostic, Location, Severity};
use std::cell::RefCell;

/// The findings of a build so far, in the order in which they were made.
#[derive(Debug, Default)]
pub struct Report(RefCell<Vec<Diagnostic>>);

impl Report {
    /// Adds a finding.
    pub fn push(&self, diagnostic: Diagnostic) {
        self.0.borrow_mut().push(diagnostic);
    }

    /// Adds an error with WiX's number for it.
    pub fn error(&self, number: u16, at: &Location, message: impl Into<String>) {
        self.push(Diagnostic::error(format!("WIX{number:04}"), message).at(at));
    }

    /// Adds a warning with WiX's number for it.
    pub fn warning(&self, number: u16, at: &Location, message: impl Into<String>) {
        self.push(Diagnostic::warning(format!("WIX{number:04}"), message).at(at));
    }

    /// Whether there is an error among the findings: a stage that comes next must not start.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.0.borrow().iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// All findings.
    #[must_use]
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.0.into_inner()
    }
}
