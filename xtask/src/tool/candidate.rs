//! What was looked at in a search for a tool, and why it was taken or left.

use serde::Serialize;
use std::fmt;
use std::path::{Path, PathBuf};

/// Something that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// How it was found: `--wix`, `WIX6`, `developer prompt`, the name of a Visual Studio.
    pub name: String,
    /// The file or folder that it is.
    pub path: PathBuf,
    /// Why it was taken or left.
    pub verdict: String,
}

impl Candidate {
    /// One that will do; `what` it is.
    #[must_use]
    pub fn taken(name: &str, path: &Path, what: impl fmt::Display) -> Candidate {
        Candidate { name: name.to_owned(), path: path.to_owned(), verdict: format!("taken: {what}") }
    }

    /// One that will not do, and `why`.
    #[must_use]
    pub fn left(name: &str, path: &Path, why: impl fmt::Display) -> Candidate {
        Candidate { name: name.to_owned(), path: path.to_owned(), verdict: format!("left: {why}") }
    }
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (`{}`), {}", self.name, self.path.display(), self.verdict)
    }
}
