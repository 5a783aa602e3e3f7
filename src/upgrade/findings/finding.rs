//! One thing that is wrong with an upgrade, or worth knowing.

use super::catalogue::{Kind, explain};
use crate::diag::Severity;
use crate::machine::Resource;
use crate::rules::Confidence;

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The kind: code, title, explanation, fix.
    pub kind: &'static Kind,
    /// How bad; a finding that rests on something unknown is at most a warning.
    pub severity: Severity,
    /// The resource; none for findings about a package.
    pub resource: Option<Resource>,
    /// What exactly.
    pub message: String,
    /// How sure.
    pub confidence: Confidence,
}

impl Finding {
    pub(super) fn new(
        code: &str,
        resource: Option<Resource>,
        confidence: Confidence,
        message: String,
    ) -> Finding {
        let kind = explain(code).expect("every code used is in the catalogue");
        let severity =
            if confidence == Confidence::D { kind.severity.max(Severity::Warning) } else { kind.severity };
        Finding { kind, severity, resource, message, confidence }
    }

    /// Its code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.kind.code
    }
}
