//! Findings that somebody allows, with the reason.

use crate::diag::{Diagnostic, Severity};
use serde::Deserialize;

/// A finding that is meant to be.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowance {
    /// The rule's code.
    pub code: String,
    /// The table that it is allowed in; none for every table.
    pub table: Option<String>,
    /// The column; none for every column.
    pub column: Option<String>,
    /// The row's key, fields separated by `/`; none for every row.
    pub row: Option<String>,
    /// Why: for those who read it in a year.
    pub reason: String,
}

impl Allowance {
    fn covers(&self, finding: &Diagnostic) -> bool {
        let is = |wanted: &Option<String>, found: Option<String>| {
            wanted.is_none() || wanted.as_deref() == found.as_deref()
        };
        let place = finding.place.as_ref();
        self.code.eq_ignore_ascii_case(&finding.code)
            && is(&self.table, place.map(|place| place.table.clone()))
            && is(&self.column, place.map(|place| place.column.clone()))
            && is(&self.row, place.map(|place| place.row.join("/")))
    }
}

/// Findings, and those among them that are allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// What is to be told.
    pub findings: Vec<Diagnostic>,
    /// What is allowed, with the reason.
    pub allowed: Vec<(Diagnostic, String)>,
    /// For each allowance, in the given order, whether it covered anything.
    pub used: Vec<bool>,
}

impl Judged {
    /// How many findings have this severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}

/// Sorts out what is allowed.
#[must_use]
pub fn judge(findings: Vec<Diagnostic>, allowances: &[Allowance]) -> Judged {
    let mut judged = Judged { used: vec![false; allowances.len()], ..Judged::default() };
    for finding in findings {
        match allowances.iter().position(|allowance| allowance.covers(&finding)) {
            Some(at) => {
                judged.used[at] = true;
                judged.allowed.push((finding, allowances[at].reason.clone()));
            }
            None => judged.findings.push(finding),
        }
    }
    judged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Place;

    #[test]
    fn an_allowance_covers_what_it_names_and_no_more() {
        let at = |row: &str| {
            let place = Place { table: "Upgrade".into(), column: "VersionMax".into(), row: vec![row.into()] };
            Diagnostic::warning("ICE61", "x").place(place)
        };
        let allow = |row: Option<&str>, code: &str| Allowance {
            code: code.to_owned(),
            table: Some("Upgrade".to_owned()),
            column: None,
            row: row.map(str::to_owned),
            reason: "same versions are replaced".to_owned(),
        };
        let allowances = [allow(Some("a"), "ice61"), allow(Some("c"), "ICE61")];
        let judged = judge(vec![at("a"), at("b"), Diagnostic::error("ICE03", "y")], &allowances);
        assert_eq!((judged.findings.len(), judged.allowed.len()), (2, 1));
        assert_eq!(judged.used, [true, false]);
        assert_eq!((judged.count(Severity::Error), judged.count(Severity::Warning)), (1, 1));
    }
}
