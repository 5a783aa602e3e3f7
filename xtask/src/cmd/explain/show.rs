//! The answer on a terminal.

use crate::console::{Console, Paint, counted};
use ancm_installer::diag::Severity;
use ancm_installer::explain::{
    Agreement, Bundle, Certainty, Comparison, Finding, Purpose, Session, Story, codes,
};
use std::collections::BTreeMap;

/// So many of anything are shown without `--verbose`.
const SHOWN: usize = 5;
/// Properties that explain decisions; the others are shown with `--verbose`.
const TELLING: [&str; 16] = [
    "(command line)",
    "ADDLOCAL",
    "ALLUSERS",
    "Installed",
    "MSIINSTALLPERUSER",
    "MsiRunningElevated",
    "MsiSystemRebootPending",
    "OutOfDiskSpace",
    "PATCH",
    "Privileged",
    "REINSTALL",
    "REINSTALLMODE",
    "REMOVE",
    "TRANSFORMS",
    "UPGRADINGPRODUCTCODE",
    "UILevel",
];

/// Shows one log.
pub fn story(name: &str, story: &Story, console: &Console) {
    let (paint, verdict) = verdict(story);
    console.print(&format!("{name}: {}", console.painted(paint, &verdict)));
    for bundle in &story.bundles {
        self::bundle(bundle, console);
    }
    for session in &story.sessions {
        self::session(session, console);
    }
    if story.sessions_left_off > 0 {
        console.print(&format!("  … and {} installations before them", story.sessions_left_off));
    }
    for finding in &story.findings {
        self::finding(finding, console);
    }
    let ignored: Vec<_> = story.sessions.iter().flat_map(|session| &session.ignored.items).collect();
    if !ignored.is_empty() {
        console.print("\nnot the cause:");
        for ignored in shown(&ignored, console) {
            console.print(&format!("  line {}: {}: {}", ignored.line, ignored.what, ignored.why));
        }
        rest(ignored.len(), console);
    }
    let coverage = &story.coverage;
    console.print(&format!(
        "\n{} ({}): {} of a known kind, {} that go on with one, {} unknown",
        counted(usize::try_from(story.lines).unwrap_or(usize::MAX), "line"),
        story.encoding,
        coverage.known,
        coverage.continued,
        coverage.unknown
    ));
    if console.verbose() {
        for (text, line) in &coverage.samples.items {
            console.print(&format!("  unknown, line {line}: {text}"));
        }
    }
    if story.cut > 0 {
        console.print(&format!("{} lines were too long to be read to their ends", story.cut));
    }
}

/// The log in two or three words, by the last installation that stands for itself.
fn verdict(story: &Story) -> (Paint, String) {
    let outer = |session: &&Session| session.parent.is_none();
    let cause = story.findings.iter().find(|finding| finding.is_cause);
    if let Some(cause) = cause {
        let cancelled = cause.codes.iter().any(|code| code == "explain::cancelled");
        let result = story
            .sessions
            .iter()
            .filter(outer)
            .filter_map(|session| session.result)
            .find(|code| !codes::is_success(*code));
        let result = result
            .or_else(|| story.bundles.iter().find_map(|bundle| bundle.result.filter(|code| *code != 0)));
        let code = result.map_or_else(String::new, |code| {
            if code > 0xFFFF { format!(", {code:#x}") } else { format!(", {code}") }
        });
        let word = if cancelled { "CANCELLED" } else { "FAILED" };
        return (Paint::Bad, format!("{word}{code}"));
    }
    if story.findings.iter().any(|finding| finding.severity == Severity::Error) {
        return (Paint::Bad, "LOST SOMETHING".to_owned());
    }
    if story.sessions.is_empty() && story.bundles.is_empty() {
        let said = "no installation is in this log; `msiexec /l*v FILE` writes one that has it";
        return (Paint::Doubtful, said.to_owned());
    }
    let sessions = story.sessions.iter().filter(outer).all(|session| session.succeeded() == Some(true));
    let bundles = story.bundles.iter().all(|bundle| bundle.result.is_some());
    if sessions && bundles {
        (Paint::Good, "SUCCEEDED".to_owned())
    } else {
        (Paint::Doubtful, "the log does not have the result".to_owned())
    }
}

