//! Why an installation failed: the line among those near the failure that says most, in words, with what to do. Where no line
//! says it, that is the answer, with where to look.

mod bundle;
mod untold;

use super::finding::{Certainty, Finding};
use super::follow::shortened;
use super::known::codes;
use super::known::errors::{self, Known};
use super::known::words::{complains, hint_in, innermost, weight};
use super::line::Topic;
use super::line::message::is_standard;
use super::story::{Evidence, EvidenceKind, Failure, Purpose, Session, Story};
use crate::diag::Severity;

/// How to log so that the reason is in the log.
const LOG_MORE: &str = "log everything: `msiexec /i PACKAGE.msi /l*v install.log`, and look into that log";

/// The reasons of everything that failed in `story`.
pub(super) fn of(story: &Story) -> Vec<Finding> {
    let mut findings = Vec::new();
    for bundle in &story.bundles {
        findings.extend(bundle::reason(story, bundle));
    }
    for session in &story.sessions {
        findings.extend(of_session(story, session));
    }
    findings
}

fn of_session(story: &Story, session: &Session) -> Option<Finding> {
    let failed = session.succeeded() == Some(false);
    let ends_early = session.result.is_none();
    if !failed && !(ends_early && (session.failure.is_some() || session.last.iter().any(|e| weight(e) >= 60)))
    {
        return ends_early.then(|| cut_short(story, session)).flatten();
    }
    let parent_went_on = session.parent.is_some_and(|parent| {
        story.sessions.iter().any(|outer| outer.id == parent && outer.succeeded() == Some(true))
    });
    let mut finding = reason(story, session).of(session.id);
    // what an installation inside of it failed for is the cause, and told there
    finding.is_cause = !parent_went_on && finding.codes != ["explain::nested"];
    finding.severity = if parent_went_on { Severity::Warning } else { Severity::Error };
    if parent_went_on {
        finding.help = format!(
            "the installation around it went on and succeeded, so this is not why anything failed; {}",
            finding.help
        );
    }
    if ends_early && finding.certainty == Certainty::Certain {
        finding.certainty = Certainty::Probable;
        finding.why =
            format!("{}; the log ends before the result, so this is the last thing known", finding.why);
    }
    Some(finding)
}

/// A log that ends in the middle of an installation that had no trouble until then.
fn cut_short(story: &Story, session: &Session) -> Option<Finding> {
    // an excerpt has no beginning either, and says what it says
    let begun =
        session.package.is_some() && session.actions.items.len() > 1 && session.lines.1 + 3 >= story.lines;
    let last = session
        .actions
        .items
        .iter()
        .rev()
        .find(|run| run.value.is_none() && !run.deferred)
        .map(|run| run.name.as_str());
    begun.then(|| {
        let at = last.map_or_else(String::new, |action| format!(" in `{action}`"));
        let title = format!("the log ends{at} before the result is told");
        Finding::new("explain::truncated", Severity::Note, title)
            .sure(Certainty::NotInThisLog)
            .why("the installation still ran when the log was copied, hangs there, was ended from outside, or the log is not whole")
            .help("see whether msiexec.exe still runs and what it waits for (a dialog, a custom action's process, another installation); take the whole log")
            .of(session.id)
    })
}

fn reason(story: &Story, session: &Session) -> Finding {
    let evidence: Vec<&Evidence> = match &session.failure {
        Some(failure) if !failure.evidence.is_empty() => failure.evidence.iter().collect(),
        _ => session.last.iter().collect(),
    };
    let best = best(&evidence);
    let strength = best.map_or(0, weight);
    let inner = inner_failure(story, session);
    let cancelled = session.cancelled || session.result == Some(1602);
    if cancelled && strength < 75 {
        return cancelled_by_user(session);
    }
    if let Some(inner) = inner.filter(|_| strength < 65) {
        return nested(session, inner);
    }
    // an exit code that is a reason by itself
    let by_code =
        session.result.filter(|code| *code != 1603).and_then(errors::error).filter(|known| known.weight == 3);
    let told_by_error =
        strength >= 80 && best.is_some_and(|best| !matches!(best.kind, EvidenceKind::Engine(_)));
    if let Some(known) = by_code.filter(|_| !told_by_error) {
        return by_exit_code(session, known, &evidence);
    }
    match best.filter(|_| strength >= 40) {
        Some(best) => told(session, best, &evidence),
        None => untold::reason(session, &evidence),
    }
}

