//! The toolchain's cargo, for what is compiled with Rust's own libraries from their sources.

use crate::made::root;
use crate::{other_rust, support};
use std::path::PathBuf;
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

/// Cargo that compiles Rust's own libraries, with flags of nightly toolchains: the toolchain's, or the one of another Rust
/// that has sources; prints why and gives nothing where there is none.
pub fn cargo_with_sources() -> Option<Command> {
    let mut cargo = if let Some(library) = rust_src::library(root(), other_rust::PATIENCE) {
        let mut cargo = cargo();
        // cargo's own tests say so where the sources are, which are otherwise looked for in the toolchain
        cargo.env("__CARGO_TESTS_ONLY_SRC_ROOT", library);
        cargo
    } else if let Some(rustc) = rust_src::rustc_with_sources(other_rust::PATIENCE) {
        other_rust::cargo(&rustc.with_file_name("cargo"), &rustc)
    } else {
        support::skip("no Rust here has `rust-src`; `cargo xtask setup` gets it from Debian");
        return None;
    };
    cargo.env("RUSTC_BOOTSTRAP", "1");
    Some(cargo)
}
