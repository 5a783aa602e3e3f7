//! Decompiling: what the engine makes of a decompiled source is the package that it was decompiled from, table by table and
//! file by file.

use ancm_installer::cab::{Cabinet, Source};
use ancm_installer::msi::schema::standard_table;
use ancm_installer::msi::{Database, Stream};
use ancm_installer::wix::decompile::{FileFacts, Layout, Options, decompile, differences};
use ancm_installer::wix::{Beside, Compat, Output, build};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::support::reference;

/// The files of cabinets, in the package and beside it, by key; and loose ones by their names.
fn files(output: &Output) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let beside = output.beside.iter().map(|Beside { path, content }| (path.join("/"), content));
    let streams = output.database.streams.iter().map(|(name, content)| (name.clone(), content));
    for (name, content) in streams.chain(beside) {
        match content {
            Stream::Cabinet(cabinet) => files.extend(in_cabinet(cabinet)),
            content => drop(files.insert(name, bytes(content))),
        }
    }
    files
}

fn in_cabinet(cabinet: &Cabinet) -> Vec<(String, Vec<u8>)> {
    let content = |index: usize| match &cabinet.files[index].source {
        Source::File(path) => fs::read(path).expect("readable"),
        Source::Bytes(bytes) => bytes.clone(),
        Source::SameAs(_) => panic!("twice the same"),
    };
    let entry = |(index, file): (usize, &ancm_installer::cab::CabinetFile)| match &file.source {
        Source::SameAs(other) => (file.name.clone(), content(*other)),
        _ => (file.name.clone(), content(index)),
    };
    cabinet.files.iter().enumerate().map(entry).collect()
}

fn bytes(content: &Stream) -> Vec<u8> {
    match content {
        Stream::Bytes(bytes) => bytes.clone(),
        Stream::File(path) => fs::read(path).expect("readable"),
        other => panic!("{other:?}"),
    }
}

/// The long names of files by key.
fn names(database: &Database) -> BTreeMap<String, String> {
    let rows = database.tables.get("File").map(|table| table.rows.as_slice()).unwrap_or_default();
    let text = |cell: &ancm_installer::msi::Cell| cell.as_str().unwrap_or_default().to_owned();
    let long = |name: String| name.split_once('|').map_or(name.clone(), |(_, long)| long.to_owned());
    rows.iter().map(|row| (text(&row[0]), long(text(&row[2])))).collect()
}

/// Extracts what is in `output` as `layout` says, below `folder`.
fn extract(output: &Output, layout: &Layout, folder: &Path) {
    let files = files(output);
    let names = names(&output.database);
    let write = |path: &str, bytes: &[u8]| {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("in a folder")).expect("room");
        fs::write(path, bytes).expect("room");
    };
    for (key, path) in layout.files() {
        let loose = || {
            files
                .iter()
                .find(|(name, _)| name.rsplit('/').next() == Some(&names[key]))
                .map(|(_, bytes)| bytes)
        };
        let bytes = files.get(key).or_else(loose).unwrap_or_else(|| panic!("no file `{key}`"));
        write(path, bytes);
    }
    for (name, path) in layout.streams() {
        write(path, &files[name]);
    }
}

/// What is lost of `output` on the way to a source and back, and the source.
fn there_and_back(output: &Output, request: &ancm_installer::wix::Request) -> (Vec<String>, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().to_str().expect("Unicode");
    let layout = Layout::of(&output.database, Some(at));
    extract(output, &layout, folder.path());
    let facts =
        layout.files().iter().map(|(key, path)| (key.clone(), FileFacts::read(&folder.path().join(path))));
    let decompiled = decompile(&output.database, &layout, &facts.collect(), Options::default());
    for (path, text) in &decompiled.texts {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("in a folder")).expect("room");
        fs::write(path, text).expect("room");
    }
    let text = decompiled.source(&[]);
    let source = folder.path().join("decompiled.wxs");
    fs::write(&source, &text).expect("room");
    let mut again = reference::request(source, folder.path());
    again.preprocess.arch = decompiled.arch;
    again.application.clone_from(&request.application);
    let outcome = build(&again);
    let Some(again) = outcome.output else {
        let errors =
            outcome.diagnostics.iter().filter(|d| d.severity == ancm_installer::diag::Severity::Error);
        return (errors.map(ToString::to_string).collect(), text);
    };
    let mut lost: Vec<String> =
        differences(&output.database, &again.database).iter().map(ToString::to_string).collect();
    lost.extend(decompiled.lost.iter().map(|finding| format!("foretold: {finding}")));
    let (before, after) = (files(output), files(&again));
    lost.extend(
        before
            .iter()
            .filter(|(name, bytes)| after.get(*name) != Some(bytes))
            .map(|(name, _)| format!("file `{name}`")),
    );
    lost.extend(
        after.keys().filter(|name| !before.contains_key(*name)).map(|name| format!("file `{name}` is new")),
    );
    (lost, text)
}

/// Standard tables with rows that the language has no element for, or that this engine writes none for, by package.
const NO_ELEMENTS: [&str; 4] = [
    "file-assemblyname MsiAssembly",
    "file-assemblyname MsiAssemblyName",
    "search-refs DrLocator",
    "softwaretag SoftwareIdentificationTag",
];

#[test]
fn every_reference_package_comes_back_table_by_table() {
    let (mut failures, mut without, mut count) = (Vec::new(), Vec::new(), 0);
    for reference in reference::all() {
        for name in reference.names("cases") {
            if reference.expected("expected", &name).is_none() {
                continue;
            }
            count += 1;
            let request = reference.request("cases", &name, Compat::Wix6);
            let Some(output) = build(&request).output else { panic!("{name}: not built") };
            let (lost, source) = there_and_back(&output, &request);
            if !lost.is_empty() {
                failures.push(format!("{}/{name}:\n    {}", reference.name, lost.join("\n    ")));
            }
            let tables = source.split("<CustomTable Id=\"").skip(1).filter_map(|rest| rest.split('"').next());
            let standard = tables.filter(|table| standard_table(table).is_some());
            without.extend(standard.map(|table| format!("{name} {table}")));
        }
    }
    assert!(failures.is_empty(), "{}\n{} packages differ", failures.join("\n"), failures.len());
    assert_eq!(count, 58 + 71);
    without.sort();
    assert_eq!(without, NO_ELEMENTS, "rows of these stand in custom tables");
}
