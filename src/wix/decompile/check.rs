//! What the engine makes of a source, without files: rows with the elements that made them, actions, and what is wrong.

use super::extensions::{Around, library_of};
use super::tree::number;
use crate::bind::{self, Binding};
use crate::compat::Compat;
use crate::compile;
use crate::diag::{Diagnostic, Location, Severity};
use crate::emit;
use crate::id::Arch;
use crate::link::{self, Origin};
use crate::msi::{Cell, Table};
use crate::report::Report;
use crate::source::Element;
use crate::stored;
use crate::symbol::{Field, Kind, Sequence, Symbol};
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::Arc;

/// The file that a source is while it is made.
const SOURCE: &str = "decompiled";

/// Who made a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Maker {
    /// The element and the attribute of these numbers; 0 for none.
    Source(u32, u32),
    /// A library.
    Library(usize),
}

/// What came of compiling.
pub(super) struct Compiled {
    /// Tables by name; none of files, disks and sequences.
    pub tables: BTreeMap<String, Table>,
    /// Where each row was written, by table and key.
    places: BTreeMap<String, BTreeMap<Vec<Cell>, Option<Location>>>,
    /// Condition and number of each action.
    pub actions: BTreeMap<(Sequence, String), (Option<String>, i32)>,
    /// The libraries that schedule actions.
    pub scheduled: BTreeMap<(Sequence, String), usize>,
    /// The symbols, for what depends on directories.
    pub symbols: Vec<Symbol>,
    /// Files of libraries, by table and the first cell of the row's key, as sources name them.
    pub stored: BTreeMap<(String, String), String>,
    /// The libraries that something is from.
    pub libraries: BTreeSet<usize>,
}

impl Compiled {
    /// Whether `row` is an event of a dialog that a library has.
    pub fn is_of_library(&self, table: &str, row: &[Cell]) -> bool {
        let Some(dialog) = row.get(..1).filter(|_| table == "ControlEvent") else { return false };
        matches!(self.maker("Dialog", dialog), Maker::Library(_))
    }

    /// What made the row with `key`.
    pub fn maker(&self, table: &str, key: &[Cell]) -> Maker {
        let place = self.places.get(table).and_then(|rows| rows.get(key)?.as_ref());
        match place {
            None => Maker::Source(0, 0),
            Some(at) => library_of(at).map_or(Maker::Source(at.line, at.column), Maker::Library),
        }
    }
}

/// Numbers the elements of `root` and compiles it; or else the errors.
pub(super) fn compile_again(
    root: &mut Element,
    arch: Arch,
    texts: &BTreeMap<String, String>,
    around: &Around<'_>,
) -> Result<Compiled, Vec<Diagnostic>> {
    let file: Arc<str> = Arc::from(SOURCE);
    number(root, &file, 1);
    let report = Report::default();
    let compiled = run(root, arch, texts, around, &report);
    let mut errors = report.into_diagnostics();
    errors.retain(|finding| finding.severity == Severity::Error);
    match compiled {
        Some(compiled) if errors.is_empty() => Ok(compiled),
        _ => Err(errors),
    }
}

fn run(
    root: &Element,
    arch: Arch,
    texts: &BTreeMap<String, String>,
    around: &Around<'_>,
    report: &Report,
) -> Option<Compiled> {
    let gate = || (!report.has_errors()).then_some(());
    let own = compile::compile(root, arch, Compat::default(), &around.known(), report);
    gate()?;
    let own = own.into_iter().map(|section| (Origin { library: 0, source: 0 }, section));
    let symbols = link::link(own.chain(around.sections()).collect(), arch, report)?;
    let libraries = symbols.iter().filter_map(|symbol| library_of(&symbol.at)).collect();
    let scheduled = symbols.iter().filter_map(|symbol| match &symbol.kind {
        Kind::Action(action) => Some(((action.sequence, action.action.clone()), library_of(&symbol.at)?)),
        _ => None,
    });
    let (scheduled, stored) = (scheduled.collect(), stored(&symbols));
    let binding = Binding {
        localization: &around.localization,
        bind_variables: &BTreeMap::new(),
        bind_paths: &[],
        libraries: around.libraries(),
        arch,
        threads: NonZeroUsize::MIN,
        environment: &BTreeMap::new(),
        legacy_registry_guids: false,
    };
    let bound = bind::without_files(symbols, &binding, texts, report)?;
    let (tables, places) = emit::rows_without_files(&bound, Compat::default(), report);
    let actions = bound.actions.iter().map(|action| {
        let key = (action.sequence, action.action.clone());
        (key, (action.condition.clone(), i32::from(action.number)))
    });
    let actions = actions.collect();
    Some(Compiled { tables, places, actions, scheduled, symbols: bound.symbols, stored, libraries })
}

/// The rows that have files of libraries.
fn stored(symbols: &[Symbol]) -> BTreeMap<(String, String), String> {
    let mut all = BTreeMap::new();
    for symbol in symbols {
        let Kind::Row { table, fields } = &symbol.kind else { continue };
        let is_stored = |field: &Field| match field {
            Field::Source(name) | Field::TextFile(name) => stored::numbers(name).and(Some(name.clone())),
            _ => None,
        };
        let key: Vec<&str> = fields
            .iter()
            .map_while(|field| match field {
                Field::Text(text) => Some(text.as_str()),
                _ => None,
            })
            .take(if table == "Control" { 2 } else { 1 })
            .collect();
        if let Some(name) = fields.iter().find_map(is_stored) {
            all.insert((table.to_string(), key.join(".")), name);
        }
    }
    all
}

/// Where something is wrong: in the source, in a library, or in both.
pub(super) fn places(error: &Diagnostic) -> (Option<&Location>, Option<usize>) {
    let all = || error.at.iter().chain(error.related.iter().map(|(at, _)| at));
    (all().find(|at| &*at.file == SOURCE), all().find_map(library_of))
}
