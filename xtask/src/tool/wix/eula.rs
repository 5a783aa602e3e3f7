//! The EULA of WiX's binaries (<https://wixtoolset.org/osmf/>): WiX 7 does nothing before it is accepted (WIX7015), with
//! `wix eula accept wix7` once for a user, or with `-acceptEula wix7` for one run. Nobody accepts it for the user here:
//! the user says so in so many words.

use super::Version;
use ancm_installer::id::UnknownWord;
use serde::Serialize;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

/// The first version that asks.
const FIRST: u32 = 7;

/// The name of a EULA, such as `wix7`: that of a major version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EulaId(u32);

impl FromStr for EulaId {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<EulaId, UnknownWord> {
        match text.strip_prefix("wix").map(str::parse) {
            Some(Ok(FIRST)) => Ok(EulaId(FIRST)),
            _ => Err(UnknownWord::new(text, "a EULA that can be accepted here", format!("wix{FIRST}"))),
        }
    }
}

impl fmt::Display for EulaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "wix{}", self.0)
    }
}

impl Serialize for EulaId {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

/// A EULA that the user has not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("WiX {version} wants its EULA accepted first (WIX7015): {}", advice(*.id))]
pub struct NotAccepted {
    version: Version,
    id: EulaId,
}

/// What a run of `version` has to be told: the EULA that the user accepts with `accepted`; nothing where it has none or
/// where the user, whose own folder is `home`, accepted it before.
///
/// # Errors
/// It was not accepted, and how the user can do it.
pub(super) fn check(
    version: &Version,
    home: Option<&Path>,
    accepted: Option<EulaId>,
) -> Result<Option<EulaId>, NotAccepted> {
    let id = EulaId(version.major);
    // WiX looks for the file only, not at what is in it
    let before = home.map(|home| home.join(format!(".wix/{id}-osmf-eula.txt"))).filter(|file| file.is_file());
    if version.major < FIRST || before.is_some() {
        Ok(None)
    } else if accepted == Some(id) {
        Ok(accepted)
    } else {
        Err(NotAccepted { version: version.clone(), id })
    }
}

/// How a user accepts.
fn advice(id: EulaId) -> String {
    format!(
        "read https://wixtoolset.org/osmf/, then run `wix eula accept {id}`, or add `--accept-wix-eula {id}`"
    )
}

/// What to do about WIX7015.
#[must_use]
pub fn help() -> String {
    advice(EulaId(FIRST))
}
