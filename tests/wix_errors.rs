//! The embedded engine against WiX 6.0.2 on broken sources: every source of `tests/data/wix/errors` has the
//! findings that WiX had, by line, severity and number (`expected/errors.tsv`, made by WiX itself); and no source,
//! however broken, makes the engine panic, hang or run away.

use crate::support;
use ancm_installer::diag::{Diagnostic, Severity};
use ancm_installer::id::Arch;
use ancm_installer::wix::{BindPath, Outcome, Request, build, preprocess};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

/// Where the engine finds something else than WiX on purpose: case, our findings, why.
const DIFFERENT: &[(&str, &[&str], &str)] = &[
    (
        "attribute-empty",
        &["5 error WIX0014"],
        "an id that is wrong is not missing too, and its property not useless",
    ),
    (
        "duplicate-component",
        &["4 error WIX0091", "5 error WIX0092"],
        "the component is the duplicate, not its feature",
    ),
    ("identifier-bad", &["5 error WIX0014"], "an id that is wrong is not missing too"),
    ("registry-binary-bad", &["5 error WIX0021"], "WiX writes a value that Windows Installer cannot"),
    ("registry-integer-bad", &["5 error WIX0008"], "WiX writes a value that Windows Installer cannot"),
    ("service-name-missing", &["5 error WIX0005"], "services are not part of this engine yet"),
    ("unresolved-icon", &["5 error WIX0005"], "shortcuts are not part of this engine yet"),
    ("version-bad", &["2 error WIX0108"], "a version that is wrong is not missing too"),
];

/// `wix build -arch x64 SOURCE -b payload`.
fn request(source: PathBuf, payload: &Path) -> Request {
    Request {
        preprocess: preprocess::Options {
            defines: BTreeMap::new(),
            include_paths: Vec::new(),
            environment: BTreeMap::new(),
            arch: Arch::X64,
            current_dir: source.parent().map(Path::to_owned).unwrap_or_default(),
        },
        sources: vec![source],
        localizations: Vec::new(),
        cultures: Vec::new(),
        bind_paths: vec![BindPath { name: None, folder: payload.to_owned() }],
        bind_variables: BTreeMap::new(),
        timestamp: 1_700_000_000,
        application: "test".to_owned(),
        threads: NonZeroUsize::MIN,
    }
}

/// Findings with two places: WiX tells two of them, the first at the place that we call related.
const PAIRS: [(&str, &str); 3] = [("WIX0089", "WIX0090"), ("WIX0091", "WIX0092"), ("WIX0367", "WIX0368")];

/// `line severity code`, one for each finding as WiX tells it, sorted: WiX and we go through a source in different
/// orders.
fn listed(diagnostics: &[Diagnostic]) -> Vec<String> {
    let mut list = Vec::new();
    for d in diagnostics {
        let line = d.at.as_ref().map_or("-".to_owned(), |at| at.line.to_string());
        let other = d.related.first().map_or(line.clone(), |(at, _)| at.line.to_string());
        match PAIRS.iter().find(|(code, _)| *code == d.code) {
            Some((code, second)) => {
                list.push(format!("{other} {} {code}", d.severity));
                list.push(format!("{line} {} {second}", d.severity));
            }
            None => list.push(format!("{line} {} {}", d.severity, d.code)),
        }
    }
    list.sort();
    list
}

/// The findings of WiX, by case.
fn expected(data: &Path) -> BTreeMap<String, Vec<String>> {
    let text = std::fs::read_to_string(data.join("expected/errors.tsv")).expect("readable");
    let mut cases: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in text.lines().skip(1) {
        let [case, _, _, line, severity, code] = *row.split('\t').collect::<Vec<_>>() else {
            panic!("errors.tsv: `{row}`")
        };
        let list = cases.entry(case.to_owned()).or_default();
        if severity != "none" {
            list.push(format!("{line} {severity} {code}"));
        }
    }
    cases.values_mut().for_each(|list| list.sort());
    cases
}

#[test]
fn findings_equal_those_of_wix() {
    let data = support::data("wix");
    let mut failures = String::new();
    for (case, mut expected) in expected(&data) {
        let source = data.join("errors").join(format!("{case}.wxs"));
        let Outcome { output, diagnostics } = build(&request(source, &data.join("payload")));
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
    assert!(failures.is_empty(), "{failures}");
}

/// A number that looks like any other, and is the same in every run.
struct Random(u64);

impl Random {
    /// Below `limit`.
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }
}

/// The bytes with a few pieces cut out, doubled, swapped for others, or the end cut off.
fn broken(bytes: &[u8], random: &mut Random) -> Vec<u8> {
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
    let data = support::data("wix");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let source = folder.path().join("broken.wxs");
    let mut random = Random(2026);
    for name in ["errors", "cases"] {
        let mut paths: Vec<PathBuf> = std::fs::read_dir(data.join(name))
            .expect("readable")
            .map(|entry| entry.expect("readable").path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "wxs"))
            .collect();
        paths.sort();
        for path in paths {
            let bytes = std::fs::read(&path).expect("readable");
            for _ in 0..12 {
                std::fs::write(&source, broken(&bytes, &mut random)).expect("writable");
                let outcome = build(&request(source.clone(), &data.join("payload")));
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
    let outcome = build(&request(source, folder.path()));
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
