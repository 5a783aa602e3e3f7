//! Making a source true: what was proposed is compiled again and again, and what does not give the rows that it stands for is
//! taken out, until every row of the package is given by an element, or else by a row of a custom table.
//!
//! So a function that proposes elements need not know every way in which a row can be odd: only what is usual.

mod actions;

use super::check::{Compiled, Maker, compile_again, places};
use super::compared::{by_key, is_compared, layout_of};
use super::custom_table::custom_table;
use super::dialog;
use super::extensions::Around;
use super::layout::Layout;
use super::others::{is_other, variable};
use super::prune::{Wrong, count, prune, removes_products, without};
use super::rows::Row;
use super::sequence::{self, Key, Scheduled};
use super::tree::{Build, children, element};
use crate::compile::extension_table;
use crate::diag::Diagnostic;
use crate::id::Arch;
use crate::msi::schema::standard_table;
use crate::msi::{Cell, Database, Table};
use crate::source::Element;
use crate::symbol::Sequence;
use std::collections::{BTreeMap, BTreeSet};

/// How often a source is compiled, at the most. Each time at least one element is taken out or put in; usually it is three
/// times.
const MOST_ROUNDS: usize = 60;

/// A source on the way.
pub(super) struct Settling<'d> {
    database: &'d Database,
    arch: Arch,
    layout: &'d Layout,
    around: &'d Around<'d>,
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
    /// Rows of ControlEvent of a library's dialogs.
    published: BTreeSet<usize>,
    /// Actions whose place is a library's, unless they are said to override it.
    inherited: BTreeSet<Key>,
    /// Actions whose place is a library's in any case.
    yielded: BTreeSet<Key>,
    /// Actions of the package's own that stand beside such actions, and have no number, but a neighbour.
    related: BTreeSet<Key>,
    /// Actions of libraries that nothing else refers to, and those that cannot be referred to.
    referred: BTreeSet<String>,
    unreferred: BTreeSet<String>,
    /// Variables of libraries, with the files that stand for them.
    variables: BTreeMap<String, String>,
    /// Libraries that give something else than the package has, and what that is.
    disputed: BTreeMap<usize, String>,
}

