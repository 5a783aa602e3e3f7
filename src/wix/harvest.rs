//! Finding the files that `Files` means: wildcards become files and components before linking.
//!
//! The order is that of the names, whatever the file system gives.

use super::compat::Compat;
use super::compile::directory_below;
use super::ids;
use super::paths::{self, BindPath};
use super::report::Report;
use super::symbol::{
    Component, ComponentGuid, Container, File, Harvest, Id, KeyPath, Kind, Member, Membership, Section,
    Symbol,
};
use super::variables::{Segment, parse};
use crate::diag::{Diagnostic, Location};
use crate::id::Arch;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// File.Attributes: the installation fails without the file.
const VITAL: i32 = 512;

/// How deep folders may be nested.
const MOST_DEPTH: usize = 64;

/// Replaces the wildcards in `section` by what they match. `done` has the files that other wildcards took.
/// Problems: WIX8600 nothing matched, WIX8601 no such folder, WIX8602 a file matched twice.
pub(super) fn harvest(
    section: &mut Section,
    folders: &[BindPath],
    (arch, compat): (Arch, Compat),
    done: &mut BTreeSet<PathBuf>,
    report: &Report,
) {
    let wildcards: Vec<Symbol> =
        section.symbols.extract_if(.., |symbol| matches!(symbol.kind, Kind::Harvest(_))).collect();
    for Symbol { at, kind, .. } in wildcards {
        let Kind::Harvest(harvest) = kind else { continue };
        let find = |patterns: &[String]| -> BTreeSet<Found> {
            let find = |pattern: &String| matches(pattern, &harvest, (folders, compat), &at, report);
            patterns.iter().flat_map(find).collect()
        };
        let excluded = find(&harvest.exclude);
        let excluded: BTreeSet<&Path> = excluded.iter().map(|found| found.path.as_path()).collect();
        let mut found = find(&harvest.include);
        found.retain(|file| !excluded.contains(file.path.as_path()));
        if found.is_empty() {
            let message = format!("no file matches `{}`", harvest.include.join(";"));
            report.warning(8600, &at, message);
        }
        for file in found {
            if done.insert(file.path.clone()) {
                add(section, &harvest, &file, arch, &at);
            } else {
                let message = format!("`{}` is in the package already", file.path.display());
                report.warning(8602, &at, message);
            }
        }
    }
}

/// A file that a pattern matches.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    /// Its folder, below the pattern's folder: names with `\` between them.
    below: String,
    path: PathBuf,
}

fn matches(
    pattern: &str,
    harvest: &Harvest,
    folders: (&[BindPath], Compat),
    at: &Location,
    report: &Report,
) -> Vec<Found> {
    let mut found = Vec::new();
    for pattern in rooted(pattern, harvest, folders, at, report) {
        let slashed = pattern.to_string_lossy().replace('\\', "/");
        let (folder, name) = slashed.rsplit_once('/').unwrap_or((".", &slashed));
        let recursive = slashed.contains("**");
        let folder = folder.strip_suffix("/**").unwrap_or(folder);
        let folder = Path::new(if folder.is_empty() { "/" } else { folder });
        if let Some(known) = paths::find(folder).filter(|folder| folder.is_dir()) {
            paths::note(folder, &known, Some(at)).into_iter().for_each(|note| report.push(note));
            walk(&known, "", name, recursive, 0, &mut found);
        } else {
            let message = format!("there is no folder `{}`", folder.display());
            let (start, why) = beginning(harvest, folders, at);
            let help = format!("a relative pattern begins at `{}` here, {why}", start.display());
            report.push(Diagnostic::warning("WIX8601", message).at(at).help(help));
        }
    }
    found
}

