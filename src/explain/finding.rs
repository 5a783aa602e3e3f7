//! One thing that is wrong, with its proof.

use crate::diag::Severity;
use serde::Serialize;

/// What is known about why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certainty {
    /// The log says it.
    Certain,
    /// The log fits it, and does not prove it.
    Probable,
    /// The log does not have it.
    NotInThisLog,
}

/// A line of the log, quoted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Quote {
    /// Its number, from 1.
    pub line: u64,
    /// Its words, shortened where they are long.
    pub text: String,
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Its codes: those of `cargo xtask upgrade` (`U001`), an error of Windows Installer (`msi::1920`), or a slug.
    pub codes: Vec<String>,
    /// How bad it is; what ended an installation is an error.
    pub severity: Severity,
    /// How sure.
    pub certainty: Certainty,
    /// Whether it is why the installation failed.
    pub is_cause: bool,
    /// The installation, by number; nothing for a bundle or the whole log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<u32>,
    /// What happened, in a sentence.
    pub title: String,
    /// Why.
    pub why: String,
    /// What to do, or where to look, next.
    pub help: String,
    /// The lines that prove it.
    pub quotes: Vec<Quote>,
}

impl Finding {
    pub(super) fn new(code: impl Into<String>, severity: Severity, title: impl Into<String>) -> Finding {
        Finding {
            codes: vec![code.into()],
            severity,
            certainty: Certainty::Certain,
            is_cause: false,
            session: None,
            title: title.into(),
            why: String::new(),
            help: String::new(),
            quotes: Vec::new(),
        }
    }

    pub(super) fn why(mut self, why: impl Into<String>) -> Finding {
        self.why = why.into();
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Finding {
        self.help = help.into();
        self
    }

    pub(super) fn quote(mut self, line: u64, text: impl Into<String>) -> Finding {
        self.quotes.push(Quote { line, text: text.into() });
        self
    }

    pub(super) fn of(mut self, session: u32) -> Finding {
        self.session = Some(session);
        self
    }

    pub(super) fn sure(mut self, certainty: Certainty) -> Finding {
        self.certainty = certainty;
        self
    }
}
