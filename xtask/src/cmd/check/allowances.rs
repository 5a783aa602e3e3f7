//! What is allowed, and by whom: the project's file for its own packages, the command line for all.

use crate::exit::{Exit, Failure, Outcome};
use ancm_installer::check::{Allowance, Judged, judge};
use ancm_installer::diag::{Diagnostic, Location};
use serde::Deserialize;
use std::path::Path;

/// Where the project says what its packages may do.
pub const FILE: &str = "wix/check.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Project {
    #[serde(default)]
    allow: Vec<Allowance>,
}

/// Allowances, and which of them were used.
pub struct Allowances {
    all: Vec<Allowance>,
    /// How many of them, at the front, are the project's.
    project: usize,
    used: Vec<bool>,
    /// Whether a package of the project was judged.
    asked: bool,
}

impl Allowances {
    /// Those of the project in `root`, and `flags`, each `CODE=REASON`.
    ///
    /// # Errors
    /// One cannot be read, or has no reason.
    pub fn read(root: &Path, flags: &[String]) -> Outcome<Allowances> {
        let path = root.join(FILE);
        let wrong =
            |problem: String| Failure::new(Exit::Usage, "check::allow", format!("`{FILE}`: {problem}"));
        let mut all = match std::fs::read_to_string(&path) {
            Ok(text) => toml::from_str::<Project>(&text).map_err(|error| wrong(error.to_string()))?.allow,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(wrong(error.to_string())),
        };
        if let Some(bare) = all.iter().find(|allowance| allowance.reason.trim().is_empty()) {
            return Err(wrong(format!("{} is allowed without a reason", bare.code)));
        }
        let project = all.len();
        for flag in flags {
            let (code, reason) = flag
                .split_once('=')
                .filter(|(code, reason)| !code.is_empty() && !reason.trim().is_empty())
                .ok_or_else(|| {
                    let message = format!("`--allow {flag}` is not of the form CODE=REASON");
                    Failure::new(Exit::Usage, "check::allow", message)
                        .help("say why: `--allow \"ICE61=the same version may be installed again\"`")
                })?;
            let (code, reason) = (code.to_owned(), reason.to_owned());
            all.push(Allowance { code, table: None, column: None, row: None, reason });
        }
        let used = vec![false; all.len()];
        Ok(Allowances { all, project, used, asked: false })
    }

    /// Sorts out what is allowed in a package; the project's allowances are for packages of the project.
    pub fn judge(&mut self, findings: Vec<Diagnostic>, of_project: bool) -> Judged {
        let start = if of_project { 0 } else { self.project };
        self.asked |= of_project;
        let judged = judge(findings, &self.all[start..]);
        for (used, now) in self.used[start..].iter_mut().zip(&judged.used) {
            *used |= now;
        }
        judged
    }

    /// What was allowed and never found; the project's only where a package of it was judged.
    #[must_use]
    pub fn unused(&self) -> Vec<Diagnostic> {
        let unused = self.all.iter().zip(&self.used).enumerate().filter(|(_, (_, used))| !**used);
        unused
            .filter(|(at, _)| self.asked || *at >= self.project)
            .map(|(at, (allowance, _))| {
                let message = format!(
                    "{} is allowed ({}), and nothing of it was found",
                    allowance.code, allowance.reason
                );
                let finding =
                    Diagnostic::warning("check::unused_allowance", message).help("take the allowance out");
                let file = Location { file: FILE.into(), line: 0, column: 0 };
                if at < self.project { finding.at(&file) } else { finding }
            })
            .collect()
    }
}
