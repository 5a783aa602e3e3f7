//! Which files are meant, and where they go.

use super::Work;
use crate::exit::{Exit, Failure, Outcome};
use ancm_installer::wix::paths::native;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

/// A source, and where what it becomes is written.
pub(super) struct Source {
    pub(super) path: PathBuf,
    pub(super) output: PathBuf,
}

/// Endings of sources, for folders.
const ENDINGS: [&str; 3] = ["wxs", "wxi", "wxl"];

/// More bytes than any source has.
const MOST: u64 = (64 << 20) + 1;

/// The files that `words` name, in order, each once; names in `exempt`, in capital letters, are left alone.
pub(super) fn find(
    work: Work,
    words: &[String],
    recurse: bool,
    exempt: &BTreeSet<String>,
) -> Outcome<Vec<Source>> {
    let mut found: BTreeSet<PathBuf> = BTreeSet::new();
    for word in words {
        let path = native(word);
        let (folder, pattern) = if path.is_dir() {
            (path.clone(), None)
        } else {
            (
                path.parent().unwrap_or(Path::new("")).to_owned(),
                path.file_name().map(|name| name.to_string_lossy()),
            )
        };
        let wanted = |name: &str| match &pattern {
            Some(pattern) => {
                name == pattern.as_ref() || matches(&pattern.to_lowercase(), &name.to_lowercase())
            }
            None => Path::new(name)
                .extension()
                .is_some_and(|ending| ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))),
        };
        let before = found.len();
        let mut seen = false;
        walk(&folder, recurse, &mut |path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if wanted(&name) {
                seen = true;
                if !exempt.contains(&name.to_uppercase()) {
                    found.insert(path);
                }
            }
        })?;
        if !seen && found.len() == before {
            let message = match Path::new(word).is_dir() {
                true => format!(
                    "no source in `{word}`: {}",
                    ENDINGS.map(|ending| format!(".{ending}")).join(", ")
                ),
                false => format!("cannot find `{word}`"),
            };
            let help = format!(
                "name files, folders or patterns; `-r` looks in folders below, too (`wix {} -h`)",
                work.name()
            );
            return Err(Failure::new(Exit::Input, "WIX0103", message).help(help));
        }
    }
    Ok(found.into_iter().map(|path| Source { output: path.clone(), path }).collect())
}

/// Gives every file in `folder`, and in those below it; links to folders and hidden folders are left out.
fn walk(folder: &Path, recurse: bool, give: &mut impl FnMut(PathBuf)) -> Outcome {
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let failure = |error| {
        Failure::new(
            Exit::Input,
            "input::folder",
            format!("cannot read the folder `{}`: {error}", here.display()),
        )
    };
    if !here.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(here).map_err(failure)? {
        let entry = entry.map_err(failure)?;
        let path = folder.join(entry.file_name());
        let kind = entry.file_type().map_err(failure)?;
        if kind.is_dir() {
            if recurse && !entry.file_name().to_string_lossy().starts_with('.') {
                walk(&path, true, give)?;
            }
        } else if path.is_file() {
            give(path);
        }
    }
    Ok(())
}

/// Whether `name` is of the `pattern`, in which `*` stands for any letters and `?` for one.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut from) = (0, 0);
    // where the last `*` stands, and how far it has reached
    let mut star = None;
    while from < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(letter) if *letter == '?' || *letter == name[from] => (at, from) = (at + 1, from + 1),
            _ => {
                let Some((place, reached)) = star else { return false };
                star = Some((place, reached + 1));
                (at, from) = (place + 1, reached + 1);
            }
        }
    }
    pattern[at..].iter().all(|letter| *letter == '*')
}

/// `sources` with their places in `folder`: as they lie below the folder that they have in common.
pub(super) fn beside(sources: Vec<Source>, folder: &Path) -> Outcome<Vec<Source>> {
    let mut common =
        sources.first().and_then(|source| source.path.parent()).map(Path::to_owned).unwrap_or_default();
    while !sources.iter().all(|source| source.path.starts_with(&common)) {
        common.pop();
    }
    let mut taken: BTreeMap<PathBuf, PathBuf> = BTreeMap::new();
    let mut placed = Vec::new();
    for Source { path, .. } in sources {
        let below = path.strip_prefix(&common).unwrap_or(&path);
        // out of the folder leads nothing
        let below: PathBuf =
            below.components().filter(|part| matches!(part, std::path::Component::Normal(_))).collect();
        let output = folder.join(below);
        if let Some(other) = taken.insert(output.clone(), path.clone()) {
            let message = format!(
                "`{}` and `{}` would both become `{}`",
                other.display(),
                path.display(),
                output.display()
            );
            return Err(
                Failure::new(Exit::Usage, "wix::output", message).help("convert them one after the other")
            );
        }
        placed.push(Source { path, output });
    }
    Ok(placed)
}

/// The bytes of a source, as far as one may be long.
pub(super) fn read(path: &Path) -> Outcome<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MOST).read_to_end(&mut bytes));
    match read {
        Ok(_) => Ok(bytes),
        Err(error) => Err(Failure::new(
            Exit::Input,
            "input::file",
            format!("cannot read `{}`: {error}", path.display()),
        )),
    }
}

/// Fails where a file with something other than `text` is at `path`.
pub(super) fn free(path: &Path, text: &str) -> Outcome {
    if !path.exists() || read(path)? == text.as_bytes() {
        return Ok(());
    }
    let message =
        format!("the script of a custom action belongs into `{}`, and another file is there", path.display());
    Err(Failure::new(Exit::Output, "output::taken", message)
        .help("move that file away, or rename the action"))
}
