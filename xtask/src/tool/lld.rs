//! LLD as the Rust toolchain brings it: found, checked, and run on one link job at a time.
//!
//! A run counts as a success only when the module that it wrote is what the job asked for; the exit code alone decides
//! nothing.

use super::probe::{self, Fit, Range};
use super::process;
use ancm_installer::native::{LinkJob, Problem, verify};
use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::sync::OnceLock;
use std::time::Duration;

/// Versions that take `/defArm64Native` (LLVM pull request 123850).
pub(super) const RANGE: Range = Range::from("20");
/// A link takes some ten milliseconds, and a version less; a busy machine may need longer.
const LIMIT: Duration = Duration::from_secs(60);

/// The linker.
#[derive(Clone, Debug)]
pub struct Lld {
    path: PathBuf,
    version: String,
}

/// Why a module could not be linked.
#[derive(Debug, thiserror::Error)]
pub enum LldError {
    /// The Rust compiler, which says where the linker is, could not be asked.
    #[error(
        "`{rustc}` did not say where its libraries are: {problem}; install Rust with rustup, or set RUSTC"
    )]
    Rustc {
        /// What was started.
        rustc: String,
        /// What happened.
        problem: String,
    },
    /// The toolchain has no linker.
    #[error(
        "this Rust toolchain has no `{0}`, which links the ARM64X forwarders and the stand-in modules: use a toolchain \
         that rustup installed (`rustup toolchain install stable`); a distribution's own often lacks it"
    )]
    Missing(PathBuf),
    /// The linker is there and does not start.
    #[error("`{path}` {problem}; reinstall the toolchain (`rustup toolchain install stable --force`)")]
    Unusable {
        /// Where it is.
        path: PathBuf,
        /// Why not.
        problem: String,
    },
    /// The linker is too old.
    #[error("`{path}` is {}, and ARM64X forwarders need LLD {RANGE}: run `rustup update`", named(version.as_deref()))]
    TooOld {
        /// Where it is.
        path: PathBuf,
        /// What it says of itself; none for something else than LLD.
        version: Option<String>,
    },
    /// A file could not be read or written, or the linker could not be started.
    #[error("linking `{output}`: {what} failed: {source}")]
    Io {
        /// The module.
        output: String,
        /// What was tried.
        what: &'static str,
        /// Why it failed.
        source: io::Error,
    },
    /// The linker did not end.
    #[error("linking `{output}`: rust-lld did not end within {} seconds", LIMIT.as_secs())]
    TimedOut {
        /// The module.
        output: String,
    },
    /// The linker failed, or warned of something.
    #[error("linking `{output}`: rust-lld: {status}\n{said}")]
    Failed {
        /// The module.
        output: String,
        /// How it ended.
        status: ExitStatus,
        /// What it said.
        said: String,
    },
    /// The linker wrote something else than was asked for.
    #[error("linking `{output}` gave a wrong module:\n{}", list(problems))]
    Wrong {
        /// The module.
        output: String,
        /// What is wrong with it.
        problems: Vec<Problem>,
    },
}

fn named(version: Option<&str>) -> String {
    version.map_or_else(|| "no LLD".to_owned(), |version| format!("LLD {version}"))
}

fn list(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("  {problem}\n")).collect()
}

/// The folder of the standard library that the toolchain has for this host: that of `RUSTC`; or else that of the cargo which
/// started this program, as [cargo says](https://doc.rust-lang.org/cargo/reference/environment-variables.html), where a linker
/// is in it; or else that of the `rustc` on the PATH.
///
/// # Errors
/// The compiler does not say.
pub(super) fn target_libraries(patience: Duration) -> Result<PathBuf, LldError> {
    let rustc = env::var_os("RUSTC");
    if rustc.is_none()
        && let Some(found) = env::var_os("CARGO").and_then(|cargo| beside(Path::new(&cargo)))
    {
        return Ok(found);
    }
    let rustc = rustc.unwrap_or_else(|| OsString::from("rustc"));
    let fail = |problem: String| LldError::Rustc { rustc: rustc.to_string_lossy().into_owned(), problem };
    let answer = probe::ask(Command::new(&rustc).args(["--print", "target-libdir"]), patience)
        .map_err(|error| fail(error.to_string()))?;
    match answer.out.trim() {
        "" => Err(fail(answer.first_line().to_owned())),
        folder if answer.success => Ok(PathBuf::from(folder)),
        _ => Err(fail(answer.err.trim().to_owned())),
    }
}

