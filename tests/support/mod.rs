//! What tests share: where the reference data and the foreign tools are, and how a test skips honestly.

#![allow(dead_code, reason = "each program of tests uses a part of it")]
#![allow(clippy::disallowed_methods, reason = "tests look for tools and start them")]

use std::path::{Path, PathBuf};

pub mod golden;
pub mod pe;
pub mod tables;
pub mod wine;

/// `../shared`, the reference data beside the checkout; prints why and gives nothing where it is absent.
pub fn shared() -> Option<PathBuf> {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|a| a.join("../shared")).find(|p| p.is_dir());
    if folder.is_none() {
        skip("the reference data `../shared` is not beside this checkout");
    }
    folder
}

/// The program `name` on the PATH; prints why and gives nothing where it is absent.
pub fn tool(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    if found.is_none() {
        skip(&format!("`{name}` is not on the PATH; `cargo xtask test` installs what the tests need"));
    }
    found
}

/// Says that a test does not run, and why. Under `REQUIRE_TOOLS=1` (CI) that is a failure.
pub fn skip(why: &str) {
    assert!(std::env::var_os("REQUIRE_TOOLS").is_none_or(|v| v != "1"), "REQUIRE_TOOLS=1, and {why}");
    eprintln!("skipped: {why}");
}

/// Runs a program to its end and gives its standard output; panics with everything it said where it fails.
pub fn run(command: &mut std::process::Command) -> Vec<u8> {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}
