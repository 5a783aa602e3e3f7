//! `cargo xtask explain`: what happened in an installation, read from its log.

mod show;

use super::upgrade::sources;
use crate::console::Console;
use crate::exit::{Exit, Failure, Outcome};
use crate::workspace;
use ancm_installer::diag::Diagnostic;
use ancm_installer::explain::{self, Comparison, Story};
use ancm_installer::upgrade::{Package, Report, Scenario};
use clap::Args;
use serde::Serialize;
use std::fs::File;
use std::path::{Path, PathBuf};

/// Flags of `explain`.
#[derive(Debug, Args)]
pub struct Flags {
    /// Logs of Windows Installer (`msiexec /l*v LOG`) and of bundles; `-` reads standard input
    #[arg(value_name = "LOG", required = true)]
    pub logs: Vec<PathBuf>,
    /// Hold the logs against what `upgrade` predicts for this package, over the one that was installed before where there was
    /// one: .msi files, or names of baselines
    #[arg(long, num_args = 1..=2, value_names = ["NEW", "OLD"])]
    pub against: Vec<String>,
    /// Draw the log as a page: the reasons, and the timeline of every installation
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

/// A log with what it says.
#[derive(Serialize)]
struct Explained {
    log: String,
    #[serde(flatten)]
    story: Story,
    #[serde(skip_serializing_if = "Option::is_none")]
    against: Option<Comparison>,
}

/// Explains logs.
///
/// # Errors
/// A log or package cannot be read; a log contradicts the simulator, which is our error.
pub fn run(flags: &Flags, console: &Console) -> Outcome {
    if flags.html.is_some() && flags.logs.len() > 1 {
        let message = "`--html` draws one log";
        return Err(Failure::new(Exit::Usage, "explain::usage", message).help("name one log for each page"));
    }
    let packages = packages(&flags.against)?;
    let prediction = packages.split_first().map(|(new, old)| {
        let scenario = Scenario::chain(old.iter().collect(), new);
        Report::of(&scenario)
    });
    let mut explained = Vec::new();
    for log in &flags.logs {
        let story = read(log)?;
        let against = prediction
            .as_ref()
            .map(|report| explain::against(&story, report, &packages.iter().collect::<Vec<_>>()));
        explained.push(Explained { log: log.to_string_lossy().into_owned(), story, against });
    }
    if let (Some(path), Some(first)) = (&flags.html, explained.first()) {
        std::fs::write(path, first.story.page(&first.log)).map_err(|error| {
            let message = format!("cannot write `{}`: {error}", path.display());
            Failure::new(Exit::Output, "explain::html", message)
        })?;
    }
    if console.json() {
        #[derive(Serialize)]
        struct Answer<'a> {
            schema: &'static str,
            logs: &'a [Explained],
        }
        console.result(&Answer { schema: "ancm-explain/1", logs: &explained });
    } else {
        for explained in &explained {
            show::story(&explained.log, &explained.story, console);
            if let Some(comparison) = &explained.against {
                show::comparison(comparison, console);
            }
        }
    }
    contradictions(&explained, &flags.against)
}

/// The packages that a log is held against, the new one first.
fn packages(names: &[String]) -> Outcome<Vec<Package>> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let root = workspace::root_or_here()?;
    names.iter().map(|name| sources::package(&root, name)).collect()
}

fn read(log: &Path) -> Outcome<Story> {
    let unreadable = |error: std::io::Error| {
        let message = format!("cannot read `{}`: {error}", log.display());
        Failure::new(Exit::Input, "explain::unreadable", message).help("name a log that `msiexec /l*v` wrote")
    };
    if log == Path::new("-") {
        return explain::read(std::io::stdin().lock()).map_err(unreadable);
    }
    // a folder opens on some systems, and cannot be read
    let file = File::open(log).map_err(unreadable)?;
    explain::read(file).map_err(unreadable)
}

/// Where a log contradicts the simulator, the simulator is wrong.
fn contradictions(explained: &[Explained], against: &[String]) -> Outcome {
    let wrong: Vec<Diagnostic> = explained
        .iter()
        .filter_map(|explained| Some((explained, explained.against.as_ref()?)))
        .flat_map(|(explained, comparison)| {
            comparison.contradictions().map(|row| {
                Diagnostic::error(
                    "explain::contradiction",
                    format!(
                        "{}: {}: predicted \"{}\", and {} says \"{}\"",
                        row.rule, row.subject, row.predicted, explained.log, row.observed
                    ),
                )
            })
        })
        .collect();
    if wrong.is_empty() {
        return Ok(());
    }
    let mut wrong: Vec<Diagnostic> = wrong.into_iter().take(20).collect();
    if let Some(last) = wrong.last_mut() {
        let packages = against.join("` and `");
        last.help = Some(format!(
            "please report it with the log, `{packages}` (or `cargo xtask baseline` of them), and what \
             `cargo xtask upgrade` says; where files on that machine were changed by hand, \
             `cargo xtask upgrade --after` simulates that"
        ));
    }
    Err(Failure::of(Exit::Internal, wrong))
}