/// The same folder in the toolchain of `cargo`, without a compiler that starts to say so: of the targets that a toolchain has, only
/// its host has a linker.
fn beside(cargo: &Path) -> Option<PathBuf> {
    let targets = cargo.parent()?.parent()?.join("lib/rustlib");
    let mut hosts = fs::read_dir(targets).ok()?.flatten().map(|target| target.path());
    hosts.find(|host| linker_in(host).is_file()).map(|host| host.join("lib"))
}

/// Where a target's folder has the linker.
fn linker_in(target: &Path) -> PathBuf {
    target.join("bin").join(format!("rust-lld{}", env::consts::EXE_SUFFIX))
}

impl Lld {
    /// Finds the linker of the toolchain: that of `RUSTC`, or else of the cargo that started this program, or else of the `rustc`
    /// on the PATH.
    ///
    /// # Errors
    /// There is none, or it is too old.
    pub fn find() -> Result<Lld, LldError> {
        // asked once: the compiler's answer alone takes a tenth of a second
        static FOUND: OnceLock<Lld> = OnceLock::new();
        if let Some(found) = FOUND.get() {
            return Ok(found.clone());
        }
        let found = Lld::find_within(LIMIT)?;
        Ok(FOUND.get_or_init(|| found).clone())
    }

    /// The same, where neither compiler nor linker may take longer than `patience` for an answer.
    ///
    /// # Errors
    /// As [`Lld::find`].
    pub fn find_within(patience: Duration) -> Result<Lld, LldError> {
        let libraries = target_libraries(patience)?;
        // <sysroot>/lib/rustlib/<host>/lib; programs are in ../bin
        Lld::ask(linker_in(libraries.parent().unwrap_or(&libraries)), patience)
    }

    /// Takes the linker at `path`, after a look at its version.
    ///
    /// # Errors
    /// It is missing, cannot be started, or is too old.
    pub fn at(path: PathBuf) -> Result<Lld, LldError> {
        Lld::ask(path, LIMIT)
    }

    fn ask(path: PathBuf, patience: Duration) -> Result<Lld, LldError> {
        if !path.is_file() {
            return Err(LldError::Missing(path));
        }
        let answer = match probe::ask(Command::new(&path).args(["-flavor", "link", "--version"]), patience) {
            Ok(answer) => answer,
            Err(error) => return Err(LldError::Unusable { path, problem: error.to_string() }),
        };
        // "LLD 22.1.2 (…)", behind the distributor's name for some
        let said = answer.out.split("LLD ").nth(1).and_then(|rest| rest.split_whitespace().next());
        let said = said.filter(|version| version.starts_with(|first: char| first.is_ascii_digit()));
        match said.map(str::to_owned) {
            Some(version) if RANGE.fit(&version) == Fit::Good => Ok(Lld { version, path }),
            version => Err(LldError::TooOld { path, version }),
        }
    }

    /// Its version, for example `22.1.2`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `job` in a scratch folder and gives the module's bytes.
    ///
    /// # Errors
    /// The linker fails, says anything, hangs, or makes a module that is not what the job describes.
    pub fn link(&self, job: &LinkJob) -> Result<Vec<u8>, LldError> {
        let output = || job.output.clone();
        let io = |what| move |source| LldError::Io { output: job.output.clone(), what, source };
        let scratch = tempfile::tempdir().map_err(io("making a scratch folder"))?;
        for file in &job.files {
            fs::write(scratch.path().join(file.name), &file.content).map_err(io("writing an input file"))?;
        }
        let (status, said) = self
            .run(&job.arguments, scratch.path())
            .map_err(io("running rust-lld"))?
            .ok_or_else(|| LldError::TimedOut { output: output() })?;
        if !status.success() || !said.is_empty() {
            return Err(LldError::Failed { output: output(), status, said });
        }
        let bytes = fs::read(scratch.path().join(&job.output)).map_err(io("reading what rust-lld wrote"))?;
        verify(&bytes, &job.expected).map_err(|problems| LldError::Wrong { output: output(), problems })?;
        Ok(bytes)
    }

    /// Runs the linker in `folder`: how it ended and what it said; `None` where it had to be stopped.
    fn run(&self, arguments: &[String], folder: &Path) -> io::Result<Option<(ExitStatus, String)>> {
        let mut command = Command::new(&self.path);
        command.args(["-flavor", "link"]).args(arguments).current_dir(folder);
        // each of these would change what is linked
        for name in ["LIB", "LINK", "_LINK_", "LLD_REPRODUCE"] {
            command.env_remove(name);
        }
        process::run(&mut command, &folder.join("linker.log"), LIMIT)
    }
}