/// The pattern with the folders before it that it is relative to.
fn rooted(
    pattern: &str,
    harvest: &Harvest,
    (folders, compat): (&[BindPath], Compat),
    at: &Location,
    report: &Report,
) -> Vec<PathBuf> {
    if let Some((variable, Segment::BindPath(name))) = parse(pattern).first().cloned() {
        let rest = pattern[variable.len()..].trim_start_matches(['/', '\\']);
        let named = folders
            .iter()
            .filter(|path| path.name.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(name)));
        let rooted: Vec<PathBuf> = named.map(|path| path.folder.join(rest)).collect();
        if rooted.is_empty() {
            let message = format!("no folder has the name `{name}`");
            report.push(
                Diagnostic::warning("WIX8601", message)
                    .at(at)
                    .help(format!("name one with `-b {name}=folder`")),
            );
        }
        return rooted;
    }
    let (start, _) = beginning(harvest, (folders, compat), at);
    vec![start.join(pattern.replace('\\', "/"))]
}

/// Where a relative pattern begins, and why there.
fn beginning(
    harvest: &Harvest,
    (folders, compat): (&[BindPath], Compat),
    at: &Location,
) -> (PathBuf, &'static str) {
    let (base, why) = match harvest.source.as_str() {
        "" => (
            Path::new(&*at.file).parent().map(Path::to_path_buf).unwrap_or_default(),
            "the folder of the source file",
        ),
        source => (
            PathBuf::from(source.replace('\\', "/")),
            "which is the names of the directories around, or their `FileSource`",
        ),
    };
    // WiX 6 puts the first unnamed folder in between, and goes on from the source where that is not an absolute one.
    match folders.iter().find(|path| path.name.is_none()).filter(|_| compat == Compat::Wix6) {
        Some(unnamed) => {
            (base.join(&unnamed.folder), "with the first unnamed bind path in it, as WiX 6 has it")
        }
        None => (base, why),
    }
}

/// Adds the files of `folder` whose name matches. Links to folders are not followed: they could lead in a circle.
fn walk(folder: &Path, below: &str, name: &str, recursive: bool, depth: usize, found: &mut Vec<Found>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let Ok(file_name) = entry.file_name().into_string() else { continue };
        let path = entry.path();
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && recursive && depth < MOST_DEPTH {
            let inner = if below.is_empty() { file_name } else { format!("{below}\\{file_name}") };
            walk(&path, &inner, name, recursive, depth + 1, found);
        } else if !is_folder && path.is_file() && wildcard(name, &file_name) {
            found.push(Found { below: below.to_owned(), path });
        }
    }
}

/// Whether `name` matches a pattern with `*` and `?`, whatever the case; `*.*` is every name, as Windows has it.
fn wildcard(pattern: &str, name: &str) -> bool {
    if pattern == "*.*" {
        return true;
    }
    let (pattern, name): (Vec<char>, Vec<char>) =
        (ids::lower(pattern).chars().collect(), ids::lower(name).chars().collect());
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == '?' || *c == name[n] => (p, n) = (p + 1, n + 1),
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    (p, n) = (at + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

fn add(section: &mut Section, harvest: &Harvest, found: &Found, arch: Arch, at: &Location) {
    let mut push = |id, kind| section.symbols.push(Symbol { id: Some(id), at: at.clone(), kind });
    let mut directory = harvest.directory.clone();
    if !found.below.is_empty() {
        let (id, kind) = directory_below(&directory, &found.below);
        directory = id.name.clone();
        push(id, kind);
    }
    let name = found.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let id = ids::identifier("fls", &[&directory, &name]);
    let file = File {
        component: id.clone(),
        directory: directory.clone(),
        name,
        attributes: VITAL,
        source: found.path.to_string_lossy().into_owned(),
        ..File::default()
    };
    push(Id::section(id.clone()), Kind::File(file));
    let component = Component {
        guid: ComponentGuid::Computed,
        directory,
        attributes: 0,
        is_64_bit: arch.is_64_bit(),
        condition: None,
        key_path: KeyPath::File(id.clone()),
    };
    push(Id::section(id.clone()), Kind::Component(component));
    if let Some((container, parent)) = &harvest.parent {
        section.memberships.push(Membership {
            container: *container,
            container_id: parent.clone(),
            member: Member::Component,
            member_id: id,
            primary: *container == Container::Feature,
            at: at.clone(),
        });
    }
}
