//! Localization: which files count for which cultures, what is wrong in them, and texts that refer to texts.

use ancm_installer::diag::{Diagnostic, Location};
use ancm_installer::id::Arch;
use ancm_installer::wix::Compat;
use ancm_installer::wix::localization::Localization;
use ancm_installer::wix::preprocess::Options;
use ancm_installer::wix::report::Report;
use std::collections::BTreeMap;

/// Reads files with these insides and attributes, for these cultures.
fn read(files: &[(&str, &str)], cultures: &[&str]) -> (Localization, Vec<Diagnostic>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut paths = Vec::new();
    for (at, (attributes, inside)) in files.iter().enumerate() {
        let path = folder.path().join(format!("{at}.wxl"));
        let text = format!(
            "<WixLocalization xmlns=\"http://wixtoolset.org/schemas/v4/wxl\" {attributes}>{inside}</WixLocalization>"
        );
        std::fs::write(&path, text).expect("writable");
        paths.push(path);
    }
    let options = Options {
        defines: BTreeMap::new(),
        include_paths: Vec::new(),
        environment: BTreeMap::new(),
        arch: Arch::X64,
        current_dir: folder.path().to_owned(),
        timestamp: 0,
        compat: Compat::default(),
    };
    let report = Report::default();
    let cultures: Vec<String> = cultures.iter().map(|culture| (*culture).to_owned()).collect();
    let localization = Localization::read(&paths, &cultures, &options, &report);
    (localization, report.into_diagnostics())
}

fn resolved(localization: &Localization, text: &str) -> (String, Vec<String>) {
    let report = Report::default();
    let at = Location { file: "f".into(), line: 1, column: 1 };
    let text = localization.resolve(text, &at, &report);
    (text, report.into_diagnostics().into_iter().map(|finding| finding.code).collect())
}

const GERMAN: (&str, &str) = ("Culture='de-DE'", "<String Id='A' Value='ä' />");
const ENGLISH: (&str, &str) =
    ("Culture='en-US'", "<String Id='A' Value='a' Overridable='yes' /><String Id='B' Value='b !(loc.A)' />");
const NEUTRAL: (&str, &str) = ("", "<String Id='N' Value='n' />");

#[test]
fn cultures_choose_files_and_an_overridable_text_gives_way() {
    for (cultures, expected) in [
        (&["de-de"] as &[&str], "ä . n"),
        (&["en-US"], "a b a n"),
        (&["de-DE", "en-US"], "ä b ä n"),
        (&["en-US", "de-DE"], "ä b ä n"),
        (&["neutral"], ". . n"),
        (&[], ". . n"),
    ] {
        let (localization, findings) = read(&[GERMAN, ENGLISH, NEUTRAL], cultures);
        assert_eq!(findings, [], "{cultures:?}");
        let one = |text| match resolved(&localization, text) {
            (text, codes) if codes.is_empty() => text,
            _ => ".".to_owned(),
        };
        let all = format!("{} {} {}", one("!(loc.A)"), one("!(loc.B)"), one("!(loc.N)"));
        assert_eq!(all, expected, "{cultures:?}");
    }
}

#[test]
fn the_first_file_says_language_and_code_pages() {
    let (localization, _) = read(&[GERMAN, ENGLISH], &["en-US", "de-DE"]);
    assert_eq!(localization.language.as_deref(), Some("1033"));
    assert_eq!(localization.codepage.as_deref(), Some("1252"));
    let (localization, _) = read(&[("Culture='ja-JP' SummaryInformationCodepage='1252'", "")], &[]);
    assert_eq!(localization.language.as_deref(), Some("1041"));
    assert_eq!(localization.codepage.as_deref(), Some("932"));
    assert_eq!(localization.summary_codepage.as_deref(), Some("1252"));
    let (localization, _) = read(&[NEUTRAL], &[]);
    assert_eq!((localization.language, localization.codepage), (None, None));
}

#[test]
fn cultures_are_found_in_any_case() {
    for (culture, language, codepage) in [
        ("de-DE", "1031", "1252"),
        ("JA-jp", "1041", "932"),
        ("sr-Latn-RS", "9242", "1250"),
        ("sr-Latn-CS", "2074", "1250"),
    ] {
        let (localization, findings) = read(&[(&format!("Culture='{culture}'"), "")], &[]);
        assert_eq!(findings, [], "{culture}");
        assert_eq!(localization.language.as_deref(), Some(language), "{culture}");
        assert_eq!(localization.codepage.as_deref(), Some(codepage), "{culture}");
    }
    let (localization, findings) = read(&[("Culture='xx'", "")], &[]);
    assert_eq!((localization.language, localization.codepage), (None, None));
    assert!(findings.iter().any(|finding| finding.code == "WIX0021"), "{findings:?}");
}

#[test]
fn what_is_wrong_in_a_file_is_found_with_its_place() {
    for (attributes, inside, code) in [
        ("Culture='xx-YY'", "", "WIX0021"),
        ("Cultur='de-DE'", "", "WIX0004"),
        ("", "<String Id='A' Value='1' /><String Id='A' Value='2' />", "WIX0100"),
        ("", "<String Value='1' />", "WIX0010"),
        ("", "<String Id='A b' Value='1' />", "WIX0014"),
        ("", "<String Id='A'>text</String>", "WIX0400"),
        ("", "<Strin Id='A' Value='1' />", "WIX0005"),
        ("", "text", "WIX0400"),
        ("", "<UI X='1' />", "WIX0045"),
        ("", "<UI Dialog='D' X='wide' />", "WIX0008"),
        ("", "<UI Dialog='D' RightToLeft='yes' />", "WIX0037"),
        ("", "<UI Dialog='D' /><UI Dialog='D' />", "WIX0374"),
    ] {
        let (_, findings) = read(&[(attributes, inside)], &[]);
        let found = findings.iter().find(|finding| finding.code == code);
        let found = found.unwrap_or_else(|| panic!("{attributes} {inside}: {findings:?}"));
        assert!(found.at.as_ref().is_some_and(|at| at.line == 1 && at.column > 0), "{found}");
    }
}

#[test]
fn texts_that_hold_themselves_are_one_finding() {
    let bomb = "<String Id='A' Value='!(loc.B)!(loc.B)!(loc.B)' /><String Id='B' Value='!(loc.A)!(loc.A)' />";
    let (localization, findings) = read(&[("", bomb)], &[]);
    assert_eq!(findings, []);
    assert_eq!(resolved(&localization, "!(loc.A)").1, ["WIX0102"]);
    let laughs: String = (0..18)
        .map(|n| format!("<String Id='L{n}' Value='{}' />", format!("!(loc.L{})", n + 1).repeat(10)))
        .collect();
    let (localization, _) = read(&[("", &format!("{laughs}<String Id='L18' Value='ha' />"))], &[]);
    assert_eq!(resolved(&localization, "!(loc.L0)").1, ["WIX0102"]);
}
