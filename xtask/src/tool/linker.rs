//! What links the ARM64X DLLs: the Rust toolchain's LLD, or Visual C++.

use super::lld::{Lld, LldError};
use super::msvc::{self, BuildError, Host, Msvc, Search};
use super::search::Candidate;
use crate::exit::{Exit, Failure, Outcome};
use ancm_installer::id::UnknownWord;
use ancm_installer::native::LinkJob;
use ancm_installer::native::loader::X64Code;
use clap::ValueEnum;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// What the user asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum LinkerChoice {
    /// LLD, so that the same inputs give the same bytes on every host; Visual C++ where there is none.
    #[default]
    Auto,
    /// LLD of the Rust toolchain.
    RustLld,
    /// Visual C++.
    Msvc,
}

impl FromStr for LinkerChoice {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        ValueEnum::from_str(text, true)
            .map_err(|_| UnknownWord::new(text, "a linker", "auto, rust-lld or msvc"))
    }
}

/// A linker that will do.
pub enum Linker {
    /// LLD of the Rust toolchain.
    Lld(Lld),
    /// Visual C++, and what was looked at to find it.
    Msvc(Msvc, Vec<Candidate>),
}

impl Linker {
    /// The linker for `choice`; `folder` is that of Visual C++ where the user names one, which asks for it.
    ///
    /// # Errors
    /// There is none, and why.
    pub fn choose(choice: LinkerChoice, folder: Option<&Path>) -> Outcome<Linker> {
        let choice = if folder.is_some() { LinkerChoice::Msvc } else { choice };
        let lld_problem = match choice {
            LinkerChoice::Msvc => None,
            LinkerChoice::Auto | LinkerChoice::RustLld => match Lld::find() {
                Ok(lld) => return Ok(Linker::Lld(lld)),
                Err(error) => Some(Failure::new(Exit::Tool, "lld::unusable", error.to_string())),
            },
        };
        if let (LinkerChoice::RustLld, Some(failure)) = (choice, &lld_problem) {
            return Err(failure.clone());
        }
        let search = Search::run(&Host::this(), folder);
        match (&search.found, lld_problem) {
            (Some(msvc), _) => Ok(Linker::Msvc(msvc.clone(), search.candidates)),
            // whoever did not ask for Visual C++ is better served with Rust's own
            (None, Some(failure)) => Err(failure),
            (None, None) => {
                let message = format!("there is no Visual C++ with ARM64 tools: {}", search.why_not());
                Err(Failure::new(Exit::Tool, "msvc::missing", message).help(msvc::MEND))
            }
        }
    }

    /// Its name and version.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Linker::Lld(lld) => format!("rust-lld {}", lld.version()),
            Linker::Msvc(msvc, _) => format!("Visual C++ {}", msvc.version()),
        }
    }

    /// What was looked at to find it, and why it was taken or left.
    pub fn candidates(&self) -> impl Iterator<Item = String> {
        let candidates = match self {
            Linker::Lld(_) => &[][..],
            Linker::Msvc(_, candidates) => candidates,
        };
        candidates.iter().map(ToString::to_string)
    }

    /// Runs `job`, of a module with the loader's `code` or without code; the module was read back and is right. Where
    /// Visual C++ makes none, LLD does, and that is said.
    ///
    /// # Errors
    /// What went wrong.
    pub fn link(&self, job: &LinkJob, code: Option<X64Code>) -> Result<Linked, LinkError> {
        let msvc = match self {
            Linker::Lld(lld) => {
                let bytes = lld.link(job)?;
                return Ok(Linked { bytes, by: self.name(), instead_of: None });
            }
            Linker::Msvc(msvc, _) => msvc,
        };
        let problem = match msvc.link_job(job, code) {
            Ok(bytes) => return Ok(Linked { bytes, by: self.name(), instead_of: None }),
            Err(problem) => problem,
        };
        let link = msvc.link();
        match Lld::find().and_then(|lld| Ok((lld.link(job)?, lld))) {
            Ok((bytes, lld)) => {
                let problem = format!("{}: {problem}", link.display());
                let instead_of = Some(Instead { linker: self.name(), problem });
                Ok(Linked { bytes, by: Linker::Lld(lld).name(), instead_of })
            }
            Err(lld) => Err(LinkError::Neither { link, problem: Box::new(problem), lld }),
        }
    }
}

/// Why there is no module.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// LLD was asked for.
    #[error(transparent)]
    Lld(#[from] LldError),
    /// Visual C++ was, and LLD makes none either.
    #[error("{}: {problem}\nand instead of it: {lld}", .link.display())]
    Neither {
        /// Visual C++'s linker.
        link: PathBuf,
        /// What came of it.
        problem: Box<BuildError>,
        /// What came of LLD.
        lld: LldError,
    },
}

/// A module, and what linked it.
pub struct Linked {
    /// The module.
    pub bytes: Vec<u8>,
    /// The linker's name and version.
    pub by: String,
    /// The linker that should have done it.
    pub instead_of: Option<Instead>,
}

/// A linker that made no module.
pub struct Instead {
    /// Its name and version.
    pub linker: String,
    /// What it was started with, and what came of it.
    pub problem: String,
}
