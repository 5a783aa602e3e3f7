//! The programs that we start: where they are, and whether they will do.

mod apt;
mod inventory;
#[cfg(windows)]
mod job;
pub mod linker;
pub mod lld;
pub mod msvc;
pub mod npm;
pub mod probe;
mod process;
pub mod python;
pub mod rust_src;
pub mod search;
pub mod signer;
pub mod wine32;
pub mod wix;

pub(crate) use probe::is_debian;
use probe::{Fit, Range};
use serde::Serialize;
use std::path::PathBuf;
use std::time::Duration;

/// What a tool is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// Making packages.
    Build,
    /// What a user may choose instead of what is always there.
    Choice,
    /// The tests.
    Test,
    /// The tests on an ARM64 machine, which nobody runs by accident.
    TestArm64,
}

impl Need {
    /// Every one, the necessary first.
    pub const ALL: [Need; 4] = [Need::Build, Need::Choice, Need::Test, Need::TestArm64];

    /// In words.
    #[must_use]
    pub fn purpose(self) -> &'static str {
        match self {
            Need::Build => "needed to make packages",
            Need::Choice => "not needed; can be chosen",
            Need::Test => "needed by tests only",
            Need::TestArm64 => "needed by `cargo xtask test --arm64` only",
        }
    }
}

/// Whether a tool will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It will.
    Usable,
    /// It is not there.
    Missing,
    /// It is there, and older than the range.
    TooOld,
    /// It is there, and newer than the range.
    TooNew,
    /// It is there, and does not answer, or something else is wrong with it.
    Unusable,
    /// Nobody needs it on this system.
    NotNeeded,
}

impl State {
    /// In words.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            State::Usable => "ok",
            State::Missing => "missing",
            State::TooOld => "too old",
            State::TooNew => "too new",
            State::Unusable => "unusable",
            State::NotNeeded => "no need",
        }
    }

    /// Whether there is nothing to mend.
    #[must_use]
    pub fn is_fine(self) -> bool {
        matches!(self, State::Usable | State::NotNeeded)
    }
}

/// A program, or a part of one. All fields are always in its JSON; what is not known is null.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tool {
    /// Its name.
    pub name: &'static str,
    /// What it is needed for.
    pub need: Need,
    /// Whether it will do.
    pub state: State,
    /// Where it is.
    pub path: Option<PathBuf>,
    /// Its version, in numbers.
    pub version: Option<String>,
    /// The versions that will do; null for any.
    pub range: Option<String>,
    /// What is wrong with it, or why nobody needs it.
    pub problem: Option<String>,
    /// The command that mends it; null where there is nothing to mend.
    pub mend: Option<String>,
    /// What was looked at to find it, and why each was taken or left.
    pub candidates: Vec<String>,
    /// The Debian package that has it, or several with blanks between, for the set-up of the tests.
    #[serde(skip)]
    pub debian: &'static str,
}

impl Tool {
    /// Every tool that we know, the necessary ones first; looked for where `wanted` says.
    #[must_use]
    pub fn all(wanted: &Wanted) -> Vec<Tool> {
        inventory::all(wanted)
    }

    fn new(name: &'static str, need: Need) -> Tool {
        Tool {
            name,
            need,
            state: State::Missing,
            path: None,
            version: None,
            range: None,
            problem: None,
            mend: None,
            candidates: Vec::new(),
            debian: "",
        }
    }

    /// It is at `path` and says `version`, and what is in `range` will do.
    fn found(mut self, path: PathBuf, version: Option<String>, range: Range) -> Tool {
        self.range = (!range.is_any()).then(|| range.to_string());
        self.path = Some(path);
        self.version = version;
        match self.version.as_deref().map_or(Fit::Good, |version| range.fit(version)) {
            Fit::Good => self.state = State::Usable,
            Fit::TooOld => return self.wrong(State::TooOld, format!("it is too old: {range} will do")),
            Fit::TooNew => return self.wrong(State::TooNew, format!("it is too new: {range} will do")),
        }
        self
    }

    fn wrong(mut self, state: State, problem: impl Into<String>) -> Tool {
        self.state = state;
        self.problem = Some(problem.into());
        self
    }

    /// `command` mends it, where there is something to mend.
    fn mended_by(mut self, command: impl Into<String>) -> Tool {
        self.mend = (!self.state.is_fine()).then(|| command.into());
        self
    }
}

/// Where the settings say that tools are.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The project's folder.
    pub project: PathBuf,
    /// The folder of Visual C++.
    pub msvc: Option<PathBuf>,
    /// The `wix` program or its folder.
    pub wix: Option<PathBuf>,
    /// The EULA of WiX that the user accepts.
    pub accepted: Option<wix::eula::EulaId>,
    /// How long a program may take to say its version; 5 seconds where that is not said.
    pub patience: Option<Duration>,
}
