//! The embedded engine against WiX itself: every source of `tests/data/wix/cases` and `tests/data/wix-core/cases` gives
//! the tables, row for row, that WiX 6.0.2 gave, and with `compat` those that WiX 7.0.0 gave. The expectations were made
//! by WiX (see the READMEs there).

use ancm_installer::diag::{Diagnostic, Severity};
use ancm_installer::msi;
use ancm_installer::wix::{Compat, Outcome};
use serde_json::Value;
use std::path::PathBuf;

use crate::support;
use crate::support::difference::differences;
use crate::support::reference::{self, Reference, THREADS, listed};
use crate::support::tables::shown;

fn errors(outcome: &Outcome) -> String {
    outcome.diagnostics.iter().map(|d| format!("    {d}\n")).collect()
}

/// What is wrong with our package for `name`; nothing if all is as expected.
fn wrong(reference: &Reference, name: &str, folder: &str, compat: Compat) -> Option<String> {
    let expected = reference.expected(folder, name)?;
    let mut request = reference.request("cases", name, compat);
    // the program's own name, which WiX 7 has otherwise
    expected["summary"]["Application"].as_str().expect("a text").clone_into(&mut request.application);
    let outcome = ancm_installer::wix::build(&request);
    let Some(output) = &outcome.output else {
        return Some(format!("{}/{name}: not built\n{}", reference.name, errors(&outcome)));
    };
    let found = differences(expected, &shown(&output.database));
    (!found.is_empty()).then(|| format!("{}/{name}:\n    {}", reference.name, found.join("\n    ")))
}

#[test]
fn tables_equal_those_of_wix_row_for_row() {
    for (reference, count) in reference::all().iter().zip([58, 71]) {
        let names = reference.names("cases");
        let compared = names.iter().filter(|name| reference.expected("expected", name).is_some());
        assert_eq!(compared.count(), count, "{}", reference.name);
        let failures: Vec<String> =
            names.iter().filter_map(|name| wrong(reference, name, "expected", Compat::Wix6)).collect();
        assert!(failures.is_empty(), "{}\n{} cases differ", failures.join("\n"), failures.len());
    }
}

/// In `expected-7` stands what WiX 7 makes otherwise; of all else it makes the same.
#[test]
fn with_compat_7_tables_equal_those_of_wix_7() {
    for (reference, count) in reference::all().iter().zip([4, 5]) {
        let names = reference.names("cases");
        let others: Vec<&String> =
            names.iter().filter(|name| reference.expected("expected-7", name).is_some()).collect();
        assert_eq!(others.len(), count, "{}", reference.name);
        let failures: Vec<String> = names
            .iter()
            .filter_map(|name| {
                let folder = if others.contains(&name) { "expected-7" } else { "expected" };
                wrong(reference, name, folder, Compat::Wix7)
            })
            .collect();
        assert!(failures.is_empty(), "{}\n{} cases differ", failures.join("\n"), failures.len());
    }
}

/// What msitools reads back from the written package is what WiX made, too: neither our reader nor our idea of the
/// format has a say in it. And every file is as Windows insists on (`msicheck.py`).
#[test]
#[allow(clippy::disallowed_methods, reason = "the test starts a foreign reader")]
fn packages_read_by_msitools_equal_those_of_wix() {
    let (Some(_), Some(mut tables)) = (support::tool("msiinfo"), support::judge("msi-tables.py")) else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let (mut failures, mut written) = (Vec::new(), Vec::new());
    for reference in reference::all() {
        for name in reference.names("cases") {
            let Some(expected) = reference.expected("expected", &name) else { continue };
            let Some(output) = reference.build("cases", &name, Compat::Wix6).output else {
                failures.push(format!("{name}: not built"));
                continue;
            };
            let path: PathBuf = folder.path().join(&name).with_extension("msi");
            let mut file =
                std::fs::File::options().read(true).write(true).create_new(true).open(&path).expect("a file");
            msi::write(&output.database, THREADS, &mut file).unwrap_or_else(|e| panic!("{name}: {e}"));
            written.push((name, expected, path));
        }
    }
    let files = || written.iter().map(|(_, _, path)| path);
    // all at once: to start it takes as long as to read a package
    let printed = support::run(tables.args(files()));
    let read = serde_json::Deserializer::from_slice(&printed).into_iter::<Value>();
    let read: Vec<Value> = read.map(|read| read.expect("JSON")).collect();
    assert_eq!(read.len(), written.len());
    if let Some(mut judge) = support::judge("msicheck.py") {
        support::run(judge.args(files()));
    }
    for ((name, expected, _), read) in written.into_iter().zip(&read) {
        let found = differences(expected, read);
        if !found.is_empty() {
            failures.push(format!("{name}:\n    {}", found.join("\n    ")));
        }
    }
    assert!(failures.is_empty(), "{}\n{} cases differ", failures.join("\n"), failures.len());
}

/// `expected/warnings.tsv`: line and number of each warning that WiX gives. Codes of our own are of what WiX does in
/// silence.
#[test]
fn warnings_are_those_of_wix() {
    let mut failures = Vec::new();
    for reference in reference::all() {
        let warnings = reference.findings("warnings.tsv");
        for name in reference.names("cases") {
            if reference.expected("expected", &name).is_none() {
                continue;
            }
            let mut expected = warnings.get(&name).cloned().unwrap_or_default();
            let diagnostics: Vec<Diagnostic> = reference
                .build("cases", &name, Compat::Wix6)
                .diagnostics
                .into_iter()
                .filter(|d| d.code.starts_with("WIX") && d.severity == Severity::Warning)
                .collect();
            let ours = listed(&diagnostics);
            // WiX says no place for it.
            let placeless = "- warning WIX1156";
            for finding in expected.iter_mut().filter(|finding| *finding == placeless) {
                let placed = ours.iter().find(|own| own.ends_with("WIX1156") && *own != placeless);
                placed.into_iter().for_each(|placed| finding.clone_from(placed));
            }
            if expected != ours {
                failures.push(format!("{}/{name}: expected {expected:?}, found {ours:?}", reference.name));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
