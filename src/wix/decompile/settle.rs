//! Making a source true: what was proposed is compiled again and again, and what does not give the rows that it stands for is
//! taken out, until every row of the package is given by an element, or else by a row of a custom table.
//!
//! So a function that proposes elements need not know every way in which a row can be odd: only what is usual.

use super::check::{Compiled, compile_again};
use super::custom_table::custom_table;
use super::layout::Layout;
use super::sequence::{self, Key, Scheduled};
use super::tree::{Build, children, element};
use crate::diag::Diagnostic;
use crate::id::Arch;
use crate::msi::schema::standard_table;
use crate::msi::{Cell, Database, Table};
use crate::source::{Element, Node};
use crate::symbol::Sequence;
use std::collections::{BTreeMap, BTreeSet};

/// How often a source is compiled, at the most. Each time at least one element is taken out or put in; usually it is three
/// times.
const MOST_ROUNDS: usize = 60;

/// Tables whose rows depend on files.
pub(super) const OF_FILES: [&str; 3] = ["File", "Media", "MsiFileHash"];

/// Elements that are more than rows: others stand in them, and what is wrong with an attribute takes away that attribute.
const FRAMES: [&str; 11] = [
    "Component",
    "Directory",
    "DirectoryRef",
    "Feature",
    "File",
    "Media",
    "Package",
    "StandardDirectory",
    "SummaryInformation",
    "UI",
    "Wix",
];

/// A source on the way.
pub(super) struct Settling<'d> {
    database: &'d Database,
    arch: Arch,
    layout: &'d Layout,
    /// The texts that stand in files.
    texts: BTreeMap<String, String>,
    /// The package with what was proposed.
    package: Element,
    dialogs: BTreeSet<&'d str>,
    /// Rows of sequence tables.
    wanted: BTreeMap<Key, Scheduled>,
    /// What the sequence elements say.
    actions: BTreeMap<Key, (Option<i32>, Element)>,
    /// Actions that no element can schedule.
    refused: BTreeSet<Key>,
    /// Rows that custom tables give, by table.
    rows: BTreeMap<&'d str, BTreeSet<usize>>,
    /// Rows that nothing gives.
    lost: BTreeSet<(&'d str, usize)>,
    /// Tables that are declared, with or without rows.
    declared: BTreeSet<&'d str>,
    /// Tables without rows.
    ensured: BTreeSet<&'d str>,
}

