//! Where directories are: canonical target paths, which GUIDs and the order of files depend on, and places on an
//! uncompressed medium.

use crate::id::Arch;
use crate::symbol::{Directory, Kind, Symbol};
use crate::{ids, standard};
use std::collections::BTreeMap;

/// The directories of a package by id.
pub(crate) struct Directories<'s> {
    all: BTreeMap<&'s str, &'s Directory>,
    arch: Arch,
}

/// How deep directories may be nested: more is a cycle.
const MOST_DEPTH: usize = 256;

impl<'s> Directories<'s> {
    pub(crate) fn new(symbols: &'s [Symbol], arch: Arch) -> Self {
        let all = symbols.iter().filter_map(|symbol| match (&symbol.kind, &symbol.id) {
            (Kind::Directory(directory), Some(id)) => Some((id.name.as_str(), directory)),
            _ => None,
        });
        Directories { all: all.collect(), arch }
    }

    /// The path that stands for the directory `id` in GUIDs: the nearest standard directory above, or a seed, and the
    /// lower-case names below it. Always with `\`, on any host.
    pub(crate) fn canonical(&self, id: &str, seeds: bool) -> String {
        let mut parts = Vec::new();
        let mut current = Some(id);
        while let Some(id) = current {
            let directory = self.all.get(id);
            if let Some(seed) = directory.and_then(|d| d.guid_seed.as_deref()).filter(|_| seeds) {
                parts.push(seed.to_owned());
                break;
            }
            if standard::is_directory(id) {
                parts.push(standard::canonical_directory(id, self.arch).to_owned());
                break;
            }
            let Some(directory) = directory.filter(|_| parts.len() < MOST_DEPTH) else { break };
            parts.push(ids::lower(&directory.name));
            current = directory.parent.as_deref();
        }
        parts.reverse();
        parts.join("\\")
    }

    /// The folders that lead to the directory `id` on an uncompressed medium.
    pub(crate) fn on_medium(&self, id: &str) -> Vec<String> {
        let mut folders = Vec::new();
        let mut current = Some(id);
        while let Some(directory) = current.filter(|id| *id != "TARGETDIR").and_then(|id| self.all.get(id)) {
            let name = directory.source_name.as_ref().unwrap_or(&directory.name);
            folders.extend(name.split(['\\', '/']).rev().filter(|part| *part != ".").map(str::to_owned));
            if folders.len() > MOST_DEPTH {
                break;
            }
            current = directory.parent.as_deref();
        }
        folders.reverse();
        folders
    }
}
