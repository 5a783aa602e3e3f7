//! The embedded engine against WiX 6.0.2 on broken sources: every source of `tests/data/*/errors` has the
//! findings that WiX had, by line, severity and number (`expected/errors.tsv`, made by WiX itself); and no source,
//! however broken, makes the engine panic, hang or run away.

use crate::support::random::Random;
use crate::support::reference::{self, listed};
use ancm_installer::diag::{Diagnostic, Severity};
use ancm_installer::wix::{Compat, Outcome, build};
use std::fmt::Write;

/// Where the engine finds something else than WiX on purpose: case, our findings, why.
const DIFFERENT: &[(&str, &[&str], &str)] = &[
    (
        "attribute-empty",
        &["5 error WIX0014"],
        "an id that is wrong is not missing too, and its property not useless",
    ),
    ("ensuretable-unknown", &["5 error WIX0182"], "the place is known"),
    ("identifier-bad", &["5 error WIX0014"], "an id that is wrong is not missing too"),
    ("control-type-unknown", &["5 error WIX0021"], "a dialog whose control is wrong is not without one"),
    ("registry-binary-bad", &["5 error WIX0021"], "WiX writes a value that Windows Installer cannot"),
    ("registry-integer-bad", &["5 error WIX0008"], "WiX writes a value that Windows Installer cannot"),
    ("version-bad", &["2 error WIX0108"], "a version that is wrong is not missing too"),
];

#[test]
fn findings_equal_those_of_wix() {
    let mut failures = String::new();
    for (reference, count) in reference::all().iter().zip([87, 74]) {
        let all = reference.findings("errors.tsv");
        assert_eq!(all.len(), count, "{}", reference.name);
        for (case, mut expected) in all {
            let Outcome { output, diagnostics } = reference.build("errors", &case, Compat::Wix6);
            if let Some((_, ours, _)) = DIFFERENT.iter().find(|(known, ..)| *known == case) {
                expected = ours.iter().map(|finding| (*finding).to_owned()).collect();
                expected.sort();
            }
            let found = listed(&diagnostics);
            let texts: String = diagnostics.iter().map(|d| format!("        {d}\n")).collect();
            if found != expected {
                let _ = writeln!(failures, "{case}:\n    WiX:  {expected:?}\n    ours: {found:?}\n{texts}");
            }
            let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error);
            assert_eq!(output.is_none(), errors.clone().count() > 0, "{case}: output and errors disagree");
            for finding in errors {
                let placed = finding.at.as_ref().is_some_and(|at| at.line == 0 || at.column > 0);
                assert!(placed || finding.code == "WIX0093", "{case}: no column in {finding}");
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// The bytes with a few pieces cut out, doubled, swapped for others, or the end cut off.
pub(crate) fn broken(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    const PIECES: [&[u8]; 12] = [
        b"<?if 1=1?>",
        b"<?endif?>",
        b"<?foreach a in 1;2?>",
        b"$(var.",
        b"!(loc.",
        b"\"",
        b"<",
        b"/>",
        b"\0",
        b"&#x0;",
        b"\xff",
        b"99999999999999999999",
    ];
    let mut bytes = bytes.to_vec();
    for _ in 0..=random.below(3) {
        let at = random.below(bytes.len() + 1);
        let end = (at + 1 + random.below(40)).min(bytes.len());
        match random.below(4) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at.min(end)..end)),
            2 => {
                let piece = bytes[at.min(end)..end].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => drop(bytes.splice(at..at, PIECES[random.below(PIECES.len())].iter().copied())),
        }
    }
    bytes
}

#[test]
fn broken_sources_are_refused_or_built_and_never_break_the_engine() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let source = folder.path().join("broken.wxs");
    let mut random = Random(2026);
    let all = reference::all();
    for (reference, name) in all.iter().flat_map(|reference| [(reference, "errors"), (reference, "cases")]) {
        for case in reference.names(name) {
            let path = reference.path(name).join(case).with_extension("wxs");
            let bytes = std::fs::read(&path).expect("readable");
            for _ in 0..6 {
                std::fs::write(&source, broken(&bytes, &mut random)).expect("writable");
                let outcome = build(&reference::request(source.clone(), &reference.path("payload")));
                let errors = outcome.diagnostics.iter().any(|d| d.severity == Severity::Error);
                assert_eq!(outcome.output.is_none(), errors, "{}: {:?}", path.display(), outcome.diagnostics);
            }
        }
    }
}

