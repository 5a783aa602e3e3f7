//! `cargo xtask test`: everything that must be green, or the part of it that a change needs.

mod program;
pub mod report;

use super::setup;
use crate::console::Console;
use crate::exit::{Exit, Failure, Outcome};
use crate::flags::Test;
use crate::workspace;
use report::Report;
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Where the ARM64 machine is made; the environment's word goes first.
const MACHINE: &str = "ANCM_ARM64_VM";

/// How many of the slowest tests are named.
const SLOWEST: usize = 5;

/// A step and how long it took.
type Took = (&'static str, Duration);

/// Formatting, lints and all tests; or the tests whose names contain what the flags name; or those on the ARM64 machine.
///
/// # Errors
/// A step fails; a tool is missing and `REQUIRE_TOOLS=1` asks for it; no test has such a name.
pub fn run(flags: &Test, console: &Console) -> Outcome {
    let root = workspace::root()?;
    if flags.arm64 {
        return arm64(&root, console);
    }
    if !flags.names.is_empty() {
        let (report, _) = tests(&root, &flags.names, console)?;
        return tell(&report, &[], console);
    }
    let start = Instant::now();
    let arguments = ["fmt", "--all", "--check"];
    let help = "run `cargo fmt --all`; without the component: `rustup component add rustfmt`";
    step("formatting", cargo(&root, &arguments), help)?;
    let formatting = ("formatting", start.elapsed());
    // setting up waits for servers, most of the time
    let (ready, programs) = std::thread::scope(|scope| {
        let ready = scope.spawn(|| ready(&root, flags, console));
        let programs = program::build(&root, console);
        (ready.join().expect("a step does not panic"), programs)
    });
    let (setting_up, programs) = (ready?, programs?);
    // Tests wait for programs of others, most of the time; lints fill the gaps.
    let ((tested, testing), linted) = std::thread::scope(|scope| {
        let lints = scope.spawn(|| lints(&root));
        let start = Instant::now();
        let tested = program::run(&programs, &[], console);
        ((tested, ("tests", start.elapsed())), lints.join().expect("a step does not panic"))
    });
    let (report, linted) = (tested?, linted?);
    let building = ("building the tests", programs.took);
    tell(&report, &[&[formatting, setting_up, building][..], &linted, &[testing]].concat(), console)
}

/// Installs what the tests need, or says what is missing.
fn ready(root: &Path, flags: &Test, console: &Console) -> Outcome<Took> {
    let start = Instant::now();
    let required = std::env::var_os("REQUIRE_TOOLS").is_some_and(|value| value == "1");
    if required || flags.setup || std::env::var_os("CI").is_some() {
        setup::install(root, required, console)?;
    } else {
        setup::mention_missing(root, console);
    }
    Ok(("setting up", start.elapsed()))
}

/// Builds the tests and runs those with these parts of names.
fn tests(root: &Path, names: &[String], console: &Console) -> Outcome<(Report, Duration)> {
    let programs = program::build(root, console)?;
    let report = program::run(&programs, names, console)?;
    if report.count() == 0 {
        let message = format!("no test has `{}` in its name", names.join("` or `"));
        let modules = programs.modules()?;
        let help = format!("its module will do, or a part of it: {}", modules.join(", "));
        return Err(Failure::new(Exit::Usage, "test::no_such", message).help(help));
    }
    Ok((report, programs.took))
}

/// Lints, and the examples in documentation. They say nothing while tests are told of; what failed is told whole.
fn lints(root: &Path) -> Outcome<Vec<Took>> {
    let steps: [(&str, &[&str], &str); 2] = [
        (
            "lints",
            &["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"],
            "mend what stands above; without the component: `rustup component add clippy`",
        ),
        ("examples", &["test", "--doc", "--workspace", "--locked"], "see above"),
    ];
    let mut took = Vec::new();
    for (name, arguments, help) in steps {
        let start = Instant::now();
        let log = logs(root)?.join(format!("{name}.log"));
        let streams = File::create(&log).and_then(|file| Ok((file.try_clone()?, file)));
        let (out, err) = streams.map_err(|error| unwritable(&log, &error))?;
        let mut command = cargo(root, arguments);
        command.stdout(out).stderr(err);
        if let Err(failure) = step(name, command, help) {
            // what cannot be read is still in the file, which the failure names
            eprint!("{}", std::fs::read_to_string(&log).unwrap_or_default());
            return Err(failure);
        }
        took.push((name, start.elapsed()));
    }
    Ok(took)
}

/// The folder where the output of every step is kept.
fn logs(root: &Path) -> Outcome<std::path::PathBuf> {
    let folder = workspace::target(root).join("test-logs");
    std::fs::create_dir_all(&folder).map_err(|error| unwritable(&folder, &error))?;
    Ok(folder)
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(Exit::Output, "test::log", format!("cannot write `{}`: {error}", path.display()))
}

/// The tests on the ARM64 machine. Nothing is installed for these: the test says what it misses, and skips.
fn arm64(root: &Path, console: &Console) -> Outcome {
    let arguments = ["test", "-p", "xtask", "--locked", "--test", "suite", "arm64::", "--", "--nocapture"];
    let mut cargo = cargo(root, &arguments);
    if std::env::var_os(MACHINE).is_none() {
        cargo.env(MACHINE, workspace::target(root).join("arm64-vm"));
    }
    let start = Instant::now();
    step(
        "tests on the ARM64 machine",
        cargo,
        "see above; native/vm/make.sh says what the machine is made with",
    )?;
    console.status("Passed", &format!("tests on the ARM64 machine in {:.0}s", start.elapsed().as_secs_f64()));
    Ok(())
}

/// Cargo, in the project's folder.
fn cargo(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root).stdin(Stdio::null());
    command
}

/// Runs cargo; what it says is what a failure is read from.
fn step(name: &str, mut cargo: Command, help: &str) -> Outcome {
    let status = cargo
        .status()
        .map_err(|error| Failure::new(Exit::Tool, "test::cargo", format!("cannot start cargo: {error}")))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(Exit::Test, "test::step", format!("the step `{name}` failed: {status}")).help(help))
}

/// What failed, what was skipped and why, what took how long; in the last line, the counts.
fn tell(report: &Report, took: &[Took], console: &Console) -> Outcome {
    eprint!("{}", report.failures);
    for (test, what) in &report.retried {
        console.status("Retried", &format!("{test}: {what}"));
    }
    for (test, why) in &report.skipped {
        console.status("Skipped", &format!("{test}: {why}"));
    }
    for (time, test) in report.slowest().take(SLOWEST) {
        console.status("Slowest", &format!("{:6.1}s {test}", time.as_secs_f64()));
    }
    for (name, time) in took {
        console.status("Took", &format!("{:6.1}s {name}", time.as_secs_f64()));
    }
    let skipped = report.skipped.len();
    console.print(&format!(
        "{} passed, {} failed, {skipped} skipped",
        report.passed - skipped,
        report.failed.len()
    ));
    if report.failed.is_empty() && report.broken.is_empty() {
        return Ok(());
    }
    let names = [report.failed.as_slice(), &report.broken].concat();
    let help = "see above; one alone: `cargo xtask test NAME`";
    Err(Failure::new(Exit::Test, "test::failed", format!("failed: {}", names.join(", "))).help(help))
}
