//! The answer on a terminal, and as JSON.

use super::Row;
use crate::console::Console;
use ancm_installer::id::Arch;
use ancm_installer::id::ProductCode;
use ancm_installer::upgrade::matrix::Accident;
use ancm_installer::upgrade::{
    Confidence, Deed, Ending, Headline, Link, Outcome, Report, Resource, ScheduleClass, Verdict,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// So many resources are shown with their chains; the others are counted.
const SHOWN: usize = 2;
/// So many lost things are listed.
const LISTED: usize = 200;
/// Columns of a step; a longer one loses its middle, so that an answer fits a screen.
const COLUMNS: usize = 100;

/// Shows one upgrade; `if_late` is what it would lose if its old products went late.
pub fn report(report: &Report, if_late: &[Outcome], console: &Console) {
    if console.json() {
        return console.result(&Json::of(report, if_late));
    }
    let name = |code: &ProductCode| report.names.get(code).map_or_else(|| code.to_string(), Clone::clone);
    let old: Vec<String> = report.old.iter().map(&name).collect();
    let over = if old.is_empty() { "a clean machine".to_owned() } else { old.join(", ") };
    console.print(&format!("{}: {} over {over}", report.headline(), name(&report.new)));
    if let Ending::Failed { error, reason, .. } = &report.ending {
        console.print(&format!("  error {error}: {}", reason.trim_end_matches([':', ' '])));
    }
    for (code, ending) in &report.earlier_failures {
        if let Ending::Failed { error, reason, .. } = ending {
            console.print(&format!("  before that, {} was refused: error {error}: {reason}", name(code)));
        }
    }
    let when = match report.schedule.class {
        ScheduleClass::Absent => "nothing removes old products".to_owned(),
        class => format!("old products go {class}"),
    };
    let list = |codes: &[ProductCode]| codes.iter().map(&name).collect::<Vec<_>>().join(", ");
    let removed = if report.removed.is_empty() { "nothing".to_owned() } else { list(&report.removed) };
    console.print(&format!("  {when}; removed: {removed}"));
    if let [first, more @ ..] = if_late {
        let would = if if_late.iter().all(Outcome::is_uncertain) { "might" } else { "would" };
        let first = format!("{} {}", first.resource.kind(), first.resource);
        let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
        console.print(&format!("  safe only because they go early; late, it {would} lose {first}{more}"));
    }
    if !report.beside.is_empty() {
        console.print(&format!("  stays beside it: {}", list(&report.beside)));
    }
    for what in &report.later {
        console.print(&format!("  {what}"));
    }
    if report.restart {
        console.print("  Windows has to be restarted; what follows is how it is after that");
    }
    for assumption in &report.assumptions {
        console.print(&format!("  assumed: {assumption}"));
    }
    if !report.outcomes.is_empty() {
        console.print(&format!("  {}", counts(report)));
    }
    let mut wrong: Vec<&Outcome> =
        report.outcomes.iter().filter(|outcome| outcome.verdict != Verdict::PresentNew).collect();
    wrong.sort_by_key(|outcome| importance(outcome));
    let lost: Vec<&&Outcome> = wrong.iter().filter(|outcome| outcome.verdict.is_loss()).collect();
    for outcome in lost.iter().take(LISTED) {
        let unsure = if outcome.is_uncertain() { "?" } else { "" };
        let what = format!("{}{unsure}", outcome.verdict);
        let of = match report.names.get(&outcome.owner) {
            Some(owner) if outcome.owner != report.new => format!(" of {owner}"),
            _ => String::new(),
        };
        console.print(&format!("  {what:<9} {} {}{of}", outcome.resource.kind(), outcome.resource));
    }
    if lost.len() > LISTED {
        console.print(&format!("  … and {} more; `--json` has them all", lost.len() - LISTED));
    }
    // an entry that points to nothing is explained by the file that is gone
    wrong.sort_by_key(|outcome| (!outcome.verdict.is_loss(), outcome.verdict == Verdict::Dangling));
    let mut fixes = BTreeSet::new();
    for outcome in wrong.iter().take(SHOWN) {
        resource(report, outcome, &mut fixes, console);
    }
    if wrong.len() > SHOWN {
        console.print(&format!("\n… and {} more; `--json` has the reasons of all", wrong.len() - SHOWN));
    }
    notes(report, console);
}

/// What is told first: losses before the rest, what is certain before what is not, the module entry of IIS before all.
fn importance(outcome: &Outcome) -> (u8, bool, bool) {
    let rank = match outcome.verdict {
        Verdict::Dangling | Verdict::Missing => 0,
        Verdict::PresentOld => 1,
        Verdict::LeftBehind => 2,
        Verdict::PresentNew => 3,
    };
    (rank, outcome.is_uncertain(), !matches!(outcome.resource, Resource::Module(_)))
}

fn counts(report: &Report) -> String {
    let mut counts: BTreeMap<Verdict, usize> = BTreeMap::new();
    for outcome in &report.outcomes {
        *counts.entry(outcome.verdict).or_default() += 1;
    }
    let counts: Vec<String> = counts.iter().map(|(verdict, count)| format!("{count} {verdict}")).collect();
    counts.join(", ")
}

/// A resource with its chain; the cure of a finding is told once.
fn resource(report: &Report, outcome: &Outcome, fixes: &mut BTreeSet<&str>, console: &Console) {
    let sure = match outcome.confidence {
        Confidence::D => "uncertain".to_owned(),
        confidence => format!("confidence {confidence}"),
    };
    let repair = if outcome.repairable { "; a repair brings it back" } else { "" };
    console.print(&format!("\n{:<11} {}\n  {sure}{repair}", outcome.verdict, outcome.resource));
    let own = report.findings.iter().filter(|f| f.resource.as_ref() == Some(&outcome.resource));
    let (new, told): (Vec<_>, Vec<_>) = own.partition(|finding| fixes.insert(finding.code()));
    for finding in new {
        console.print(&format!(
            "  {}: {}\n    fix: {}",
            finding.code(),
            finding.kind.title,
            finding.kind.fix
        ));
    }
    if !told.is_empty() {
        let codes: Vec<&str> = told.iter().map(|finding| finding.code()).collect();
        console.print(&format!("  {}: as above", codes.join(", ")));
    }
    for same in outcome.chain.chunk_by(alike) {
        let Some(link) = same.first() else { continue };
        let more = if same.len() > 1 { format!(" (and {} more)", same.len() - 1) } else { String::new() };
        console.print(&format!("    {}{more}", fit(&step(report, link), COLUMNS - 4 - more.len())));
    }
}

/// Whether two steps differ in the component only.
fn alike(a: &Link, b: &Link) -> bool {
    let what = |link: &Link| {
        (link.direct, link.event.by.run, link.event.deed, link.event.rule, link.event.confidence)
    };
    what(a) == what(b)
}

/// `line` in so many columns, without its middle where it is longer: the end says what came of it.
fn fit(line: &str, columns: usize) -> String {
    let length = line.chars().count();
    if length <= columns {
        return line.to_owned();
    }
    let head = columns * 2 / 5;
    let tail = columns - head - 1;
    let (begin, end): (String, String) =
        (line.chars().take(head).collect(), line.chars().skip(length - tail).collect());
    format!("{begin}…{end}")
}

fn step(report: &Report, link: &Link) -> String {
    let event = &link.event;
    let who = if event.by.session == report.new { "new" } else { "old" };
    let deed = match event.deed {
        Deed::Vetoed => "not installed",
        Deed::NotSelected => "not selected",
        Deed::Wrote => "written",
        Deed::Kept => "kept",
        Deed::Removed if link.direct => "deleted",
        Deed::Removed => "goes",
        Deed::Spared => "spared",
        Deed::PutOff => "put off",
    };
    let detail = short(&event.detail);
    format!("{} {} {who} {deed:<13} {}: {detail}", event.rule, event.confidence, event.by.component)
}

/// `detail` with paths without their folders and ids without all but their first digits: the heading has the path, and
/// `--json` and `--html` have all.
fn short(detail: &str) -> String {
    let mut text = String::new();
    let mut rest = detail;
    while let Some(at) = rest.find([':', '{']) {
        let (before, after) = rest.split_at(at + 1);
        text.push_str(before);
        rest = after;
        if before.ends_with('{') && rest.get(8..9) == Some("-") && rest.get(36..37) == Some("}") {
            text.push_str(&format!("{}…", &rest[..8]));
            rest = &rest[36..];
        } else if before.ends_with(':') && rest.starts_with('\\') {
            let end = rest.find(['`', ';']).or_else(|| rest.find(" has ")).unwrap_or(rest.len());
            let name = rest[..end].rfind('\\').unwrap_or_default();
            text.push_str(if name > 0 { "\\…" } else { "" });
            rest = &rest[name..];
            let (own, more) = rest.split_at(end - name);
            text.push_str(own);
            rest = more;
        }
    }
    text + rest
}

/// Findings that belong to no resource, one line for each kind.
fn notes(report: &Report, console: &Console) {
    let mut seen = BTreeSet::new();
    for finding in report.findings.iter().filter(|finding| finding.resource.is_none()) {
        if seen.insert(finding.code()) {
            let same = report.findings.iter().filter(|f| f.resource.is_none() && f.code() == finding.code());
            let more = match same.count() {
                1 => String::new(),
                count => format!(" (and {} more)", count - 1),
            };
            if seen.len() == 1 {
                console.print("");
            }
            let (code, title, message) = (finding.code(), finding.kind.title, &finding.message);
            let head = format!("{}[{code}]: {title}", finding.severity);
            let note = format!("{head}: {message}{more}");
            if note.chars().count() <= COLUMNS {
                console.print(&note);
            } else {
                let room = COLUMNS - 2 - more.len();
                console.print(&format!("{head}\n  {}{more}", fit(&short(message), room)));
            }
        }
    }
    for (product, tables) in &report.not_simulated {
        let name = report.names.get(product).map_or("", String::as_str);
        console.print(&format!("note: not simulated of {name}: {}", tables.join("; ")));
    }
}

/// Shows the matrix: a line for each pair, a column for each accident; `omus / amus` where they differ.
pub fn matrix(rows: &[Row], console: &Console) {
    let mut pairs: BTreeMap<(&str, &str), BTreeMap<Accident, Vec<String>>> = BTreeMap::new();
    for row in rows {
        let cells = pairs.entry((&row.new, &row.old)).or_default();
        cells.entry(row.accident).or_default().push(row.tally.to_string());
    }
    let cell = |modes: &Vec<String>| match modes.as_slice() {
        [omus, amus] if omus != amus => format!("{omus} / {amus}"),
        modes => modes.first().cloned().unwrap_or_default(),
    };
    let lines: Vec<(&str, Vec<String>)> = pairs
        .iter()
        .map(|((new, old), cells)| {
            let cells =
                Accident::ALL.iter().map(|accident| cells.get(accident).map(cell).unwrap_or_default());
            (*new, std::iter::once((*old).to_owned()).chain(cells).collect())
        })
        .collect();
    let head: Vec<String> = std::iter::once("installed before".to_owned())
        .chain(Accident::ALL.iter().map(ToString::to_string))
        .collect();
    let all = || std::iter::once(&head).chain(lines.iter().map(|(_, cells)| cells));
    let widths: Vec<usize> = (0..head.len())
        .map(|column| all().map(|cells| cells[column].chars().count()).max().unwrap_or(0))
        .collect();
    let line = |cells: &[String]| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("  {cell:<width$}"));
        console.print(padded.collect::<String>().trim_end());
    };
    let mut current = "";
    for (new, cells) in &lines {
        if *new != current {
            console.print(&format!("\n{new}"));
            line(&head);
            current = new;
        }
        line(cells);
    }
}

