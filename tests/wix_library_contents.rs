//! What a library has of its sources, and what comes of that where it is linked.

use ancm_installer::msi::{Cell, ColumnKind, Stream};
use ancm_installer::wix::compile::{compile, extension};
use ancm_installer::wix::preprocess::{Options, preprocess};
use ancm_installer::wix::report::Report;
use ancm_installer::wix::symbol::Compression;
use ancm_installer::wix::{BindPath, Outcome, Output, Request, build, library};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::support::difference::differences;
use crate::support::reference::{self, request};
use crate::support::tables::shown;
use crate::support::zip;
use crate::wix_extensions::with_stand_ins;
use crate::wix_library_made::{made, saved};

/// The start of a package.
const PACKAGE: &str = "<Package Name='A' Manufacturer='M' Version='1.0.0' \
                       UpgradeCode='{0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E11}'>";

/// A source with this inside, in `folder`.
fn source(folder: &Path, inside: &str) -> PathBuf {
    let path = folder.join("x.wxs");
    let text = format!("<Wix xmlns='http://wixtoolset.org/schemas/v4/wxs'>{inside}</Wix>");
    std::fs::write(&path, text).expect("room");
    path
}

fn built(request: &Request) -> Output {
    let outcome = build(request);
    outcome.output.unwrap_or_else(|| panic!("{:#?}", outcome.diagnostics))
}

/// The document in a library.
fn document(library: &[u8]) -> Value {
    serde_json::from_slice(&zip::members(library)["wix-ir.json"]).expect("JSON")
}

#[test]
fn a_variable_of_the_package_takes_the_place_of_a_file_in_a_library() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("room");
        std::fs::write(path, text).expect("room");
    };
    for (path, text) in [
        ("one/other.txt", "other"),
        ("two/license.rtf", "theirs"),
        ("two/a/b", "theirs, too"),
        ("own/mine.rtf", "mine"),
        ("own/0/0/x", "on the disk"),
    ] {
        write(path, text);
    }
    let with = |below: &str, inside: &str| {
        let below = folder.path().join(below);
        request(source(&below, inside), &below)
    };
    let one = with(
        "one",
        "<Fragment><Property Id='One' Value='1' /><Binary Id='Other' SourceFile='other.txt' /></Fragment>",
    );
    let two = "<Fragment><Property Id='Two' Value='2' /><Binary Id='Licence' SourceFile='!(wix.Licence=license.rtf)' />\
               <Binary Id='Found' SourceFile='!(bindpath.x)a/b' /></Fragment>";
    let mut two = with("two", two);
    two.bind_paths.push(BindPath { name: Some("x".to_owned()), folder: folder.path().join("two") });
    let libraries = [one, two].map(|request| saved(&made(&request, true)));
    let streams = |variables: &str| {
        let inside = "<Binary Id='Own' SourceFile='0/0/x' /><PropertyRef Id='One' /><PropertyRef Id='Two' />";
        let mut request = with("own", &format!("{PACKAGE}{inside}{variables}</Package>"));
        request.libraries = libraries.iter().map(|library| library.path().to_owned()).collect();
        let output = built(&request);
        ["Own", "Other", "Licence", "Found"].map(|id| {
            let bytes = match &output.database.streams[&format!("Binary.{id}")] {
                Stream::Bytes(bytes) => bytes.clone(),
                Stream::File(path) => std::fs::read(path).expect("readable"),
                other => panic!("{other:?}"),
            };
            String::from_utf8(bytes).expect("text")
        })
    };
    assert_eq!(streams(""), ["on the disk", "other", "theirs", "theirs, too"]);
    let own = "<WixVariable Id='Licence' Value='mine.rtf' /><WixVariable Id='x' Value='mine.rtf' />";
    assert_eq!(streams(own), ["on the disk", "other", "mine", "theirs, too"]);
}

/// The symbols of extensions: name, table, and whether the symbol's id is the first column.
fn symbols() -> impl Iterator<Item = (&'static str, &'static str, bool)> {
    let lines = include_str!("../src/wix/library/extension-symbols.tsv").lines();
    lines.filter(|line| !line.starts_with('#')).map(|line| {
        let [symbol, table, id, ..] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        (symbol, table, id == "id")
    })
}

