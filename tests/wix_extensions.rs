//! Elements of WiX's extensions against WiX itself: every source of `tests/data/wix-ext/cases` gives the tables, row for
//! row, that WiX 6.0.2 gave.
//!
//! The extensions' own libraries are not ours to keep here. In their place stand sources of ours, `stand-in`: actions with
//! the names, types and places that `ELEMENTS.md` has, and texts that are not theirs.

use crate::support::difference::differences;
use crate::support::random::Random;
use crate::support::reference::{self, Reference, listed};
use crate::support::tables::shown;
use crate::wix_errors::broken;
use ancm_installer::diag::Severity;
use ancm_installer::id::hexadecimal;
use ancm_installer::msi::schema::standard_table;
use ancm_installer::wix::compile::extension;
use ancm_installer::wix::{Compat, Outcome, Request, build};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// What stands in for the library of each extension, and whether that has texts in American English.
pub const STAND_INS: [(&str, &str, bool); 9] = [
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

/// What asks for a case, with what stands in for the libraries of its extensions.
pub fn with_stand_ins(reference: &Reference, folder: &str, name: &str) -> Request {
    let mut request = reference.request(folder, name, Compat::Wix6);
    add_stand_ins(reference, &mut request);
    request
}

fn add_stand_ins(reference: &Reference, request: &mut Request) {
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
}

/// A long text, as the expectations have it.
fn hash(text: &str) -> String {
    let hash = hexadecimal(Sha256::digest(text.as_bytes()));
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
pub fn needs_library(name: &str) -> bool {
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
pub fn libraries() -> Option<PathBuf> {
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

#[test]
fn elements_of_an_extension_that_was_not_named_are_refused_with_what_to_do() {
    let reference = reference::of("wix-ext");
    let mut request = reference.request("cases", "util-closeapplication", Compat::Wix6);
    request.extensions.clear();
    let outcome = build(&request);
    assert!(outcome.output.is_none() && !outcome.diagnostics.is_empty());
    for finding in &outcome.diagnostics {
        assert_eq!(finding.code, "WIX0200", "{finding}");
        let help = finding.help.as_deref().unwrap_or_default();
        assert_eq!(help, "add `-ext WixToolset.Util.wixext` to the command line");
    }
    request.extensions.push("Acme.wixext".to_owned());
    assert_eq!(
        build(&request).diagnostics.len(),
        outcome.diagnostics.len(),
        "an extension that nobody knows"
    );
}

/// A package with `inside`, built with the stand-ins of `extensions`; its tables.
fn tables(namespaces: &str, inside: &str, extensions: &[&str]) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("own.wxs");
    let text = format!(
        "<Wix xmlns='http://wixtoolset.org/schemas/v4/wxs' {namespaces}>\
         <Package Name='n' Manufacturer='m' Version='1.0' UpgradeCode='0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E11'>\
         {inside}</Package></Wix>"
    );
    std::fs::write(&source, text).expect("writable");
    let reference = reference::of("wix-ext");
    let mut request = reference::request(source, &reference.path("payload"));
    request.extensions = extensions.iter().map(|name| format!("WixToolset.{name}.wixext")).collect();
    add_stand_ins(&reference, &mut request);
    let outcome = build(&request);
    let Some(output) = &outcome.output else { panic!("{:?}", outcome.diagnostics) };
    shown(&output.database)["tables"].clone()
}

/// Names, types and numbers as WiX 6.0.2 made them of this very component and file (`ELEMENTS.md`).
#[test]
fn a_vsix_package_has_the_actions_that_wix_makes() {
    let inside = "<Property Id='VS_VSIX_INSTALLER_PATH' Value='x' />\
        <Component Id='C' Directory='INSTALLFOLDER' Guid='*'><File Id='B' Source='b.txt'>\
        <vs:VsixPackage PackageId='p' /></File></Component>";
    let tables = tables("xmlns:vs='http://wixtoolset.org/schemas/v4/wxs/vs'", inside, &["VisualStudio"]);
    let action =
        |id: &str, kind: &str, arguments: &str| json!([id, kind, "VS_VSIX_INSTALLER_PATH", arguments, ""]);
    assert_eq!(
        tables["CustomAction"]["rows"],
        json!([
            action("vimUgnTQX89Dkc9d2KLD4D7PnQFaCE", "3122", "/q  \"[#B]\" /admin"),
            action("viuPctPeT7Wvz2BQQKIG2HiIelsDf8", "1074", "/q  \"[#B]\""),
            action("vrmUgnTQX89Dkc9d2KLD4D7PnQFaCE", "3442", "/q  /u:\"p\" /admin"),
            action("vruPctPeT7Wvz2BQQKIG2HiIelsDf8", "1394", "/q  /u:\"p\""),
            action("vumUgnTQX89Dkc9d2KLD4D7PnQFaCE", "3186", "/q  /u:\"p\" /admin"),
            action("vuuPctPeT7Wvz2BQQKIG2HiIelsDf8", "1138", "/q  /u:\"p\""),
        ])
    );
    let sequence = tables["InstallExecuteSequence"]["rows"].as_array().expect("rows");
    let own: Vec<&Value> =
        sequence.iter().filter(|row| row[0].as_str().expect("a text").len() == 30).collect();
    assert_eq!(
        json!(own),
        json!([
            ["vimUgnTQX89Dkc9d2KLD4D7PnQFaCE", "ALLUSERS AND $C=3", "5004"],
            ["viuPctPeT7Wvz2BQQKIG2HiIelsDf8", "NOT ALLUSERS AND $C=3", "5003"],
            ["vrmUgnTQX89Dkc9d2KLD4D7PnQFaCE", "ALLUSERS AND NOT Installed AND $C=2 AND ?C>2", "5002"],
            ["vruPctPeT7Wvz2BQQKIG2HiIelsDf8", "NOT ALLUSERS AND NOT Installed AND $C=2 AND ?C>2", "5001"],
            ["vumUgnTQX89Dkc9d2KLD4D7PnQFaCE", "ALLUSERS AND $C=2 AND ?C>2", "6599"],
            ["vuuPctPeT7Wvz2BQQKIG2HiIelsDf8", "NOT ALLUSERS AND $C=2 AND ?C>2", "6598"],
        ])
    );
}

/// The set of dialogs is the library's; here stand two that are none.
#[test]
fn a_set_of_dialogs_is_asked_for_by_name_processor_and_what_it_checks() {
    let set = |id: &str, style: &str| format!("<UI Id='{id}'><TextStyle Id='{style}' FaceName='f' /></UI>");
    let fragments =
        set("WixUI_InstallDir_X64", "Plain") + &set("WixUI_Mondo_ExtendedPathValidation_X64", "Checked");
    let inside = "<ui:WixUI Id='WixUI_InstallDir' InstallDirectory='INSTALLFOLDER' />\
        <UI><ui:WixUI Id='WixUI_Mondo' ExtendedPathValidation='yes' /></UI>";
    let namespace = "xmlns:ui='http://wixtoolset.org/schemas/v4/wxs/ui'";
    let tables = tables(namespace, &format!("{inside}{fragments}"), &["UI"]);
    let styles = tables["TextStyle"]["rows"].as_array().expect("rows").len();
    assert_eq!(styles, 2);
    let properties = tables["Property"]["rows"].as_array().expect("rows");
    assert!(properties.contains(&json!(["WIXUI_INSTALLDIR", "INSTALLFOLDER"])), "{properties:?}");
}

/// What no case of the collection has; the columns are those of WiX's definitions.
#[test]
fn elements_without_a_case_become_rows_too() {
    let inside = "<iis:WebApplication Id='W' Name='w'>\
        <iis:WebApplicationExtension Executable='[#B]' Extension='x' Verbs='GET' CheckPath='yes' Script='no' />\
        </iis:WebApplication>\
        <Component Id='C' Directory='INSTALLFOLDER' Guid='*'><File Id='B' Source='b.txt' />\
        <http:SslCertificate Id='S' Port='443' Thumbprint='t' HandleExisting='fail' />\
        <util:ServiceConfig ServiceName='s' FirstFailureActionType='none' SecondFailureActionType='none' \
        ThirdFailureActionType='none'><fire:FirewallException Id='F' Name='f' Port='1' /></util:ServiceConfig>\
        </Component>";
    let namespaces = ["iis", "http", "util"]
        .map(|name| format!("xmlns:{name}='http://wixtoolset.org/schemas/v4/wxs/{name}'"));
    let namespaces =
        format!("{} xmlns:fire='http://wixtoolset.org/schemas/v4/wxs/firewall'", namespaces.join(" "));
    let tables = tables(&namespaces, inside, &["Iis", "Http", "Util", "Firewall"]);
    let rows = |table: &str| tables[table]["rows"].clone();
    assert_eq!(rows("Wix4IIsWebApplicationExtension"), json!([["W", "x", "GET", "[#B]", "4"]]));
    assert_eq!(rows("Wix6HttpCertificate"), json!([["S", "", "443", "t", "", "", "2", "1", "C"]]));
    assert_eq!(rows("Wix4ServiceConfig"), json!([["s", "C", "0", "none", "none", "none", "", "", "", ""]]));
    // The rule is the service's.
    assert_eq!(rows("Wix5FirewallException")[0][20], "s");
}

#[test]
fn broken_sources_are_refused_or_built_and_never_break_the_engine() {
    let reference = reference::of("wix-ext");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let source = folder.path().join("broken.wxs");
    let mut random = Random(21);
    for (name, case) in ["errors", "cases"]
        .into_iter()
        .flat_map(|name| reference.names(name).into_iter().map(move |case| (name, case)))
    {
        let bytes = std::fs::read(reference.path(name).join(&case).with_extension("wxs")).expect("readable");
        let mut request = with_stand_ins(&reference, name, &case);
        request.sources[0].clone_from(&source);
        for _ in 0..4 {
            std::fs::write(&source, broken(&bytes, &mut random)).expect("writable");
            let outcome = build(&request);
            let errors = outcome.diagnostics.iter().any(|finding| finding.severity == Severity::Error);
            assert_eq!(outcome.output.is_none(), errors, "{case}: {:?}", outcome.diagnostics);
        }
    }
}

#[test]
fn names_are_found_in_any_case_and_tables_by_their_own() {
    let util = extension("wixtoolset.util.WIXEXT").expect("known");
    assert_eq!(util.namespace, "http://wixtoolset.org/schemas/v4/wxs/util");
    assert!(extension("Acme.wixext").is_none());
    let with_table = |name: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        let source = folder.path().join("x.wxs");
        let text = format!(
            "<Wix xmlns='http://wixtoolset.org/schemas/v4/wxs'><Package Name='n' Manufacturer='m' Version='1.0' \
             UpgradeCode='{{0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E11}}'><EnsureTable Id='{name}' /></Package></Wix>"
        );
        std::fs::write(&source, text).expect("writable");
        let outcome = build(&reference::request(source, folder.path()));
        outcome.output.map(|output| output.database.tables[name].columns.clone())
    };
    assert_eq!(with_table("Wix4XmlFile").map(|columns| columns.len()), Some(8));
    assert_eq!(with_table("File"), standard_table("File").map(|table| table.columns));
    assert_eq!(with_table("Wix4XmlFil"), None);
}
