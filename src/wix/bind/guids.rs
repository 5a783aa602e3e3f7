//! The GUIDs of components: computed from their key paths where the author gave none, and told apart.

use super::directories::Directories;
use super::{Binding, BoundFile};
use crate::diag::{Diagnostic, Location};
use crate::id::Guid;
use crate::ids;
use crate::report::Report;
use crate::symbol::{Component, ComponentGuid, KeyPath, Kind, Registry, Symbol};
use std::collections::BTreeMap;

/// Beginnings of paths that name the same place in two ways, so that no GUID can be computed from them.
const AMBIGUOUS: [&str; 6] = [
    r"PersonalFolder\my pictures",
    r"ProgramFilesFolder\common files",
    r"ProgramMenuFolder\startup",
    "TARGETDIR",
    r"StartMenuFolder\programs",
    r"WindowsFolder\fonts",
];

/// Gives every component its GUID. Problems: WIX0231, WIX0367, WIX0368, WIX0369, WIX1137.
pub(super) fn assign(
    symbols: &mut [Symbol],
    files: &BTreeMap<String, BoundFile>,
    binding: &Binding<'_>,
    report: &Report,
) {
    let directories = Directories::new(symbols, binding.arch);
    let registry: BTreeMap<&str, &Registry> = symbols
        .iter()
        .filter_map(|symbol| match (&symbol.kind, &symbol.id) {
            (Kind::Registry(registry), Some(id)) => Some((id.name.as_str(), registry)),
            _ => None,
        })
        .collect();
    let mut members: BTreeMap<&str, Vec<(&str, &BoundFile)>> = BTreeMap::new();
    for (id, file) in files {
        members.entry(&file.component).or_default().push((id, file));
    }
    let mut computed = BTreeMap::new();
    for (index, symbol) in symbols.iter().enumerate() {
        let (Kind::Component(component), Some(id)) = (&symbol.kind, &symbol.id) else { continue };
        if component.guid != ComponentGuid::Computed {
            continue;
        }
        let own = members.get(id.name.as_str()).map(Vec::as_slice).unwrap_or_default();
        let guid = match &component.key_path {
            KeyPath::Registry(value) => registry.get(value.as_str()).map(|value| {
                let name = value.name.as_deref().unwrap_or_default();
                let root = if binding.legacy_registry_guids {
                    value.root.number().to_string()
                } else {
                    format!("{:?}", value.root)
                };
                ids::registry_component(&root, &value.key, name, component.is_64_bit)
            }),
            KeyPath::File(key) => of_files(component, key, own, &directories, &symbol.at, report),
            KeyPath::Directory | KeyPath::OdbcDataSource(_) => None,
        };
        if let Some(guid) = guid {
            computed.insert(index, guid.to_string());
        }
    }
    for (index, guid) in computed {
        if let Kind::Component(component) = &mut symbols[index].kind {
            component.guid = ComponentGuid::Text(guid);
        }
    }
    collisions(symbols, report);
}

fn of_files(
    component: &Component,
    key: &str,
    files: &[(&str, &BoundFile)],
    directories: &Directories<'_>,
    at: &Location,
    report: &Report,
) -> Option<Guid> {
    let (_, key_file) = files.iter().find(|(id, _)| *id == key)?;
    let several = files.len() > 1;
    if several && key_file.version.is_none() {
        report.push(
            Diagnostic::error(
                "WIX0367",
                "no GUID can be computed: the component has several files, and its key path has no version",
            )
            .at(at)
            .help("give it a `Guid`, or put each file into a component of its own"),
        );
        return None;
    }
    if several && files.iter().any(|(id, file)| *id != key && file.version.is_some()) {
        report.push(
            Diagnostic::error("WIX0368", "no GUID can be computed: a file beside the key path has a version")
                .at(at)
                .help("give the component a `Guid`, or put each file into a component of its own"),
        );
        return None;
    }
    let folder = directories.canonical(&component.directory, true);
    let path = format!("{folder}\\{}", ids::lower(&key_file.name));
    if AMBIGUOUS.iter().any(|start| path.starts_with(start)) {
        let message = format!("no GUID can be computed from `{path}`: the place has another name too");
        report.push(
            Diagnostic::error("WIX0231", message)
                .at(at)
                .help("use the standard directory that names it, or give the component a `Guid`"),
        );
        return None;
    }
    Some(ids::file_component(&folder, &key_file.name))
}

/// Reports components with the same GUID: an error, unless all of them have conditions.
fn collisions(symbols: &[Symbol], report: &Report) {
    let mut by_guid: BTreeMap<String, Vec<(&Symbol, &Component)>> = BTreeMap::new();
    for symbol in symbols {
        let Kind::Component(component) = &symbol.kind else { continue };
        if let ComponentGuid::Text(guid) = &component.guid {
            by_guid.entry(guid.to_uppercase()).or_default().push((symbol, component));
        }
    }
    for (guid, same) in by_guid.iter().filter(|(_, same)| same.len() > 1) {
        let conditional = same.iter().all(|(_, component)| component.condition.is_some());
        for (symbol, _) in same {
            let id = symbol.id.as_ref().map_or("", |id| &id.name);
            let message = format!("component `{id}` has the GUID {guid}, which another component has too");
            let diagnostic = if conditional {
                Diagnostic::warning("WIX1137", message)
                    .help("their conditions must never be true at the same time")
            } else {
                Diagnostic::error("WIX0369", message)
                    .help("two components cannot be the same resource; change a GUID, or a target path")
            };
            let others = same.iter().filter(|(other, _)| other.at != symbol.at);
            report.push(
                others.fold(diagnostic.at(&symbol.at), |d, (other, _)| d.related(&other.at, "has it too")),
            );
        }
    }
}
