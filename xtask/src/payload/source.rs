//! The forms in which a payload is named.

use crate::exit::{Exit, Failure, Outcome};
use serde::{Serialize, Serializer};
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// A payload as the user names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayloadSource {
    /// A folder, or a file.
    Path(PathBuf),
}

impl PayloadSource {
    /// With a path that starts at `base`.
    #[must_use]
    pub fn below(self, base: &Path) -> PayloadSource {
        match self {
            PayloadSource::Path(path) => PayloadSource::Path(base.join(path)),
        }
    }
}

impl From<OsString> for PayloadSource {
    fn from(text: OsString) -> PayloadSource {
        let parsed = text.to_str().and_then(|text| text.parse().ok());
        parsed.unwrap_or(PayloadSource::Path(text.into()))
    }
}

impl FromStr for PayloadSource {
    type Err = String;
    fn from_str(text: &str) -> Result<PayloadSource, String> {
        Ok(PayloadSource::Path(text.into()))
    }
}

impl fmt::Display for PayloadSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PayloadSource::Path(path) => path.display().fmt(f),
        }
    }
}

impl Serialize for PayloadSource {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

/// The files and folders that `sources` stand for.
///
/// # Errors
/// One is an address: nothing is fetched.
pub fn local(sources: &[PayloadSource]) -> Outcome<Vec<PathBuf>> {
    let one = |PayloadSource::Path(path): &PayloadSource| {
        let text = path.to_string_lossy();
        if text.contains("://") && !path.exists() {
            let message = format!("`{text}` is an address, and payloads are not fetched");
            let help =
                "download the file, hold it against the hash that is published beside it, and name the file";
            return Err(Failure::new(Exit::Usage, "payload::address", message).help(help));
        }
        Ok(path.clone())
    };
    sources.iter().map(one).collect()
}
