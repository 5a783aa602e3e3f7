//! Elements of WiX's extensions against WiX itself: every source of `tests/data/wix-ext/cases` gives the tables, row for
//! row, that WiX 6.0.2 gave.
//!
//! The extensions' own libraries are not ours to keep here. In their place stand sources of ours, `stand-in`: actions with
//! the names, types and places that `ELEMENTS.md` has, and texts that are not theirs.

use crate::support::difference::differences;
use crate::support::reference::{self, Reference, listed};
use crate::support::tables::shown;
use ancm_installer::wix::{Compat, Outcome, Request, build};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// What stands in for the library of each extension, and whether that has texts in American English.
const STAND_INS: [(&str, &str, bool); 9] = [
    ("WixToolset.Util.wixext", "util", true),
    ("WixToolset.Firewall.wixext", "firewall", true),
    ("WixToolset.Dependency.wixext", "dependency", true),
    ("WixToolset.Iis.wixext", "iis", true),
    ("WixToolset.Netfx.wixext", "netfx", false),
    ("WixToolset.Http.wixext", "http", true),
    ("WixToolset.Sql.wixext", "sql", true),
    ("WixToolset.Msmq.wixext", "msmq", true),
    ("WixToolset.PowerShell.wixext", "powershell", false),
];

/// A text of a stand-in, in whose place the library has another.
const STAND_IN_TEXT: &str = "Stand-in for a text";

/// Columns with texts for people, by table: what is longer than 20 characters is kept as its hash.
const TEXTS: [(&str, &[&str]); 7] = [
    ("Control", &["Text"]),
    ("Dialog", &["Title"]),
    ("Error", &["Message"]),
    ("ActionText", &["Description", "Template"]),
    ("UIText", &["Text"]),
    ("RadioButton", &["Text"]),
    ("LaunchCondition", &["Description"]),
];

fn with_stand_ins(reference: &Reference, folder: &str, name: &str) -> Request {
    let mut request = reference.request(folder, name, Compat::Wix6);
    for (extension, file, is_english) in STAND_INS {
        if !request.extensions.iter().any(|named| named == extension) {
            continue;
        }
        request.sources.push(reference.path("stand-in").join(file).with_extension("wxs"));
        let english = reference.path("stand-in/en-us.wxl");
        if is_english && !request.localizations.contains(&english) {
            request.localizations.push(english);
        }
    }
    request
}

/// A long text, as the expectations have it.
fn hash(text: &str) -> String {
    let hash: String = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hash}")
}

/// The case whose texts are in a code page that Wine's msi did not take: what it made of them is not compared.
const SPOILED: &str = "language-culture-ja";

/// The database without texts for people.
fn without_texts(database: &mut Value) {
    for (name, table) in database["tables"].as_object_mut().expect("tables") {
        let Some((_, texts)) = TEXTS.iter().find(|(known, _)| known == name) else { continue };
        let columns = table["columns"].as_array().expect("columns").clone();
        let is_text = |at: usize| {
            let column = columns[at].as_str().expect("a text").split(' ').next().unwrap_or_default();
            texts.contains(&column) || column == "Help"
        };
        for row in table["rows"].as_array_mut().expect("rows") {
            for (at, cell) in row.as_array_mut().expect("cells").iter_mut().enumerate() {
                if is_text(at) && *cell != "" {
                    *cell = json!("a text");
                }
            }
        }
    }
}

/// Ours as the expectations have it: contents of the actions' DLLs are not known there, nor are long texts.
fn masked(mut ours: Value, expected: &Value) -> Value {
    for (name, stream) in ours["streams"].as_object_mut().expect("streams") {
        let dll = name.strip_prefix("Binary.").is_some_and(|name| {
            name.to_ascii_lowercase().contains("ca_") || name.starts_with("Wix4NetCheck_")
        });
        if dll {
            *stream = json!("*");
        }
    }
    for (name, table) in ours["tables"].as_object_mut().expect("tables") {
        let columns: Vec<String> = table["columns"]
            .as_array()
            .expect("columns")
            .iter()
            .map(|column| column.as_str().expect("a text").split(' ').next().unwrap_or_default().to_owned())
            .collect();
        if name == "Wix5FirewallException" {
            // A width that no writer that we know can store.
            for column in table["columns"].as_array_mut().expect("columns") {
                if column == "ServiceName S0" {
                    *column = json!("ServiceName S256");
                }
            }
        }
        let texts = TEXTS.iter().find(|(known, _)| known == name).map_or(&[][..], |(_, columns)| columns);
        let theirs = &expected["tables"][name.as_str()]["rows"];
        for row in table["rows"].as_array_mut().expect("rows") {
            let (key, second) = (row[0].clone(), row[1].clone());
            for (at, cell) in row.as_array_mut().expect("cells").iter_mut().enumerate() {
                let text = cell.as_str().expect("a text").to_owned();
                if text == STAND_IN_TEXT {
                    let row = theirs.as_array().into_iter().flatten().find(|row| row[0] == key);
                    *cell = row.map_or(json!(text), |row| row[at].clone());
                    continue;
                }
                let column = columns[at].as_str();
                let is_long = text.chars().count() > 200
                    && !["IniData", "ConstantData"].contains(&column)
                    && name != "Property";
                let is_text = texts.contains(&column) && text.chars().count() > 20 && text.contains(' ');
                if is_long || is_text {
                    // The library's licence ends in a NUL, which is none of the text; Wine made a line feed of it.
                    let tail = if is_long && column == "Text" { "\n" } else { "" };
                    let row =
                        theirs.as_array().into_iter().flatten().find(|row| row[0] == key && row[1] == second);
                    let with_tail = hash(&format!("{text}{tail}"));
                    let is_licence = row.is_some_and(|row| row[at] == with_tail);
                    *cell = if is_licence { with_tail } else { hash(&text) }.into();
                }
            }
        }
    }
    ours
}