/// The findings of a source that is to be refused before it costs much.
fn refused(text: &str, include: Option<&str>) -> Vec<Diagnostic> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let source = folder.path().join("bomb.wxs");
    std::fs::write(&source, text).expect("writable");
    if let Some(include) = include {
        std::fs::write(folder.path().join("bomb.wxi"), include).expect("writable");
    }
    let outcome = build(&reference::request(source, folder.path()));
    assert!(outcome.output.is_none(), "{:.60}", text);
    outcome.diagnostics
}

#[test]
fn sources_that_explode_are_refused_with_a_named_error() {
    let wix = |inside: &str| format!("<Wix xmlns=\"http://wixtoolset.org/schemas/v4/wxs\">{inside}</Wix>");
    let check = |what: &str, findings: &[Diagnostic], code: &str, word: &str| {
        let found = findings.iter().any(|d| d.code == code && d.message.contains(word));
        assert!(found, "{what}: {findings:.3?}");
    };
    let nested = format!("{}{}", "<Fragment>".repeat(100_000), "</Fragment>".repeat(100_000));
    check("depth", &refused(&wix(&nested), None), "WIX0104", "deep");
    let entities = "<!DOCTYPE Wix [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>";
    check("entities", &refused(&format!("{entities}{}", wix("&b;")), None), "WIX0104", "DTD");
    let include = "<Include xmlns=\"http://wixtoolset.org/schemas/v4/wxs\"><?include bomb.wxi?></Include>";
    check("includes", &refused(&wix("<?include bomb.wxi?>"), Some(include)), "WIX0104", "included");
    let each: String = (0..12).map(|n| format!("<?foreach v{n} in 1;2;3;4;5;6;7;8;9;10?>")).collect();
    let bomb = format!("{each}<Fragment />{}", "<?endforeach?>".repeat(12));
    check("loops", &refused(&wix(&bomb), None), "WIX0104", "elements");
    let empty = format!("{each}{}", "<?endforeach?>".repeat(12));
    check("empty loops", &refused(&wix(&empty), None), "WIX0104", "foreach");
    let double: String = (0..64).map(|_| "<?define A=\"$(A)$(A)\"?>").collect();
    check("values", &refused(&wix(&format!("<?define A=aaaaaaaa?>{double}")), None), "WIX0150", "bytes");
    let parens = format!("<?if {}1=1{}?><?endif?>", "(".repeat(100_000), ")".repeat(100_000));
    check("conditions", &refused(&wix(&parens), None), "WIX0145", "nests");
    let ands = format!("<?if 1=1{}?><Nonsense /><?endif?>", " and 1=1".repeat(50_000));
    check("long conditions", &refused(&wix(&ands), None), "WIX0005", "Nonsense");
    let giant = format!("<Fragment Id=\"{}\" />", "a b".repeat(2_000_000));
    check("attributes", &refused(&wix(&giant), None), "WIX0014", "identifier");
    let groups: String = (0..200)
        .map(|n| {
            let next = format!("<FeatureGroupRef Id=\"G{}\" /><FeatureGroupRef Id=\"G{}\" />", n + 1, n + 1);
            format!("<Fragment><FeatureGroup Id=\"G{n}\">{next}</FeatureGroup></Fragment>")
        })
        .collect();
    let package = "<Package Name=\"n\" Manufacturer=\"m\" Version=\"1.0\" UpgradeCode=\"{0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E11}\"><FeatureGroupRef Id=\"G0\" /></Package>";
    check("groups", &refused(&wix(&format!("{package}{groups}")), None), "WIX0094", "G200");
}