/// The line that says most; of equals, the first.
fn best<'a>(evidence: &[&'a Evidence]) -> Option<&'a Evidence> {
    evidence.iter().copied().reduce(|best, next| if weight(next) > weight(best) { next } else { best })
}

/// An installation inside of this one that failed.
fn inner_failure<'a>(story: &'a Story, session: &Session) -> Option<&'a Session> {
    story.sessions.iter().find(|inner| inner.parent == Some(session.id) && inner.succeeded() == Some(false))
}

fn cancelled_by_user(session: &Session) -> Finding {
    let at = session.failure.as_ref().map_or_else(String::new, |failure| format!(" in `{}`", failure.action));
    let mut finding = Finding::new("explain::cancelled", Severity::Error, format!("the user cancelled{at}"))
        .why("nothing failed: Cancel was pressed, a dialog was closed, or the question for rights was answered with No")
        .help("start it again");
    if let Some(failure) = &session.failure {
        finding = finding.quote(failure.line, ended(failure));
    }
    finding
}

fn ended(failure: &Failure) -> String {
    format!("Action ended: {}. Return value {}.", failure.action, failure.value)
}

fn nested(session: &Session, inner: &Session) -> Finding {
    let what = match inner.purpose {
        Purpose::UpgradeRemoval | Purpose::Removal => "the removal of the old product",
        _ => "an installation inside of this one",
    };
    let title = format!("{what}, {}, failed", inner.title());
    let mut finding = Finding::new("explain::nested", Severity::Error, title)
        .why(format!("the reason is that of installation {} inside of this one", inner.id))
        .help("see there; a package that is installed already can only be mended by repairing it with a corrected package of its own version (`msiexec /fv FIXED.msi`), or by removing it with Microsoft's Program Install and Uninstall troubleshooter");
    if let Some(failure) = &session.failure {
        finding = finding.quote(failure.line, ended(failure));
    }
    finding
}

fn by_exit_code(session: &Session, known: &'static Known, evidence: &[&Evidence]) -> Finding {
    let title = format!("{} ended with {}: {}", session.purpose, known.number, known.title);
    let mut finding =
        Finding::new(code(known.number), Severity::Error, title).why(known.cause).help(known.help);
    finding.codes.extend(upgrade_code(known.number).map(str::to_owned));
    for evidence in evidence.iter().filter(|evidence| weight(evidence) >= 45).take(4) {
        if let Some(words) = system_code(evidence).and_then(codes::system_error) {
            finding.why = format!("{} ({:#x}: {words})", finding.why, system_code(evidence).unwrap_or(0));
        }
        finding = quote(finding, evidence);
    }
    finding
}

/// The code of Windows that a line has: in words, or as the last field of a note.
fn system_code(evidence: &Evidence) -> Option<u32> {
    let field = || evidence.text.trim_end().rsplit(' ').next()?.parse::<i32>().ok().filter(|code| *code < 0);
    codes::in_text(&evidence.text).or_else(|| field().map(i32::cast_unsigned))
}

/// The code of `cargo xtask upgrade` for an error that it knows, too.
fn upgrade_code(number: u32) -> Option<&'static str> {
    match number {
        1612 | 1714 => Some("U039"),
        2613 => Some("U018"),
        1638 => Some("U018b"),
        _ => None,
    }
}

fn code(number: u32) -> String {
    format!("msi::{number}")
}