#[derive(Serialize)]
struct Json<'a> {
    schema: &'static str,
    new: &'a str,
    old: Vec<&'a str>,
    verdict: Headline,
    regression: bool,
    machine: Arch,
    assumptions: &'a [String],
    removes: ScheduleClass,
    error: Option<u32>,
    reason: Option<&'a str>,
    later: &'a [String],
    removed: Vec<&'a str>,
    beside: Vec<&'a str>,
    restart: bool,
    lost_if_late: Vec<String>,
    resources: Vec<JsonResource>,
    findings: Vec<JsonFinding<'a>>,
    not_simulated: BTreeMap<&'a str, &'a [String]>,
}

#[derive(Serialize)]
struct JsonResource {
    kind: &'static str,
    name: String,
    verdict: Verdict,
    owner: String,
    confidence: Confidence,
    uncertain: bool,
    repairable: bool,
    by_design: bool,
    chain: Vec<JsonStep>,
}

#[derive(Serialize)]
struct JsonStep {
    rule: String,
    statement: &'static str,
    confidence: Confidence,
    package: &'static str,
    removing: bool,
    component: String,
    deed: String,
    detail: String,
}

#[derive(Serialize)]
struct JsonFinding<'a> {
    code: &'static str,
    severity: ancm_installer::diag::Severity,
    title: &'static str,
    confidence: Confidence,
    resource: Option<String>,
    message: &'a str,
    fix: &'static str,
}

