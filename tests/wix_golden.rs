//! The embedded engine against WiX 6.0.2: every source of `tests/data/wix/cases` gives the tables, row for row,
//! that WiX gave. `expected/NAME.json` was made by WiX itself (see the README there).

use crate::support;
use ancm_installer::diag::Diagnostic;
use ancm_installer::id::Arch;
use ancm_installer::msi;
use ancm_installer::wix::{BindPath, Outcome, Request, build, preprocess};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use crate::support::tables::shown;

const THREADS: NonZeroUsize = NonZeroUsize::new(2).expect("not zero");

/// The cases that this engine does not build yet, and why. Each must be a clean error.
const UNSUPPORTED: &[(&str, &str)] = &[
    ("classes", "COM registration (Class, ProgId, Extension, Verb, AppId) is not part of this engine yet"),
    ("environment-ini-shortcut", "Environment, IniFile and Shortcut are not part of this engine yet"),
    ("services", "ServiceInstall and ServiceControl are not part of this engine yet"),
];

/// Cells that differ from WiX's on purpose: case, table, key, column, ours.
///
/// Wine's msi, through which WiX asked, gives the first language of a file; Windows' gives all of them.
const DIFFERENT: &[(&str, &str, &str, &str, &str, &str)] = &[
    ("directories", "File", "filV.lEWLs0.i_by4jwM8m1CDFbSZs", "Language", "1033", "1033,1031"),
    ("features", "File", "filSRHzTPoN551fmw0hgHQBcaTOCFY", "Language", "1033", "1033,1031"),
    ("file-attributes", "File", "F5", "Language", "1033", "1033,1031"),
    ("file-sequence", "File", "B.dot", "Language", "1033", "1033,1031"),
    ("mediatemplate", "File", "flsSRHzTPoN551fmw0hgHQBcaTOCFY", "Language", "1033", "1033,1031"),
];

/// `wix build -arch x64 NAME.wxs -b ../payload`, with what NAME.args adds.
fn request(data: &Path, name: &str) -> Request {
    let cases = data.join("cases");
    let payload = data.join("payload");
    let mut request = Request {
        sources: vec![cases.join(name).with_extension("wxs")],
        localizations: Vec::new(),
        cultures: Vec::new(),
        preprocess: preprocess::Options {
            defines: BTreeMap::new(),
            include_paths: Vec::new(),
            environment: BTreeMap::new(),
            arch: Arch::X64,
            current_dir: cases.clone(),
        },
        bind_paths: vec![BindPath { name: None, folder: payload.clone() }],
        bind_variables: BTreeMap::new(),
        timestamp: 1_700_000_000,
        application: "WiX Toolset (6.0.2.0)".to_owned(),
        threads: THREADS,
    };
    let args = std::fs::read_to_string(cases.join(name).with_extension("args")).unwrap_or_default();
    let mut args = args.split_whitespace();
    while let Some(switch) = args.next() {
        let value = args.next().expect("a value for each switch");
        let pair = || value.split_once('=').map(|(a, b)| (a.to_owned(), b.to_owned())).expect("Name=Value");
        match switch {
            "-arch" => request.preprocess.arch = value.parse().expect("a processor"),
            "-b" => {
                let name = Some(pair().0);
                request.bind_paths.push(BindPath { name, folder: payload.clone() });
            }
            "-bv" => request.bind_variables.extend([pair()]),
            "-culture" => request.cultures.push(value.to_owned()),
            "-d" => request.preprocess.defines.extend([pair()]),
            "-loc" => request.localizations.push(cases.join(value)),
            other => panic!("{name}.args: {other}"),
        }
    }
    request
}

/// What WiX made of the case.
fn expected(data: &Path, name: &str) -> Value {
    let text = std::fs::read_to_string(data.join("expected").join(format!("{name}.json")));
    serde_json::from_str(&text.expect("readable")).expect("JSON")
}

/// What differs, in words; nothing if nothing does.
fn differences(name: &str, mut expected: Value, ours: &Value) -> Vec<String> {
    for (case, table, key, column, theirs, own) in DIFFERENT {
        if *case == name {
            replace(&mut expected, table, key, column, theirs, own);
        }
    }
    let mut found = Vec::new();
    for part in ["summary", "codepage", "streams"] {
        if expected[part] != ours[part] {
            found.push(format!(
                "{part}: expected {}\n      {} {}",
                expected[part],
                " ".repeat(part.len()),
                ours[part]
            ));
        }
    }
    let empty = serde_json::Map::new();
    let object = |value: &Value| value["tables"].as_object().cloned().unwrap_or_else(|| empty.clone());
    let (theirs, own) = (object(&expected), object(ours));
    for table in own.keys().filter(|table| !theirs.contains_key(*table)) {
        found.push(format!("table {table} is there, and not expected"));
    }
    for (table, expected) in &theirs {
        let Some(ours) = own.get(table) else {
            found.push(format!("table {table} is missing"));
            continue;
        };
        for part in ["columns", "keys"] {
            if expected[part] != ours[part] {
                found.push(format!("{table}: {part} are {}, expected {}", ours[part], expected[part]));
            }
        }
        let rows = |value: &Value| value["rows"].as_array().cloned().unwrap_or_default();
        let (expected, ours) = (rows(expected), rows(ours));
        found.extend(expected.iter().filter(|r| !ours.contains(r)).map(|r| format!("- {table} {r}")));
        found.extend(ours.iter().filter(|r| !expected.contains(r)).map(|r| format!("+ {table} {r}")));
        if expected.len() != ours.len() {
            found.push(format!("{table}: {} rows, expected {}", ours.len(), expected.len()));
        }
    }
    found
}

