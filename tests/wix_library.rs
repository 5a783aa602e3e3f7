//! Libraries: what is linked out of one that WiX 6.0.2 wrote gives the tables and findings that WiX gave
//! (`tests/data/wix-library`), and a broken one is a finding with its place.

use ancm_installer::diag::Diagnostic;
use ancm_installer::wix::{Compat, Outcome, Request, build};
use std::path::Path;

use crate::support::difference::differences;
use crate::support::reference::{self, Reference};
use crate::support::tables::shown;
use crate::support::zip;

const SOURCES: [&str; 5] = ["actions", "dialogs", "dialogs-own-licence", "group", "missing"];

fn request(reference: &Reference, source: &str, culture: Option<&str>) -> Request {
    let mut request = reference.request("consume", source, Compat::Wix6);
    request.cultures.extend(culture.map(str::to_owned));
    request
}

fn with_library(reference: &Reference, source: &str, culture: Option<&str>, library: &str) -> Request {
    Request { libraries: vec![reference.path(library)], ..request(reference, source, culture) }
}

/// The lines and codes of findings, each once.
fn found(diagnostics: &[Diagnostic]) -> Vec<String> {
    let mut list: Vec<String> = diagnostics
        .iter()
        .map(|d| {
            let at =
                d.at.as_ref().map(|at| (at.file.rsplit(['\\', '/']).next().unwrap_or_default(), at.line));
            let (file, line) = at.unwrap_or(("-", 0));
            format!("{file}({line}) {} {}", d.severity, d.code)
        })
        .collect();
    list.sort();
    list.dedup();
    list
}

/// The same of a transcript of WiX's.
fn transcript(reference: &Reference, name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(reference.path("transcripts").join(name)).expect("readable");
    let mut list: Vec<String> = text
        .lines()
        .filter_map(|line| {
            let (place, rest) = line.split_once(" : ")?;
            let (severity, rest) = rest.split_once(' ')?;
            let (code, _) = rest.split_once(':')?;
            Some(format!("{} {severity} {code}", place.rsplit('\\').next()?))
        })
        .collect();
    list.sort();
    list.dedup();
    list
}

/// What is wrong with our package for `name`; nothing if all is as WiX had it.
fn wrong(reference: &Reference, name: &str, culture: &str, outcome: &Outcome) -> Option<String> {
    let case = format!("{name}.{culture}");
    let expected = reference.expected("expected", &format!("{case}.json"));
    let problems = match (&outcome.output, expected) {
        (Some(output), Some(mut expected)) => {
            // the program's own name
            expected["summary"]["Application"] = "WiX Toolset (6.0.2.0)".into();
            differences(expected, &shown(&output.database))
        }
        (None, None) => {
            let (theirs, own) = (transcript(reference, &format!("{case}.txt")), found(&outcome.diagnostics));
            if theirs == own { Vec::new() } else { vec![format!("found {own:?}, expected {theirs:?}")] }
        }
        (None, Some(_)) => outcome.diagnostics.iter().map(Diagnostic::to_string).collect(),
        (Some(_), None) => vec!["it is built".to_owned()],
    };
    (!problems.is_empty()).then(|| format!("{case}:\n    {}", problems.join("\n    ")))
}

