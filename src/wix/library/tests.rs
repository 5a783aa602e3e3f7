//! What is written is read as it was, for everything that the reference sources have.

use super::*;
use crate::compat::Compat;
use crate::compile;
use crate::id::Arch;
use crate::preprocess::{self, Options};
use crate::standard;
use crate::symbol::{Kind, Schedule, SectionKind};
use std::path::PathBuf;

fn cases() -> Vec<PathBuf> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data");
    let folders = ["wix/cases", "wix-core/cases", "wix-ext/cases"].map(|folder| data.join(folder));
    let entries = folders.iter().flat_map(|folder| std::fs::read_dir(folder).expect("readable"));
    let paths = entries.map(|entry| entry.expect("readable").path());
    paths.filter(|path| path.extension().is_some_and(|ending| ending == "wxs")).collect()
}

/// All extensions that have elements.
fn extensions() -> Vec<&'static compile::Extension> {
    let names = ["Dependency", "Firewall", "Http", "Iis", "Msmq", "Netfx", "Sql", "UI", "Util"];
    names.into_iter().filter_map(|name| compile::extension(&format!("WixToolset.{name}.wixext"))).collect()
}

fn compiled(path: &Path) -> Option<Vec<Section>> {
    let options = Options {
        defines: BTreeMap::new(),
        include_paths: Vec::new(),
        environment: BTreeMap::new(),
        arch: Arch::X64,
        current_dir: PathBuf::new(),
        timestamp: 0,
        compat: Compat::default(),
    };
    let report = Report::default();
    let tree = preprocess::preprocess(path, &options, &report)?;
    let mut sections = compile::compile(&tree, Arch::X64, Compat::default(), &extensions(), &report);
    for section in &mut sections {
        section.kind = SectionKind::Fragment;
        section.symbols.retain_mut(|symbol| match &mut symbol.kind {
            Kind::Package(_) | Kind::Summary(_) | Kind::Harvest(_) => false,
            // only packages have them
            Kind::File(file) => file.tag.is_none(),
            Kind::Row { table, .. } => table != "SoftwareIdentificationTag",
            Kind::Action(action) => {
                // a number says the same
                if action.schedule == Schedule::Standard {
                    let own = standard::action(action.sequence, &action.action);
                    action.schedule = own.map_or(Schedule::Standard, |own| own.schedule);
                }
                true
            }
            _ => true,
        });
    }
    (!report.has_errors()).then_some(sections)
}

/// What a section has, sorted. Places have lines and no columns; a section refers to a thing once.
fn said(section: &Section) -> Vec<String> {
    let symbols = section.symbols.iter().map(|symbol| {
        let id = symbol.id.as_ref().map(|id| &id.name);
        match &symbol.kind {
            // where its columns are declared does not matter
            Kind::CustomTable { table, unreal, .. } => format!("{id:?} {table:?} {unreal}"),
            Kind::CustomRow(row) => {
                let cells: Vec<_> = row.cells.iter().map(|cell| (&cell.column, &cell.value)).collect();
                format!("{} {cells:?}", row.table)
            }
            kind => format!("{:?} {kind:?}", id.filter(|_| !matches!(kind, Kind::Row { .. }))),
        }
    });
    let references =
        section.references.iter().map(|reference| format!("{} {}", reference.kind, reference.key));
    let members = section.memberships.iter().map(|member| {
        let of = (member.container, &member.container_id);
        format!("{of:?} {:?} {}", (member.member, &member.member_id), member.primary)
    });
    let mut references: Vec<String> = references.collect();
    references.sort();
    references.dedup();
    let mut all: Vec<String> = symbols.chain(members).collect();
    all.extend(references);
    all.sort();
    all
}

#[test]
fn what_is_written_is_read_as_it_was() {
    let (mut through, mut failures) = (0, Vec::new());
    for path in cases() {
        let Some(sections) = compiled(&path) else { continue };
        let report = Report::default();
        let contents = Contents {
            sections: &sections,
            texts: &[],
            bind_files: false,
            bind_paths: &[],
            bind_variables: &BTreeMap::new(),
            libraries: &[],
            timestamp: 0,
        };
        let bytes = write(&contents, &report);
        let name = path.display().to_string();
        let library = bytes
            .and_then(|bytes| zip::Zip::open(bytes).ok())
            .and_then(|zip| Library::read(zip, &name.as_str().into(), 0, Origin::Named, &report));
        let Some(library) = library else { panic!("{name}: {:?}", report.into_diagnostics()) };
        for (section, read) in sections.iter().zip(&library.sections) {
            let (before, after) = (said(section), said(read));
            let lost: Vec<_> = before.iter().filter(|one| !after.contains(one)).collect();
            let made: Vec<_> = after.iter().filter(|one| !before.contains(one)).collect();
            if !lost.is_empty() || !made.is_empty() {
                failures.push(format!("{name}\n- {lost:#?}\n+ {made:#?}"));
            }
        }
        through += 1;
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(through > 100, "{through}");
}