fn quote(finding: Finding, evidence: &Evidence) -> Finding {
    let text = match (evidence.kind, evidence.number) {
        (EvidenceKind::Error, Some(number)) if !evidence.text.contains(&number.to_string()) => {
            format!("Error {number}. {}", evidence.text)
        }
        (EvidenceKind::Note, Some(number)) => format!("Note: 1: {number} {}", evidence.text),
        (EvidenceKind::Returned, _) => {
            let name = if evidence.who.is_empty() { "without a name" } else { &evidence.who };
            format!("CustomAction {name} {}", evidence.text)
        }
        (EvidenceKind::Output | EvidenceKind::Exception, _) if !evidence.who.is_empty() => {
            format!("{}: {}", evidence.who, evidence.text)
        }
        _ => evidence.text.clone(),
    };
    finding.quote(evidence.line, text)
}

/// The custom action that failed, where it is one.
fn custom_action(session: &Session, evidence: &[&Evidence]) -> Option<String> {
    let returned = evidence.iter().rev().find(|e| e.kind == EvidenceKind::Returned).map(|e| e.who.clone());
    let failure = session.failure.as_ref();
    let deferred = failure.and_then(|failure| failure.deferred.clone());
    let action = failure.map(|failure| failure.action.clone());
    let own = [returned, deferred, action].into_iter().flatten();
    own.filter(|name| !name.is_empty()).find(|name| {
        !is_standard(name) && !matches!(name.as_str(), "INSTALL" | "ExecuteAction" | "FindRelatedProducts")
    })
}

/// `best` says why.
fn told(session: &Session, best: &Evidence, evidence: &[&Evidence]) -> Finding {
    let action =
        session.failure.as_ref().map_or(session.last_action.as_str(), |failure| failure.action.as_str());
    let custom = custom_action(session, evidence);
    let number = best.number.and_then(|number| u32::try_from(number).ok());
    let number = match best.kind {
        EvidenceKind::Returned => None,
        EvidenceKind::Engine(topic) => same_as(topic),
        _ => number,
    };
    let known = number.and_then(errors::error);
    let near: Vec<&Evidence> = context(best, evidence);
    let hint = hint_in(&near);
    let system = near.iter().find_map(|evidence| system_code(evidence));
    let where_ = match &custom {
        Some(name) => format!("custom action `{name}`"),
        None if action.is_empty() => session.purpose.to_string(),
        None => format!("`{action}`"),
    };
    let said = said_by_program(best, evidence);
    let words = said.as_deref().unwrap_or_else(|| innermost(&best.text));
    let (slug, title) = match best.kind {
        EvidenceKind::Error | EvidenceKind::Note | EvidenceKind::Message if known.is_some() => {
            let known = known.expect("just asked");
            (code(known.number), format!("{where_}: error {}: {}", known.number, known.title))
        }
        EvidenceKind::Error if number.is_some() => {
            let number = number.unwrap_or(0);
            (format!("msi::{number}"), format!("{where_}: error {number} of the package's own: {words}"))
        }
        EvidenceKind::Message if action == "LaunchConditions" => {
            ("explain::launch_condition".to_owned(), format!("a launch condition does not hold: {words}"))
        }
        EvidenceKind::Message | EvidenceKind::Error | EvidenceKind::Note => {
            ("explain::message".to_owned(), format!("{where_}: {words}"))
        }
        EvidenceKind::Exception => ("explain::custom_action".to_owned(), format!("{where_} threw: {words}")),
        EvidenceKind::Engine(_) => ("explain::engine".to_owned(), words.to_owned()),
        EvidenceKind::Output | EvidenceKind::Returned => {
            ("explain::custom_action".to_owned(), format!("{where_} failed: {words}"))
        }
    };
    let why = hint.map(|hint| hint.why.to_owned()).or_else(|| known.map(|known| known.cause.to_owned()));
    let mut why = why.unwrap_or_else(|| default_why(best, action));
    if let Some(words) = system.and_then(codes::system_error) {
        why = format!("{why} ({:#x}: {words})", system.unwrap_or(0));
    }
    let help = hint.map(|hint| hint.help).or_else(|| known.map(|known| known.help));
    let help = help.map_or_else(|| default_help(best, action), str::to_owned);
    let mut finding = Finding::new(slug, Severity::Error, title).why(why).help(help);
    finding.codes.extend(known.and_then(|known| upgrade_code(known.number)).map(str::to_owned));
    for evidence in near.iter().take(10) {
        finding = quote(finding, evidence);
    }
    if let Some(failure) = &session.failure {
        finding = finding.quote(failure.line, ended(failure));
    }
    finding
}

