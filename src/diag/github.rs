//! Findings as annotations of GitHub Actions, and as a page for the run's summary.
//!
//! Workflow commands:
//! <https://docs.github.com/actions/writing-workflows/choosing-what-your-workflow-does/workflow-commands-for-github-actions>.
//! GitHub shows ten annotations of a kind and drops the rest, so the worst ones are chosen here and all stand in the
//! summary.

use super::{Diagnostic, Severity};
use std::fmt::Write;

/// Annotations of one kind that GitHub shows for a step.
pub const SHOWN: usize = 10;

/// The worst findings as workflow commands, a line each: at most [`SHOWN`], errors first, else in the given order.
#[must_use]
pub fn annotations(diagnostics: &[Diagnostic]) -> String {
    worst_first(diagnostics).into_iter().take(SHOWN).map(annotation).collect()
}

/// All findings as a table in Markdown, the worst first; empty where there are none.
#[must_use]
pub fn summary(title: &str, diagnostics: &[Diagnostic]) -> String {
    if diagnostics.is_empty() {
        return String::new();
    }
    let mut out = format!("### {}\n\n| | code | where | finding |\n|---|---|---|---|\n", cell(title));
    for diagnostic in worst_first(diagnostics) {
        let Diagnostic { severity, code, .. } = diagnostic;
        let (place, message) = (cell(&place(diagnostic)), cell(&message(diagnostic)));
        writeln!(out, "| {severity} | {} | {place} | {message} |", cell(code))
            .expect("a string takes everything");
    }
    out
}

fn worst_first(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort_by_key(|diagnostic| diagnostic.severity);
    sorted
}

fn annotation(diagnostic: &Diagnostic) -> String {
    let command = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = Vec::new();
    if let Some(at) = &diagnostic.at {
        properties.push(format!("file={}", property(&at.file)));
        if at.line > 0 {
            properties.push(format!("line={}", at.line));
        }
        if at.column > 0 {
            properties.push(format!("col={}", at.column));
        }
    }
    properties.push(format!("title={}", property(&diagnostic.code)));
    let place = diagnostic.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
    format!("::{command} {}::{}\n", properties.join(","), data(&format!("{place}{}", message(diagnostic))))
}

fn message(diagnostic: &Diagnostic) -> String {
    match &diagnostic.help {
        Some(help) => format!("{} (help: {help})", diagnostic.message),
        None => diagnostic.message.clone(),
    }
}

fn place(diagnostic: &Diagnostic) -> String {
    let at = diagnostic.at.as_ref().map(ToString::to_string);
    let place = diagnostic.place.as_ref().map(ToString::to_string);
    [at, place].into_iter().flatten().collect::<Vec<_>>().join(": ")
}

/// What stands after the command's `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of the command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// A cell of a table in Markdown: texts come from packages of strangers, and must stay text.
fn cell(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '\n' | '\r' | '\t' => out.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' | '>' | '@' => {
                out.extend(['\\', character])
            }
            _ => out.push(character),
        }
    }
    out
}
