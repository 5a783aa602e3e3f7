//! Sequence tables: which actions there are, and their numbers.
//!
//! An action is there if a source schedules it, if a table needs it, or if another one is scheduled next to it. One
//! scheduled before or after another gets the number right beside it.

use crate::diag::{Diagnostic, Location};
use crate::report::Report;
use crate::standard;
use crate::symbol::{Access, Action, Kind, Schedule, Sequence, Symbol};
use std::collections::{BTreeMap, BTreeSet};

/// An action with its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sequenced {
    pub sequence: Sequence,
    pub action: String,
    pub condition: Option<String>,
    pub number: i16,
}

type Key = (Sequence, String);

/// An action that will be in its table.
struct Entry {
    action: Action,
    /// Where it was scheduled; none for what only a table needs.
    at: Option<Location>,
    /// Whether it may be suppressed.
    optional: bool,
}

/// The actions that are needed, in the order in which they were found: neighbours of the same action get their numbers
/// in it.
#[derive(Default)]
struct Needed {
    entries: Vec<Entry>,
    index: BTreeMap<Key, usize>,
}

impl Needed {
    fn get(&self, key: &Key) -> Option<&Entry> {
        self.index.get(key).map(|at| &self.entries[*at])
    }

    fn set(&mut self, entry: Entry) {
        let key = (entry.action.sequence, entry.action.action.clone());
        match self.index.get(&key) {
            Some(at) => self.entries[*at] = entry,
            None => {
                self.index.insert(key, self.entries.len());
                self.entries.push(entry);
            }
        }
    }

    fn add_standard(&mut self, action: Action) {
        if !self.index.contains_key(&(action.sequence, action.action.clone())) {
            self.set(Entry { action, at: None, optional: true });
        }
    }
}

/// Takes the actions out of `symbols` and gives them numbers. Problems: WIX0168, WIX0170, WIX0172, WIX0176, WIX0177,
/// WIX0179, WIX1008, WIX1050.
pub(super) fn schedule(symbols: &mut Vec<Symbol>, report: &Report) -> Vec<Sequenced> {
    let mut tables: BTreeSet<String> = symbols.iter().map(|symbol| table(symbol).to_owned()).collect();
    if symbols.iter().any(|symbol| matches!(&symbol.kind, Kind::File(file) if file.binds_image)) {
        // As WiX: the action is there, and the table is not.
        tables.insert("BindImage".to_owned());
    }
    let migrates = symbols.iter().any(|symbol| match &symbol.kind {
        Kind::Upgrade(upgrade) => upgrade.attributes & 1 != 0,
        _ => false,
    });
    let mut needed = Needed::default();
    let mut suppressed = Vec::new();
    let taken = symbols.extract_if(.., |symbol| matches!(symbol.kind, Kind::Action(_)));
    for Symbol { at, kind, id } in taken {
        let Kind::Action(action) = kind else { continue };
        if action.schedule == Schedule::Suppressed {
            suppressed.push((action, at));
            continue;
        }
        let library = id.is_some_and(|id| id.access == Access::Virtual) && !action.overridable;
        author(&mut needed, action, at, library, report);
    }
    standard::actions_always().for_each(|action| needed.add_standard(action));
    for table in &tables {
        standard::actions_for(table).for_each(|action| needed.add_standard(action));
    }
    if migrates {
        for sequence in [Sequence::InstallExecute, Sequence::InstallUi] {
            standard::action(sequence, "MigrateFeatureStates")
                .into_iter()
                .for_each(|a| needed.add_standard(a));
        }
    }
    suppress(&mut needed, suppressed, report);
    let followers = followers(&mut needed, report);
    let duplicates = (Sequence::InstallExecute, "DuplicateFiles".to_owned());
    if needed.get(&duplicates).is_some() {
        standard::action(duplicates.0, "InstallFiles").into_iter().for_each(|a| needed.add_standard(a));
    }
    if report.has_errors() {
        return Vec::new();
    }
    Sequence::ALL.into_iter().flat_map(|sequence| numbers(sequence, &needed, &followers, report)).collect()
}

/// The table that a symbol makes rows of, or demands.
fn table(symbol: &Symbol) -> &str {
    match &symbol.kind {
        Kind::EnsureTable(table) => table,
        kind => kind.name(),
    }
}

