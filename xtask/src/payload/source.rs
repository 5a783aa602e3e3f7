//! The forms in which a payload is named.

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
#[must_use]
pub fn local(sources: &[PayloadSource]) -> Vec<PathBuf> {
    sources.iter().map(|PayloadSource::Path(path)| path.clone()).collect()
}
