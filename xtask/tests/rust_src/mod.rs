//! Cargo that compiles Rust's own libraries from their sources, too.

use crate::made::root;
use crate::support;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use xtask::tool::rust_src;

/// How long the compiler may take to say where it is: a busy machine is no missing Rust.
const PATIENCE: Duration = Duration::from_secs(60);

/// The toolchain's program `name`, as the environment has it or the PATH.
fn program(name: &str) -> PathBuf {
    std::env::var_os(name.to_uppercase()).map_or_else(|| name.into(), PathBuf::from)
}

/// What the compiler prints for `arguments`.
pub fn rustc(arguments: &[&str]) -> String {
    let said = support::run(Command::new(program("rustc")).args(arguments));
    String::from_utf8(said).expect("UTF-8").trim().to_owned()
}

/// The sources of the toolchain's libraries; prints why and gives nothing where there are none.
pub fn library() -> Option<PathBuf> {
    let library = rust_src::library(root(), PATIENCE);
    if library.is_none() {
        support::skip("the toolchain has no `rust-src`; `cargo xtask setup` gets it from Debian");
    }
    library
}

/// Cargo, for another project. What the cargo and rustup that run the tests say to the programs that they start is about
/// this one; what the user says of toolchains, folders and networks stays.
pub fn cargo() -> Command {
    let mut command = Command::new(program("cargo"));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let is_users =
            ["CARGO_HOME", "CARGO_NET_OFFLINE", "RUSTC", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"].contains(&&*text);
        if (text.starts_with("CARGO") || text.starts_with("RUST")) && !is_users {
            command.env_remove(&name);
        }
    }
    command
}

/// The same, with flags of nightly toolchains, and with Rust's libraries in the folder `library`.
pub fn cargo_with_sources(library: &Path) -> Command {
    let mut cargo = cargo();
    // cargo's own tests say so where the sources are, which are otherwise looked for in the toolchain
    cargo.env("RUSTC_BOOTSTRAP", "1").env("__CARGO_TESTS_ONLY_SRC_ROOT", library);
    cargo
}
