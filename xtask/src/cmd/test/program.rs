//! The test programs: built by cargo, run side by side.

use super::report::{Reader, Report};
use super::{cargo, logs, unwritable};
use crate::console::{Console, Progress};
use crate::exit::{Exit, Failure, Outcome};
use serde::Deserialize;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often it is said how far the tests are, where there is no terminal for a bar.
const NEWS: Duration = Duration::from_secs(15);

/// The programs, and what they were built with.
pub struct Programs {
    programs: Vec<Program>,
    logs: PathBuf,
    /// How long that took.
    pub took: Duration,
}

/// A program that has tests.
pub struct Program {
    /// Its source, from the project's folder.
    name: String,
    path: PathBuf,
    /// Where cargo would start it: the folder of its package.
    folder: PathBuf,
}

/// A line of cargo's `--message-format=json`, as far as it is of interest
/// (<https://doc.rust-lang.org/cargo/reference/external-tools.html#artifact-messages>).
#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    executable: Option<PathBuf>,
    #[serde(default)]
    manifest_path: PathBuf,
    target: Option<Source>,
}

#[derive(Deserialize)]
struct Source {
    src_path: PathBuf,
}

/// Builds them; what the compiler says is told as it comes.
pub fn build(root: &Path, console: &Console) -> Outcome<Programs> {
    let start = Instant::now();
    let logs = logs(root)?;
    console.status("Building", "the tests");
    let arguments = [
        "test",
        "--no-run",
        "--workspace",
        "--locked",
        "--message-format=json-render-diagnostics",
        "--quiet",
    ];
    let output = cargo(root, &arguments)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| Failure::new(Exit::Tool, "test::cargo", format!("cannot start cargo: {error}")))?;
    if !output.status.success() {
        let message = format!("the tests cannot be built: {}", output.status);
        return Err(Failure::new(Exit::Test, "test::step", message).help("mend what stands above"));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let programs = text.lines().filter_map(|line| {
        let Message { executable, manifest_path, target } = serde_json::from_str(line).ok()?;
        let source = target?.src_path;
        let name = source.strip_prefix(root).unwrap_or(&source).to_string_lossy().replace('\\', "/");
        Some(Program { name, path: executable?, folder: manifest_path.parent()?.to_owned() })
    });
    // cargo names the programs that tests start, too
    let programs = programs.filter(|program| !program.name.ends_with("src/main.rs")).collect();
    Ok(Programs { programs, logs, took: start.elapsed() })
}

impl Programs {
    /// The modules that have tests, of all programs.
    pub fn modules(&self) -> Outcome<Vec<String>> {
        let mut modules: Vec<String> = Vec::new();
        for program in &self.programs {
            modules.extend(
                program.list(&[])?.iter().filter_map(|name| Some(name.split_once("::")?.0.to_owned())),
            );
        }
        modules.sort();
        modules.dedup();
        Ok(modules)
    }
}

impl Program {
    fn command(&self, names: &[String]) -> Command {
        let mut command = Command::new(&self.path);
        command.args(names).current_dir(&self.folder).stdin(Stdio::null());
        command
    }

    /// The tests with these parts of names, in the order in which they are started.
    fn list(&self, names: &[String]) -> Outcome<Vec<String>> {
        let output = self.command(names).args(["--list", "--format", "terse"]).output();
        let output = output.map_err(|error| self.failed(&error))?;
        let text = String::from_utf8_lossy(&output.stdout);
        Ok(text.lines().filter_map(|line| Some(line.strip_suffix(": test")?.to_owned())).collect())
    }

    fn failed(&self, error: &std::io::Error) -> Failure {
        Failure::new(Exit::Test, "test::program", format!("cannot run `{}`: {error}", self.path.display()))
    }

    /// Runs `tests` on so many threads; every line goes into the log and to `tell`.
    fn run(
        &self,
        names: &[String],
        threads: usize,
        logs: &Path,
        mut tell: impl FnMut(&str),
    ) -> Outcome<bool> {
        let name = self.name.trim_end_matches(".rs").replace('/', "-");
        let [out, err] = ["log", "stderr.log"].map(|ending| logs.join(format!("{name}.{ending}")));
        let create = |path: &PathBuf| std::fs::File::create(path).map_err(|error| unwritable(path, &error));
        let mut log = create(&out)?;
        let mut child = self
            .command(names)
            .args(["--show-output", "--color=never", &format!("--test-threads={threads}")])
            .stdout(Stdio::piped())
            .stderr(create(&err)?)
            .spawn()
            .map_err(|error| self.failed(&error))?;
        let mut lines = BufReader::new(child.stdout.take().expect("asked for"));
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line).map_err(|error| self.failed(&error))? > 0 {
            log.write_all(&line).map_err(|error| unwritable(&out, &error))?;
            tell(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']));
            line.clear();
        }
        Ok(child.wait().map_err(|error| self.failed(&error))?.success())
    }
}

/// What all programs share while they run.
struct Running<'c> {
    report: Report,
    all: usize,
    ended: usize,
    progress: Progress<'c>,
    start: Instant,
    told: Instant,
}

/// Runs the tests with these parts of names, all of them where there are none.
pub fn run(programs: &Programs, names: &[String], console: &Console) -> Outcome<Report> {
    let mut lists = Vec::new();
    for program in &programs.programs {
        let tests = program.list(names)?;
        if !tests.is_empty() {
            lists.push((program, tests));
        }
    }
    let all = lists.iter().map(|(_, tests)| tests.len()).sum();
    // most tests wait for other programs, so a thread for each processor leaves some idle
    let threads = std::thread::available_parallelism().map_or(2, |count| count.get() + 3);
    let now = Instant::now();
    let running = Mutex::new(Running {
        report: Report::default(),
        all,
        ended: 0,
        progress: console.progress("tests", all as u64),
        start: now,
        told: now,
    });
    let lock = || running.lock().unwrap_or_else(PoisonError::into_inner);
    let outcomes: Vec<Outcome> = std::thread::scope(|scope| {
        let started: Vec<_> = lists
            .into_iter()
            .map(|(program, tests)| {
                scope.spawn(move || {
                    let mut reader = Reader::new(tests, threads);
                    let before = lock().report.failed.len();
                    let good = program.run(names, threads, &programs.logs, |line| {
                        let mut running = lock();
                        if reader.line(line, &mut running.report) {
                            running.next(line, console);
                        }
                    })?;
                    let mut running = lock();
                    if !good && running.report.failed.len() == before {
                        running.report.broken.push(program.name.clone());
                    }
                    Ok(())
                })
            })
            .collect();
        started.into_iter().map(|thread| thread.join().expect("nothing in it panics")).collect()
    });
    outcomes.into_iter().collect::<Outcome<Vec<()>>>()?;
    let running = running.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(running.report)
}

impl Running<'_> {
    /// One more test ended, as `line` says.
    fn next(&mut self, line: &str, console: &Console) {
        self.ended += 1;
        self.progress.step(line);
        if !self.progress.is_shown() && (self.told.elapsed() > NEWS || self.ended == self.all) {
            self.told = Instant::now();
            let failed = self.report.failed.len();
            let seconds = self.start.elapsed().as_secs();
            console
                .status("Testing", &format!("{} of {}, {failed} failed, {seconds}s", self.ended, self.all));
        }
    }
}