fn replace(expected: &mut Value, table: &str, key: &str, column: &str, theirs: &str, own: &str) {
    let table = &mut expected["tables"][table];
    let columns = table["columns"].as_array().cloned().unwrap_or_default();
    let index = columns.iter().position(|c| c.as_str().is_some_and(|c| c.starts_with(column)));
    let index = index.expect("a column of that name");
    let rows = table["rows"].as_array_mut().expect("rows");
    let row = rows.iter_mut().find(|row| row[0] == key).expect("a row of that key");
    assert_eq!(row[index], theirs, "the exception is out of date");
    row[index] = json!(own);
}

fn cases(data: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(data.join("expected")).expect("readable");
    let paths: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
    let mut names: Vec<String> = paths
        .iter()
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn errors(outcome: &Outcome) -> String {
    outcome.diagnostics.iter().map(|d| format!("    {d}\n")).collect()
}

#[test]
fn tables_equal_those_of_wix_row_for_row() {
    let data = support::data("wix");
    let mut failures = Vec::new();
    let mut equal = 0;
    for name in cases(&data) {
        let outcome = build(&request(&data, &name));
        let unsupported = UNSUPPORTED.iter().find(|(case, _)| *case == name);
        match (&outcome.output, unsupported) {
            (Some(_), Some(_)) => failures.push(format!("{name}: is supported now; take it off the list")),
            (None, Some((_, why))) => {
                eprintln!("not built: {name}: {why}");
                if outcome.diagnostics.iter().all(|d| d.at.is_none() || d.help.is_none()) {
                    failures
                        .push(format!("{name}: no error says where and what to do\n{}", errors(&outcome)));
                }
            }
            (None, None) => failures.push(format!("{name}: not built\n{}", errors(&outcome))),
            (Some(output), None) => {
                let found = differences(&name, expected(&data, &name), &shown(&output.database));
                if found.is_empty() {
                    equal += 1;
                } else {
                    failures.push(format!("{name}:\n    {}", found.join("\n    ")));
                }
            }
        }
    }
    eprintln!("{equal} cases equal WiX's tables");
    assert!(failures.is_empty(), "{}\n{} cases differ", failures.join("\n"), failures.len());
}

/// What msitools reads back from the written package is what WiX made, too: neither our reader nor our idea of the
/// format has a say in it.
#[test]
#[allow(clippy::disallowed_methods, reason = "the test starts a foreign reader")]
fn packages_read_by_msitools_equal_those_of_wix() {
    let Some(_) = support::tool("msiinfo") else { return };
    let data = support::data("wix");
    let folder = tempfile::tempdir().expect("a folder");
    let supported = |name: &String| UNSUPPORTED.iter().all(|(case, _)| case != name);
    let mut failures = Vec::new();
    for name in cases(&data).into_iter().filter(supported) {
        let Some(output) = build(&request(&data, &name)).output else {
            failures.push(format!("{name}: not built"));
            continue;
        };
        let path = folder.path().join(&name).with_extension("msi");
        let mut file =
            std::fs::File::options().read(true).write(true).create_new(true).open(&path).expect("a file");
        msi::write(&output.database, THREADS, &mut file).unwrap_or_else(|e| panic!("{name}: {e}"));
        let Some(mut judge) = support::judge("msi-tables.py") else { return };
        let printed = support::run(judge.arg(&path));
        let read: Value = serde_json::from_slice(&printed).expect("JSON");
        let found = differences(&name, expected(&data, &name), &read);
        if !found.is_empty() {
            failures.push(format!("{name}:\n    {}", found.join("\n    ")));
        }
    }
    assert!(failures.is_empty(), "{}\n{} cases differ", failures.join("\n"), failures.len());
}

/// `expected/warnings.tsv`: file, line and number of each warning that WiX gives.
#[test]
fn warnings_are_those_of_wix() {
    let data = support::data("wix");
    let text = std::fs::read_to_string(data.join("expected/warnings.tsv")).expect("readable");
    let mut expected: BTreeMap<&str, Vec<(String, String)>> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [case, _, _, line, "warning", code] = fields[..] else { panic!("{line}") };
        expected.entry(case).or_default().push((line.to_owned(), code.to_owned()));
    }
    let mut failures = Vec::new();
    for name in cases(&data).into_iter().filter(|n| UNSUPPORTED.iter().all(|(case, _)| case != n)) {
        let mut expected = expected.get(name.as_str()).cloned().unwrap_or_default();
        let line = |d: &Diagnostic| d.at.as_ref().map_or("-".to_owned(), |at| at.line.to_string());
        let diagnostics = build(&request(&data, &name)).diagnostics;
        let mut ours: Vec<_> = diagnostics.iter().map(|d| (line(d), d.code.clone())).collect();
        // The list has a number once for each line.
        for list in [&mut expected, &mut ours] {
            list.sort();
            list.dedup();
        }
        // WIX1156 is about merge modules only, which this engine does not make; and WiX drops the text of `Data`
        // without a word.
        expected.retain(|(_, code)| code != "WIX1156");
        ours.retain(|(_, code)| code != "wix::ignored_text");
        if expected != ours {
            failures.push(format!("{name}: expected {expected:?}, found {ours:?}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
