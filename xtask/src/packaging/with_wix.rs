//! One package, made by WiX.

use super::package::{Setting, compile};
use super::places::Places;
use crate::exit::{Exit, Failure, Outcome};
use crate::interrupt;
use crate::output;
use crate::tool::wix::build::{Job, Run};
use crate::tool::wix::{Wix, eula};
use ancm_installer::diag::{Diagnostic, Severity};
use ancm_installer::msi;
use ancm_installer::plan::Package;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::NamedTempFile;

/// How long WiX may take for a package. It takes seconds.
const LIMIT: Duration = Duration::from_secs(600);

/// Where logs are kept, below the project's folder.
const LOGS: &str = "target/wix";

/// Makes `package` with `wix`; gives the file, which waits under a name of its own, and what WiX said.
///
/// # Errors
/// WiX does not start, finds errors, or makes no package; each with where the log is.
pub fn make(
    package: &Package,
    setting: &Setting<'_>,
    wix: &Wix,
) -> Outcome<(NamedTempFile, Vec<Diagnostic>)> {
    let name = format!("{}-{}", package.flavour, package.arch);
    let mut findings = Vec::new();
    let mut inputs = absolute(package);
    if let Some(folder) = inputs.bind_paths.iter().find(|folder| folder.to_string_lossy().contains('=')) {
        let message = format!("WiX takes what is before the `=` in `{}` for a name", folder.display());
        return Err(Failure::new(Exit::Usage, "wix::bind_path", message)
            .help("use folders without `=`, for project and `--out`, or `--engine embedded`"));
    }
    match product_code(package, setting) {
        Some(code) => drop(inputs.defines.insert("ProductCode".to_owned(), code)),
        None => findings.push(drawn(package)),
    }
    let folder = full(&setting.stage.join("wix").join(&name));
    let job = Job {
        inputs: &inputs,
        output: folder.join(&package.file_name),
        scratch: folder.join("obj"),
        limit: LIMIT,
    };
    let run = wix.build(&job).map_err(|error| {
        let message = format!("cannot run `{}`: {error}", wix.program().display());
        interrupt::check().err().unwrap_or_else(|| Failure::new(Exit::Tool, "wix::start", message))
    })?;
    let logs = setting.root.join(LOGS);
    let log = logs.join(format!("{name}.log"));
    let copy = logs.join(format!("components-{name}.wxs"));
    let generated = inputs.sources.last().expect("the plan ends the sources with the generated one");
    fs::create_dir_all(&logs)
        .and_then(|()| fs::write(&log, run.log()))
        .and_then(|()| fs::copy(generated, &copy))
        .map_err(|error| output::failure("keep WiX's log in", &logs, &error))?;
    setting.console.detail(&run.command);
    setting.console.detail(&format!("what it said is in `{}`", log.display()));
    let places = Places::new(package, setting.ledger, Some(&copy));
    findings.extend(run.messages.diagnostics.iter().map(|message| places.known(helped(message.clone()))));
    if let Some(problem) = run.problem(&job.output).or_else(|| unreadable(&job.output)) {
        findings.push(failed(package, &run, &problem, &log));
        return Err(Failure::of(Exit::Compile, findings));
    }
    let mut file = setting.output.create()?;
    File::open(&job.output)
        .and_then(|mut made| io::copy(&mut made, file.as_file_mut()))
        .map_err(|error| output::failure("write", Path::new(&package.file_name), &error))?;
    Ok((file, findings))
}

/// What the package is made of, with paths that WiX, which starts in the project's folder, takes as we do.
fn absolute(package: &Package) -> ancm_installer::plan::EngineInputs {
    let mut inputs = package.engine.clone();
    let lists = [&mut inputs.sources, &mut inputs.localizations, &mut inputs.bind_paths];
    for path in lists.into_iter().flatten() {
        *path = full(path);
    }
    inputs
}

fn full(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// The ProductCode that the embedded engine derives from the contents. WiX would draw one for each build, and the same
/// contents would be another product each time.
fn product_code(package: &Package, setting: &Setting<'_>) -> Option<String> {
    let database = compile(package, setting).output?.database;
    let row =
        database.tables.get("Property")?.rows.iter().find(|row| row[0].as_str() == Some("ProductCode"))?;
    row[1].as_str().map(str::to_owned)
}

fn drawn(package: &Package) -> Diagnostic {
    let message =
        format!("`{}` gets a ProductCode that WiX draws, another one in each build", package.file_name);
    Diagnostic::warning("wix::product_code", message).help(
        "the code is derived from the contents by the embedded engine, and that does not compile these sources; \
         `--engine embedded` says why",
    )
}

fn helped(message: Diagnostic) -> Diagnostic {
    if message.code == "WIX7015" { message.help(eula::help()) } else { message }
}

/// Why the file is no package; nothing if it is one.
fn unreadable(path: &Path) -> Option<String> {
    let read = File::open(path).map_err(|error| error.to_string());
    let read = read.and_then(|file| msi::Package::open(file).map_err(|error| error.to_string()));
    read.err().map(|error| format!("it ended as if all were well, and what it wrote is no package: {error}"))
}

/// What a failed run comes to. Where WiX named errors, they say it; else this is the error.
fn failed(package: &Package, run: &Run, problem: &str, log: &Path) -> Diagnostic {
    let mut message = format!("`wix build` made no `{}`: {problem}", package.file_name);
    let severity = if run.messages.has_errors() { Severity::Note } else { Severity::Error };
    if severity == Severity::Error {
        run.messages.others.iter().rev().take(10).rev().for_each(|line| message.extend(["\n", line]));
    }
    Diagnostic::new(severity, "wix::failed", message).help(format!("the whole log is in `{}`", log.display()))
}
