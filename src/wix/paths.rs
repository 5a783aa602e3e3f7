//! Files and folders as Windows finds them: `\` and `/` alike between names, names in any case, and no difference made by
//! blanks and dots at the end of a name (<https://learn.microsoft.com/windows/win32/fileio/naming-a-file>).

use super::ids;
use crate::diag::{Diagnostic, Location, Severity};
use std::path::{Component, Path, PathBuf};

/// A folder in which sources are looked for.
#[derive(Clone, Debug)]
pub struct BindPath {
    /// The name in `!(bindpath.Name)`; without one it is where relative paths begin.
    pub name: Option<String>,
    /// The folder.
    pub folder: PathBuf,
}

/// A path as this host writes it.
#[must_use]
pub fn native(path: &str) -> PathBuf {
    PathBuf::from(path.replace('\\', std::path::MAIN_SEPARATOR_STR))
}

/// What is at `path`, by the name that it has on the disk; none if nothing is.
#[must_use]
pub fn find(path: &Path) -> Option<PathBuf> {
    if path.exists() {
        return Some(path.to_owned());
    }
    let mut found = PathBuf::new();
    for part in path.components() {
        let next = found.join(part);
        found = match part {
            Component::Normal(name) if !next.exists() => {
                let folder = if found.as_os_str().is_empty() { Path::new(".") } else { &found };
                found.join(alike(folder, &folded(name.to_str()?))?)
            }
            _ => next,
        };
    }
    found.exists().then_some(found)
}

/// What to say where `found` was meant by `wanted` although a host that tells cases apart would not have found it.
#[must_use]
pub fn note(wanted: &Path, found: &Path, at: Option<&Location>) -> Option<Diagnostic> {
    if wanted == found {
        return None;
    }
    let message = format!("`{}` is taken for `{}`, as on Windows", found.display(), wanted.display());
    let note = Diagnostic::new(Severity::Note, "wix::case", message);
    let note = note.help("write the name as the file has it, for hosts that tell the cases apart");
    Some(at.into_iter().fold(note, |note, at| note.at(at)))
}

/// The name in `folder` that is `wanted` when folded; the first of several in the order of bytes.
fn alike(folder: &Path, wanted: &str) -> Option<String> {
    let names =
        std::fs::read_dir(folder).ok()?.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    names.filter(|name| folded(name) == wanted).min()
}

fn folded(name: &str) -> String {
    ids::lower(name.trim_end_matches([' ', '.']))
}
