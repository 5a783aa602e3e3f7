//! A log held against what the simulator predicts, rule by rule. Where they differ, the simulator is wrong, or the log is of
//! another case than the one that was simulated: either way it is ours to explain.

use super::story::{Purpose, Session, Story};
use crate::id::ProductCode;
use crate::upgrade::{Deed, Ending, Event, Package, Report, Resource};
use serde::Serialize;
use std::collections::BTreeMap;

/// How a prediction and a log compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Agreement {
    /// They contradict each other: our error.
    Contradicts,
    /// They agree.
    Agrees,
    /// The log does not tell.
    NotInLog,
}

/// One comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The rule of the prediction (`A16`).
    pub rule: String,
    /// What it is about: a component, a path, a product.
    pub subject: String,
    /// What the simulator says.
    pub predicted: String,
    /// What the log says.
    pub observed: String,
    /// The line of the log, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// How they compare.
    pub agreement: Agreement,
}

/// All comparisons of a log with one simulated installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// The installation in the log; nothing where the log has none of the new package.
    pub session: Option<u32>,
    /// The rows, contradictions first.
    pub rows: Vec<Row>,
}

impl Comparison {
    /// The rows that contradict.
    pub fn contradictions(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.agreement == Agreement::Contradicts)
    }
}

/// Holds `story` against `report`, which was simulated for `new` over whatever was installed before (`packages` has them all).
#[must_use]
pub fn against(story: &Story, report: &Report, packages: &[&Package]) -> Comparison {
    let code = |session: &Session| {
        session.product_code.as_deref().and_then(|code| code.parse().ok()).map(ProductCode)
    };
    let outer = |session: &&Session| session.parent.is_none() && session.purpose != Purpose::UpgradeRemoval;
    let own = story.sessions.iter().filter(outer).find(|session| code(session) == Some(report.new));
    // a baseline's ProductCode may be made up, and an excerpt may not name its product: where there is only one installation,
    // the user's word counts
    let own = own.or_else(|| {
        let mut others = story.sessions.iter().filter(outer);
        others.next().filter(|_| others.next().is_none())
    });
    let Some(session) = own else { return Comparison { session: None, rows: Vec::new() } };
    let removals: Vec<&Session> =
        story.sessions.iter().filter(|inner| inner.parent == Some(session.id)).collect();
    let mut rows = Vec::new();
    if let Some(other) = code(session).filter(|other| *other != report.new) {
        let codes = (report.new.to_string(), other.to_string());
        rows.push(row("A11", "the ProductCode", codes.0, codes.1, Agreement::NotInLog));
    }
    ending(session, report, &mut rows);
    detected(session, &removals, report, &mut rows);
    order(session, &removals, report, &mut rows);
    components(session, &removals, report, packages, &mut rows);
    files(session, report, &mut rows);
    rows.sort_by(|a, b| (a.agreement, &a.rule, &a.subject).cmp(&(b.agreement, &b.rule, &b.subject)));
    rows.dedup();
    Comparison { session: Some(session.id), rows }
}

fn row(
    rule: &str,
    subject: impl Into<String>,
    predicted: impl Into<String>,
    observed: impl Into<String>,
    agreement: Agreement,
) -> Row {
    Row {
        rule: rule.to_owned(),
        subject: subject.into(),
        predicted: predicted.into(),
        observed: observed.into(),
        line: None,
        agreement,
    }
}

fn same(agrees: bool) -> Agreement {
    if agrees { Agreement::Agrees } else { Agreement::Contradicts }
}

fn ending(session: &Session, report: &Report, rows: &mut Vec<Row>) {
    let predicted = match &report.ending {
        Ending::Done => "succeeds".to_owned(),
        Ending::Failed { error, .. } => format!("is refused with error {error}"),
    };
    let rule = match &report.ending {
        Ending::Done => "A15".to_owned(),
        Ending::Failed { rule, .. } => rule.to_string(),
    };
    let (observed, agreement) = match session.succeeded() {
        None => ("the log ends before the result".to_owned(), Agreement::NotInLog),
        Some(true) => ("succeeded".to_owned(), same(report.ending == Ending::Done)),
        // what a machine does that no package says (a service that does not start) is not the simulator's to know
        Some(false) if report.ending == Ending::Done => (
            format!("failed with {}, for a reason that is not simulated", session.result.unwrap_or(1603)),
            Agreement::NotInLog,
        ),
        Some(false) => (format!("failed with {}", session.result.unwrap_or(1603)), Agreement::Agrees),
    };
    rows.push(row(&rule, "the installation", predicted, observed, agreement));
}

fn detected(session: &Session, removals: &[&Session], report: &Report, rows: &mut Vec<Row>) {
    for product in &report.old {
        let name = report.names.get(product).cloned().unwrap_or_else(|| product.to_string());
        let predicted = report.removed.contains(product);
        let text = product.to_string();
        let is = |code: &Option<String>| code.as_deref().is_some_and(|code| code.eq_ignore_ascii_case(&text));
        let found = session.found.items.iter().any(|code| code.eq_ignore_ascii_case(&text))
            || removals.iter().any(|inner| is(&inner.product_code) || is(&inner.package));
        let looked = session.verbose && has_action(session, "FindRelatedProducts");
        let observed = match (found, looked) {
            (true, _) => "found and removed",
            (false, true) => "not found",
            (false, false) => "the log does not have the search",
        };
        let agreement = if !looked && !found { Agreement::NotInLog } else { same(found == predicted) };
        rows.push(row(
            "A03",
            name,
            if predicted { "found and removed" } else { "stays" },
            observed,
            agreement,
        ));
    }
}

