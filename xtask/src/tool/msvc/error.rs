//! Why a Visual C++ will not do, does not answer, or makes nothing.

use crate::tool::process::RunError;
use std::env::JoinPathsError;
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

/// Why a Visual C++ is left: what follows its name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// No programs for this machine.
    #[error("Visual C++ does not run on {0}")]
    Processor(&'static str),
    /// The linker for ARM64 is missing.
    #[error("it has no `{}`: the ARM64 tools are not installed", .0.display())]
    NoTools(PathBuf),
    /// A Visual Studio without it.
    #[error("it has no Visual C++")]
    None,
    /// A Visual Studio that is being installed.
    #[error("its installation is not complete")]
    Incomplete,
    /// A prompt without it.
    #[error("it does not set VCToolsInstallDir: its Visual Studio has no Visual C++")]
    NotSet,
    /// A prompt whose folder was removed.
    #[error("its folder is gone, so it is older than the last update: open a new one")]
    Gone,
    /// A prompt with variables of another one.
    #[error("its {variable} is {value}: two prompts are mixed, open a new one")]
    Mixed {
        /// The variable that does not fit.
        variable: &'static str,
        /// What it has.
        value: String,
    },
}

/// Why `vswhere` gives no answer.
#[derive(Debug, thiserror::Error)]
pub enum VswhereError {
    /// There is no folder for its answer.
    #[error("no scratch folder: {0}")]
    Scratch(#[source] io::Error),
    /// It does not start or end.
    #[error(transparent)]
    Run(#[from] RunError),
    /// It fails.
    #[error("`{}` failed ({status}): {said}", .program.display())]
    Failed {
        /// Where it is.
        program: PathBuf,
        /// How it ended.
        status: ExitStatus,
        /// What it said.
        said: String,
    },
    /// It says something else.
    #[error("`{}` gave an answer that is not its JSON: {source}", .program.display())]
    Answer {
        /// Where it is.
        program: PathBuf,
        /// What is wrong with the answer.
        source: serde_json::Error,
    },
}

/// Why there is no module.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// There is no folder to link in.
    #[error("no scratch folder: {0}")]
    Scratch(#[source] io::Error),
    /// A file for the linker or compiler.
    #[error("cannot write `{name}`: {source}")]
    Write {
        /// Its name.
        name: String,
        /// Why not.
        source: io::Error,
    },
    /// The folder of the programs cannot stand on the PATH.
    #[error(transparent)]
    Path(#[from] JoinPathsError),
    /// A program does not start or end.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The compiler made nothing.
    #[error("`{}` wrote no `{object}`:\n{said}", .compiler.display())]
    NoObject {
        /// Which.
        compiler: PathBuf,
        /// What it had to write.
        object: &'static str,
        /// What it said.
        said: String,
    },
    /// The linker made nothing that is right; each try, with what it said.
    #[error("{}", .0.join("\n"))]
    NoModule(Vec<String>),
}