fn bundle(bundle: &Bundle, console: &Console) {
    let name = if bundle.name.is_empty() { "a bundle" } else { &bundle.name };
    let engine = if bundle.engine.is_empty() { String::new() } else { format!(" (Burn {})", bundle.engine) };
    let result = bundle.result.map_or_else(|| "unknown".to_owned(), hexadecimal);
    let action = if bundle.action.is_empty() { "run".to_owned() } else { bundle.action.to_lowercase() };
    console.print(&format!("  bundle {name}{engine}: {action}, result {result}"));
    for package in &bundle.packages {
        if let Some(result) = package.result {
            console.print(&format!(
                "    {} {}: {}",
                package.action.to_lowercase(),
                package.id,
                hexadecimal(result)
            ));
        } else if console.verbose() {
            console.print(&format!("    {}: not applied ({})", package.id, package.action));
        }
    }
    let worked = bundle.result.is_some_and(|code| code == 0);
    if worked && !bundle.errors.items.is_empty() {
        let count = bundle.errors.items.len() as u64 + bundle.errors.left_off;
        console.print(&format!("    {count} error lines that are not errors: the bundle succeeded"));
    }
}

fn hexadecimal(code: u32) -> String {
    match (code, codes::system_error(code)) {
        (0, _) => "success".to_owned(),
        (code, Some(words)) => format!("{code:#x} ({words})"),
        (code, None) => format!("{code:#x}"),
    }
}

fn session(session: &Session, console: &Console) {
    let indent = if session.parent.is_some() { "    " } else { "  " };
    let result = match session.result {
        Some(code) => match codes::exit_code(code) {
            Some(words) => format!("{code} ({words})"),
            None => code.to_string(),
        },
        None => "not in this log".to_owned(),
    };
    let inside = session.parent.map_or_else(String::new, |parent| format!(", inside of {parent}"));
    console.print(&format!(
        "{indent}{}. {} of {}{inside}: lines {} to {}, {}, result {result}",
        session.id,
        session.purpose,
        session.title(),
        session.lines.0,
        session.lines.1,
        seconds(session.duration)
    ));
    let indent = format!("{indent}   ");
    actions(session, &indent, console);
    files(session, &indent, console);
    let changed: Vec<String> =
        session.operations.iter().map(|(what, count)| format!("{count} {what}")).collect();
    if !changed.is_empty() {
        console.print(&format!("{indent}operations: {}", changed.join(", ")));
    }
    let states: Vec<String> =
        session.component_actions.iter().map(|(action, count)| format!("{count} {action}")).collect();
    if !states.is_empty() {
        console.print(&format!("{indent}components and features by action: {}", states.join(", ")));
    }
    for code in shown(&session.found.items, console) {
        console.print(&format!("{indent}found an older product: {code}"));
    }
    for (words, line) in &session.registration.items {
        console.print(&format!("{indent}registration, line {line}: {words}"));
    }
    for (words, line) in &session.swaps.items {
        console.print(&format!("{indent}swap, line {line}: {words}"));
    }
    for (name, value) in &session.properties {
        if console.verbose()
            || (TELLING.contains(&name.as_str()) && session.purpose != Purpose::UpgradeRemoval)
        {
            console.print(&format!("{indent}{name} = {value}"));
        }
    }
    if console.verbose() {
        for custom in &session.custom_actions.items {
            console.print(&format!("{indent}custom action {}, line {}:", custom.name, custom.line));
            for line in &custom.output {
                console.print(&format!("{indent}  {line}"));
            }
        }
        for state in &session.components.items {
            console.print(&format!(
                "{indent}component {}, line {}: was {}, asked for {}, done {}",
                state.name, state.line, state.installed, state.request, state.action
            ));
        }
    }
}

/// What took longest; everything in its order with `--verbose`.
fn actions(session: &Session, indent: &str, console: &Console) {
    let runs = &session.actions.items;
    if console.verbose() {
        for run in runs {
            let value =
                run.value.map_or_else(String::new, |value| format!(": {}", codes::return_value(value)));
            let time = run.duration.map_or_else(String::new, |time| format!(" {}", seconds(time)));
            let script = if run.deferred { " (script)" } else { "" };
            console.print(&format!("{indent}line {}: {}{script}{time}{value}", run.line, run.name));
        }
        return;
    }
    let mut slow: Vec<_> = runs
        .iter()
        .filter(|run| {
            !matches!(run.name.as_str(), "INSTALL" | "ExecuteAction" | "InstallFinalize" | "InstallExecute")
        })
        .filter_map(|run| Some((run.duration.filter(|time| *time >= 1000)?, run.name.as_str())))
        .collect();
    slow.sort_by(|a, b| b.cmp(a));
    let slow: Vec<String> =
        slow.iter().take(SHOWN).map(|(time, name)| format!("{name} {}", seconds(*time))).collect();
    let count = runs.len() as u64 + session.actions.left_off;
    if count > 0 {
        let longest = if slow.is_empty() { String::new() } else { format!("; longest: {}", slow.join(", ")) };
        console.print(&format!("{indent}{count} actions{longest}"));
    }
}

