//! The sources of Rust's own libraries, for the tests that compile for Windows. Those with which `xtask.exe` is compiled, where
//! the toolchain has no standard library for Windows, are those of the toolchain (`rustup component add rust-src`), or what Debian has of the same version,
//! unpacked below the target folder. Debian's own Rust has sources, too, and takes 1.6 times as long as rustup's.

use super::apt::{self, Wanted};
use super::probe::{self, is_debian};
use crate::workspace;
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// What `doctor` calls them.
pub const NAME: &str = "Rust's own sources";

/// The suite of Debian that gets every Rust.
const SUITE: &str = "trixie-backports";

/// How long a compiler may take to say what it is while others keep the processors busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where Debian's are, or would be: a folder for each version.
#[must_use]
pub fn folder(root: &Path) -> PathBuf {
    workspace::target(root).join("rust-src")
}

/// The folder `library` with the sources that belong to the compiler that `RUSTC` names, or else to the `rustc` on the PATH.
#[must_use]
pub fn library(root: &Path, patience: Duration) -> Option<PathBuf> {
    let debians = || Some(folder(root).join(release(patience)?)).filter(|library| has_sources(library));
    beside(&rustc(), patience).or_else(debians)
}

/// The first `rustc` on the PATH that has the sources of Rust's own libraries beside it, from which those for any
/// target can be made. None is waited for longer than `patience`.
#[must_use]
pub fn rustc_with_sources(patience: Duration) -> Option<PathBuf> {
    which::which_all_global("rustc").ok()?.find(|rustc| beside(rustc.as_os_str(), patience).is_some())
}

/// The sources that `rustc` has beside it.
fn beside(rustc: &OsStr, patience: Duration) -> Option<PathBuf> {
    let sysroot = ask(rustc, &["--print", "sysroot"], patience)?;
    Some(Path::new(&sysroot).join("lib/rustlib/src/rust/library")).filter(|library| has_sources(library))
}

fn has_sources(library: &Path) -> bool {
    library.join("Cargo.lock").is_file()
}

/// Whether Debian may have them.
#[must_use]
pub fn can_be_made() -> bool {
    is_debian()
}

/// Fetches and unpacks those of the compiler's version, 45 MB; all or nothing.
///
/// # Errors
/// What did not work.
pub fn make(root: &Path) -> io::Result<()> {
    let release = release(PATIENCE).ok_or_else(|| io::Error::other("rustc does not say its version"))?;
    let (scratch, place) = (folder(root).join("part"), folder(root).join(&release));
    if scratch.exists() {
        fs::remove_dir_all(&scratch)?;
    }
    let packages = [&*format!("rust-src={release}*")];
    apt::unpack(&Wanted { packages: &packages, architecture: None, suite: Some(SUITE) }, &scratch).map_err(
        |error| io::Error::other(format!("{error}; `rustup component add rust-src` gets them too")),
    )?;
    let library = scratch.join(format!("all/usr/src/rustc-{release}/library"));
    fs::rename(&library, &place)
        .map_err(|error| io::Error::other(format!("Debian's sources are not as expected: {error}")))?;
    fs::remove_dir_all(&scratch)
}

/// The compiler's version, in numbers.
fn release(patience: Duration) -> Option<String> {
    ask(&rustc(), &["--version"], patience)?.split(' ').nth(1).map(str::to_owned)
}

fn rustc() -> OsString {
    env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"))
}

/// What a compiler answers.
fn ask(rustc: &OsStr, arguments: &[&str], patience: Duration) -> Option<String> {
    let answer = probe::ask(Command::new(rustc).args(arguments), patience).ok()?;
    answer.success.then(|| answer.out.trim().to_owned())
}