/// Whether the log has `action`; an excerpt has only some.
fn has_action(session: &Session, action: &str) -> bool {
    session.actions.items.iter().any(|run| run.name == action)
}

/// Whether old products go before the new files come, or after.
fn order(session: &Session, removals: &[&Session], report: &Report, rows: &mut Vec<Row>) {
    let Some(removal) = removals.first() else { return };
    let copied = session.files.items.iter().filter(|file| file.written).map(|file| file.line).min();
    let Some(copied) = copied else { return };
    let early = removal.lines.0 < copied;
    let words = |early: bool| {
        if early { "before the new files are written" } else { "after the new files are written" }
    };
    let mut row = row(
        "A15",
        "the removal of the old product",
        words(report.schedule.is_early()),
        words(early),
        same(early == report.schedule.is_early()),
    );
    row.line = Some(removal.lines.0);
    rows.push(row);
}

fn components(
    session: &Session,
    removals: &[&Session],
    report: &Report,
    packages: &[&Package],
    rows: &mut Vec<Row>,
) {
    let lines = |list: &[(String, u64)]| -> BTreeMap<String, u64> {
        list.iter().map(|(id, line)| (id.to_uppercase(), *line)).collect()
    };
    let vetoed = lines(&session.vetoed.items);
    let spared: BTreeMap<String, u64> =
        removals.iter().flat_map(|inner| lines(&inner.spared.items)).collect();
    let id = |event: &Event| -> Option<String> {
        let package = packages.iter().find(|package| package.product_code == event.by.session)?;
        package.component(&event.by.component)?.id.map(|id| id.to_string().to_uppercase())
    };
    let events = || report.outcomes.iter().flat_map(|outcome| &outcome.chain).map(|link| &link.event);
    let mut predicted: BTreeMap<String, &Event> = BTreeMap::new();
    for event in events().filter(|event| event.deed == Deed::Vetoed && event.by.session == report.new) {
        if let Some(id) = id(event) {
            predicted.insert(id, event);
        }
    }
    for (id, event) in &predicted {
        let line = vetoed.get(id);
        // other reasons than a version (NeverOverwrite, the assembly cache) leave no line of their own
        let by_version = matches!(event.rule.to_string().as_str(), "A16" | "A17" | "A18" | "A19");
        let costed = session.verbose && has_action(session, "CostFinalize");
        let agreement = match (line, by_version && costed) {
            (Some(_), _) => Agreement::Agrees,
            (None, true) => Agreement::Contradicts,
            (None, false) => Agreement::NotInLog,
        };
        let observed = if line.is_some() { "not installed" } else { "no line says that it was refused" };
        let mut row = row(
            &event.rule.to_string(),
            format!("{} {id}", event.by.component),
            "not installed",
            observed,
            agreement,
        );
        row.line = line.copied();
        rows.push(row);
    }
    for (id, line) in vetoed.iter().filter(|(id, _)| !predicted.contains_key(*id)) {
        let mut row = row(
            "A16",
            id.clone(),
            "installed",
            "refused for the version on the disk",
            Agreement::Contradicts,
        );
        row.line = Some(*line);
        rows.push(row);
    }
    for event in events().filter(|event| event.deed == Deed::Spared) {
        let Some(id) = id(event) else { continue };
        if let Some(line) = spared.get(&id) {
            let mut row = row(
                &event.rule.to_string(),
                format!("{} {id}", event.by.component),
                "stays for its other client",
                "another client exists",
                Agreement::Agrees,
            );
            row.line = Some(*line);
            rows.push(row);
        }
    }
}

/// What was decided about each file of the new package.
fn files(session: &Session, report: &Report, rows: &mut Vec<Row>) {
    for file in &session.files.items {
        let Some((outcome, path)) = report.outcomes.iter().find_map(|outcome| match &outcome.resource {
            Resource::File(path) if same_path(path.as_str(), &file.path) => Some((outcome, path)),
            _ => None,
        }) else {
            continue;
        };
        let decided = outcome.chain.iter().map(|link| &link.event).find(|event| {
            event.by.session == report.new
                && !event.by.removing
                && matches!(event.deed, Deed::Wrote | Deed::Kept)
        });
        let Some(event) = decided else { continue };
        let predicted = event.deed == Deed::Wrote;
        let words = |written: bool| if written { "written" } else { "kept as it was" };
        let mut row = row(
            &event.rule.to_string(),
            path.as_str(),
            words(predicted),
            format!("{} ({})", words(file.written), file.reason),
            same(predicted == file.written),
        );
        row.line = Some(file.line);
        rows.push(row);
    }
}

/// Whether two paths mean the same file. A prediction's root may be a name (`[INSTALLDIR]\a.dll`) where only a machine knows it;
/// then the parts below it decide.
fn same_path(predicted: &str, observed: &str) -> bool {
    if predicted.eq_ignore_ascii_case(observed) {
        return true;
    }
    let Some((_, below)) = predicted.strip_prefix('[').and_then(|rest| rest.split_once(']')) else {
        return false;
    };
    let at = observed.len().checked_sub(below.len());
    at.is_some_and(|at| {
        observed.is_char_boundary(at) && observed[at..].eq_ignore_ascii_case(below) && below.len() > 1
    })
}
