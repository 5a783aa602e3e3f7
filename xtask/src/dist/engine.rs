//! Which engine makes the packages, and why.

use crate::config::EngineChoice;
use crate::exit::{Exit, Failure, Outcome};
use ancm_installer::plan::Sourced;
use serde::Serialize;

/// The engine of a run.
#[derive(Clone, Debug, Serialize)]
pub struct Engine {
    /// Its name.
    pub chosen: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Why this one.
    pub reason: String,
}

/// Chooses.
///
/// # Errors
/// The engine that was asked for is not to be had.
pub fn choose(asked: &Sourced<EngineChoice>) -> Outcome<Engine> {
    let reason = match asked.value {
        EngineChoice::Embedded => format!("asked for ({})", asked.origin),
        EngineChoice::Auto => {
            "this version drives no `wix`; the embedded engine works on every host".to_owned()
        }
        EngineChoice::Wix => {
            return Err(Failure::new(
                Exit::Tool,
                "engine::wix",
                format!("the engine `wix` was asked for ({}), and this version cannot drive it yet", asked.origin),
            )
            .help("use `--engine embedded`; or run WiX yourself on the sources in `wix/`: `wix/package.wxs` says how"));
        }
    };
    Ok(Engine { chosen: "embedded", version: env!("CARGO_PKG_VERSION"), reason })
}

/// When packages are said to be made, in seconds since 1970: `SOURCE_DATE_EPOCH`
/// (<https://reproducible-builds.org/specs/source-date-epoch/>), else 1980-01-01T00:00:00Z, the first moment that a
/// cabinet can hold. Never the clock: same inputs, same bytes.
///
/// # Errors
/// The variable is no number.
pub fn timestamp() -> Outcome<i64> {
    const FIRST: i64 = 315_532_800;
    match std::env::var("SOURCE_DATE_EPOCH") {
        Err(_) => Ok(FIRST),
        Ok(text) => text.parse().ok().filter(|seconds| (FIRST..=4_354_819_199).contains(seconds)).ok_or_else(|| {
            let message = format!("SOURCE_DATE_EPOCH is `{text}`; expected seconds since 1970, within the years 1980 to 2107");
            Failure::new(Exit::Usage, "engine::timestamp", message).help("`git log -1 --format=%ct` gives the last commit's")
        }),
    }
}
