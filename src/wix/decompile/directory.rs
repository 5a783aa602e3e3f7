//! `StandardDirectory` and `Directory`, each with the components in it.

use super::rows::Row;
use super::tree::{Build, element};
use super::work::Work;
use crate::source::Element;
use crate::standard;
use std::collections::{BTreeMap, BTreeSet};

/// Directories inside one another in the source; deeper ones stand in a `DirectoryRef` of their own.
const DEEPEST: usize = 100;

/// The Directory table as a tree.
struct Tree<'d> {
    rows: BTreeMap<&'d str, Row<'d>>,
    below: BTreeMap<&'d str, Vec<&'d str>>,
    written: BTreeSet<&'d str>,
    /// What the language knows where to find, name and all.
    standard: BTreeSet<&'d str>,
    /// What stands too deep to be inside of its parent's element.
    later: Vec<&'d str>,
}

/// Rows of Directory, with the components that stand in them.
pub(super) fn directories(work: &mut Work<'_>) {
    let rows: BTreeMap<&str, Row<'_>> =
        work.rows("Directory").filter_map(|row| Some((row.text("Directory")?, row))).collect();
    let mut below: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (id, row) in &rows {
        let parent = row.text("Directory_Parent").filter(|parent| parent != id).unwrap_or_default();
        below.entry(parent).or_default().push(id);
    }
    let is_standard = |id: &str, row: &Row<'_>| {
        standard::directory(id, work.arch).is_some_and(|(parent, name)| {
            row.text("Directory_Parent") == parent && row.or_empty("DefaultDir") == name
        })
    };
    let standard = rows.iter().filter(|(id, row)| is_standard(id, row)).map(|(id, _)| *id).collect();
    let mut tree = Tree { rows, below, written: BTreeSet::new(), standard, later: Vec::new() };
    let names: Vec<&str> = tree.rows.keys().copied().collect();
    // the root first
    let root = tree.standard.get("TARGETDIR").copied();
    for id in root.into_iter().chain(tree.standard.clone()) {
        if tree.written.insert(id) {
            let inside = tree.inside(work, id, 1);
            work.put("Package", "", element("StandardDirectory").with("Id", id).holding(inside));
        }
    }
    // roots of their own, what has no parent in the table, and circles
    for id in names {
        if tree.written.contains(id) || tree.has_parent(id) {
            continue;
        }
        if let Some(directory) = tree.directory(work, id, 1) {
            work.put("Package", "", directory);
        }
    }
    let unreached: Vec<&str> = tree.rows.keys().copied().filter(|id| !tree.written.contains(id)).collect();
    tree.later.extend(unreached);
    while let Some(id) = tree.later.pop() {
        let parent = tree.rows.get(id).and_then(|row| row.text("Directory_Parent")).unwrap_or_default();
        if let Some(directory) = tree.directory(work, id, 2) {
            let around = if standard::is_directory(parent) { "StandardDirectory" } else { "DirectoryRef" };
            work.put("Package", "", element(around).with("Id", parent).holding([directory]));
        }
    }
}

impl<'d> Tree<'d> {
    /// Whether the parent of `id` is another row, so that the element of `id` stands in that one's.
    fn has_parent(&self, id: &str) -> bool {
        let parent = self.rows.get(id).and_then(|row| row.text("Directory_Parent"));
        parent.is_some_and(|parent| parent != id && self.rows.contains_key(parent))
    }

    /// What stands in the directory `id`: directories, then components.
    fn inside(&mut self, work: &mut Work<'d>, id: &str, depth: usize) -> Vec<Element> {
        let mut inside = Vec::new();
        for below in self.below.get(id).cloned().unwrap_or_default() {
            if self.standard.contains(below) {
                continue;
            }
            if depth >= DEEPEST {
                self.later.push(below);
            } else {
                inside.extend(self.directory(work, below, depth + 1));
            }
        }
        inside.extend(work.take("Directory", id));
        inside
    }

    /// `Directory` for the row `id`; nothing where it is written already.
    fn directory(&mut self, work: &mut Work<'d>, id: &'d str, depth: usize) -> Option<Element> {
        if !self.written.insert(id) {
            return None;
        }
        let row = *self.rows.get(id)?;
        let (target, source) = match row.or_empty("DefaultDir").split_once(':') {
            Some((target, source)) => (target, Some(source)),
            None => (row.or_empty("DefaultDir"), None),
        };
        let overriding = if standard::is_directory(id) { "override " } else { "" };
        let mut directory = element("Directory").with("Id", format!("{overriding}{id}"));
        for (name, short, cell) in
            [("Name", "ShortName", Some(target)), ("SourceName", "ShortSourceName", source)]
        {
            directory = match cell {
                None => directory,
                Some(cell @ ("." | "SourceDir")) => directory.with(name, cell),
                Some(cell) => work.names(directory, name, short, cell),
            };
        }
        let inside = self.inside(work, id, depth);
        Some(directory.holding(inside))
    }
}
