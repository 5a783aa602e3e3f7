//! Diagnostics about something a user wrote: where, what, what was expected, what to do next.
//!
//! The one currency for findings of the engine, the configuration reader and the checkers. Rendering (colour,
//! source excerpts, JSON) is the command line's job.

use serde::Serialize;
use std::fmt;
use std::sync::Arc;

/// A place in a text file. Lines and columns count from 1; columns count characters, not bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Location {
    /// The file as the user named it.
    pub file: Arc<str>,
    /// Line, from 1; 0 where only the file is known.
    pub line: u32,
    /// Column, from 1; 0 where only the line is known.
    pub column: u32,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        match (self.line, self.column) {
            (0, _) => Ok(()),
            (line, 0) => write!(f, ":{line}"),
            (line, column) => write!(f, ":{line}:{column}"),
        }
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The output is not made, or must not ship.
    Error,
    /// The output is made; something in it deserves a look.
    Warning,
    /// For information.
    Note,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        })
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// The stable code, for example `WIX0094`, or a slug of ours such as `config::unknown_key`.
    pub code: String,
    /// One sentence: lower-case start, no full stop, literals in backticks.
    pub message: String,
    /// Where; none for findings about a whole run.
    pub at: Option<Location>,
    /// Other places that matter, each with its own short label ("first defined here").
    pub related: Vec<(Location, String)>,
    /// What to do next.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A finding of `severity` with `code` and `message`, without a place.
    pub fn new(severity: Severity, code: impl Into<String>, message: impl Into<String>) -> Self {
        let (code, message) = (code.into(), message.into());
        Diagnostic { severity, code, message, at: None, related: Vec::new(), help: None }
    }

    /// An error; see [`Diagnostic::new`].
    pub fn error(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    /// A warning; see [`Diagnostic::new`].
    pub fn warning(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    /// Says where.
    #[must_use]
    pub fn at(mut self, at: &Location) -> Self {
        self.at = Some(at.clone());
        self
    }

    /// Says what to do next.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds another place with a label.
    #[must_use]
    pub fn related(mut self, at: &Location, label: impl Into<String>) -> Self {
        self.related.push((at.clone(), label.into()));
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(at) = &self.at {
            write!(f, "{at}: ")?;
        }
        write!(f, "{}[{}]: {}", self.severity, self.code, self.message)
    }
}
