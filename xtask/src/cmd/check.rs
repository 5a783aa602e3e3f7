//! `cargo xtask check`: what is wrong with packages, whoever made them.

mod allowances;
mod examine;

pub use allowances::{Allowances, FILE};
pub use examine::{Examined, examine};

use super::upgrade::sources;
use crate::console::{Console, Paint, counted};
use crate::environment;
use crate::exit::{Exit, Failure, Outcome};
use crate::workspace;
use ancm_installer::check::{self, Judged};
use ancm_installer::diag::{Diagnostic, Severity, github, sarif};
use ancm_installer::upgrade;
use clap::Args;
use serde::Serialize;
use std::fs::File;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};

/// Findings of one package that are shown one by one, unless everything is asked for.
const SHOWN: usize = 200;

/// Flags of `check`.
#[derive(Debug, Args)]
pub struct Flags {
    /// Packages: .msi files [default: dist/*.msi]
    #[arg(value_name = "PACKAGE")]
    pub packages: Vec<String>,
    /// Allow what a rule finds, for a reason; `wix/check.toml` does so for the project's own packages
    #[arg(long, value_name = "CODE=REASON")]
    pub allow: Vec<String>,
    /// Write the findings as a SARIF log, too
    #[arg(long, value_name = "FILE")]
    pub sarif: Option<PathBuf>,
    /// Print annotations for GitHub Actions, and add all findings to the run's summary [default: in GitHub Actions]
    #[arg(long)]
    pub github: bool,
    /// Say what a rule asks, why, and how to mend what it finds; `all` lists the rules
    #[arg(long, value_name = "CODE", conflicts_with_all = ["packages", "sarif", "github"])]
    pub explain: Option<String>,
}

/// A package with what was found.
#[derive(Serialize)]
struct Checked {
    package: String,
    findings: Vec<Diagnostic>,
    allowed: Vec<Allowed>,
}

#[derive(Serialize)]
struct Allowed {
    finding: Diagnostic,
    reason: String,
}

/// Checks packages.
///
/// # Errors
/// A package cannot be read, or something is wrong with one.
pub fn run(flags: &Flags, console: &Console) -> Outcome {
    if let Some(code) = &flags.explain {
        return explain(code, console);
    }
    let root = workspace::root_or_here()?;
    let names = workspace::products(&root);
    let known: Vec<_> = names.iter().map(|name| workspace::known(&root, name)).collect::<Outcome<_>>()?;
    let mut allowances = Allowances::read(&root, &flags.allow)?;
    let names = if flags.packages.is_empty() { sources::built(&root)? } else { flags.packages.clone() };
    let mut checked = Vec::new();
    for name in &names {
        let path = Path::new(name);
        let file = File::open(path).map_err(|error| examine::unreadable(name, &error))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let examined = examine(name, &mut BufReader::new(file), Some(folder), &known)?;
        let judged = allowances.judge(examined.findings, examined.ours);
        show(name, &judged, console);
        let allowed = judged.allowed.into_iter().map(|(finding, reason)| Allowed { finding, reason });
        checked.push(Checked {
            package: name.clone(),
            findings: judged.findings,
            allowed: allowed.collect(),
        });
    }
    let unused = allowances.unused();
    console.diagnostics(&unused);
    report(flags, &checked, &unused, console)?;
    let findings = checked.iter().flat_map(|checked| &checked.findings);
    let errors = findings.filter(|finding| finding.severity == Severity::Error).count();
    if errors == 0 {
        return Ok(());
    }
    let message = format!("{} in {}", counted(errors, "error"), counted(checked.len(), "package"));
    Err(Failure::new(Exit::Findings, "check::errors", message)
        .help("`cargo xtask check --explain CODE` says what a rule asks, and how to mend what it finds"))
}