/// Takes what a source schedules; an `Overridable` one gives way to another.
fn author(needed: &mut Needed, mut action: Action, at: Location, library: bool, report: &Report) {
    if action.schedule == Schedule::Standard {
        let known = standard::action(action.sequence, &action.action);
        action.schedule = known.map_or(Schedule::Standard, |standard| standard.schedule);
    }
    let key = (action.sequence, action.action.clone());
    if let Some(other) = needed.get(&key) {
        if action.overridable && !other.action.overridable {
            return;
        }
        if action.overridable == other.action.overridable {
            let (table, name) = (action.sequence.table(), &action.action);
            let number = if action.overridable { "WIX0168" } else { "WIX0170" };
            let diagnostic =
                Diagnostic::error(number, format!("`{name}` is scheduled twice in {table}")).at(&at);
            let related = other.at.iter().fold(diagnostic, |d, at| d.related(at, "first scheduled here"));
            report.push(related.help("remove one of them"));
            return;
        }
    }
    let optional = action.overridable || library;
    needed.set(Entry { action, at: Some(at), optional });
}

fn suppress(needed: &mut Needed, suppressed: Vec<(Action, Location)>, report: &Report) {
    for (action, at) in suppressed {
        let key = (action.sequence, action.action);
        let Some(entry) = needed.get(&key) else { continue };
        let (table, name) = (key.0.table(), &key.1);
        if !entry.optional {
            let message = format!("`{name}` in {table} cannot be suppressed: a source schedules it");
            let diagnostic = Diagnostic::error("WIX0172", message).at(&at);
            report.push(entry.at.iter().fold(diagnostic, |d, at| d.related(at, "scheduled here")));
            continue;
        }
        report.warning(1008, &at, format!("`{name}` in {table} is suppressed, although something needs it"));
        needed.entries.retain(|entry| (entry.action.sequence, &entry.action.action) != (key.0, &key.1));
        needed.index = needed
            .entries
            .iter()
            .enumerate()
            .map(|(at, entry)| ((entry.action.sequence, entry.action.action.clone()), at))
            .collect();
    }
}

/// What is scheduled right before and right after an action, in the order in which it was found.
#[derive(Clone, Debug, Default)]
struct Followers {
    before: Vec<Key>,
    after: Vec<Key>,
}

/// Collects the relative schedules, and adds standard actions that something is scheduled next to.
fn followers(needed: &mut Needed, report: &Report) -> BTreeMap<Key, Followers> {
    let mut followers: BTreeMap<Key, Followers> = BTreeMap::new();
    // One finding for each circle, not one for each action in it.
    let mut circles: BTreeSet<Key> = BTreeSet::new();
    for at in 0..needed.entries.len() {
        let action = needed.entries[at].action.clone();
        let (name, after) = match &action.schedule {
            Schedule::Before(name) => (name, false),
            Schedule::After(name) => (name, true),
            Schedule::Standard | Schedule::Number(_) | Schedule::Suppressed => continue,
        };
        let anchor = (action.sequence, name.clone());
        if needed.get(&anchor).is_none() {
            match standard::action(action.sequence, name) {
                Some(standard) => needed.add_standard(standard),
                None => {
                    let place = needed.entries[at].at.clone();
                    let message = format!("there is no action `{name}` in {}", action.sequence.table());
                    report.push(place.iter().fold(Diagnostic::error("WIX0094", message), |d, at| d.at(at)));
                    continue;
                }
            }
        }
        let key = (action.sequence, action.action.clone());
        if let Some(circle) = circle(needed, &key) {
            let known = circles.contains(&key);
            circles.extend(circle);
            if known {
                continue;
            }
            let message = format!("`{}` is scheduled relative to itself, by way of `{name}`", key.1);
            let diagnostic = Diagnostic::error("WIX0176", message);
            let diagnostic = needed.entries[at].at.iter().fold(diagnostic, |d, at| d.at(at));
            report.push(diagnostic.help("schedule one of them with another action, or by number"));
            continue;
        }
        let beside = followers.entry(anchor).or_default();
        if after { beside.after.push(key) } else { beside.before.push(key) }
    }
    followers
}