fn files(session: &Session, indent: &str, console: &Console) {
    let mut by_rule: BTreeMap<(bool, &str, &str), usize> = BTreeMap::new();
    for file in &session.files.items {
        *by_rule.entry((file.written, file.rule, file.reason.as_str())).or_default() += 1;
    }
    for ((written, rule, reason), count) in &by_rule {
        let word = if *written { "written" } else { "kept" };
        let rule = if rule.is_empty() { "no known rule" } else { rule };
        console.print(&format!("{indent}{} {word}: {reason} ({rule})", counted(*count, "file")));
    }
    if console.verbose() {
        for file in &session.files.items {
            let word = if file.written { "written" } else { "kept" };
            console.print(&format!(
                "{indent}line {}: {} {word}: {} ({})",
                file.line, file.path, file.reason, file.rule
            ));
        }
    }
}

fn finding(finding: &Finding, console: &Console) {
    let paint = match finding.severity {
        Severity::Error => Paint::Bad,
        Severity::Warning => Paint::Doubtful,
        Severity::Note => Paint::Plain,
    };
    let role = if finding.is_cause { "cause" } else { &finding.severity.to_string() };
    let sure = match finding.certainty {
        Certainty::Certain => "",
        Certainty::Probable => ", probable",
        Certainty::NotInThisLog => ", not in this log",
    };
    let label = console.painted(paint, &format!("{role}[{}]{sure}", finding.codes.join(", ")));
    let session = finding.session.map_or_else(String::new, |id| format!(" (installation {id})"));
    console.print(&format!("\n{label}{session}: {}", finding.title));
    if !finding.why.is_empty() {
        console.print(&format!("  why:  {}", finding.why));
    }
    if !finding.help.is_empty() {
        console.print(&format!("  next: {}", finding.help));
    }
    for quote in &finding.quotes {
        console.print(&format!("  line {}: {}", quote.line, quote.text));
    }
}

/// Shows how a log compares with a prediction.
pub fn comparison(comparison: &Comparison, console: &Console) {
    if comparison.session.is_none() {
        console.print("\nagainst the simulator: no installation of the new package is in this log");
        return;
    }
    let count = |agreement| comparison.rows.iter().filter(|row| row.agreement == agreement).count();
    console.print(&format!(
        "\nagainst the simulator: {} agree, {} contradict, {} not in the log",
        count(Agreement::Agrees),
        count(Agreement::Contradicts),
        count(Agreement::NotInLog)
    ));
    let told = |agreement| agreement == Agreement::Contradicts || console.verbose();
    for row in comparison.rows.iter().filter(|row| told(row.agreement)) {
        let (paint, word) = match row.agreement {
            Agreement::Contradicts => (Paint::Bad, "contradicts"),
            Agreement::Agrees => (Paint::Good, "agrees"),
            Agreement::NotInLog => (Paint::Plain, "not in the log"),
        };
        let line = row.line.map_or_else(String::new, |line| format!(" (line {line})"));
        console.print(&format!(
            "  {} {}: {}: predicted {}, observed {}{line}",
            console.painted(paint, word),
            row.rule,
            row.subject,
            row.predicted,
            row.observed
        ));
    }
}

fn shown<'a, T>(all: &'a [T], console: &Console) -> &'a [T] {
    if console.verbose() { all } else { &all[..all.len().min(SHOWN)] }
}

fn rest(count: usize, console: &Console) {
    if count > SHOWN && !console.verbose() {
        console.print(&format!("  … and {} more", count - SHOWN));
    }
}

/// Milliseconds as seconds, for people.
fn seconds(milliseconds: u64) -> String {
    format!("{}.{:03} s", milliseconds / 1000, milliseconds % 1000)
}