/// What an element stands for.
enum Origin<'d> {
    Proposed,
    Action(Key),
    Ensured(&'d str),
    Declared(&'d str),
    Published(usize),
    Referred(Key),
    Row(&'d str, usize),
}

/// WiX's number for a symbol that stands beside a virtual one.
const VIRTUAL: &str = "WIX7009";

/// A row of a library that the package has otherwise.
struct Theirs {
    library: usize,
    /// The table, and the row's key.
    key: (String, String),
}

/// A source that is as true as it can be.
pub(super) struct Settled {
    /// The root of the source.
    pub root: Element,
    /// What the engine makes of it; none if it has errors.
    pub compiled: Option<Compiled>,
    /// The errors.
    pub errors: Vec<Diagnostic>,
    /// Libraries that give something else than the package has, and what that is.
    pub disputed: BTreeMap<usize, String>,
}

impl<'d> Settling<'d> {
    pub fn new(
        (database, arch, layout): (&'d Database, Arch, &'d Layout),
        around: &'d Around<'d>,
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
        let has_extensions = !around.known().is_empty();
        let known =
            |name: &str| standard_table(name).or_else(|| extension_table(name).filter(|_| has_extensions));
        let declared = database
            .tables
            .values()
            .filter(|table| known(&table.name).is_none_or(|known| layout_of(&known) != layout_of(table)));
        let declared: BTreeSet<&str> = declared.map(|table| table.name.as_str()).collect();
        Settling {
            database,
            arch,
            layout,
            around,
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
            published: BTreeSet::new(),
            inherited: BTreeSet::new(),
            yielded: BTreeSet::new(),
            related: BTreeSet::new(),
            referred: BTreeSet::new(),
            unreferred: BTreeSet::new(),
            variables: BTreeMap::new(),
            disputed: BTreeMap::new(),
        }
    }

    /// Compiles until nothing can be made truer.
    pub fn settle(mut self) -> Settled {
        for _ in 0..MOST_ROUNDS {
            let (mut root, origins) = self.compose();
            match compile_again(&mut root, self.arch, &self.texts, self.around) {
                Err(errors) => {
                    let mut wrong: BTreeMap<u32, Wrong> = BTreeMap::new();
                    let mut theirs = BTreeMap::new();
                    for error in &errors {
                        let (own, library) = places(error);
                        let Some(at) = own else {
                            let what = || error.message.clone();
                            library.into_iter().for_each(|library| {
                                theirs.entry(library).or_insert_with(what);
                            });
                            continue;
                        };
                        let wrong = wrong.entry(at.line).or_default();
                        wrong.is_virtual |= error.code == VIRTUAL;
                        wrong.yields |= library.is_some();
                        match at.column {
                            0 => wrong.is_error = true,
                            column => drop(wrong.attributes.insert(column)),
                        }
                    }
                    if !self.take_out(&wrong, &origins) && !self.relate() {
                        return Settled { root, compiled: None, errors, disputed: theirs };
                    }
                }
                Ok(compiled) => {
                    let (wrong, theirs) = self.untrue(&compiled);
                    let changed = self.take_out(&wrong, &origins)
                        || self.add_rows(&compiled)
                        || self.add_actions(&compiled)
                        || self.add_tables(&compiled)
                        || self.add_variables(&compiled, &theirs)
                        || self.override_actions(&compiled);
                    if !changed {
                        let disputed = self.disputed;
                        return Settled { root, compiled: Some(compiled), errors: Vec::new(), disputed };
                    }
                }
            }
            if !self.disputed.is_empty() {
                break;
            }
        }
        let (mut root, _) = self.compose();
        let (compiled, errors) = match compile_again(&mut root, self.arch, &self.texts, self.around) {
            Ok(compiled) => (Some(compiled), Vec::new()),
            Err(errors) => (None, errors),
        };
        Settled { root, compiled, errors, disputed: self.disputed }
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
        for (name, path) in &self.variables {
            next += 1;
            added.push(element("WixVariable").with("Id", name.as_str()).with("Value", path.as_str()));
        }
        for action in self.referred.difference(&self.unreferred) {
            let known = self.wanted.keys().find(|key| key.1 == *action);
            origins.extend(known.map(|key| (next, Origin::Referred(key.clone()))));
            next += 1;
            added.push(element("CustomActionRef").with("Id", action.as_str()));
        }
        if !self.published.is_empty() {
            origins
                .extend(self.published.iter().zip(next + 1..).map(|(row, at)| (at, Origin::Published(*row))));
            let rows: Vec<Row<'_>> = super::rows::rows(self.database, "ControlEvent").collect();
            let ui = element("UI").holding(self.published.iter().map(|row| dialog::published(rows[*row])));
            next += 1 + count(&ui);
            added.push(ui);
        }
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
        let with_rows = self.rows.iter().filter(|(_, rows)| !rows.is_empty()).map(|(table, _)| table);
        let tables: BTreeSet<&'d str> = self.declared.iter().chain(with_rows).copied().collect();
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

    /// Elements whose rows are not those of the package, and rows of libraries that are not.
    fn untrue(&self, compiled: &Compiled) -> (BTreeMap<u32, Wrong>, Vec<Theirs>) {
        let (mut wrong, mut theirs) = (BTreeMap::<u32, Wrong>::new(), Vec::new());
        for (name, made) in compiled.tables.iter().filter(|(name, _)| is_compared(name)) {
            let wanted = self.database.tables.get(name).map(by_key).unwrap_or_default();
            for row in &made.rows {
                let is_true = wanted.get(made.key(row)).is_some_and(|(_, wanted)| *wanted == row);
                match compiled.maker(name, made.key(row)) {
                    Maker::Source(number, _) if !is_true => drop(wrong.entry(number).or_default()),
                    Maker::Library(library) if !is_true || self.is_other(compiled, made, row) => {
                        let key = made.key(row).iter().map(|cell| cell.as_str().unwrap_or_default());
                        let key = (name.clone(), key.collect::<Vec<_>>().join("."));
                        theirs.push(Theirs { library, key });
                    }
                    _ => {}
                }
            }
        }
        (wrong, theirs)
    }

    fn is_other(&self, compiled: &Compiled, table: &Table, row: &[Cell]) -> bool {
        is_other(self.around, compiled, (table, row), |variable| self.variables.contains_key(variable))
    }

    /// Lets files of the package stand in the place of those of libraries, where these have variables for them; what a library
    /// gives otherwise without one is disputed. Says whether there is a variable more.
    fn add_variables(&mut self, compiled: &Compiled, theirs: &[Theirs]) -> bool {
        let before = self.variables.len();
        for Theirs { library, key } in theirs {
            let path = match &*key.0 {
                "Control" => self.layout.text("Control", &key.1).map(|(_, named)| named),
                table => self.layout.stream(&format!("{table}.{}", key.1)),
            };
            let name = compiled.stored.get(key).and_then(|stored| variable(stored));
            match (name, path) {
                (Some(name), Some(path)) if !self.variables.contains_key(&name) => {
                    self.variables.insert(name, path);
                }
                _ => drop(self.disputed.entry(*library).or_insert_with(|| format!("`{}[{}]`", key.0, key.1))),
            }
        }
        self.variables.len() > before
    }

    /// Takes out what is wrong; says whether there was anything that can be.
    fn take_out(&mut self, wrong: &BTreeMap<u32, Wrong>, origins: &BTreeMap<u32, Origin<'d>>) -> bool {
        let mut changed = false;
        for (number, wrong) in wrong {
            match origins.range(..=number).next_back() {
                Some((_, Origin::Action(key))) => {
                    changed |= self.actions.remove(key).is_some();
                    match wrong.is_virtual && self.inherited.insert(key.clone()) {
                        true => {}
                        false if wrong.yields => drop(self.yielded.insert(key.clone())),
                        false => drop(self.refused.insert(key.clone())),
                    }
                }
                Some((_, Origin::Ensured(table))) => changed |= self.ensured.remove(table),
                Some((_, Origin::Referred(key))) => changed |= self.unreferred.insert(key.1.clone()),
                Some((_, Origin::Published(row))) => {
                    changed |= self.published.remove(row);
                    self.rows.entry("ControlEvent").or_default().insert(*row);
                }
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
                if made.contains_key(table.key(row)) || self.lost.contains(&place) {
                    continue;
                }
                let is_in_rows = self.rows.get(place.0).is_some_and(|rows| rows.contains(&number));
                if !is_in_rows && compiled.is_of_library(&table.name, row) {
                    changed |= self.published.insert(number);
                } else {
                    changed |= self.rows.entry(place.0).or_default().insert(number);
                }
            }
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
