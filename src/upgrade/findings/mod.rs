//! What is wrong with an upgrade, or worth knowing: causes read off the chains, and facts of the two packages.

mod catalogue;
mod causes;
mod detection;
mod facts;
mod sharing;

pub use catalogue::{KINDS, Kind, explain};

use super::kin::Kin;
use super::machine::Resource;
use super::report::Report;
use super::rules::Confidence;
use super::scenario::{Played, Scenario};
use crate::diag::Severity;

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
    fn new(code: &str, resource: Option<Resource>, confidence: Confidence, message: String) -> Finding {
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

/// All findings, worst first.
pub(super) fn findings(scenario: &Scenario, played: &Played, report: &Report, kin: &Kin) -> Vec<Finding> {
    let mut found = causes::of(report);
    found.extend(detection::of(scenario, played, report, kin));
    found.extend(sharing::of(scenario, played, report));
    found.extend(facts::of(scenario, played, report));
    found.sort_by(|a, b| {
        (a.severity, a.kind.code, &a.resource, &a.message).cmp(&(
            b.severity,
            b.kind.code,
            &b.resource,
            &b.message,
        ))
    });
    found.dedup();
    found
}
