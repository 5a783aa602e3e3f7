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

fn request(reference: &Reference, folder: &str, name: &str) -> Request {
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
            let key = row[0].clone();
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
                    let hash: String =
                        Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
                    *cell = json!(format!("sha256:{hash}"));
                }
            }
        }
    }
    ours
}

/// What is wrong with our package for `name`; nothing if all is as expected.
fn wrong(reference: &Reference, name: &str) -> Option<String> {
    let expected = reference.expected("expected", name).expect("a case");
    let outcome = build(&request(reference, "cases", name));
    let Some(output) = &outcome.output else {
        let findings: String = outcome.diagnostics.iter().map(|d| format!("    {d}\n")).collect();
        return Some(format!("{name}: not built\n{findings}"));
    };
    let found = differences(expected.clone(), &masked(shown(&output.database), &expected));
    (!found.is_empty()).then(|| format!("{name}:\n    {}", found.join("\n    ")))
}

/// Of what begins like this, the elements or the libraries are not there yet.
const LATER: [&str; 9] = [
    "all-",
    "culture-",
    "ext-unknown",
    "language-",
    "msmq-",
    "powershell-",
    "ui-",
    "util-culture-",
    "util-binary-no-ext",
];

fn is_there(name: &str) -> bool {
    !LATER.iter().any(|start| name.starts_with(start))
}

#[test]
fn tables_equal_those_of_wix_row_for_row() {
    let reference = reference::of("wix-ext");
    let names: Vec<String> = reference.names("cases").into_iter().filter(|name| is_there(name)).collect();
    let failures: Vec<String> = names.iter().filter_map(|name| wrong(&reference, name)).collect();
    assert!(failures.is_empty(), "{}\n{} cases differ", failures.join("\n"), failures.len());
}

/// Where the engine finds something else than WiX on purpose: case, our findings, why.
const DIFFERENT: &[(&str, &[&str], &str)] = &[
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

#[test]
fn findings_equal_those_of_wix() {
    let reference = reference::of("wix-ext");
    let mut failures = String::new();
    for (case, mut expected) in reference.findings("errors.tsv") {
        if !is_there(&case) {
            continue;
        }
        let Outcome { output, diagnostics } = build(&request(&reference, "errors", &case));
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
