//! A Rust that need not be the one that runs the tests.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// How long one may take to say where it is: a busy machine is no missing Rust.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// `cargo` with `rustc`. What the cargo and rustup that run the tests say to the programs that they start is about their
/// own toolchain; what the user says of folders and networks stays.
pub fn cargo(cargo: &Path, rustc: &Path) -> Command {
    let mut command = Command::new(cargo);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let is_users =
            ["CARGO_HOME", "CARGO_NET_OFFLINE", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"].contains(&&*text);
        if (text.starts_with("CARGO") || text.starts_with("RUST")) && !is_users {
            command.env_remove(&name);
        }
    }
    command.env("RUSTC", rustc);
    command
}
