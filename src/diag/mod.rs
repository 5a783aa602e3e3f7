//! Diagnostics about something a user wrote or gave: where, what, what was expected, what to do next.
//!
//! The one currency for findings of the engine, the configuration reader, the checkers and the analysers, and the
//! renderers of it: [`text`] for people, [`sarif`] for code scanning, [`github`] for annotations,
//! [`markup`] for pages; a [`Diagnostic`]
//! serializes by itself. Printing is the command line's job.

pub mod github;
pub mod markup;
mod meant;
pub mod sarif;
mod shortened;
mod source;
pub mod text;

pub use meant::meant;
pub use shortened::{floor, shortened};

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

impl Location {
    /// The place of the byte at `offset` in the `text` of `file`.
    #[must_use]
    pub fn of_offset(file: &Arc<str>, text: &str, offset: usize) -> Location {
        let before = text.get(..offset).unwrap_or_default();
        let line = before.matches('\n').count() as u32 + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() as u32 + 1;
        Location { file: file.clone(), line, column }
    }
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

/// A place in an installer database.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The table; `_SummaryInfo` for the summary information, whose columns are the numbers of its properties.
    pub table: String,
    /// The column; empty where the whole row or table is meant.
    pub column: String,
    /// The primary key of the row, field by field; empty where the whole table is meant.
    pub row: Vec<String>,
}

impl fmt::Display for Place {
    /// `Table.Column[key/key]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.table)?;
        if !self.column.is_empty() {
            write!(f, ".{}", self.column)?;
        }
        if self.row.is_empty() { Ok(()) } else { write!(f, "[{}]", self.row.join("/")) }
    }
}

/// A whole table.
impl From<&str> for Place {
    fn from(table: &str) -> Place {
        Place { table: table.to_owned(), ..Place::default() }
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
    /// Where in the installer database that `at` names; none for findings about anything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Other places that matter, each with its own short label ("first defined here").
    pub related: Vec<(Location, String)>,
    /// What to do next.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A finding of `severity` with `code` and `message`, without a place.
    pub fn new(severity: Severity, code: impl Into<String>, message: impl Into<String>) -> Self {
        let (code, message) = (code.into(), message.into());
        Diagnostic { severity, code, message, at: None, place: None, related: Vec::new(), help: None }
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

    /// Says where in an installer database.
    #[must_use]
    pub fn place(mut self, place: Place) -> Self {
        self.place = Some(place);
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
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        write!(f, "{}[{}]: {}", self.severity, self.code, self.message)
    }
}
