//! What the test programs say, read line by line.
//!
//! The lines are those of Rust's own harness (<https://doc.rust-lang.org/rustc/tests/index.html>): `test NAME ... ok` as a
//! test ends, and under `--show-output` what each test printed, below `---- NAME stdout ----`.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// What came of the tests.
#[derive(Debug, Default)]
pub struct Report {
    /// How many passed, those that skipped with them.
    pub passed: usize,
    /// Those that failed.
    pub failed: Vec<String>,
    /// Programs that ended otherwise than their tests say.
    pub broken: Vec<String>,
    /// Those that say that they skipped, and why.
    pub skipped: Vec<(String, String)>,
    /// Those that tried something again, and what.
    pub retried: Vec<(String, String)>,
    /// Everything that failing tests said.
    pub failures: String,
    times: Vec<(Duration, String)>,
}

impl Report {
    /// How many tests ended.
    pub fn count(&self) -> usize {
        self.passed + self.failed.len()
    }

    /// The tests and how long they took, the slowest first.
    pub fn slowest(&self) -> impl Iterator<Item = &(Duration, String)> {
        let mut times: Vec<_> = self.times.iter().collect();
        times.sort_by(|a, b| b.cmp(a));
        times.into_iter()
    }
}

/// Reads the output of one program.
pub struct Reader {
    /// The tests in the order in which the harness starts them; those not started yet.
    waiting: std::vec::IntoIter<String>,
    running: BTreeMap<String, Instant>,
    /// Whose output the lines are.
    section: Option<String>,
    failures: bool,
}

impl Reader {
    /// Of a program that runs `tests`, in this order, on so many threads. The harness starts a test whenever one ends, so
    /// the ends tell the beginnings.
    pub fn new(tests: Vec<String>, threads: usize) -> Reader {
        let mut reader =
            Reader { waiting: tests.into_iter(), running: BTreeMap::new(), section: None, failures: false };
        (0..threads).for_each(|_| reader.start());
        reader
    }

    fn start(&mut self) {
        if let Some(test) = self.waiting.next() {
            self.running.insert(test, Instant::now());
        }
    }

    /// The next line; whether a test ended with it.
    pub fn line(&mut self, line: &str, report: &mut Report) -> bool {
        if let Some((name, outcome)) = ended(line).filter(|_| self.section.is_none()) {
            match outcome {
                "ok" => report.passed += 1,
                "FAILED" => report.failed.push(name.to_owned()),
                _ => {}
            }
            let start = self.running.remove(name);
            report.times.extend(start.map(|start| (start.elapsed(), name.to_owned())));
            self.start();
            return true;
        }
        match line {
            "successes:" => (self.failures, self.section) = (false, None),
            "failures:" => (self.failures, self.section) = (true, None),
            _ => {}
        }
        if let Some(name) = line.strip_prefix("---- ").and_then(|rest| rest.strip_suffix(" stdout ----")) {
            self.section = Some(name.to_owned());
        }
        if self.failures {
            report.failures.push_str(line);
            report.failures.push('\n');
        } else if let Some(test) = &self.section {
            let said = |begin: &str| Some((test.clone(), line.strip_prefix(begin)?.to_owned()));
            report.skipped.extend(said("skipped: "));
            report.retried.extend(said("retried: "));
        }
        false
    }
}

/// The name and the outcome in a line that tells of a test's end.
fn ended(line: &str) -> Option<(&str, &str)> {
    let (name, outcome) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
    let outcome = outcome.split_once(',').map_or(outcome, |(outcome, _)| outcome);
    matches!(outcome, "ok" | "FAILED" | "ignored")
        .then(|| (name.split_once(" - ").map_or(name, |(name, _)| name), outcome))
}
