//! The pairs of `tests/data/upgrades`: publicly reported failures, and one mechanism each, as real packages.
//!
//! `cases.tsv` says in words what must come out; the table here says the same as the report has it, row by row.

use ancm_installer::msi;
use ancm_installer::upgrade::{
    Headline, Options, Package, Perturbation, Report, Scenario, Verdict, read_payload,
};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/upgrades")
}

fn load(name: &str) -> Result<Package, String> {
    let path = folder().join(format!("{name}.msi"));
    let file = BufReader::new(File::open(&path).map_err(|error| format!("{}: {error}", path.display()))?);
    let mut msi = msi::Package::open(file).map_err(|error| error.to_string())?;
    let payload = read_payload(&mut msi).map_err(|error| error.to_string())?;
    Package::load(name, msi.database(), &payload).map_err(|error| error.to_string())
}

/// A row of `cases.tsv`.
pub struct Case {
    /// Its name; those of its packages begin with it.
    pub name: String,
    /// The package that is installed before the old one.
    pub before: Option<String>,
    /// The arguments of the simulator.
    pub arguments: String,
    /// What must come out, in words.
    pub right: String,
}

/// All rows of `cases.tsv`.
pub fn cases() -> Vec<Case> {
    let text = std::fs::read_to_string(folder().join("cases.tsv")).expect("the cases");
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        Case {
            name: cells[0].to_owned(),
            before: (!cells[3].is_empty()).then(|| cells[3].trim_end_matches(".msi").to_owned()),
            arguments: cells[4].to_owned(),
            right: cells[5].to_owned(),
        }
    };
    text.lines().skip(1).map(row).collect()
}

fn played(case: &Case) -> Result<Report, String> {
    let mut old = Vec::new();
    for name in case.before.iter().cloned().chain([format!("{}-old", case.name)]) {
        old.push(load(&name)?);
    }
    let new = load(&format!("{}-new", case.name))?;
    Ok(Report::of(&scenario(case, &old, &new)))
}

/// `new` over `old` with the arguments of `case`.
pub fn scenario<'a>(case: &Case, old: &'a [Package], new: &'a Package) -> Scenario<'a> {
    let mut scenario = Scenario::chain(old.iter().collect(), new);
    let mut words = case.arguments.split_whitespace();
    while let Some(word) = words.next() {
        match word {
            "--bundle" => scenario.bundle = true,
            "--after" => scenario.perturbations.push(match words.next() {
                Some("locked") => Perturbation::Locked(None),
                Some("edited") => Perturbation::Edited(None),
                other => panic!("{}: --after {other:?}", case.name),
            }),
            "--assume" => {
                let (key, value) = words.next().and_then(|pair| pair.split_once('=')).expect("KEY=VALUE");
                let assumed = [(key.to_owned(), value.to_owned())].into_iter().collect::<BTreeMap<_, _>>();
                scenario.options = Options { mode: None, assumed };
            }
            other => panic!("{}: {other}", case.name),
        }
    }
    scenario
}

