//! The floors of ARCHITECTURE.md: a module may name modules on lower floors only.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Floor by floor; a module not listed here fails the test.
const FLOORS: &[&[&str]] = &[
    &["condition", "diag", "id", "lzx", "signature"],
    &["cab", "pe"],
    &["msi"],
    &["archive", "product"],
    &["payload", "ledger", "native"],
    &["plan"],
    &["authoring", "wix"],
    &["check", "upgrade"],
    &["explain", "identity", "pools"],
    &["release"],
];

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
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

#[test]
fn modules_name_lower_floors_only() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
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
                "{}: `{module}` stands on no floor; list it in tests/layers.rs",
                relative.display()
            ));
            continue;
        };
        let text = std::fs::read_to_string(&path).expect("readable");
        // a room that is a package of its own names its modules from its root, and other rooms' packages
        let package = src.join(&module).join("Cargo.toml").is_file();
        let mut names = named(&text, "crate::");
        names.retain(|name| *name != module && (!package || floor(name).is_some()));
        names.extend(named(&text, "use installer_"));
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