#[test]
fn every_symbol_has_as_many_fields_as_its_table_has_columns() {
    let folder = tempfile::tempdir().expect("a folder");
    let tables: BTreeSet<&str> = symbols().map(|(_, table, _)| table).collect();
    let tables: String = tables.iter().map(|table| format!("<EnsureTable Id='{table}' />")).collect();
    let empty =
        built(&request(source(folder.path(), &format!("{PACKAGE}{tables}</Package>")), folder.path()));
    let is_number = |kind: &ColumnKind| matches!(kind, ColumnKind::Int2 | ColumnKind::Int4);
    let (mut written, mut rows, mut definitions) = (Vec::new(), Vec::new(), Vec::new());
    for (symbol, table, has_id) in symbols() {
        let columns = &empty.database.tables[table].columns;
        let id = format!("I{}", rows.len());
        let mut row = Vec::new();
        let (mut fields, mut kinds) = (Vec::new(), Vec::new());
        for (at, column) in columns.iter().enumerate() {
            if at == 0 && has_id {
                row.push(Cell::text(id.as_str()));
                continue;
            }
            let cell = match is_number(&column.kind) {
                true => Cell::Int(i32::try_from(at).expect("few")),
                false => Cell::Str(format!("{id}T{at}")),
            };
            fields.push(match &cell {
                Cell::Int(number) => json!({ "data": number }),
                cell => json!({ "data": cell.as_str() }),
            });
            kinds.push(is_number(&column.kind));
            row.push(cell);
        }
        written.push(json!({ "type": symbol, "id": { "id": id }, "fields": fields }));
        rows.push((table, row));
        definitions.push((symbol, kinds));
    }
    written.push(json!({ "type": "Property", "id": { "id": "Wanted" }, "fields": [{ "data": "1" }] }));
    let sections = json!([{ "type": "fragment", "symbols": written }]);
    let whole = json!({ "level": "compiled", "version": "4.0.0.0", "sections": sections });
    let library = saved(&zip::stored(&[("wix-ir.json", whole.to_string().as_bytes())]));
    let package = source(folder.path(), &format!("{PACKAGE}<PropertyRef Id='Wanted' /></Package>"));
    let request = Request { libraries: vec![library.path().to_owned()], ..request(package, folder.path()) };
    let output = built(&request);
    for (table, row) in rows {
        assert!(output.database.tables[table].rows.contains(&row), "{table}: {row:?}");
    }
    let again = document(&made(&Request { sources: Vec::new(), ..request }, false));
    let said = again["definitions"].as_array().expect("definitions");
    assert_eq!(said.len(), definitions.len());
    for (symbol, kinds) in definitions {
        let own = said.iter().find(|definition| definition["name"] == symbol).expect("defined");
        let own = own["fields"].as_array().expect("fields").iter().map(|field| field["type"] == "number");
        assert_eq!(own.collect::<Vec<_>>(), kinds, "{symbol}");
    }
}

/// A case as a package and a fragment: what only a package can have stays there.
fn halves(text: &str) -> Option<(String, String)> {
    const OF_PACKAGES: [&str; 8] = [
        "ComponentGroupRef",
        "ComponentRef",
        "FeatureGroupRef",
        "InstanceTransforms",
        "MajorUpgrade",
        "SoftwareTag",
        "SummaryInformation",
        "SymbolPath",
    ];
    let tree = roxmltree::Document::parse(text).ok()?;
    let package = tree.root_element().children().find(|node| node.tag_name().name() == "Package")?;
    let children: Vec<_> = package.children().filter(roxmltree::Node::is_element).collect();
    let (first, last) = (children.first()?.range().start, children.last()?.range().end);
    let stays = |node: &&roxmltree::Node<'_, '_>| OF_PACKAGES.contains(&node.tag_name().name());
    let kept: String = children.iter().filter(stays).map(|node| &text[node.range()]).collect();
    let mut inside = text[first..last].to_owned();
    for node in children.iter().filter(stays).rev() {
        let range = node.range();
        inside.replace_range(range.start - first..range.end - first, "");
    }
    let (open, close) = (&text[..package.range().start], &text[package.range().end..]);
    let package = &text[package.range().start..first];
    let root = &text[tree.root_element().range().start..tree.root_element().first_child()?.range().start];
    Some((
        format!("{root}{package}{kept}<PropertyRef Id='Pulled' /></Package></Wix>"),
        format!("{open}<Fragment><Property Id='Pulled' Value='1' />{inside}</Fragment>{close}"),
    ))
}

