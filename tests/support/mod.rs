//! What tests share: where the reference data and the foreign tools are, and how a test skips honestly.

#![allow(dead_code, reason = "each program of tests uses a part of it")]
#![allow(clippy::disallowed_methods, reason = "tests look for tools and start them")]

use std::path::{Path, PathBuf};

pub mod difference;
pub mod golden;
pub mod pe;
pub mod random;
pub mod reference;
pub mod tables;
pub mod wine;
pub mod zip;

/// What is in the tests' own folder, from the tests of either package: `data/…`, `judges/…`.
fn own(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join("tests").join(name))
        .find(|path| path.exists())
        .unwrap_or_else(|| panic!("`tests/{name}` is in the repository"))
}

/// A file or folder of `tests/data`.
pub fn data(name: &str) -> PathBuf {
    own(&format!("data/{name}"))
}

/// A program of `tests/judges`, about to be run by Python; prints why and gives nothing where there is none.
pub fn judge(script: &str) -> Option<std::process::Command> {
    let mut command = std::process::Command::new(python()?);
    command.arg(own(&format!("judges/{script}")));
    Some(command)
}

/// The Python of `cargo xtask setup`, or else that of the system.
pub fn python() -> Option<PathBuf> {
    let own = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("python/bin/python3");
    if own.is_file() { Some(own) } else { tool("python3") }
}

/// A file that is not ours to publish: Microsoft's own binaries, WiX's schema. They are in `../shared` beside the checkout of
/// those who have them; prints that it is absent, and gives nothing, elsewhere.
pub fn theirs(name: &str) -> Option<PathBuf> {
    let shared =
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|a| a.join("../shared")).find(|p| p.is_dir());
    let Some(shared) = shared else {
        // nobody can install it, so this is no failure under REQUIRE_TOOLS
        eprintln!("skipped: `{name}` is not ours to publish, and not beside this checkout");
        return None;
    };
    let path = shared.join(name);
    assert!(path.exists(), "`{}` is gone", path.display());
    Some(path)
}

/// The program `name` on the PATH; prints why and gives nothing where it is absent.
pub fn tool(name: &str) -> Option<PathBuf> {
    let found = which::which_global(name).ok();
    if found.is_none() {
        skip(&format!("`{name}` is not on the PATH; `cargo xtask setup` installs what the tests need"));
    }
    found
}

/// Says that a test does not run, and why. Under `REQUIRE_TOOLS=1` (CI) that is a failure.
pub fn skip(why: &str) {
    assert!(std::env::var_os("REQUIRE_TOOLS").is_none_or(|v| v != "1"), "REQUIRE_TOOLS=1, and {why}");
    eprintln!("skipped: {why}");
}

/// How long this thread has computed so far, whatever else the machine does; where the system does not tell, how much time has gone
/// by since the first call.
pub fn processor_time() -> std::time::Duration {
    static FIRST: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    let first = FIRST.get_or_init(std::time::Instant::now);
    // proc_pid_schedstat(5): nanoseconds on a processor, nanoseconds waiting for one, turns
    let of_thread = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let computed = of_thread.and_then(|text| text.split(' ').next()?.parse().ok());
    computed.map_or_else(|| first.elapsed(), std::time::Duration::from_nanos)
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
