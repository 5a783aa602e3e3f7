//! What the engine makes of a source, without files: rows with the elements that made them, actions, and what is wrong.

use super::tree::number;
use crate::bind::{self, Binding};
use crate::compat::Compat;
use crate::compile;
use crate::diag::{Diagnostic, Location, Severity};
use crate::emit;
use crate::id::Arch;
use crate::link::{self, Origin};
use crate::localization::Localization;
use crate::msi::{Cell, Table};
use crate::report::Report;
use crate::source::Element;
use crate::symbol::{Sequence, Symbol};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

/// What came of compiling.
pub(super) struct Compiled {
    /// Tables by name; none of files, disks and sequences.
    pub tables: BTreeMap<String, Table>,
    /// Where each row was written, by table and key.
    places: BTreeMap<String, BTreeMap<Vec<Cell>, Option<Location>>>,
    /// Condition and number of each action.
    pub actions: BTreeMap<(Sequence, String), (Option<String>, i32)>,
    /// The symbols, for what depends on directories.
    pub symbols: Vec<Symbol>,
}

impl Compiled {
    /// The number of the element that made the row with `key`, and that of the attribute; 0 for none.
    pub fn place(&self, table: &str, key: &[Cell]) -> (u32, u32) {
        let place = self.places.get(table).and_then(|rows| rows.get(key)?.as_ref());
        place.map_or((0, 0), |at| (at.line, at.column))
    }
}

/// Numbers the elements of `root` and compiles it; or else the errors.
pub(super) fn compile_again(
    root: &mut Element,
    arch: Arch,
    texts: &BTreeMap<String, String>,
) -> Result<Compiled, Vec<Diagnostic>> {
    let file: Arc<str> = Arc::from("decompiled");
    number(root, &file, 1);
    let report = Report::default();
    let compiled = run(root, arch, texts, &report);
    let mut errors = report.into_diagnostics();
    errors.retain(|finding| finding.severity == Severity::Error);
    match compiled {
        Some(compiled) if errors.is_empty() => Ok(compiled),
        _ => Err(errors),
    }
}

fn run(root: &Element, arch: Arch, texts: &BTreeMap<String, String>, report: &Report) -> Option<Compiled> {
    let gate = || (!report.has_errors()).then_some(());
    let sections = compile::compile(root, arch, Compat::default(), &[], report);
    gate()?;
    let mut localization = Localization::default();
    localization.define_default("WixDowngradePreventedMessage", "");
    let symbols = link::link(
        sections.into_iter().map(|section| (Origin { library: 0, source: 0 }, section)).collect(),
        arch,
        report,
    )?;
    let binding = Binding {
        localization: &localization,
        bind_variables: &BTreeMap::new(),
        bind_paths: &[],
        libraries: &[],
        arch,
        threads: NonZeroUsize::MIN,
        legacy_registry_guids: false,
    };
    let bound = bind::without_files(symbols, &binding, texts, report)?;
    let (tables, places) = emit::rows_without_files(&bound, Compat::default(), report);
    let actions = bound.actions.iter().map(|action| {
        let key = (action.sequence, action.action.clone());
        (key, (action.condition.clone(), i32::from(action.number)))
    });
    Some(Compiled { tables, places, actions: actions.collect(), symbols: bound.symbols })
}
