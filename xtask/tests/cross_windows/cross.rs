//! The program for Windows, built on this machine.

use crate::other_rust;
use crate::support;
use std::path::{Path, PathBuf};
use std::process::Command;
use xtask::tool::rustc_with_sources;

const TARGET: &str = "x86_64-pc-windows-gnu";

/// A Rust that can build for Windows.
struct Rust {
    cargo: PathBuf,
    rustc: PathBuf,
    /// Whether it has the standard library's sources only.
    from_source: bool,
}

impl Rust {
    /// The one that runs the tests, or the first that has the sources of the standard library; prints why and gives nothing
    /// where there is neither a library for Windows nor its sources.
    fn find() -> Option<Rust> {
        let named =
            |name: &str, fallback: &str| std::env::var_os(name).map_or(fallback.into(), PathBuf::from);
        let (cargo, rustc) = (named("CARGO", "cargo"), named("RUSTC", "rustc"));
        let sysroot = support::run(Command::new(&rustc).args(["--print", "sysroot"]));
        let sysroot = PathBuf::from(String::from_utf8_lossy(&sysroot).trim());
        if sysroot.join("lib/rustlib").join(TARGET).is_dir() {
            return Some(Rust { cargo, rustc, from_source: false });
        }
        let found = rustc_with_sources(other_rust::PATIENCE);
        if found.is_none() {
            support::skip(&format!("no Rust here has a standard library for {TARGET}, or its sources"));
        }
        found.map(|rustc| Rust { cargo: rustc.with_file_name("cargo"), rustc, from_source: true })
    }
}

/// What is built more often than it is run here.
const NOT_OPTIMIZED: [&str; 3] = ["installer-upgrade", "toml_parser", "md-5"];

/// `xtask.exe`, built with every warning an error.
pub fn xtask_exe() -> Option<PathBuf> {
    support::tool("x86_64-w64-mingw32-gcc")?;
    let rust = Rust::find()?;
    let root = crate::made::root();
    let folder = root.join("target/windows");
    let mut cargo = other_rust::cargo(&rust.cargo, &rust.rustc);
    cargo
        .args(["build", "--quiet", "--locked", "--package", "xtask", "--target", TARGET, "--target-dir"])
        .arg(&folder)
        .env("RUSTFLAGS", "-D warnings")
        .args(NOT_OPTIMIZED.iter().flat_map(|package| {
            ["--config".to_owned(), format!("profile.dev.package.{package}.opt-level=0")]
        }))
        .env("CARGO_INCREMENTAL", "0")
        .current_dir(root);
    if rust.from_source {
        cargo
            // without what reads debug information to name the places of a panic
            .args(["-Z", "build-std=std,panic_abort", "-Z", "build-std-features="])
            .env("CARGO_PROFILE_DEV_PANIC", "abort")
            // the flag belongs to nightly toolchains
            .env("RUSTC_BOOTSTRAP", "1");
    }
    support::run(&mut cargo);
    Some(folder.join(TARGET).join("debug/xtask.exe"))
}

/// Compiles a program or DLL of one C source beside this file.
pub fn c(source: &str, arguments: &[&str], output: &Path) {
    std::fs::create_dir_all(output.parent().expect("in a folder")).expect("writable");
    let mut gcc = Command::new("x86_64-w64-mingw32-gcc");
    gcc.args(["-O1", "-Wall", "-Werror", "-o"]).arg(output);
    gcc.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cross_windows").join(source)).args(arguments);
    support::run(&mut gcc);
}