impl<'a> Json<'a> {
    fn of(report: &'a Report, if_late: &[Outcome]) -> Json<'a> {
        let name = |code: &ProductCode| report.names.get(code).map_or("another product", String::as_str);
        Json {
            schema: "ancm-upgrade/1",
            new: name(&report.new),
            old: report.old.iter().map(name).collect(),
            verdict: report.headline(),
            regression: report.headline() == Headline::Regression,
            machine: report.machine,
            assumptions: &report.assumptions,
            removes: report.schedule.class,
            error: match &report.ending {
                Ending::Done => None,
                Ending::Failed { error, .. } => Some(*error),
            },
            reason: match &report.ending {
                Ending::Done => None,
                Ending::Failed { reason, .. } => Some(reason),
            },
            later: &report.later,
            removed: report.removed.iter().map(name).collect(),
            beside: report.beside.iter().map(name).collect(),
            restart: report.restart,
            lost_if_late: if_late.iter().map(|outcome| outcome.resource.to_string()).collect(),
            resources: report.outcomes.iter().map(|outcome| resource_json(report, outcome)).collect(),
            findings: report
                .findings
                .iter()
                .map(|finding| JsonFinding {
                    code: finding.code(),
                    severity: finding.severity,
                    title: finding.kind.title,
                    confidence: finding.confidence,
                    resource: finding.resource.as_ref().map(ToString::to_string),
                    message: &finding.message,
                    fix: finding.kind.fix,
                })
                .collect(),
            not_simulated: report.not_simulated.iter().map(|(code, t)| (name(code), t.as_slice())).collect(),
        }
    }
}

fn resource_json(report: &Report, outcome: &Outcome) -> JsonResource {
    let chain = outcome.chain.iter().map(|link| JsonStep {
        rule: link.event.rule.to_string(),
        statement: link.event.rule.statement(),
        confidence: link.event.confidence,
        package: if link.event.by.session == report.new { "new" } else { "old" },
        removing: link.event.by.removing,
        component: link.event.by.component.to_string(),
        deed: format!("{:?}", link.event.deed),
        detail: link.event.detail.to_string(),
    });
    JsonResource {
        kind: outcome.resource.kind(),
        name: outcome.resource.to_string(),
        verdict: outcome.verdict,
        owner: report.names.get(&outcome.owner).map_or_else(|| outcome.owner.to_string(), Clone::clone),
        confidence: outcome.confidence,
        uncertain: outcome.is_uncertain(),
        repairable: outcome.repairable,
        by_design: outcome.by_design,
        chain: chain.collect(),
    }
}
