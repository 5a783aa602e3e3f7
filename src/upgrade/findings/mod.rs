//! What is wrong with an upgrade, or worth knowing: causes read off the chains, and facts of the two packages.

mod catalogue;
mod causes;
mod detection;
mod facts;
mod finding;
mod sharing;

pub use catalogue::{KINDS, Kind, explain};
pub use finding::Finding;

use super::kin::Kin;
use super::report::Report;
use super::scenario::{Played, Scenario};

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