/// Case, headline, fates by the last part of the name (`?` behind one that is uncertain), findings; `-U029` must not be
/// there. What is present-new is not listed.
type Row = (&'static str, Headline, &'static [(&'static str, &'static str)], &'static str);

const MISSING: &str = "MISSING";
const OLD: &str = "present-old";
const NEW: &str = "present-new";
const LEFT: &str = "left-behind";

#[rustfmt::skip]
const TABLE: [Row; 80] = {
    use Headline::{Ok, Regression, SideBySide, Stale, Uncertain};
    [
        ("c14", Regression, &[("bsdtar.exe", MISSING)], "U003"),
        ("c16", Regression, &[("d0.dll", MISSING), ("d1.dll", NEW), ("d2.dll", NEW)], "U002 -U041"),
        ("c18", Regression, &[("d0.dll", MISSING), ("d1.dll", MISSING), ("d4.dll", MISSING)], "U002"),
        ("c20e", Regression, &[("a.dll", MISSING)], "U002 -U001"),
        ("c20l", Stale, &[("a.dll", OLD)], "U004 -U002"),
        ("c22", Regression, &[("a.dll", MISSING)], "U002"),
        ("c25", Regression, &[("a.dll", MISSING), ("u.txt", NEW)], "U002"),
        ("c28", Stale, &[("a.dll", OLD)], "U005"),
        ("c30", Ok, &[("libssl-1_1.dll", LEFT), ("libssl-3.dll", NEW)], "U010"),
        ("c32", SideBySide, &[("a.dll", NEW)], "U017"),
        ("c33", SideBySide, &[("a.exe", NEW)], "U016 U044"),
        ("c35", SideBySide, &[("a.exe", NEW)], "U016c"),
        ("c37", Regression, &[("a.exe", MISSING)], "U025"),
        ("c37b", Ok, &[("a.exe", NEW)], "-U025"),
        ("c37c", Regression, &[("a.exe", MISSING)], "U001"),
        ("c40b", Ok, &[("a.dll", NEW)], "U045"),
        ("c41l", Ok, &[("a.ini", OLD)], "-U008"),
        ("c42", Uncertain, &[("V (64-bit view)", "MISSING?")], "U009"),
        ("c43b", Ok, &[("a.dll", NEW)], "U026"),
        ("c44e", Regression, &[("a.dll", MISSING), ("version=1.0.0.0", MISSING)], "U024"),
        ("c44l", Ok, &[("version=1.0.0.0", NEW)], "-U024"),
        ("c06", Regression, &[("a.dll", MISSING)], "U043"),
        ("c08", Ok, &[("a.dll", NEW)], "-U001"),
        ("s1", Stale, &[("shared.dll", OLD)], "U004 -U016"),
        ("s2", Ok, &[("m.dll", NEW)], "-U010 -U016 -U029"),
        ("s3", Regression, &[("shared.dll", MISSING)], "U029 -U016 -U001"),
        ("e1", Ok, &[("a.dll", NEW)], ""),
        ("e2", Regression, &[("a.dll", MISSING)], "U001"),
        ("am1", Ok, &[("a.dll", NEW)], "U035"),
        ("am2", Regression, &[("a.dll", MISSING)], "U001 U035"),
        ("am3", Regression, &[("a.dll", MISSING)], "U002 -U035"),
        ("am4", Ok, &[("a.dll", NEW)], "U035"),
        ("p1", Stale, &[("a.dll", OLD)], "U004"),
        ("t1", Ok, &[], "U021"),
        ("sv1", Ok, &[("a.dll", NEW)], "-U005"),
        ("sv2", Stale, &[("a.dll", OLD)], "U005"),
        ("mg2", Regression, &[("x.dll", MISSING), ("a.dll", NEW)], "U020"),
        ("mg4", Ok, &[("a.dll", NEW)], ""),
        ("co1", Ok, &[("t.cfg", NEW)], ""),
        ("co3", Ok, &[("k.dll", NEW)], "U028"),
        ("sv-all-Finalize-b", Regression, &[("Svc", MISSING), ("a.exe", MISSING)], "U014 U001"),
        ("sv-all-Finalize-a", Ok, &[("Svc", NEW)], "-U014"),
        ("sv-nodelete-itialize-b", Ok, &[("Svc", NEW)], "-U014"),
        ("sv-nodelete-Finalize-b", Regression, &[("Svc", MISSING), ("a.exe", MISSING)], "U014"),
        ("sv-nodelete-Finalize-a", Ok, &[("Svc", NEW)], "-U014"),
        ("mv1", Regression, &[("moved.dll", MISSING)], "U001"),
        ("mv2", Ok, &[("moved.dll", NEW)], ""),
        ("cd1", Ok, &[("m.dll", NEW)], "U021"),
        ("cd2", Ok, &[("a.dll", NEW)], "-U021"),
        ("cd3", Ok, &[], "U021"),
        ("cd3b", Ok, &[("a.dll", NEW)], "-U021"),
        ("rc1", Uncertain, &[("a.dll", "MISSING?")], "U001"),
        ("rg1", Regression, &[("(default)", MISSING)], "U009"),
        ("rg4", Regression, &[("v (32-bit view)", MISSING)], "U009"),
        ("rg6", Regression, &[("v (64-bit view)", MISSING)], "U009"),
        ("dk1", Regression, &[("v (64-bit view)", MISSING)], "U009"),
        ("en1", Ok, &[("%PATH% C:\\Program Files\\upgtest\\", NEW)], "-U015"),
        ("en2", Ok, &[("%ACME% 2", NEW)], "-U015"),
        ("dd1", Ok, &[("a.dll", NEW)], "U029"),
        ("al1", Ok, &[("a.dll", NEW)], "U046"),
        ("lg1", Ok, &[("a.dll", NEW)], ""),
        ("nh1", Ok, &[("a.txt", NEW)], ""),
        ("ed1", Ok, &[("a.ini", NEW)], "U006"),
        ("bt1", Ok, &[("Program Files\\upgtest\\a.dll", NEW), ("(x86)\\upgtest\\a.dll", "left-behind?")], "U032 U011"),
        ("sl1", Regression, &[("a.dll", MISSING)], "U025"),
        ("dep0", Ok, &[("a.dll", NEW)], "U018"),
        ("pv2", Ok, &[("a.dll", NEW)], ""),
        ("ddl", Ok, &[("z.txt", NEW)], ""),
        ("c33x", SideBySide, &[("a.exe", NEW)], "U016"),
        ("c11", SideBySide, &[("a.exe", NEW)], "U029"),
        ("c09", Ok, &[("a.exe", NEW)], "-U019"),
        ("c23", Regression, &[("a.exe", MISSING)], "U003"),
        ("c02", Regression, &[("a.exe", MISSING)], "U001"),
        ("c38", Ok, &[("a.exe", NEW)], "U039"),
        ("nt1", Ok, &[("a.dll", NEW)], ""),
        ("gr", Ok, &[("v (64-bit view)", LEFT)], "U010"),
        ("rp", Ok, &[("a.dll", NEW)], ""),
        ("vs1", Ok, &[("Program Files (x86)\\Acme\\App2\\a.dll", NEW)], "-U001"),
        ("mx1", Ok, &[("a.dll", NEW)], "-U029 -U021"),
        ("ft1", Uncertain, &[("a.dll", "present-new?")], ""),
    ]
};

/// Packages that no version of Windows Installer takes as they are: table, row and column are named.
const BROKEN: [(&str, &str); 2] =
    [("ff1", "table `File`, row `f`, column `Version`"), ("pv1", "row `ProductVersion`")];

fn shown(verdict: Verdict, uncertain: bool) -> String {
    format!("{verdict}{}", if uncertain { "?" } else { "" })
}

#[test]
fn every_reported_case_comes_out_right() {
    let mut wrong = Vec::new();
    let mut tabled: BTreeMap<&str, &Row> = TABLE.iter().map(|row| (row.0, row)).collect();
    for case in cases() {
        let report = match (played(&case), BROKEN.iter().find(|(name, _)| *name == case.name)) {
            (Err(error), Some((_, part))) => {
                assert!(error.contains(part), "{}: {error}", case.name);
                continue;
            }
            (Ok(report), None) => report,
            (played, _) => panic!("{}: {:?}", case.name, played.err()),
        };
        let Some((name, headline, fates, findings)) = tabled.remove(case.name.as_str()) else {
            panic!("`{}` is not in the table: {}", case.name, case.right)
        };
        let mut check = |holds: bool, what: String| {
            if !holds {
                wrong.push(format!("{name}: {what}; right: {}", case.right));
            }
        };
        check(report.headline() == *headline, format!("{}", report.headline()));
        for (end, fate) in *fates {
            let mut found = report.outcomes.iter().filter(|o| o.resource.to_string().ends_with(end));
            let is_there = found.any(|o| shown(o.verdict, o.is_uncertain()) == *fate);
            check(is_there, format!("`{end}` is not {fate}"));
        }
        for outcome in report.outcomes.iter().filter(|o| o.verdict != Verdict::PresentNew) {
            let named = fates.iter().any(|(end, _)| outcome.resource.to_string().ends_with(end));
            let tabled = named || *name == "c18";
            check(tabled, format!("`{}` is {}", outcome.resource, outcome.verdict));
        }
        let codes: Vec<&str> = report.findings.iter().map(|finding| finding.code()).collect();
        for code in findings.split_whitespace() {
            match code.strip_prefix('-') {
                Some(code) => check(!codes.contains(&code), format!("{code} is found: {codes:?}")),
                None => check(codes.contains(&code), format!("{code} is not found: {codes:?}")),
            }
        }
    }
    assert!(tabled.is_empty(), "not in `cases.tsv`: {:?}", tabled.keys());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn case(name: &str) -> Case {
    cases().into_iter().find(|case| case.name == name).expect(name)
}

/// What hangs on a search says so, and no longer where the search is answered.
#[test]
fn what_is_not_known_is_named_and_can_be_said() {
    for (name, asked, decides) in
        [("rc1", "`KEEPOLD`", "RemoveExistingProducts"), ("ft1", "`KEEPOLD`", "feature `F`")]
    {
        let report = played(&case(name)).expect(name);
        let named = report.assumptions.iter().any(|text| text.contains(asked) && text.contains(decides));
        assert!(named, "{name}: {:?}", report.assumptions);
    }
    for (name, answer, headline) in [
        ("rc1", "KEEPOLD=", Headline::Regression),
        ("rc1", "KEEPOLD=#1", Headline::SideBySide),
        ("ft1", "KEEPOLD=", Headline::Ok),
        ("ft1", "KEEPOLD=#1", Headline::Ok),
    ] {
        let arguments = format!("--assume {answer}");
        let report = played(&Case { arguments, ..case(name) }).expect(name);
        assert_eq!(report.headline(), headline, "{name} {answer}");
    }
}

#[test]
fn what_is_not_played_is_named() {
    let report = played(&case("nt1")).expect("nt1");
    let named = report.not_simulated[&report.new].join("; ");
    for part in ["Wix4User", "Wix4XmlConfig", "`Wipe` (deferred)"] {
        assert!(named.contains(part), "{part}: {named}");
    }
}

#[test]
fn the_one_who_loses_is_named() {
    let report = played(&case("s3")).expect("s3");
    let lost = report.outcomes.iter().find(|outcome| outcome.verdict == Verdict::Missing).expect("a loss");
    assert_eq!(report.names[&lost.owner], "other");
    assert!(lost.repairable);
}

/// A feature that the user never had is no loss.
#[test]
fn only_what_was_there_can_be_lost() {
    let report = played(&case("mg2")).expect("mg2");
    assert!(report.outcomes.iter().all(|outcome| !outcome.resource.to_string().ends_with("y.dll")));
}

#[test]
fn hostile_conditions_are_conditions() {
    for name in ["h-and", "h-par65"] {
        let package = load(name).expect(name);
        let report = Report::of(&Scenario::chain(Vec::new(), &package));
        assert_eq!(report.outcomes.len(), 1, "{name}");
    }
}
