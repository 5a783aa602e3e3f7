//! Libraries: what is linked out of one that WiX 6.0.2 wrote gives the tables and findings that WiX gave
//! (`tests/data/wix-library`), and a broken one is a finding with its place.

use ancm_installer::diag::Diagnostic;
use ancm_installer::wix::{Compat, Outcome, Request, build};

use crate::support::difference::differences;
use crate::support::reference::{self, Reference};
use crate::support::tables::shown;

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

/// The library of an extension: of its texts, the default culture's count where none is asked for.
#[test]
fn the_library_of_an_extension_gives_the_tables_and_findings_of_wix() {
    let reference = reference::of("wix-library");
    let mut failures = Vec::new();
    for source in SOURCES {
        for culture in ["none", "en-US", "de-DE", "fr-FR"] {
            let asked = Some(culture).filter(|culture| *culture != "none");
            let extension_libraries = vec![reference.path("acme-bound.wixlib")];
            let outcome = build(&Request { extension_libraries, ..request(&reference, source, asked) });
            failures.extend(wrong(&reference, source, culture, &outcome));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
