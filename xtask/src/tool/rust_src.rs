//! A Rust with the sources of its own libraries, for the tests that compile for Windows: the toolchain's
//! (`rustup component add rust-src`); or the toolchain's with the sources that Debian has of the same version, put together below
//! the target folder; or another one on the PATH, such as Debian's own, which takes 1.6 times as long as rustup's.

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

/// What `doctor` calls it.
pub const NAME: &str = "Rust with its sources";

/// Debian's own, whose sources are always there.
pub const DEBIANS: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-clippy"];

/// Where a toolchain has the sources.
const LIBRARY: &str = "lib/rustlib/src/rust/library";

/// The suite of Debian that gets every Rust.
const SUITE: &str = "trixie-backports";

/// How long a compiler may take to say what it is while others keep the processors busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// The compiler, and clippy in its place, that look for everything in the toolchain that they are in, as if they had been installed
/// there. So cargo sees the sources below the toolchain, and what it makes of them does not hang on where that is (cargo's
/// `compute_metadata`).
const COMPILER: &str = r#"#!/bin/sh
here=$(cd "${0%/*}/.." && pwd)
exec "$here/bin/plain-${0##*/}" "$@" --sysroot="$here"
"#;

/// Where toolchains are put together, a folder for each version.
#[must_use]
pub fn folder(root: &Path) -> PathBuf {
    workspace::target(root).join("rust-src")
}

/// The toolchain's compiler, if it has the sources of Rust's own libraries, from which those for any target can be made; or the one
/// that was put together. None is waited for longer than `patience`.
#[must_use]
pub fn toolchains(root: &Path, patience: Duration) -> Option<PathBuf> {
    let own = which::which_global(rustc()).ok();
    let made = || Some(folder(root).join(release(patience)?).join("bin/rustc"));
    own.filter(|rustc| has_sources(rustc, patience))
        .or_else(|| made().filter(|rustc| has_sources(rustc, patience)))
}

/// As [`toolchains`], or else the first compiler on the PATH that has the sources.
#[must_use]
pub fn any(root: &Path, patience: Duration) -> Option<PathBuf> {
    toolchains(root, patience)
        .or_else(|| which::which_all_global("rustc").ok()?.find(|rustc| has_sources(rustc, patience)))
}

/// Where a compiler looks for its libraries.
fn sysroot(rustc: &OsStr, patience: Duration) -> Option<PathBuf> {
    ask(rustc, &["--print", "sysroot"], patience).map(PathBuf::from)
}

fn has_sources(rustc: &Path, patience: Duration) -> bool {
    sysroot(rustc.as_os_str(), patience).is_some_and(|root| root.join(LIBRARY).join("Cargo.lock").is_file())
}

/// Whether Debian may have the sources.
#[must_use]
pub fn can_be_made() -> bool {
    cfg!(unix) && is_debian()
}

/// Fetches and unpacks the sources of the compiler's version, 45 MB, and puts the toolchain around them; all or nothing.
///
/// # Errors
/// What did not work.
pub fn make(root: &Path) -> io::Result<()> {
    let silent = || io::Error::other("rustc does not say what it is");
    let release = release(PATIENCE).ok_or_else(silent)?;
    let toolchain = sysroot(&rustc(), PATIENCE).ok_or_else(silent)?;
    let (scratch, place) = (folder(root).join("part"), folder(root).join(&release));
    let packages = [&*format!("rust-src={release}*")];
    apt::unpack(&Wanted { packages: &packages, architecture: None, suite: Some(SUITE) }, &scratch).map_err(
        |error| io::Error::other(format!("{error}; `rustup component add rust-src` gets them too")),
    )?;
    let library = scratch.join(format!("all/usr/src/rustc-{release}/library"));
    let made = scratch.join("toolchain");
    assemble(&library, &toolchain, &made)
        .map_err(|error| io::Error::other(format!("Debian's sources are not as expected: {error}")))?;
    // of another toolchain, that is gone
    if place.exists() {
        fs::remove_dir_all(&place)?;
    }
    fs::rename(&made, &place)?;
    fs::remove_dir_all(&scratch)
}

/// Moves `library` into the new toolchain `made`, which has everything else from `toolchain`.
fn assemble(library: &Path, toolchain: &Path, made: &Path) -> io::Result<()> {
    let place = made.join(LIBRARY);
    fs::create_dir_all(made.join("bin"))?;
    fs::create_dir_all(place.parent().expect("in folders"))?;
    fs::rename(library, place)?;
    let (from, to) = (toolchain.join("bin"), made.join("bin"));
    link(&from.join("cargo"), &to.join("cargo"))?;
    for name in ["rustc", "clippy-driver"].into_iter().filter(|name| from.join(name).is_file()) {
        link(&from.join(name), &to.join(format!("plain-{name}")))?;
        fs::write(to.join(name), COMPILER)?;
        #[cfg(unix)]
        fs::set_permissions(to.join(name), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    }
    for host in fs::read_dir(toolchain.join("lib/rustlib"))? {
        let host = host?;
        if host.path().join("lib").is_dir() {
            link(&host.path(), &made.join("lib/rustlib").join(host.file_name()))?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(from, to)
}

#[cfg(not(unix))]
fn link(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
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
