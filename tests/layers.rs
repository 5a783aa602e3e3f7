//! The floors of ARCHITECTURE.md: a module may name modules on lower floors only. And no file is so long that nobody reads
//! it.

mod circles;
mod errors;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Rooms that read files: those that they are pointed to.
const READERS: [&str; 5] = ["archive", "cab", "msi", "payload", "wix"];

/// The floor of each module, as the table of ARCHITECTURE.md has it; a module that is not there fails the test.
fn floors() -> BTreeMap<String, usize> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md");
    let page = std::fs::read_to_string(page).expect("readable");
    let row = |line: &str| {
        let (floor, rest) = line.strip_prefix("| ")?.split_once(" | `")?;
        Some((rest.split_once('`')?.0.to_owned(), floor.parse().ok()?))
    };
    page.lines().filter_map(row).collect()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("readable").map(|e| e.expect("readable").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// The first identifiers after `prefix` in `text`.
fn named(text: &str, prefix: &str) -> BTreeSet<String> {
    text.split(prefix)
        .skip(1)
        .map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>())
        .collect()
}

/// The rooms that `text`, `depth` modules below the library's root, names by climbing to the root with `super`.
fn climbed_to(text: &str, depth: usize) -> BTreeSet<String> {
    let climb = "super::".repeat(depth);
    let rooms = text.split(&climb).skip(1).map(|rest| {
        // a longer climb, out of a module inside of the file, goes on
        let rest = rest.trim_start_matches("super::");
        rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    });
    rooms.collect()
}

/// A source without its own tests, which are at its end.
fn own_code(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default()
}

#[test]
fn a_climb_to_another_room_is_seen() {
    assert_eq!(climbed_to("use super::super::upgrade::Report;", 2), ["upgrade".to_owned()].into());
    assert_eq!(
        climbed_to("use super::bind::Path; use super::super::super::pe;", 2),
        ["pe".to_owned()].into()
    );
    assert!(climbed_to("use super::bind::Path;", 2).is_empty());
}

/// The most lines of a source; one that is longer has two subjects.
const LONGEST: usize = 500;

#[test]
fn no_file_is_too_long_to_be_read() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    let rooms = ["src", "tests", "benches", "xtask/src", "xtask/tests", "xtask/benches", "native", "fuzz"];
    rooms.iter().for_each(|room| sources(&root.join(room), &mut files));
    files.retain(|path| !path.iter().any(|part| part == "target"));
    assert!(files.len() > 300, "{} sources", files.len());
    let length = |path: &PathBuf| std::fs::read_to_string(path).expect("readable").lines().count();
    let long: Vec<_> = files.iter().filter(|path| length(path) > LONGEST).collect();
    assert!(long.is_empty(), "more than {LONGEST} lines: {long:?}");
}

#[test]
fn modules_name_lower_floors_only() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let floors = floors();
    let floor = |module: &str| floors.get(module).copied();
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut problems = Vec::new();
    for path in files {
        let relative = path.strip_prefix(&src).expect("below src");
        let module =
            relative.components().next().expect("a name").as_os_str().to_string_lossy().replace(".rs", "");
        if module == "lib" {
            continue;
        }
        let Some(own) = floor(&module) else {
            problems.push(format!(
                "{}: `{module}` stands on no floor; list it in ARCHITECTURE.md",
                relative.display()
            ));
            continue;
        };
        let text = std::fs::read_to_string(&path).expect("readable");
        let own_code = own_code(&text);
        let word = |name: &str| {
            own_code
                .match_indices(name)
                .any(|(at, _)| !own_code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
        };
        let reads = word("fs::") || word("File::");
        if reads && !READERS.contains(&&*module) {
            problems.push(format!("{}: `{module}` is no room that reads files", relative.display()));
        }
        // a room that is a package of its own names its modules from its root, and other rooms' packages
        let package = src.join(&module).join("Cargo.toml").is_file();
        let mut names = named(&text, "crate::");
        names.retain(|name| *name != module && (!package || floor(name).is_some()));
        names.extend(named(&text, "use installer_"));
        if !package {
            let depth = relative.components().count() - usize::from(path.ends_with("mod.rs"));
            names.extend(
                climbed_to(&text, depth).into_iter().filter(|name| *name != module && floor(name).is_some()),
            );
        }
        for name in names {
            match floor(&name) {
                Some(other) if other < own => {}
                Some(_) => {
                    problems.push(format!("{}: `{module}` may not name `crate::{name}`", relative.display()))
                }
                None => problems.push(format!(
                    "{}: write `use crate::module::…`, found `crate::{name}`",
                    relative.display()
                )),
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