/// What is wrong with our package for `name`; nothing if all is as expected.
fn wrong(reference: &Reference, name: &str, request: &Request) -> Option<String> {
    let mut expected = reference.expected("expected", name).expect("a case");
    let outcome = build(request);
    let Some(output) = &outcome.output else {
        let findings: String = outcome.diagnostics.iter().map(|d| format!("    {d}\n")).collect();
        return Some(format!("{name}: not built\n{findings}"));
    };
    let mut ours = masked(shown(&output.database), &expected);
    if name == SPOILED {
        without_texts(&mut expected);
        without_texts(&mut ours);
    }
    let found = differences(expected, &ours);
    (!found.is_empty()).then(|| format!("{name}:\n    {}", found.join("\n    ")))
}

/// Cases of dialogs and their texts, which only the extension's own library has.
fn needs_library(name: &str) -> bool {
    let starts = ["all-", "culture-", "ui-", "util-culture-"];
    starts.iter().any(|start| name.starts_with(start))
        || ["language-codepage-attribute", "language-culture-ja"].contains(&name)
}

fn compare(with: fn(&Reference, &str, &str) -> Request, names: &[String]) {
    let reference = reference::of("wix-ext");
    let failures: Vec<String> =
        names.iter().filter_map(|name| wrong(&reference, name, &with(&reference, "cases", name))).collect();
    assert!(failures.is_empty(), "{}\n{} cases differ", failures.join("\n"), failures.len());
}

#[test]
fn tables_equal_those_of_wix_row_for_row() {
    let mut names = reference::of("wix-ext").names("cases");
    assert_eq!(names.len(), 69);
    names.retain(|name| !needs_library(name));
    assert_eq!(names.len(), 55);
    compare(with_stand_ins, &names);
}

/// The same for all, with the libraries that `tests/judges/wix-extlibs.py` makes of WiX's own sources: they are not ours
/// to publish, and are looked for in `target/extlibs`.
#[test]
fn tables_equal_those_of_wix_with_the_extensions_own_libraries() {
    if libraries().is_some() {
        compare(with_libraries, &reference::of("wix-ext").names("cases"));
    }
}

/// The folder with the extensions' own libraries; prints that it is absent, and gives nothing, elsewhere.
fn libraries() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("extlibs");
    if !folder.is_dir() {
        // nobody can install them, so this is no failure under REQUIRE_TOOLS
        eprintln!(
            "skipped: the libraries of WiX's extensions are not ours to publish, and not in target/extlibs"
        );
        return None;
    }
    Some(folder)
}

fn with_libraries(reference: &Reference, folder: &str, name: &str) -> Request {
    let mut request = reference.request(folder, name, Compat::Wix6);
    let libraries = libraries().expect("looked for before");
    let library = |name: &String| libraries.join(format!("{name}.wixlib"));
    request.extension_libraries = request.extensions.iter().map(library).collect();
    request
}

/// Where the engine finds something else than WiX on purpose: case, our findings, why.
const DIFFERENT: &[(&str, &[&str], &str)] = &[
    ("culture-duplicate", &["1 error WIX0100"], "the place is known"),
    (
        "http-ace-and-sddl",
        &["6 error WIX0010", "6 error WIX0021", "6 error WIX0155"],
        "what is wrong with the second way is said, too",
    ),
    (
        "util-internetshortcut-bad-type",
        &["6 warning wix::shortcut-type"],
        "WiX makes a link of any word, in silence",
    ),
];

fn compare_findings(with: fn(&Reference, &str, &str) -> Request, is_wanted: fn(&str) -> bool) {
    let reference = reference::of("wix-ext");
    let mut failures = String::new();
    for (case, mut expected) in reference.findings("errors.tsv") {
        if !is_wanted(&case) {
            continue;
        }
        let Outcome { output, diagnostics } = build(&with(&reference, "errors", &case));
        if let Some((_, ours, _)) = DIFFERENT.iter().find(|(known, ..)| *known == case) {
            expected = ours.iter().map(|finding| (*finding).to_owned()).collect();
        }
        let found = listed(&diagnostics);
        if found != expected {
            let texts: String = diagnostics.iter().map(|d| format!("        {d}\n")).collect();
            failures += &format!("{case}:\n    WiX:  {expected:?}\n    ours: {found:?}\n{texts}");
        }
        assert_eq!(output.is_none(), found.iter().any(|finding| finding.contains(" error ")), "{case}");
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn findings_equal_those_of_wix() {
    assert_eq!(reference::of("wix-ext").findings("errors.tsv").len(), 56);
    compare_findings(with_stand_ins, |name| !needs_library(name) && name != "ext-unknown");
}

/// The same, with the extensions' own libraries. `ext-unknown` is found before the engine is asked: by the command line.
#[test]
fn findings_equal_those_of_wix_with_the_extensions_own_libraries() {
    if libraries().is_some() {
        compare_findings(with_libraries, |name| name != "ext-unknown");
    }
}
