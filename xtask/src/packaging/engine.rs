//! Which engine makes the packages, and why.

use crate::exit::{Exit, Failure, Outcome};
use crate::inputs::Gathered;
use crate::settings::EngineChoice;
use crate::tool::search::Candidate;
use crate::tool::wix::{self, Host, Search, Wix};
use ancm_installer::diag::Diagnostic;
use ancm_installer::plan::Origin;
use ancm_installer::wix::Compat;
use serde::Serialize;
use std::fmt;

/// What makes packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The engine in this program.
    Embedded,
    /// The `wix` command.
    Wix,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Embedded => "embedded",
            Kind::Wix => "wix",
        })
    }
}

/// The engine of a run.
#[derive(Clone, Debug, Serialize)]
pub struct Engine {
    /// Which one.
    pub chosen: Kind,
    /// Its version.
    pub version: String,
    /// Why this one, in words that are the same on every machine, since the manifest is.
    pub reason: String,
    /// What there is to add about this machine.
    #[serde(skip)]
    pub detail: Option<String>,
    /// The `wix` that makes the packages, or that they are checked with.
    #[serde(skip)]
    pub wix: Option<Wix>,
    /// The WiX that the embedded engine is like.
    #[serde(skip)]
    pub compat: Compat,
    /// What was looked at to find it; empty where nothing was looked for.
    #[serde(skip)]
    pub candidates: Vec<Candidate>,
}

/// Chooses. With `cross_check`, WiX is needed whatever is chosen.
///
/// # Errors
/// WiX was asked for and is not to be had.
pub fn choose(gathered: &Gathered, cross_check: bool) -> Outcome<Engine> {
    let Gathered { engine, wix, .. } = gathered;
    let insists = match (engine.value, wix) {
        (EngineChoice::Wix, _) => Some(&engine.origin),
        (EngineChoice::Auto, Some(wix)) => Some(&wix.origin),
        (EngineChoice::Auto, None) | (EngineChoice::Embedded, _) => None,
    };
    let automatic = engine.value == EngineChoice::Auto;
    let search = match insists {
        Some(origin) => needed(gathered, &origin.to_string())?,
        None if cross_check => needed(gathered, "--cross-check")?,
        None if automatic && cfg!(windows) => search(gathered),
        None => Search::default(),
    };
    let takes_wix = insists.is_some() || automatic && cfg!(windows);
    let why_not = search.why_not();
    let Search { found, candidates, .. } = search;
    let like = |wix: &Wix| wix.version.major.to_string().parse().ok();
    let compat =
        gathered.compat.as_ref().map(|compat| compat.value).or_else(|| found.as_ref().and_then(like));
    let compat = compat.unwrap_or_default();
    if let (Some(wix), true) = (&found, takes_wix) {
        let reason = insists.map_or_else(|| "it works on this machine".to_owned(), asked_for);
        let version = wix.version.to_string();
        return Ok(Engine {
            chosen: Kind::Wix,
            version,
            reason,
            detail: None,
            wix: found,
            compat,
            candidates,
        });
    }
    let (reason, detail) = match (automatic, cfg!(windows)) {
        (false, _) => (asked_for(&engine.origin), None),
        (true, true) => (NO_WIX.to_owned(), Some(why_not)),
        (true, false) => (NO_WIX.to_owned(), Some("it makes packages on Windows only".to_owned())),
    };
    let version = env!("CARGO_PKG_VERSION").to_owned();
    Ok(Engine { chosen: Kind::Embedded, version, reason, detail, wix: found, compat, candidates })
}

const NO_WIX: &str = "no WiX works on this machine";

fn asked_for(origin: &Origin) -> String {
    format!("asked for ({origin})")
}

fn search(gathered: &Gathered) -> Search {
    let asked = gathered.wix.as_ref().map(|wix| wix.value.as_path());
    let eula = gathered.accept_wix_eula.as_ref().map(|eula| eula.value);
    Search::run(&Host::this(&gathered.root), asked, eula)
}

/// A search that found something.
fn needed(gathered: &Gathered, by: &str) -> Outcome<Search> {
    let search = search(gathered);
    if search.found.is_some() {
        return Ok(search);
    }
    let message = format!("WiX is needed ({by}), and there is none that works: {}", search.why_not());
    let help =
        format!("`{}` installs one; `--engine embedded`, without `--cross-check`, needs none", wix::MEND);
    Err(Failure::new(Exit::Tool, "wix::missing", message).help(help))
}

impl Engine {
    /// What deserves a look.
    #[must_use]
    pub fn warnings(&self) -> Vec<Diagnostic> {
        let mut warnings = Vec::new();
        if self.wix.is_some() && !cfg!(windows) {
            let message = "WiX makes packages on Windows only: elsewhere it has no `msi.dll`";
            warnings.push(
                Diagnostic::warning("wix::host", message)
                    .help("it was asked for, so it is started; `--engine embedded` works on every host"),
            );
        }
        warnings
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.chosen, self.version, self.reason)?;
        self.detail.iter().try_for_each(|detail| write!(f, " ({detail})"))
    }
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