#[test]
fn what_refers_to_a_library_by_wix_gives_the_tables_and_findings_of_wix() {
    let reference = reference::of("wix-library");
    let mut failures = Vec::new();
    for library in ["acme-bound.wixlib", "acme-loose.wixlib"] {
        for source in SOURCES {
            for culture in ["en-US", "de-DE", "fr-FR"] {
                let outcome = build(&with_library(&reference, source, Some(culture), library));
                failures.extend(wrong(&reference, source, culture, &outcome));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// As WiX says (README of the data): both cultures of a library that is named itself apply where none is asked for.
#[test]
fn without_a_culture_the_texts_of_all_cultures_of_a_library_are_one_too_many() {
    let reference = reference::of("wix-library");
    let outcome = build(&with_library(&reference, "group", None, "acme-bound.wixlib"));
    let codes: Vec<&str> = outcome.diagnostics.iter().map(|d| d.code.as_str()).collect();
    // AcmeTools is overridable in both
    assert_eq!(codes, ["WIX0100"; 5]);
}

/// An extension in each form that users have it in. Of its texts, the default culture's count where none is asked for.
#[test]
fn an_extension_gives_the_tables_and_findings_of_wix() {
    let reference = reference::of("wix-library");
    let package = reference.path("acme.wixext.1.2.3.nupkg");
    let unpacked = tempfile::tempdir().expect("a folder");
    for (name, bytes) in zip::members(&std::fs::read(&package).expect("readable")) {
        let path = unpacked.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("room");
        std::fs::write(path, bytes).expect("room");
    }
    let dll = unpacked.path().join("wixext6/Acme.wixext.dll");
    let beside = dll.parent().expect("a folder").to_owned();
    let forms = [reference.path("acme-bound.wixlib"), package, dll, beside, unpacked.path().to_owned()];
    let mut failures = Vec::new();
    for form in &forms {
        for source in SOURCES {
            for culture in ["none", "en-US", "de-DE", "fr-FR"] {
                let asked = Some(culture).filter(|culture| *culture != "none");
                let extension_libraries = vec![form.clone()];
                let outcome = build(&Request { extension_libraries, ..request(&reference, source, asked) });
                failures.extend(wrong(&reference, source, culture, &outcome));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn what_is_no_extension_is_a_finding() {
    let reference = reference::of("wix-library");
    let empty = tempfile::tempdir().expect("a folder");
    let native = reference.path("payload/english.dll");
    for (path, expected) in [
        (empty.path().to_owned(), "it has no `wixext6/NAME.wixext.dll`"),
        (native, "it is no assembly of .NET, which an extension is"),
        (reference.path("payload/a.txt"), "it is no zip file"),
        (reference.path("nowhere.dll"), "it cannot be read"),
    ] {
        let extension_libraries = vec![path];
        let outcome = build(&Request { extension_libraries, ..request(&reference, "group", Some("en-US")) });
        let found: Vec<String> = outcome.diagnostics.iter().map(Diagnostic::to_string).collect();
        assert!(found.iter().any(|finding| finding.contains(expected)), "{expected}: {found:#?}");
    }
}

/// Links `actions.wxs` with the library that `members` are.
fn linked(members: &[(&str, &[u8])]) -> Outcome {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("broken.wixlib");
    std::fs::write(&path, zip::stored(members)).expect("room");
    built_with(&path)
}

/// A package that wants `AcmeApply` of `library`.
fn built_with(library: &Path) -> Outcome {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("a.wxs");
    let package = r#"<Package Name="A" Manufacturer="M" Version="1.0.0" UpgradeCode="{0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E11}">
        <CustomActionRef Id="AcmeApply" /></Package>"#;
    let text = format!(r#"<Wix xmlns="http://wixtoolset.org/schemas/v4/wxs">{package}</Wix>"#);
    std::fs::write(&source, text).expect("room");
    build(&Request { libraries: vec![library.to_owned()], ..reference::request(source, folder.path()) })
}

/// A library with these symbols in one section, where `AcmeApply`, which the source wants, is too.
fn with_symbols(symbols: &str) -> String {
    let wanted = r#"{"type":"CustomAction","id":{"id":"AcmeApply"},"fields":[{"data":0},{"data":"P"},{"data":48},
        {"data":"v"},{"data":3}]}"#;
    let head = r#""level":"compiled;combined","version":"4.0.0.0""#;
    let comma = if symbols.is_empty() { "" } else { "," };
    format!(r#"{{{head},"sections":[{{"type":"fragment","symbols":[{wanted}{comma}{symbols}]}}]}}"#)
}

#[test]
fn a_broken_library_is_a_finding_with_its_place() {
    let place = r#""ln":{"file":"C:\\x\\a.wxs","line":7}"#;
    // the document, and what is found
    let cases: Vec<(String, &str)> = vec![
        ("{".to_owned(), "its `wix-ir.json` is broken: EOF while parsing an object at line 1 column 1"),
        ("3".to_owned(), "its `wix-ir.json` is broken: invalid type"),
        (
            r#"{"version":"5.0.0.0","level":"compiled"}"#.to_owned(),
            "is of version `5.0.0.0`; version 4.0.0.0 is read",
        ),
        (r#"{"version":"4.0.0.0","level":"linked"}"#.to_owned(), "is `linked`, and not `compiled`"),
        (
            r#"{"version":"4.0.0.0","level":"compiled","sections":[{"type":"package","symbols":[]}]}"#
                .to_owned(),
            "the library has a section of kind `package`",
        ),
        (
            with_symbols(&format!(
                r#"{{"type":"Property","id":{{"id":"A"}},{place},"fields":[{{"data":{{}}}}]}}"#
            )),
            "a.wxs:7: error[wix::library]: `Property `A`` of the library",
        ),
        (
            with_symbols(&format!(r#"{{"type":"Dialog",{place},"fields":[]}}"#)),
            "a.wxs:7: error[wix::library]: `Dialog` of the library",
        ),
        (
            with_symbols(&format!(
                r#"{{"type":"Binary","id":{{"id":"B"}},{place},"fields":[{{"data":{{"embed":"true","path":"../x"}}}}]}}"#
            )),
            "it names the file `../x`, which is not in the library",
        ),
        (
            with_symbols(&format!(
                r#"{{"type":"Registry","id":{{"id":"R"}},{place},"fields":[{{"data":99}},{{"data":"k"}}]}}"#
            )),
            "its field 1 is no root of the registry",
        ),
        (
            with_symbols(&format!(
                r#"{{"type":"Condition",{place},"fields":[{{"data":"F"}},{{"data":4294967296}},{{"data":"1"}}]}}"#
            )),
            "its field 2 is no number of 32 bits",
        ),
        (
            with_symbols(&format!(r#"{{"type":"Wix4Thing","id":{{"id":"T"}},{place},"fields":[]}}"#)),
            "`Wix4Thing` `T`, which a library has, is not known to this engine",
        ),
    ];
    for (document, expected) in cases {
        let outcome = linked(&[("wix-ir.json", document.as_bytes())]);
        assert!(outcome.output.is_none(), "{document}");
        let found: Vec<String> = outcome.diagnostics.iter().map(Diagnostic::to_string).collect();
        assert!(found.iter().any(|finding| finding.contains(expected)), "{expected}: {found:#?}");
        assert!(outcome.diagnostics.iter().all(|d| d.at.is_some() && d.help.is_some()), "{found:#?}");
    }
}

#[test]
fn a_symbol_that_nobody_knows_does_no_harm_where_nothing_refers_to_it() {
    let other = r#"{"type":"fragment","symbols":[{"type":"Wix4Thing","id":{"id":"T"},"fields":[]}]}"#;
    let document = with_symbols("").replacen("\"sections\":[", &format!("\"sections\":[{other},"), 1);
    let outcome = linked(&[("wix-ir.json", document.as_bytes())]);
    assert!(outcome.output.is_some(), "{:?}", outcome.diagnostics);
}

#[test]
fn a_zip_file_that_means_harm_is_refused() {
    let document = with_symbols("");
    let member = ("wix-ir.json", document.as_bytes());
    let renamed = |name: &str, other: &str| {
        let mut bytes = zip::stored(&[member, (name, b"")]);
        for at in 0..bytes.len() - name.len() {
            if bytes[at..].starts_with(name.as_bytes()) {
                bytes[at..at + name.len()].copy_from_slice(other.as_bytes());
            }
        }
        bytes
    };
    let mut cases: Vec<(Vec<u8>, &str)> = vec![
        (b"not a zip file".to_vec(), "it is no zip file"),
        (zip::stored(&[("other", b"")]), "it has no `wix-ir.json`"),
        (renamed("wix-ir/aa/aa/x", "wix-ir/../../x"), "`wix-ir/../../x` has a name that leads out of it"),
        (renamed("C_/x", "C:/x"), "`C:/x` has a name that leads out of it"),
        (renamed("_x", "/x"), "`/x` has a name that leads out of it"),
        (zip::stored(&[member, member]), "two members `wix-ir.json`"),
    ];
    // a member that says that it has 3 GiB
    let mut bomb = zip::stored(&[member, ("bomb", b"0123")]);
    let record = bomb.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").expect("a directory");
    bomb[record + 24..record + 28].copy_from_slice(&0xc000_0000_u32.to_le_bytes());
    cases.push((bomb, "have more than 67108864 bytes"));
    // a document that is other than its checksum
    let mut changed = zip::stored(&[member]);
    let at = changed.windows(9).position(|bytes| bytes == b"AcmeApply").expect("the document");
    changed[at] = b'B';
    cases.push((changed, "its member `wix-ir.json` is broken"));
    for (bytes, expected) in cases {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), bytes).expect("room");
        let outcome = built_with(file.path());
        let found: Vec<String> = outcome.diagnostics.iter().map(Diagnostic::to_string).collect();
        assert!(found.iter().any(|finding| finding.contains(expected)), "{expected}: {found:#?}");
    }
}
