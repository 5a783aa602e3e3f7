//! `cargo xtask layout`: the files that a package installs, and how two packages differ in them.

use super::upgrade::sources;
use crate::console::{Console, Paint};
use crate::exit::Outcome;
use crate::workspace;
use ancm_installer::id::{ComponentId, FileVersion};
use ancm_installer::upgrade::Package;
use clap::Args;
use serde::Serialize;
use std::collections::BTreeMap;

/// Flags of `layout`.
#[derive(Debug, Args)]
pub struct Flags {
    /// The package: an .msi file, or the name of a baseline
    #[arg(value_name = "PACKAGE")]
    pub package: String,
    /// The newer package: show what is otherwise in it, `layout OLD --diff NEW`
    #[arg(long, value_name = "PACKAGE")]
    pub diff: Option<String>,
}

/// A file of a layout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Installed {
    /// The processor of an image; `arm64x` where x64 processes load it, too.
    machine: Option<&'static str>,
    version: Option<FileVersion>,
    size: Option<u64>,
    /// MD5 as the table `MsiFileHash` has it; of files without a version.
    #[serde(skip)]
    hash: Option<[i32; 4]>,
    file: String,
    component: String,
    component_id: Option<ComponentId>,
    /// 32 or 64.
    bits: u8,
}

type Layout = BTreeMap<String, Installed>;

#[derive(Serialize)]
struct Row<'a> {
    path: &'a str,
    #[serde(flatten)]
    file: &'a Installed,
}

#[derive(Serialize)]
struct Change<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<&'a Installed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<&'a Installed>,
    differs: Vec<&'static str>,
}

/// Shows a layout, or a difference.
///
/// # Errors
/// A package cannot be read.
pub fn run(flags: &Flags, console: &Console) -> Outcome {
    let root = workspace::root_or_here()?;
    let layout = layout(&sources::package(&root, &flags.package)?);
    let Some(other) = &flags.diff else {
        show(&flags.package, &layout, console);
        return Ok(());
    };
    let other_layout = self::layout(&sources::package(&root, other)?);
    let changes = changes(&layout, &other_layout);
    if console.json() {
        #[derive(Serialize)]
        struct Answer<'a> {
            schema: &'static str,
            old: &'a str,
            new: &'a str,
            changes: &'a [Change<'a>],
        }
        console.result(&Answer {
            schema: "ancm-layout-diff/1",
            old: &flags.package,
            new: other,
            changes: &changes,
        });
        return Ok(());
    }
    for Change { path, old, new, differs } in &changes {
        let (mark, paint) = match (old, new) {
            (Some(_), Some(_)) => ('~', Paint::Doubtful),
            (Some(_), None) => ('-', Paint::Bad),
            _ => ('+', Paint::Good),
        };
        let said = if differs.is_empty() { String::new() } else { format!("  ({})", differs.join(", ")) };
        console.print(&console.painted(paint, &format!("{mark} {path}{said}")));
        let both = [("old", old), ("new", new)].into_iter().filter_map(|(name, file)| Some((name, (*file)?)));
        for (name, file) in both.filter(|_| !differs.is_empty()) {
            console.print(&format!("    {name}  {}", describe(file)));
        }
    }
    let same = layout.len() - changes.iter().filter(|change| change.old.is_some()).count();
    let differ = if changes.len() == 1 { "path differs" } else { "paths differ" };
    console.print(&format!("{} {differ}, {same} are the same", changes.len()));
    Ok(())
}

/// The files of a package by the paths that they are installed to.
fn layout(package: &Package) -> Layout {
    let mut layout = Layout::new();
    for (component, file) in package.files() {
        let path = package.path(component, file);
        let installed = Installed {
            machine: file.facts.processor(),
            version: file.facts.version.or(file.version),
            size: file.facts.size,
            hash: file.hash,
            file: file.key.clone(),
            component: component.key.to_string(),
            component_id: component.id,
            bits: if component.is_64_bit() { 64 } else { 32 },
        };
        // two components may have one path, under conditions that exclude each other
        let path = if layout.contains_key(&path) { format!("{path} ({})", file.key) } else { path };
        layout.insert(path, installed);
    }
    layout
}

fn show(name: &str, layout: &Layout, console: &Console) {
    let rows: Vec<Row<'_>> = layout.iter().map(|(path, file)| Row { path, file }).collect();
    if console.json() {
        #[derive(Serialize)]
        struct Answer<'a> {
            schema: &'static str,
            package: &'a str,
            files: &'a [Row<'a>],
        }
        return console.result(&Answer { schema: "ancm-layout/1", package: name, files: &rows });
    }
    let mut last = "";
    for Row { path, file } in rows {
        let (folder, name) = path.rsplit_once(['\\', ']']).unwrap_or(("", path));
        if folder != last {
            console.print(&path[..path.len() - name.len()]);
            last = folder;
        }
        console.print(&format!("  {name}\n      {}", describe(file)));
    }
}

fn describe(file: &Installed) -> String {
    let shown = |value: Option<String>, none: &str| value.unwrap_or_else(|| none.to_owned());
    format!(
        "{:<7} {:<16} {:>9}  {} bits  {} {}",
        shown(file.machine.map(str::to_owned), "-"),
        shown(file.version.map(|version| version.to_string()), "-"),
        shown(file.size.map(|size| size.to_string()), "-"),
        file.bits,
        shown(file.component_id.map(|id| id.to_string()), "unregistered"),
        file.component,
    )
}

fn changes<'a>(old: &'a Layout, new: &'a Layout) -> Vec<Change<'a>> {
    // names that Windows takes for one are one
    let folded = |layout: &'a Layout| -> BTreeMap<String, (&'a str, &'a Installed)> {
        layout.iter().map(|(path, file)| (path.to_lowercase(), (path.as_str(), file))).collect()
    };
    let (old, new) = (folded(old), folded(new));
    let mut paths: Vec<&String> = old.keys().chain(new.keys()).collect();
    paths.sort();
    paths.dedup();
    let mut changes = Vec::new();
    for key in paths {
        let (old, new) = (old.get(key), new.get(key));
        let Some((path, _)) = new.or(old) else { continue };
        let differs = match (old, new) {
            (Some((_, old)), Some((_, new))) => differences(old, new),
            _ => Vec::new(),
        };
        if old.is_none() || new.is_none() || !differs.is_empty() {
            changes.push(Change { path, old: old.map(|old| old.1), new: new.map(|new| new.1), differs });
        }
    }
    changes
}

fn differences(old: &Installed, new: &Installed) -> Vec<&'static str> {
    let known = |a: bool, b: bool| a && b;
    [
        ("machine", known(old.machine.is_some(), new.machine.is_some()) && old.machine != new.machine),
        ("version", old.version != new.version),
        ("size", known(old.size.is_some(), new.size.is_some()) && old.size != new.size),
        ("bytes", known(old.hash.is_some(), new.hash.is_some()) && old.hash != new.hash),
        ("component", old.component_id != new.component_id),
        ("bits", old.bits != new.bits),
        ("file key", old.file != new.file),
    ]
    .into_iter()
    .filter_map(|(what, differs)| differs.then_some(what))
    .collect()
}
