//! Why a WiX will not do.

use super::eula::NotAccepted;
use super::version::Unsupported;
use std::io;
use std::process::ExitStatus;
use std::time::Duration;

/// Why a `wix` is left: what follows its name.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// No such file.
    #[error("it is not there")]
    Missing,
    /// There is no folder for what it says.
    #[error("no scratch folder: {0}")]
    Scratch(#[source] io::Error),
    /// It does not start.
    #[error("it does not start: {0}")]
    Start(#[source] io::Error),
    /// It does not end.
    #[error("`wix --version` did not end within {} seconds", .0.as_secs_f64())]
    TooLong(Duration),
    /// It fails.
    #[error("`wix --version` fails ({status}): {said}{mend}")]
    Fails {
        /// How it ended.
        status: ExitStatus,
        /// What it said.
        said: String,
        /// What may help, behind a semicolon.
        mend: &'static str,
    },
    /// Something else than WiX.
    #[error("`wix --version` says no version: {0}")]
    NoVersion(String),
    /// A version that is not driven.
    #[error(transparent)]
    Version(#[from] Unsupported),
    /// A version whose EULA the user has not accepted.
    #[error(transparent)]
    Eula(#[from] NotAccepted),
}
