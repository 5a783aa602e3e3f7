//! Versions of WiX, and which of them are driven.

use serde::{Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A version, as `wix --version` says it: `6.0.2+b3f9403`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Version {
    /// The first number, which decides about language, extensions and EULA.
    pub major: u32,
    /// Everything before the `+`.
    text: String,
}

impl FromStr for Version {
    type Err = ();
    fn from_str(text: &str) -> Result<Version, ()> {
        let text = text.split('+').next().unwrap_or_default();
        let numbers = text.split('-').next().unwrap_or_default();
        let parts: Result<Vec<u32>, _> = numbers.split('.').map(str::parse).collect();
        match parts.map_err(drop)?.as_slice() {
            [major, _, _] | [major, _, _, _] => Ok(Version { major: *major, text: text.to_owned() }),
            _ => Err(()),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

/// Why a version is not driven.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsupported {
    /// It lacks what the sources have (<https://docs.firegiant.com/wix/whatsnew/>: both came with version 5).
    #[error(
        "WiX {0} does not know `Package/@UpgradeStrategy` and `SummaryInformation/@Comments`, which the sources have; \
         WiX 5, 6 and 7 do"
    )]
    TooOld(Version),
    /// Nobody here has looked at it.
    #[error("WiX {0} is not known here; WiX 5, 6 and 7 are")]
    Unknown(Version),
}

impl Version {
    /// Whether it is driven.
    ///
    /// # Errors
    /// Why it is not.
    pub(super) fn check(&self) -> Result<(), Unsupported> {
        match self.major {
            5..=7 => Ok(()),
            4 => Err(Unsupported::TooOld(self.clone())),
            _ => Err(Unsupported::Unknown(self.clone())),
        }
    }
}