/// The symbols of a library, as text; the ids of rows are made up.
fn said(library: &[u8]) -> Vec<String> {
    let mut all = Vec::new();
    for section in document(library)["sections"].as_array_mut().expect("sections") {
        for symbol in section["symbols"].as_array_mut().expect("symbols") {
            if symbol["type"] == "WixCustomTableCell" {
                (symbol["id"], symbol["fields"][2]) = (Value::Null, Value::Null);
            }
            all.push(symbol.to_string());
        }
    }
    all.sort();
    all
}

/// What of `before` is not in `after`, and the other way round.
fn changed(before: &[String], after: &[String]) -> Vec<String> {
    let lost = before.iter().filter(|one| !after.contains(one)).map(|one| format!("- {one}"));
    let new = after.iter().filter(|one| !before.contains(one)).map(|one| format!("+ {one}"));
    lost.chain(new).collect()
}

/// The keys that the source of `request` refers to, each once.
fn keys(request: &Request) -> Vec<String> {
    let Options { arch, compat, .. } = request.preprocess;
    let report = Report::default();
    let tree = preprocess(&request.sources[0], &request.preprocess, &report).expect("XML");
    let extensions: Vec<_> = request.extensions.iter().filter_map(|name| extension(name)).collect();
    let sections = compile(&tree, arch, compat, &extensions, &report);
    let keys: BTreeSet<String> =
        sections.into_iter().flat_map(|section| section.references).map(|reference| reference.key).collect();
    keys.into_iter().collect()
}

/// The keys that a library refers to, each once.
fn keys_of(library: &[u8]) -> Vec<String> {
    let mut keys = BTreeSet::new();
    for section in document(library)["sections"].as_array().expect("sections") {
        for symbol in section["symbols"].as_array().expect("symbols") {
            if symbol["type"] == "WixSimpleReference" {
                keys.insert(symbol["fields"][1]["data"].as_str().expect("a key").to_owned());
            }
        }
    }
    keys.into_iter().collect()
}

/// What fragments can have of each case, in a library: it refers to the same, makes the same tables, and another library made of
/// that one has the same in it.
#[test]
fn what_is_written_is_read_as_it_was() {
    let references = ["wix", "wix-core", "wix-ext"].map(reference::of);
    let cases = references.iter().flat_map(|reference| {
        let names = reference.names("cases").into_iter();
        names.map(|name| (with_stand_ins(reference, "cases", &name), name))
    });
    let (mut written, mut linked, mut failures) = (0, 0, Vec::new());
    // what is visible in its source only is in another one here
    for (mut direct, name) in cases.filter(|(_, name)| name != "access-modifiers-all") {
        let text = std::fs::read_to_string(&direct.sources[0]).unwrap_or_default();
        let Some((package, fragments)) = halves(&text) else { continue };
        let folder = tempfile::tempdir().expect("a folder");
        let [package_file, fragments_file] = ["p.wxs", "f.wxs"].map(|name| folder.path().join(name));
        std::fs::write(&package_file, package).expect("room");
        std::fs::write(&fragments_file, fragments).expect("room");
        direct.sources[0] = package_file;
        direct.compression = Compression::None;
        let both = [direct.sources.clone(), vec![fragments_file.clone()]].concat();
        let alone = Request { sources: vec![fragments_file], localizations: Vec::new(), ..direct.clone() };
        let Some(bytes) = library(&alone, false).library else { continue };
        written += 1;
        let mut wrong = changed(&keys(&alone), &keys_of(&bytes));
        let file = saved(&bytes);
        let libraries = vec![file.path().to_owned()];
        let again = Request { sources: Vec::new(), libraries: libraries.clone(), ..alone };
        wrong.extend(changed(&said(&bytes), &said(&made(&again, false))));
        if let Some(expected) = build(&Request { sources: both, ..direct.clone() }).output {
            linked += 1;
            let Outcome { output, diagnostics } = build(&Request { libraries, ..direct });
            wrong.extend(match output {
                Some(output) => differences(shown(&expected.database), &shown(&output.database)),
                None => diagnostics.iter().map(ToString::to_string).collect(),
            });
        }
        failures.extend(wrong.into_iter().map(|wrong| format!("{name}: {wrong}")));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(written >= 190 && linked >= 179, "{written} {linked}");
}
