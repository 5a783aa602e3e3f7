//! What happened, read from the log of an installation after it: which products, in what order, what failed and why.
//!
//! Reads logs of Windows Installer (verbose or not, of any encoding, whole or quoted) and of Burn as a stream, in bounded
//! memory. Where the log does not have the reason, the answer says so and where to look. Findings carry the codes of
//! [`crate::upgrade`]; [`against`] holds a log against what that predicts.

use installer_diag as diag;
use installer_id as id;
use installer_upgrade as upgrade;

mod against;
mod cause;
mod finding;
mod follow;
mod known;
mod line;
mod page;
mod story;
mod trouble;

pub use against::{Agreement, Comparison, Row, against};
pub use finding::{Certainty, Finding, Quote};
pub use known::{codes, errors};
pub use line::Topic;
pub use line::text::Encoding;
pub use story::{
    ActionRun, Bounded, Bundle, BundlePackage, ComponentState, Coverage, CustomAction, Evidence,
    EvidenceKind, Failure, FileDecision, Ignored, Purpose, Session, Story,
};

use std::io::{self, Read};

/// Reads a log to its end.
///
/// # Errors
/// The log cannot be read; whatever is in it is no error.
pub fn read(log: impl Read) -> io::Result<Story> {
    let mut lines = line::text::Lines::new(log);
    let mut follower = follow::Follower::new();
    let mut number = 0;
    while let Some(line) = lines.next()? {
        number += 1;
        follower.line(number, line);
    }
    let follow::Followed { sessions, left_off, disk, bundles, coverage } = follower.finish();
    let mut story = Story {
        encoding: lines.encoding(),
        bytes: lines.read,
        lines: number,
        cut: lines.cut,
        coverage,
        sessions,
        sessions_left_off: left_off,
        bundles,
        findings: Vec::new(),
    };
    let mut findings = cause::of(&story);
    findings.extend(trouble::of(&story, &disk));
    story.findings = findings;
    Ok(story)
}