/// What an element stands for.
enum Origin<'d> {
    Proposed,
    Action(Key),
    Ensured(&'d str),
    Declared(&'d str),
    Row(&'d str, usize),
}

/// What is wrong with an element.
#[derive(Default)]
struct Wrong {
    /// There is an error in it.
    is_error: bool,
    /// Numbers of attributes with errors in them.
    attributes: BTreeSet<u32>,
}

/// A source that is as true as it can be.
pub(super) struct Settled {
    /// The root of the source.
    pub root: Element,
    /// What the engine makes of it; none if it has errors.
    pub compiled: Option<Compiled>,
    /// The errors.
    pub errors: Vec<Diagnostic>,
}

impl<'d> Settling<'d> {
    pub fn new(
        (database, arch, layout): (&'d Database, Arch, &'d Layout),
        package: Element,
        texts: BTreeMap<String, String>,
    ) -> Settling<'d> {
        let wanted: BTreeMap<Key, Scheduled> = sequence::actions(database);
        let dialogs = super::rows::rows(database, "Dialog").filter_map(|row| row.text("Dialog")).collect();
        // another element schedules it
        let major = children(&package).any(|child| child.name == "MajorUpgrade");
        let is_of_major = |(sequence, action): &Key| {
            major && *sequence == Sequence::InstallExecute && action == "RemoveExistingProducts"
        };
        let explicit = wanted
            .iter()
            .filter(|(key, scheduled)| !sequence::is_standard(key, scheduled) && !is_of_major(key));
        let actions = explicit.map(|(key, scheduled)| {
            (key.clone(), (scheduled.number, sequence::scheduled(key, scheduled, &dialogs)))
        });
        let actions = actions.collect();
        // what WiX knows otherwise, or not at all
        let declared = database.tables.values().filter(|table| {
            standard_table(&table.name).is_none_or(|standard| layout_of(&standard) != layout_of(table))
        });
        let declared: BTreeSet<&str> = declared.map(|table| table.name.as_str()).collect();
        Settling {
            database,
            arch,
            layout,
            texts,
            package,
            dialogs,
            wanted,
            actions,
            refused: BTreeSet::new(),
            rows: BTreeMap::new(),
            lost: BTreeSet::new(),
            declared,
            ensured: BTreeSet::new(),
        }
    }

    /// Compiles until nothing can be made truer.
    pub fn settle(mut self) -> Settled {
        for _ in 0..MOST_ROUNDS {
            let (mut root, origins) = self.compose();
            match compile_again(&mut root, self.arch, &self.texts) {
                Err(errors) => {
                    let mut wrong: BTreeMap<u32, Wrong> = BTreeMap::new();
                    for at in errors.iter().filter_map(|error| error.at.as_ref()) {
                        let wrong = wrong.entry(at.line).or_default();
                        match at.column {
                            0 => wrong.is_error = true,
                            column => drop(wrong.attributes.insert(column)),
                        }
                    }
                    if !self.take_out(&wrong, &origins) {
                        return Settled { root, compiled: None, errors };
                    }
                }
                Ok(compiled) => {
                    let wrong = self.untrue(&compiled);
                    let changed = self.take_out(&wrong, &origins)
                        || self.add_rows(&compiled)
                        || self.add_actions(&compiled)
                        || self.add_tables(&compiled);
                    if !changed {
                        return Settled { root, compiled: Some(compiled), errors: Vec::new() };
                    }
                }
            }
        }
        let (mut root, _) = self.compose();
        let (compiled, errors) = match compile_again(&mut root, self.arch, &self.texts) {
            Ok(compiled) => (Some(compiled), Vec::new()),
            Err(errors) => (None, errors),
        };
        Settled { root, compiled, errors }
    }

    /// The whole source, and what each of its elements stands for: those from a number on.
    fn compose(&self) -> (Element, BTreeMap<u32, Origin<'d>>) {
        let mut package = self.package.clone();
        if !removes_products(&package) {
            package = package.with("UpgradeStrategy", "none");
        }
        let mut origins: BTreeMap<u32, Origin<'d>> = BTreeMap::new();
        origins.insert(0, Origin::Proposed);
        // the root and the package come first
        let mut next = 3 + count(&package);
        let mut added = Vec::new();
        for (sequence, keys) in sequence::sequences(&self.actions) {
            origins.extend(keys.into_iter().zip(next + 1..).map(|(key, at)| (at, Origin::Action(key))));
            next += 1 + count(&sequence);
            added.push(sequence);
        }
        for table in &self.ensured {
            origins.insert(next, Origin::Ensured(table));
            next += 1;
            added.push(element("EnsureTable").with("Id", *table));
        }
        let none = BTreeSet::new();
        let tables: BTreeSet<&'d str> = self.declared.iter().chain(self.rows.keys()).copied().collect();
        for table in tables.into_iter().filter_map(|name| self.database.tables.get(name)) {
            let numbers = self.rows.get(table.name.as_str()).unwrap_or(&none);
            let declaration = custom_table(table, numbers, self.layout);
            origins.insert(next, Origin::Declared(&table.name));
            let mut at = next + 1;
            let mut numbers = numbers.iter();
            for child in children(&declaration) {
                if child.name == "Row"
                    && let Some(number) = numbers.next()
                {
                    origins.insert(at, Origin::Row(&table.name, *number));
                }
                at += 1 + count(child);
            }
            next += 1 + count(&declaration);
            added.push(declaration);
        }
        (element("Wix").holding([package.holding(added)]), origins)
    }

    /// Elements whose rows are not those of the package.
    fn untrue(&self, compiled: &Compiled) -> BTreeMap<u32, Wrong> {
        let mut wrong: BTreeMap<u32, Wrong> = BTreeMap::new();
        for (name, made) in compiled.tables.iter().filter(|(name, _)| is_compared(name)) {
            let wanted = self.database.tables.get(name).map(by_key).unwrap_or_default();
            for row in &made.rows {
                let is_true = wanted.get(made.key(row)).is_some_and(|(_, wanted)| *wanted == row);
                if !is_true {
                    wrong.entry(compiled.place(name, made.key(row)).0).or_default();
                }
            }
        }
        wrong
    }

    /// Takes out what is wrong; says whether there was anything that can be.
    fn take_out(&mut self, wrong: &BTreeMap<u32, Wrong>, origins: &BTreeMap<u32, Origin<'d>>) -> bool {
        let mut changed = false;
        for (number, wrong) in wrong {
            match origins.range(..=number).next_back() {
                Some((_, Origin::Action(key))) => {
                    changed |= self.actions.remove(key).is_some();
                    self.refused.insert(key.clone());
                }
                Some((_, Origin::Ensured(table))) => changed |= self.ensured.remove(table),
                Some((_, Origin::Row(table, row))) => {
                    changed |= self.rows.get_mut(table).is_some_and(|rows| rows.remove(row));
                    self.lost.insert((table, *row));
                }
                Some((_, Origin::Declared(table))) if wrong.is_error || !wrong.attributes.is_empty() => {
                    changed |= self.declared.remove(table) | self.rows.remove(table).is_some();
                    let rows = self.database.tables.get(*table).map_or(0, |table| table.rows.len());
                    self.lost.extend((0..rows).map(|row| (*table, row)));
                }
                _ => {}
            }
        }
        let mut next = 3;
        let attributes = wrong.get(&2).map(|wrong| &wrong.attributes);
        changed |= attributes.is_some_and(|attributes| without(&mut self.package, attributes));
        prune(&mut self.package, wrong, &mut next, &mut changed);
        changed
    }

    /// Adds rows to custom tables that nothing else gives.
    fn add_rows(&mut self, compiled: &Compiled) -> bool {
        let mut changed = false;
        for table in self.database.tables.values().filter(|table| is_compared(&table.name)) {
            let made = compiled.tables.get(&table.name).map(by_key).unwrap_or_default();
            for (number, row) in table.rows.iter().enumerate() {
                let place = (table.name.as_str(), number);
                if !made.contains_key(table.key(row)) && !self.lost.contains(&place) {
                    changed |= self.rows.entry(place.0).or_default().insert(number);
                }
            }
        }
        changed
    }

    /// Schedules actions as the tables have them.
    fn add_actions(&mut self, compiled: &Compiled) -> bool {
        let mut changed = false;
        for (key, scheduled) in &self.wanted {
            let table = key.0.table();
            let made = compiled.actions.get(key);
            if made == Some(&(scheduled.condition.clone(), scheduled.number.unwrap_or(i32::MIN))) {
                continue;
            }
            if !self.refused.contains(key) && !self.actions.contains_key(key) {
                let element = sequence::scheduled(key, scheduled, &self.dialogs);
                self.actions.insert(key.clone(), (scheduled.number, element));
                changed = true;
                continue;
            }
            let place =
                self.database.tables.get_key_value(table).map(|(name, _)| (name.as_str(), scheduled.row));
            let Some(place) = place.filter(|place| !self.lost.contains(place)) else { continue };
            if self.refused.insert(key.clone()) {
                changed |= self.actions.remove(key).is_some();
            }
            changed |= self.rows.entry(place.0).or_default().insert(place.1);
            changed |= made.is_some() && suppress(&mut self.actions, key);
        }
        for key in compiled.actions.keys().filter(|key| !self.wanted.contains_key(*key)) {
            changed |= suppress(&mut self.actions, key);
        }
        changed
    }

    /// Asks for tables that have no rows.
    fn add_tables(&mut self, compiled: &Compiled) -> bool {
        let is_there = |table: &Table| {
            compiled.tables.contains_key(&table.name)
                || Sequence::ALL.iter().any(|s| s.table() == table.name && !table.rows.is_empty())
        };
        let missing = self
            .database
            .tables
            .values()
            .filter(|table| table.rows.is_empty() && !is_there(table) && !table.columns.is_empty());
        let missing: Vec<&str> = missing.map(|table| table.name.as_str()).collect();
        let before = self.ensured.len();
        self.ensured.extend(missing);
        self.ensured.len() > before
    }
}

/// Keeps an action from being scheduled. Says whether that is new.
fn suppress(actions: &mut BTreeMap<Key, (Option<i32>, Element)>, key: &Key) -> bool {
    let is_new = !actions.contains_key(key);
    if is_new {
        actions.insert(key.clone(), (None, sequence::suppressed(key)));
    }
    is_new
}

fn is_compared(table: &str) -> bool {
    !OF_FILES.contains(&table) && !Sequence::ALL.iter().any(|sequence| sequence.table() == table)
}

/// Names, types and keys of columns.
fn layout_of(table: &Table) -> Vec<(&str, String, bool)> {
    table.columns.iter().map(|column| (column.name.as_str(), column.definition(), column.key)).collect()
}

/// The rows by their keys, with their numbers.
fn by_key(table: &Table) -> BTreeMap<&[Cell], (usize, &Vec<Cell>)> {
    table.rows.iter().enumerate().map(|(number, row)| (table.key(row), (number, row))).collect()
}

/// Whether an element says which products are removed; without one, the language would.
fn removes_products(element: &Element) -> bool {
    let has = |name: &str| element.attributes.iter().any(|attribute| attribute.name == name);
    (element.name == "UpgradeVersion" && !has("OnlyDetect"))
        || element.name == "MajorUpgrade"
        || children(element)
            .filter(|child| ["Upgrade", "UpgradeVersion", "MajorUpgrade"].contains(&child.name.as_str()))
            .any(removes_products)
}

/// How many elements stand in `element`.
fn count(element: &Element) -> u32 {
    children(element).map(|child| 1 + count(child)).sum()
}

/// Takes the attributes with these numbers out; says whether there were any.
fn without(element: &mut Element, numbers: &BTreeSet<u32>) -> bool {
    let before = element.attributes.len();
    let mut number = 0;
    element.attributes.retain(|_| {
        number += 1;
        !numbers.contains(&number)
    });
    element.attributes.len() < before
}

/// Takes out of `element` what is wrong in it; `next` is the number of its first child. Says whether a control was taken out.
fn prune(element: &mut Element, wrong: &BTreeMap<u32, Wrong>, next: &mut u32, changed: &mut bool) -> bool {
    let mut lost_control = false;
    element.children.retain_mut(|node| {
        let Node::Element(child) = node else { return true };
        let own = *next;
        *next += 1;
        let lost = prune(child, wrong, next, changed);
        let found = wrong.get(&own);
        let is_frame = FRAMES.contains(&child.name.as_str());
        let stays = match found {
            // the order of the others has changed
            _ if lost && child.name == "Dialog" => false,
            None => true,
            Some(found) if is_frame => {
                *changed |= without(child, &found.attributes);
                !found.is_error
            }
            Some(_) => false,
        };
        *changed |= !stays;
        lost_control |= !stays && child.name == "Control";
        stays
    });
    let is_empty = |child: &Element| child.name == "Upgrade" && child.children.is_empty();
    element.children.retain(|node| !matches!(node, Node::Element(child) if is_empty(child)));
    lost_control
}