/// The error that says the same as an engine line without a number.
fn same_as(topic: Topic) -> Option<u32> {
    match topic {
        Topic::Busy => Some(1618),
        Topic::Forbidden => Some(1625),
        Topic::Source => Some(1612),
        Topic::InUse => Some(1306),
        Topic::SecureRepair | Topic::Patch | Topic::Engine | Topic::Restart => None,
    }
}

/// What a program wrote before WiX's quiet execution said that it failed: its own words are the reason.
fn said_by_program(best: &Evidence, evidence: &[&Evidence]) -> Option<String> {
    let quiet = evidence.iter().find(|e| e.text.contains("Command line returned an error"))?;
    if best.kind != EvidenceKind::Output {
        return None;
    }
    let before = evidence.iter().rev().filter(|e| e.kind == EvidenceKind::Output && e.line < quiet.line);
    let mut words: Vec<&str> = before
        .take(8)
        .map(|e| e.text.trim())
        .take_while(|text| !text.starts_with('"'))
        .filter(|text| !text.is_empty())
        .collect();
    words.reverse();
    (!words.is_empty()).then(|| shortened(&words.join(" ")))
}

fn default_why(best: &Evidence, action: &str) -> String {
    match best.kind {
        EvidenceKind::Message if action == "LaunchConditions" => {
            "the package checks this before it changes anything, and ended by itself".to_owned()
        }
        EvidenceKind::Message => "the package ended the installation with this message".to_owned(),
        EvidenceKind::Exception | EvidenceKind::Output | EvidenceKind::Returned => {
            "code of the package, not Windows Installer, failed; these are its own words".to_owned()
        }
        EvidenceKind::Error if best.number == Some(1001) => {
            "a .NET installer class of the package threw; these are its own words".to_owned()
        }
        EvidenceKind::Error if best.number.is_some_and(|number| number >= 25_000) => {
            "code of the package, not Windows Installer, failed; these are its own words".to_owned()
        }
        _ => "Windows Installer says no more about it".to_owned(),
    }
}

fn default_help(best: &Evidence, action: &str) -> String {
    match best.kind {
        EvidenceKind::Message if action == "LaunchConditions" => {
            "see to what the message asks for; where it is there, the package's search for it is wrong (AppSearch and its properties above)".to_owned()
        }
        EvidenceKind::Message => "see to what the message asks for".to_owned(),
        _ => "see to what these lines name; report them to the package's vendor".to_owned(),
    }
}

/// The lines around `best` that belong to it: the complaints of the same custom action, what it returned, and others as strong.
fn context<'a>(best: &'a Evidence, evidence: &[&'a Evidence]) -> Vec<&'a Evidence> {
    let is_ours = |other: &Evidence| {
        other.line == best.line
            || match other.kind {
                EvidenceKind::Output => {
                    // the program's last words stand before the action's own `Error 0x…`
                    complains(&other.text) || other.line < best.line && best.line - other.line < 8
                }
                EvidenceKind::Exception | EvidenceKind::Returned => true,
                EvidenceKind::Message | EvidenceKind::Error => {
                    let same = other.text.contains(&best.text) || best.text.contains(&other.text);
                    weight(other) >= 60 && !same
                }
                EvidenceKind::Note | EvidenceKind::Engine(_) => weight(other) >= 45,
            }
    };
    let mut lines: Vec<&Evidence> = evidence.iter().copied().filter(|other| is_ours(other)).collect();
    lines.dedup_by(|a, b| a.text == b.text);
    let at = lines.iter().position(|other| other.line == best.line).unwrap_or(0);
    lines.drain(..at.saturating_sub(7));
    lines
}
