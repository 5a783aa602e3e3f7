//! The program for Windows, built on this machine.

use crate::rust_src;
use crate::support;
use std::path::{Path, PathBuf};
use std::process::Command;

const TARGET: &str = "x86_64-pc-windows-gnu";

/// What is built more often than it is run here.
const NOT_OPTIMIZED: [&str; 6] =
    ["installer-upgrade", "installer-condition", "installer-pe", "toml_parser", "installer-cab", "rawzip"];

/// `xtask.exe`, built with every warning an error.
pub fn xtask_exe() -> Option<PathBuf> {
    support::tool("x86_64-w64-mingw32-gcc")?;
    let libraries = rust_src::sysroot().join("lib/rustlib").join(TARGET);
    let mut cargo = match libraries.is_dir() {
        true => rust_src::cargo(),
        false => from_source()?,
    };
    let root = crate::made::root();
    let folder = root.join("target/windows");
    cargo
        .args(["build", "--quiet", "--locked", "--package", "xtask", "--target", TARGET, "--target-dir"])
        .arg(&folder)
        .env("RUSTFLAGS", "-D warnings")
        .args(NOT_OPTIMIZED.iter().flat_map(|package| {
            ["--config".to_owned(), format!("profile.dev.package.{package}.opt-level=0")]
        }))
        .env("CARGO_INCREMENTAL", "0")
        .current_dir(root);
    support::run(&mut cargo);
    Some(folder.join(TARGET).join("debug/xtask.exe"))
}

/// Cargo that compiles the standard library for Windows, too.
fn from_source() -> Option<Command> {
    let mut cargo = rust_src::cargo_beside(&rust_src::rustc_with_sources()?);
    // without what reads debug information to name the places of a panic
    cargo.args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features="]);
    cargo.env("CARGO_PROFILE_DEV_PANIC", "abort");
    Some(cargo)
}

/// Compiles a program or DLL of one C source beside this file.
pub fn c(source: &str, arguments: &[&str], output: &Path) {
    std::fs::create_dir_all(output.parent().expect("in a folder")).expect("writable");
    let mut gcc = Command::new("x86_64-w64-mingw32-gcc");
    gcc.args(["-O1", "-Wall", "-Werror", "-o"]).arg(output);
    gcc.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cross_windows").join(source)).args(arguments);
    support::run(&mut gcc);
}