/// The outputs that were asked for.
fn report(flags: &Flags, checked: &[Checked], unused: &[Diagnostic], console: &Console) -> Outcome {
    let all: Vec<&Diagnostic> = checked.iter().flat_map(|checked| &checked.findings).chain(unused).collect();
    if let Some(path) = &flags.sarif {
        let rules = check::rules().iter().map(|rule| {
            let explanation = format!("{}.", rule.explanation.trim_end_matches('.'));
            sarif::Rule::new(rule.code, rule.title, &explanation, rule.fix)
        });
        let allowed = checked.iter().flat_map(|checked| &checked.allowed);
        let allowed = allowed.map(|allowed| (&allowed.finding, allowed.reason.as_str()));
        let log = sarif::Log::new(rules.collect(), all.iter().copied(), allowed);
        let text =
            serde_json::to_string_pretty(&log).expect("our types have string keys and no failing parts");
        std::fs::write(path, text + "\n").map_err(|error| {
            Failure::new(Exit::Output, "check::sarif", format!("cannot write `{}`: {error}", path.display()))
        })?;
    }
    if console.json() {
        #[derive(Serialize)]
        struct Answer<'a> {
            schema: &'static str,
            packages: &'a [Checked],
            unused_allowances: &'a [Diagnostic],
        }
        console.result(&Answer { schema: "ancm-check/1", packages: checked, unused_allowances: unused });
    }
    let in_actions = std::env::var("GITHUB_ACTIONS").is_ok_and(|value| value == "true");
    if flags.github || in_actions {
        let all: Vec<Diagnostic> = all.into_iter().cloned().collect();
        if !console.json() {
            console.print(github::annotations(&all).trim_end());
        }
        add_to_summary(&github::summary("Packages", &all))?;
    }
    Ok(())
}

/// Adds `text` to the summary of the run, which GitHub shows; nothing outside of GitHub Actions.
fn add_to_summary(text: &str) -> Outcome {
    let Some(path) = environment::variable("GITHUB_STEP_SUMMARY") else {
        return Ok(());
    };
    let mut options = File::options();
    options
        .create(true)
        .append(true)
        .open(&path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| {
            let message = format!("cannot write the summary `{}`: {error}", Path::new(&path).display());
            Failure::new(Exit::Output, "check::summary", message)
        })
}

fn show(name: &str, judged: &Judged, console: &Console) {
    let (most, least) = match console.verbose() {
        true => (usize::MAX, Severity::Note),
        false => (SHOWN, Severity::Warning),
    };
    let mut shown: Vec<Diagnostic> =
        judged.findings.iter().filter(|finding| finding.severity <= least).cloned().collect();
    let more = shown.len().saturating_sub(most);
    shown.truncate(most);
    console.diagnostics(&shown);
    if more > 0 {
        console
            .status("More", &format!("{more} findings are not shown; `--verbose` or `--json` has them all"));
    }
    for (finding, reason) in &judged.allowed {
        console.detail(&format!("allowed ({reason}): {finding}"));
    }
    if !console.json() {
        let (errors, warnings) = (judged.count(Severity::Error), judged.count(Severity::Warning));
        let paint = match (errors, warnings) {
            (0, 0) => Paint::Good,
            (0, _) => Paint::Doubtful,
            _ => Paint::Bad,
        };
        let allowed = match judged.allowed.len() {
            0 => String::new(),
            count => format!(", {count} allowed"),
        };
        let said = format!("{}, {}{allowed}", counted(errors, "error"), counted(warnings, "warning"));
        console.print(&format!("{name}: {}", console.painted(paint, &said)));
    }
}

fn explain(code: &str, console: &Console) -> Outcome {
    #[derive(Serialize)]
    struct Explained {
        code: &'static str,
        title: &'static str,
        explanation: &'static str,
        fix: &'static str,
        example: &'static str,
    }
    #[derive(Serialize)]
    struct Answer {
        schema: &'static str,
        rules: Vec<Explained>,
    }
    let wanted: Vec<&check::Rule> = match check::rule(code) {
        Some(rule) => vec![rule],
        None if code == "all" => check::rules().to_vec(),
        None => {
            let codes: Vec<&str> = check::rules().iter().map(|rule| rule.code).collect();
            let message = format!("there is no rule `{code}`");
            let help = match upgrade::explain(code) {
                Some(kind) => format!("see `cargo xtask upgrade --explain {}`", kind.code),
                None => format!("the rules are {}", codes.join(", ")),
            };
            return Err(Failure::new(Exit::Usage, "check::usage", message).help(help));
        }
    };
    if console.json() {
        let explained = wanted.iter().map(|rule| Explained {
            code: rule.code,
            title: rule.title,
            explanation: rule.explanation,
            fix: rule.fix,
            example: rule.example,
        });
        console.result(&Answer { schema: "ancm-rules/1", rules: explained.collect() });
        return Ok(());
    }
    if let [rule] = wanted.as_slice() {
        console.print(&format!("{}: {}\n\n{}\n\nfix: {}", rule.code, rule.title, rule.explanation, rule.fix));
        if !rule.example.is_empty() {
            console.print(&format!("\nexample, which breaks it:\n  {}", rule.example.replace('\n', "\n  ")));
        }
    } else {
        wanted.iter().for_each(|rule| console.print(&format!("{:<28} {}", rule.code, rule.title)));
    }
    Ok(())
}
