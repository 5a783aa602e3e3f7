//! The toolchain's cargo, for what is compiled with Rust's own libraries from their sources.

use crate::made::root;
use crate::{other_rust, support};
use std::path::{Path, PathBuf};
use std::process::Command;
use xtask::tool::rust_src;

/// The toolchain's program `name`, as the environment has it or the PATH.
fn program(name: &str) -> PathBuf {
    std::env::var_os(name.to_uppercase()).map_or_else(|| name.into(), PathBuf::from)
}

/// Where the toolchain is.
pub fn sysroot() -> PathBuf {
    let said = support::run(Command::new(program("rustc")).args(["--print", "sysroot"]));
    PathBuf::from(String::from_utf8(said).expect("UTF-8").trim())
}

/// Cargo of the toolchain.
pub fn cargo() -> Command {
    other_rust::cargo(&program("cargo"), &program("rustc"))
}

/// The cargo beside `rustc`, with flags of nightly toolchains: it can compile Rust's own libraries, whose sources `rustc` has.
pub fn cargo_beside(rustc: &Path) -> Command {
    let mut cargo = other_rust::cargo(&rustc.with_file_name("cargo"), rustc);
    cargo.env("RUSTC_BOOTSTRAP", "1");
    cargo
}

/// A compiler that has the sources of Rust's own libraries; prints that there is none, and gives nothing.
pub fn rustc_with_sources() -> Option<PathBuf> {
    let found = rust_src::any(root(), other_rust::PATIENCE);
    if found.is_none() {
        support::skip("no Rust here has `rust-src`; `cargo xtask setup` gets it from Debian");
    }
    found
}
