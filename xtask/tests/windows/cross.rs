//! The program for Windows, built on this machine.

use super::support;
use std::path::{Path, PathBuf};
use std::process::Command;

const TARGET: &str = "x86_64-pc-windows-gnu";

/// A Rust that can build for Windows.
struct Rust {
    cargo: PathBuf,
    rustc: PathBuf,
    /// Whether it has the standard library's sources only.
    from_source: bool,
}

impl Rust {
    /// The one that runs the tests, or that of Debian's `cargo-web`, `rustc-web` and `rust-web-src`; prints why and gives
    /// nothing where neither has a standard library for Windows, nor its sources.
    fn find() -> Option<Rust> {
        let named =
            |name: &str, fallback: &str| std::env::var_os(name).map_or(fallback.into(), PathBuf::from);
        let ours = (named("CARGO", "cargo"), named("RUSTC", "rustc"));
        let debian = (PathBuf::from("/usr/bin/cargo"), PathBuf::from("/usr/bin/rustc"));
        for (cargo, rustc) in [ours, debian] {
            let asked = Command::new(&rustc).args(["--print", "sysroot"]).output();
            let Ok(answer) = asked else { continue };
            let libraries = Path::new(String::from_utf8_lossy(&answer.stdout).trim()).join("lib/rustlib");
            let ready = libraries.join(TARGET).is_dir();
            if ready || libraries.join("src/rust/library/Cargo.lock").is_file() {
                return Some(Rust { cargo, rustc, from_source: !ready });
            }
        }
        support::skip(&format!("no Rust here has a standard library for {TARGET}, or its sources"));
        None
    }
}

/// `xtask.exe`, built with every warning an error. Nothing is optimised: it is built more often than it is run.
pub fn xtask_exe() -> Option<PathBuf> {
    support::tool("x86_64-w64-mingw32-gcc")?;
    let rust = Rust::find()?;
    let root = super::made::root();
    let folder = root.join("target/windows");
    let mut cargo = Command::new(&rust.cargo);
    // what cargo and rustup say to the programs that they start is about the other toolchain
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_") || text.starts_with("RUSTUP_") || text.starts_with("RUSTC") {
            let keep =
                matches!(&*text, "CARGO_HOME" | "RUSTUP_HOME" | "CARGO_NET_OFFLINE" | "RUSTUP_TOOLCHAIN");
            if !keep {
                cargo.env_remove(&name);
            }
        }
    }
    cargo
        .args(["build", "--quiet", "--locked", "--package", "xtask", "--target", TARGET, "--target-dir"])
        .arg(&folder)
        .env("RUSTC", &rust.rustc)
        .env("RUSTFLAGS", "-D warnings")
        .env("CARGO_PROFILE_DEV_DEBUG", "false")
        .env("CARGO_INCREMENTAL", "0")
        .current_dir(root);
    if rust.from_source {
        cargo
            .args(["-Z", "build-std=std,panic_abort"])
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
    gcc.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/windows").join(source)).args(arguments);
    support::run(&mut gcc);
}