/// The actions that `start` leads to, if they lead round in a circle.
fn circle(needed: &Needed, start: &Key) -> Option<BTreeSet<Key>> {
    let mut seen = BTreeSet::new();
    let mut current = start.clone();
    while let Some(entry) = needed.get(&current) {
        let (Schedule::Before(next) | Schedule::After(next)) = &entry.action.schedule else { return None };
        if !seen.insert(current.clone()) {
            return Some(seen);
        }
        current = (current.0, next.clone());
    }
    None
}

/// Numbers for one table.
fn numbers(
    sequence: Sequence,
    needed: &Needed,
    followers: &BTreeMap<Key, Followers>,
    report: &Report,
) -> Vec<Sequenced> {
    let mut fixed: Vec<(i16, &Entry)> = needed
        .entries
        .iter()
        .filter(|entry| entry.action.sequence == sequence)
        .filter_map(|entry| match entry.action.schedule {
            Schedule::Number(number) => Some((number, entry)),
            _ => None,
        })
        .collect();
    fixed.sort_by_key(|(number, _)| *number);
    let mut done = Vec::new();
    for (at, (number, entry)) in fixed.iter().enumerate() {
        if let Some((_, other)) = fixed[..at].last().filter(|(before, _)| before == number) {
            let message = format!(
                "`{}` and `{}` have the same number {number}",
                other.action.action, entry.action.action
            );
            let place = entry.at.as_ref().or(other.at.as_ref());
            report.push(place.iter().fold(Diagnostic::warning("WIX1050", message), |d, at| d.at(at)));
        }
        done.push(sequenced(entry, *number));
        let around = around(&(sequence, entry.action.action.clone()), followers);
        if *number < 0 {
            for key in around.before.iter().chain(&around.after) {
                let message = format!(
                    "`{}` is scheduled next to `{}`, which runs on exit only",
                    key.1, entry.action.action
                );
                let place = needed.get(key).and_then(|entry| entry.at.as_ref());
                let finding = place.iter().fold(Diagnostic::error("WIX0177", message), |d, at| d.at(at));
                report.push(entry.at.iter().fold(finding, |d, at| d.related(at, "it runs on exit by this")));
            }
            continue;
        }
        let least = if at == 0 { 0 } else { fixed[at - 1].0.max(0) };
        let most = fixed.get(at + 1).map_or(i16::MAX, |(next, _)| next - 1);
        let before = around
            .before
            .iter()
            .rev()
            .zip((least + 1..*number).rev().map(Some).chain(std::iter::repeat(None)));
        let after = around
            .after
            .iter()
            .zip((number.saturating_add(1)..=most).map(Some).chain(std::iter::repeat(None)));
        for (key, free) in before.chain(after) {
            match (free, needed.get(key)) {
                (Some(free), Some(entry)) => done.push(sequenced(entry, free)),
                (None, _) => {
                    let message =
                        format!("there is no free number for `{}` beside `{}`", key.1, entry.action.action);
                    problem(needed, key, 179, message, report);
                }
                (Some(_), None) => {}
            }
        }
    }
    done
}

fn sequenced(entry: &Entry, number: i16) -> Sequenced {
    let action = &entry.action;
    Sequenced {
        sequence: action.sequence,
        action: action.action.clone(),
        condition: action.condition.clone(),
        number,
    }
}

fn problem(needed: &Needed, key: &Key, number: u16, message: String, report: &Report) {
    let place = needed.get(key).and_then(|entry| entry.at.clone());
    report.push(place.iter().fold(Diagnostic::error(format!("WIX{number:04}"), message), |d, at| d.at(at)));
}

/// Everything that hangs on an action, before and after it, in the order in which it runs.
fn around(key: &Key, followers: &BTreeMap<Key, Followers>) -> Followers {
    let mut around = Followers::default();
    if let Some(direct) = followers.get(key) {
        flatten(&direct.before, followers, &mut around.before);
        flatten(&direct.after, followers, &mut around.after);
    }
    around
}

fn flatten(keys: &[Key], followers: &BTreeMap<Key, Followers>, into: &mut Vec<Key>) {
    for key in keys {
        let beside = followers.get(key);
        if let Some(beside) = beside {
            flatten(&beside.before, followers, into);
        }
        into.push(key.clone());
        if let Some(beside) = beside {
            flatten(&beside.after, followers, into);
        }
    }
}
