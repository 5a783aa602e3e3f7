//! From an outcome's chain to its cause.

use super::Finding;
use crate::journal::{Deed, Event};
use crate::machine::Resource;
use crate::report::{Outcome, Report, Verdict};
use crate::rules::{Confidence, Rule};

/// The causes of everything that is not as it should be.
pub(super) fn of(report: &Report) -> Vec<Finding> {
    let mut found = Vec::new();
    for outcome in &report.outcomes {
        let codes = match outcome.verdict {
            Verdict::Missing => missing(report, outcome),
            Verdict::Dangling => vec![("U048", direct(outcome).next_back())],
            Verdict::PresentOld if outcome.by_design => Vec::new(),
            Verdict::PresentOld => stale(report, outcome),
            Verdict::LeftBehind => left(outcome),
            Verdict::PresentNew => kept_anyway(outcome),
        };
        for (code, event) in codes {
            let confidence =
                event.map_or(outcome.confidence, |event| event.confidence.max(outcome.confidence));
            found.push(Finding::new(
                code,
                Some(outcome.resource.clone()),
                confidence,
                message(outcome, event),
            ));
        }
    }
    found
}

fn message(outcome: &Outcome, event: Option<&Event>) -> String {
    let kind = outcome.resource.kind();
    let verdict = match outcome.verdict {
        Verdict::Missing if outcome.repairable => "is missing until a repair",
        Verdict::Missing => "is missing",
        Verdict::PresentOld => "is still the old one",
        Verdict::LeftBehind if outcome.is_uncertain() => "may be left behind",
        Verdict::LeftBehind => "is left behind",
        Verdict::Dangling => "points to a file that is gone",
        Verdict::PresentNew => "is there",
    };
    let resource = &outcome.resource;
    match event {
        Some(event) => {
            format!("{kind} `{resource}` {verdict}: component `{}`: {}", event.by.component, event.detail)
        }
        None => format!("{kind} `{resource}` {verdict}"),
    }
}

/// What was done to the resource itself.
fn direct(outcome: &Outcome) -> impl DoubleEndedIterator<Item = &Event> {
    outcome.chain.iter().filter(|link| link.direct).map(|link| &*link.event)
}

/// What was done to the resource or decided about its components.
fn events(outcome: &Outcome) -> impl DoubleEndedIterator<Item = &Event> {
    outcome.chain.iter().map(|link| &*link.event)
}

type Cause<'a> = (&'static str, Option<&'a Event>);

/// The event by which the new package's component was not installed.
fn veto<'a>(report: &Report, outcome: &'a Outcome) -> Option<&'a Event> {
    events(outcome).find(|event| {
        event.by.session == report.new && matches!(event.deed, Deed::Vetoed | Deed::NotSelected)
    })
}

/// The code of a veto, by itself. What costing keeps away is lost where the old product goes early, and stale otherwise.
fn veto_code(report: &Report, outcome: &Outcome, event: &Event) -> &'static str {
    let key_file =
        matches!(outcome.resource, Resource::File(_)) && event.detail.contains(&outcome.resource.to_string());
    match event.rule {
        Rule::A21 => "U008",
        Rule::A23 => "U024",
        Rule::S01 => "U021",
        Rule::S02 | Rule::A51 => "U020",
        Rule::A16 | Rule::A17 | Rule::A30 if !key_file => "U007",
        Rule::A17 => "U003",
        _ if report.schedule.is_early() => "U002",
        _ => "U004",
    }
}

fn missing<'a>(report: &Report, outcome: &'a Outcome) -> Vec<Cause<'a>> {
    let mut causes = Vec::new();
    if let Some(event) = events(outcome).find(|event| event.rule == Rule::A53) {
        return vec![("U025", Some(event))];
    }
    let is_ours = outcome.owner == report.new;
    let late = report.schedule.is_late() || report.bundle;
    // late, what NeverOverwrite keeps is deleted with or without it
    let speaks = |event: &&Event| !(late && event.rule == Rule::A21);
    if let Some(event) = veto(report, outcome).filter(speaks).filter(|_| is_ours) {
        causes.push((veto_code(report, outcome, event), Some(event)));
    }
    let removal = direct(outcome).rfind(|event| {
        let other = event.by.session != report.new || event.by.removing;
        other && matches!(event.deed, Deed::Removed | Deed::PutOff)
    });
    if let Some(event) = removal.filter(|_| late || causes.is_empty()) {
        causes.push((removal_code(outcome, event, is_ours), Some(event)));
    }
    if causes.is_empty() {
        causes.push((if is_ours { "U001" } else { "U029" }, direct(outcome).next_back()));
    }
    causes
}

/// `is_ours`: the new package owns the resource, and not another product, of which the path is shared then.
fn removal_code(outcome: &Outcome, event: &Event, is_ours: bool) -> &'static str {
    match (&outcome.resource, event.rule) {
        (_, Rule::A45) => "U012",
        (_, Rule::A37) => "U011",
        _ if !is_ours => "U029",
        (Resource::Registry(_), _) if event.detail.contains("whole key") => "U013",
        (Resource::Registry(_), _) => "U009",
        (Resource::Service(_) | Resource::Running(_), _) => "U014",
        (Resource::Environment(..), _) => "U015",
        _ => "U001",
    }
}

fn stale<'a>(report: &Report, outcome: &'a Outcome) -> Vec<Cause<'a>> {
    if let Some(event) = veto(report, outcome) {
        let code = match veto_code(report, outcome, event) {
            "U002" | "U003" => "U004",
            code => code,
        };
        return vec![(code, Some(event))];
    }
    let kept = events(outcome).rfind(|event| event.deed == Deed::Kept);
    match kept.map(|event| event.rule) {
        Some(Rule::A27) => vec![("U006", kept)],
        Some(Rule::A24 | Rule::A25) => vec![("U004", kept)],
        Some(_) if matches!(outcome.resource, Resource::File(_)) => vec![("U005", kept)],
        _ => Vec::new(),
    }
}

fn left(outcome: &Outcome) -> Vec<Cause<'_>> {
    let spared = events(outcome).rfind(|event| event.deed == Deed::Spared);
    let unproven = |event: &Event| {
        event.rule == Rule::A37 || (event.deed == Deed::Removed && event.confidence == Confidence::D)
    };
    let partly = events(outcome).rfind(|event| unproven(event));
    let code = match spared.map(|event| event.rule) {
        Some(Rule::A38) => "U022",
        Some(Rule::A40) => "U023",
        Some(Rule::A39) => "U031",
        _ if partly.is_some() => "U011",
        _ => "U010",
    };
    vec![(code, spared.or(partly))]
}

fn kept_anyway(outcome: &Outcome) -> Vec<Cause<'_>> {
    let event = |rule: Rule| events(outcome).find(|event| event.rule == rule);
    match (event(Rule::A40), event(Rule::A38)) {
        (Some(pinned), _) => vec![("U023", Some(pinned))],
        (None, Some(permanent)) => vec![("U022", Some(permanent))],
        (None, None) => Vec::new(),
    }
}
