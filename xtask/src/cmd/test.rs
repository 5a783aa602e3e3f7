//! `cargo xtask test`: sets up what the tests need, then runs everything that must be green.

use crate::console::Console;
use crate::exit::{Exit, Failure, Outcome};
use crate::flags::Test;
use crate::tool::{Need, Tool, Wanted};
use crate::workspace;
use std::path::Path;
use std::process::{Command, Stdio};

/// Where the ARM64 machine is made; the environment's word goes first.
const MACHINE: &str = "ANCM_ARM64_VM";

/// Sets up, then runs formatting, lints and tests; or only those on the ARM64 machine.
///
/// # Errors
/// A tool is missing and `REQUIRE_TOOLS=1` asks for it, or a step fails.
pub fn run(flags: &Test, console: &Console) -> Outcome {
    let root = workspace::root()?;
    if flags.arm64 {
        // nothing is installed for these: the test says what it misses, and skips
        let arguments =
            ["test", "-p", "xtask", "--locked", "--test", "suite", "arm64::", "--", "--nocapture"];
        let help = "see above; native/vm/make.sh says what the machine is made with";
        let mut cargo = cargo(&root, &arguments);
        if std::env::var_os(MACHINE).is_none() {
            cargo.env(MACHINE, root.join("target/arm64-vm"));
        }
        return step(console, "tests on the ARM64 machine", cargo, help);
    }
    let required = std::env::var_os("REQUIRE_TOOLS").is_some_and(|value| value == "1");
    set_up(console, required)?;
    let steps: [(&str, &[&str], &str); 3] = [
        (
            "formatting",
            &["fmt", "--all", "--check"],
            "run `cargo fmt --all`; without the component: `rustup component add rustfmt`",
        ),
        (
            "lints",
            &["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"],
            "mend what stands above; without the component: `rustup component add clippy`",
        ),
        (
            "tests",
            &["test", "--workspace", "--locked"],
            "see above; one test alone: `cargo test --test suite MODULE::NAME`",
        ),
    ];
    for (name, arguments, help) in steps {
        step(console, name, cargo(&root, arguments), help)?;
    }
    Ok(())
}

/// Cargo, in the project's folder.
fn cargo(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root);
    command
}

/// Runs cargo; its output stays visible, for it is what a failure is read from.
fn step(console: &Console, name: &str, mut cargo: Command, help: &str) -> Outcome {
    let progress = console.progress(name, 1);
    let status = cargo
        .status()
        .map_err(|error| Failure::new(Exit::Tool, "test::cargo", format!("cannot start cargo: {error}")))?;
    if !status.success() {
        let message = format!("the step `{name}` failed: {status}");
        return Err(Failure::new(Exit::Test, "test::step", message).help(help));
    }
    progress.finish("Passed", name);
    Ok(())
}

/// Installs missing tools where we know how to; says what to install elsewhere.
fn set_up(console: &Console, required: bool) -> Outcome {
    let missing = || -> Vec<Tool> {
        let unusable = |tool: &Tool| tool.need == Need::Test && !tool.state.is_fine();
        Tool::all(&Wanted::default()).into_iter().filter(unusable).collect()
    };
    let absent = missing();
    if absent.is_empty() {
        return Ok(());
    }
    let mut packages: Vec<&str> = absent.iter().flat_map(|tool| tool.debian.split_whitespace()).collect();
    packages.sort_unstable();
    packages.dedup();
    if Path::new("/etc/debian_version").is_file() {
        if !packages.is_empty() {
            console.status("Installing", &format!("{} (apt-get)", packages.join(" ")));
            apt(&["update", "-qq"]);
            let mut arguments = vec!["install", "-y", "-qq", "--no-install-recommends"];
            let alone = arguments.clone();
            arguments.extend(&packages);
            if !apt(&arguments) {
                // one that this system has not keeps apt-get from installing any
                for package in &packages {
                    apt(&[&alone[..], &[*package]].concat());
                }
            }
        }
        if absent.iter().any(|tool| tool.name.starts_with("lief")) {
            console.status("Installing", "lief (pip)");
            let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "lief"];
            // a Python that Debian manages wants to be told that we mean it
            let installed = |more: &[&str]| quietly(Command::new("python3").args(pip).args(more));
            let _ = installed(&[]) || installed(&["--break-system-packages"]);
        }
    }
    let absent = missing();
    for tool in &absent {
        let mend = tool.mend.as_deref().unwrap_or_default();
        console.status("Missing", &format!("{}: {mend}", tool.name));
    }
    match absent.as_slice() {
        [] => Ok(()),
        _ if !required => {
            console.status("Skipping", "the tests that need them; each says so");
            Ok(())
        }
        _ => Err(Failure::new(
            Exit::Tool,
            "test::tools",
            "REQUIRE_TOOLS=1, and the tools named above are missing",
        )
        .help("install them, or run without REQUIRE_TOOLS: tests that need them then say that they skip")),
    }
}

/// `apt-get`, as root or through sudo. What it could not install is found missing afterwards.
fn apt(arguments: &[&str]) -> bool {
    let direct = quietly(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive"));
    direct
        || quietly(
            Command::new("sudo").args(["-n", "DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(arguments),
        )
}

fn quietly(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).stdout(Stdio::null()).status().is_ok_and(|status| status.success())
}
