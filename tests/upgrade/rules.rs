//! Single rules: Microsoft's own example of file versioning, and what every package must be able to count on.

use super::fixture::{Msi, app_file, guid, upgrade};
use ancm_installer::upgrade::{
    Confidence, Deed, DiskFile, Engine, File, FileFacts, Folded, KINDS, Machine, Options, Outcome, Package,
    Payload, ReinstallMode, Report, Resource, Rule, Scenario, Subject, Verdict, decide, explain,
};
use std::collections::BTreeSet;

const ENGLISH: u16 = 1033;
const FRENCH: u16 = 1036;
const SPANISH: u16 = 1034;
const GERMAN: u16 = 1031;
const ITALIAN: u16 = 1040;

/// <https://learn.microsoft.com/windows/win32/msi/replacing-existing-files>: name, disk (version, languages,
/// modified), package (version, languages), whether the package's file replaces the other.
type Example = (&'static str, (&'static str, &'static [u16], bool), (&'static str, &'static [u16]), bool);
const EXAMPLES: [Example; 10] = [
    ("FileA", ("1.0", &[ENGLISH], false), ("1.0", &[ENGLISH]), false),
    ("FileB", ("2.0", &[ENGLISH], false), ("1.0", &[ENGLISH]), false),
    ("FileC", ("1.0", &[ENGLISH], false), ("2.0", &[ENGLISH]), true),
    ("FileD", ("1.0", &[ENGLISH], true), ("2.0", &[FRENCH]), true),
    ("FileE", ("", &[], false), ("", &[]), true),
    ("FileF", ("", &[], true), ("", &[]), false),
    ("FileG", ("1.0", &[ENGLISH], false), ("1.0", &[FRENCH]), true),
    ("FileH", ("1.0", &[ENGLISH, FRENCH, SPANISH], false), ("1.0", &[ITALIAN, ENGLISH, GERMAN]), true),
    ("FileI", ("1.0", &[ENGLISH, FRENCH], false), ("1.0", &[ENGLISH, FRENCH, SPANISH]), true),
    ("FileJ", ("1.0", &[ENGLISH, GERMAN, ITALIAN], false), ("1.0", &[GERMAN]), false),
];

#[test]
fn microsofts_example_of_replacing_files() {
    let package = Msi::new("1.0.0").key_file("C", &guid(1), 256, "a.dll", "", 1).load();
    for (name, (disk_version, disk_languages, modified), (version, languages), replaced) in EXAMPLES {
        let mut file = package.components[0].files[0].clone();
        file.version = version.parse().ok();
        file.languages = languages.iter().copied().collect();
        file.hash = None;
        let facts = FileFacts {
            version: disk_version.parse().ok(),
            languages: disk_languages.iter().copied().collect(),
            ..FileFacts::default()
        };
        let disk = DiskFile { facts: facts.into(), writer: None, modified, locked: false };
        let decision = decide(&file, Some(&disk), &ReinstallMode::default());
        assert_eq!(decision.install, replaced, "{name}");
    }
}

#[test]
fn rules_and_findings_are_numbered_once_and_described() {
    let codes: BTreeSet<&str> = KINDS.iter().map(|kind| kind.code).collect();
    assert_eq!(codes.len(), KINDS.len());
    for number in 1..=43 {
        assert!(codes.contains(format!("U{number:03}").as_str()), "U{number:03}");
    }
    assert!(explain("u001").is_some_and(|kind| kind.fix.contains("ComponentId")));
    assert!(explain("U999").is_none());
    assert!(Rule::ALL.iter().all(|rule| !rule.statement().is_empty()));
}

#[test]
fn a_broken_table_is_an_error_that_names_table_and_row() {
    let check = |msi: Msi, expected: &str| {
        let error = Package::load("x", msi.database(), &Payload::new()).expect_err("broken");
        assert_eq!(error.to_string(), expected);
    };
    let base = || Msi::new("1.0.0").key_file("C", &guid(1), 256, "a.dll", "1.0", 1);
    check(
        base().with("File", &["f", "Nowhere", "b.dll", "1", "", "", "0", "2"]),
        "table `File`, row `f`, column `Component_`: there is no component `Nowhere`",
    );
    check(
        base().with("Component", &["D", "nonsense", "APPDIR", "0", "", ""]),
        "table `Component`, row `D`, column `ComponentId`: `nonsense` is not a GUID: expected 32 hexadecimal \
         digits as 8-4-4-4-12, with or without braces",
    );
    check(
        base().with("InstallExecuteSequence", &["X", "A AND", "7"]),
        "table `InstallExecuteSequence`, row `X`, column `Condition`: `A AND` is not a condition: it ends too early",
    );
    check(
        base().without("Property", "ProductCode"),
        "table `Property` has no row `ProductCode`: every package needs one",
    );
}

#[test]
fn missing_actions_process_nothing_and_unknown_tables_are_ignored() {
    let msi = Msi::new("1.0.0").key_file("C", &guid(1), 256, "a.dll", "1.0", 1);
    let quiet = msi.clone().without("InstallExecuteSequence", "InstallFiles").load();
    let mut engine = Engine::new(Machine::new(quiet.arch));
    engine.install(&quiet, &Options::default());
    assert!(engine.machine.files.is_empty());
    let mut database = msi.database().clone();
    let mut foreign = database.tables["Property"].clone();
    foreign.name = "Foreign".to_owned();
    database.tables.insert("Foreign".to_owned(), foreign);
    assert!(Package::load("x", &database, &Payload::new()).is_ok());
}

#[test]
fn uninstalling_leaves_nothing() {
    let package = Msi::new("1.0.0")
        .key_file("C", &guid(1), 256, "a.dll", "1.0", 1)
        .with("Registry", &["r", "2", r"Software\App", "v", "[ProductVersion]", "C"])
        .with("Shortcut", &["s", "APPDIR", "App", "C", "[#C.a.dll]"])
        .with("Environment", &["e", "=-*PATH", "[~];[APPDIR]", "C"])
        .load();
    let mut engine = Engine::new(Machine::new(package.arch));
    engine.install(&package, &Options::default());
    assert_eq!(engine.machine.resources().count(), 4);
    engine.remove(package.product_code, &Options::default()).expect("installed");
    assert_eq!(engine.machine.resources().count(), 0);
    assert!(engine.machine.products.is_empty() && engine.machine.clients.is_empty());
}

#[test]
fn a_companion_follows_its_parent() {
    let old =
        Msi::new("1.0.0").key_file("C", &guid(1), 256, "a.dll", "1.0", 1).file("C", "b.txt", "", 1).load();
    let new = |version: &str| {
        Msi::new("2.0.0")
            .key_file("C", &guid(1), 256, "a.dll", version, 2)
            .with("File", &["b", "C", "b.txt", "1", "C.a.dll", "", "0", "9"])
            .load()
    };
    assert_eq!(upgrade(&old, &new("2.0"), &app_file("b.txt")), Some(Verdict::PresentNew));
    assert_eq!(
        upgrade(&old, &new("1.0"), &app_file("b.txt")),
        Some(Verdict::PresentNew),
        "equal: mode `o` copies"
    );
    assert_eq!(upgrade(&old, &new("0.9"), &app_file("b.txt")), Some(Verdict::PresentOld));
}

/// Rows that refer to each other without end, or that double a text again and again, cost neither time nor memory.
#[test]
fn hostile_tables_end_quickly() {
    let mut circle = Msi::new("1.0.0");
    for number in 0..20_000 {
        let parent = format!("D{}", (number + 1) % 20_000);
        circle.row("Directory", &[&format!("D{number}"), &parent, "d"]);
    }
    let error = Package::load("x", circle.database(), &Payload::new()).expect_err("a circle").to_string();
    assert!(error.starts_with("table `Directory`, row `D0`, column `Directory_Parent`: "), "{error}");
    let mut msi = Msi::new("1.0.0").property("P", "x").key_file("C", &guid(1), 256, "a.dll", "1.0", 1);
    for number in 0..64 {
        let action = format!("Double{number}");
        msi.row("CustomAction", &[&action, "51", "P", "[P][P]"]);
        msi.row("InstallExecuteSequence", &[&action, "", &(100 + number).to_string()]);
    }
    for number in 0..20_000 {
        let parent = format!("F{}", (number + 1) % 20_000);
        msi.row("Feature", &[&format!("F{number}"), &parent, "", "", "1", "1", "", "0"]);
    }
    let package = msi.load();
    let mut engine = Engine::new(Machine::new(package.arch));
    engine.install(&package, &Options::default());
    assert!(engine.machine.has(&app_file("a.dll")));
}

/// Letters that say more than "older": what they do to files without versions is not proven, nor what is left where no
/// letter speaks of files, or where checksums would have to be read.
#[test]
fn unproven_modes_are_uncertain() {
    let package = Msi::new("1.0.0").key_file("C", &guid(1), 256, "a.dll", "", 1).load();
    let mut file = package.components[0].files[0].clone();
    let disk = |version: &str, bytes: i32, modified: bool| DiskFile {
        facts: FileFacts { version: version.parse().ok(), hash: Some([bytes; 4]), ..FileFacts::default() }
            .into(),
        writer: None,
        modified,
        locked: false,
    };
    let play = |file: &File, disk: &DiskFile, mode: &str| {
        let decision = decide(file, Some(disk), &ReinstallMode::new(mode));
        (decision.install, decision.confidence == Confidence::D)
    };
    for mode in ["emus", "dmus"] {
        assert_eq!(play(&file, &disk("", 1, false), mode), (false, true), "{mode}: the same bytes");
        assert_eq!(play(&file, &disk("", 2, true), mode), (false, true), "{mode}: edited");
        assert_eq!(play(&file, &disk("", 2, false), mode), (true, false), "{mode}: other bytes");
    }
    file.version = "2.0".parse().ok();
    for (mode, expected) in [
        ("pmus", (false, false)),
        ("omus", (true, false)),
        ("cmus", (false, true)),
        ("mus", (false, true)),
        ("amus", (true, false)),
    ] {
        assert_eq!(play(&file, &disk("1.0", 1, false), mode), expected, "{mode}: over a lower version");
    }
    assert_eq!(play(&file, &disk("2.0", 1, false), "ocmus"), (false, false));
    file.attributes |= 1024;
    assert_eq!(play(&file, &disk("2.0", 1, false), "ocmus"), (false, true), "its checksum may be wrong");
}

/// Fonts have their versions in tables of their own, and isolated components are copied beside each program.
#[test]
fn fonts_and_isolated_components_are_uncertain() {
    let font = |msi: Msi| msi.with("Font", &["C.a.dll", ""]);
    let isolated = |msi: Msi| msi.component("D", &guid(9), 256).with("IsolatedComponent", &["C", "D"]);
    for change in [&font as &dyn Fn(Msi) -> Msi, &isolated] {
        let package = |release: &str, version: &str| {
            change(Msi::new(release).key_file("C", &guid(1), 256, "a.dll", version, 1)).load()
        };
        let report = Report::of(&Scenario::upgrade(&package("1.0.0", "1.0"), &package("2.0.0", "2.0")));
        assert!(report.outcome(&app_file("a.dll")).expect("owned").is_uncertain());
        assert!(!report.not_simulated.is_empty());
    }
}

/// Windows 11 24H2 on ARM64 does not let a package put older runtime libraries below its own folder.
#[test]
fn runtime_libraries_of_windows_on_arm_are_not_overwritten() {
    let package = |release: &str, version: &str, bytes: i32| {
        Msi::new(release)
            .for_arm64()
            .key_file("C", &guid(1), 256, "vcruntime140.dll", version, bytes)
            .with("Directory", &["RUNTIME", "System64Folder", "."])
            .set("Component", "C", "Directory_", "RUNTIME")
            .load()
    };
    let (old, new) = (package("1.0.0", "2.0", 1), package("2.0.0", "1.0", 2));
    let mut scenario = Scenario::upgrade(&old, &new);
    scenario.options.mode = Some(ReinstallMode::new("amus"));
    let runtime = Resource::File(Folded::path(r"C:\Windows\System32\vcruntime140.dll"));
    assert_eq!(new.not_simulated, ["Windows' protection of its own files"]);
    assert_eq!(Report::of(&scenario).outcome(&runtime).expect("owned").verdict, Verdict::PresentOld);
}

#[test]
fn environment_variables_by_prefix() {
    let play = |name: &str, old: &str, new: &str| {
        let package = |release: &str, value: &str| {
            Msi::new(release)
                .key_file("C", &guid(1), 256, "a.dll", "1.0", 1)
                .with("Environment", &["e", name, value, "C"])
                .load()
        };
        let report = Report::of(&Scenario::upgrade(&package("1.0.0", old), &package("2.0.0", new)));
        let variable = |outcome: &Outcome| match &outcome.resource {
            Resource::Environment(named) => Some((named.1.as_str().to_owned(), outcome.verdict)),
            _ => None,
        };
        report.outcomes.iter().filter_map(variable).collect::<Vec<_>>()
    };
    let fate = |value: &str, verdict: Verdict| vec![(value.to_owned(), verdict)];
    assert_eq!(play("=-*HOME", "1", "2"), fate("2", Verdict::PresentNew), "the value is replaced");
    assert_eq!(
        play("+-*HOME", "1", "2"),
        [fate("1", Verdict::LeftBehind), fate("2", Verdict::Missing)].concat()
    );
    assert_eq!(
        play("=-*PATH", "[~];one", "[~];two"),
        [fate("one", Verdict::LeftBehind), fate("two", Verdict::PresentNew)].concat()
    );
}

/// In other columns a component that was vetoed gives an empty folder; a registry value goes by what was asked for.
#[test]
fn registry_data_speak_of_what_was_asked_for() {
    let old = Msi::new("1.0.0").key_file("C", &guid(1), 256, "a.dll", "2.0", 1).load();
    let new = Msi::new("2.0.0")
        .key_file("C", &guid(1), 256, "a.dll", "1.0", 2)
        .component("D", &guid(2), 256)
        .with("Registry", &["r", "2", r"Software\App", "Folder", "[$C]", "D"])
        .with("Shortcut", &["s", "APPDIR", "App", "D", "[$C]a.dll"])
        .load();
    let machine = Scenario::upgrade(&old, &new).play().engine.machine;
    let data = |kind: &str| {
        let found = machine.others.iter().find(|(resource, _)| resource.kind() == kind);
        found.expect("written").1.data.to_string()
    };
    assert_eq!(data("registry value"), r"C:\Program Files\App\");
    assert_eq!(data("shortcut"), "a.dll");
}

/// `[~]` stands between the texts of a list; before it they join what is there at its end, behind it at its beginning, and a text
/// that is there already moves (<https://learn.microsoft.com/windows/win32/msi/registry-table>). What joined a list leaves the rest.
#[test]
fn lists_in_the_registry_are_joined_and_left() {
    let listing = |release: &str, family: u32, data: &str| {
        Msi::new(release)
            .property("UpgradeCode", &guid(family))
            .upgrade(&guid(family), 0x100)
            .component("R", &guid(family + 1), 256 + 4)
            .with("Registry", &["r", "2", r"Software\App", "List", data, "R"])
            .set("Component", "R", "KeyPath", "r")
            .load()
    };
    let play = |first: Option<&str>, second: &str| {
        let first = first.map(|data| listing("1.0.0", 10, data));
        let second = listing("2.0.0", 20, second);
        let mut engine = Engine::new(Machine::new(second.arch));
        for package in first.iter().chain([&second]) {
            engine.install(package, &Options::default());
        }
        let data =
            |engine: &Engine| engine.machine.others.values().next().map(|written| written.data.to_string());
        let joined = data(&engine);
        engine.remove(second.product_code, &Options::default());
        (joined, data(&engine))
    };
    for (second, joined, left) in [
        ("[~]c", "a[~]b[~]c", Some("a[~]b")),
        ("c[~]", "c[~]a[~]b", Some("a[~]b")),
        ("[~]a", "b[~]a", Some("b")),
        ("b[~]", "b[~]a", Some("a")),
        ("[~]c[~]a", "b[~]c[~]a", Some("b")),
        ("[~]c[~]", "c", None),
        ("c[~]d", "c[~]d", None),
        ("c", "c", None),
    ] {
        let expected = (Some(joined.to_owned()), left.map(str::to_owned));
        assert_eq!(play(Some("a[~]b"), second), expected, "{second} over a list");
    }
    for (alone, written) in [("[~]c", "c"), ("c[~]d[~]", "c[~]d"), ("c[~]d", "c[~]d")] {
        assert_eq!(play(None, alone), (Some(written.to_owned()), None), "{alone} where nothing is");
    }
}

/// A list that replaces owns the value as it was written; what somebody made of it since is not certainly theirs to take.
#[test]
fn a_list_that_was_changed_goes_with_doubts() {
    let package = Msi::new("1.0.0")
        .component("R", &guid(1), 256 + 4)
        .with("Registry", &["r", "2", r"Software\App", "List", "c[~]d", "R"])
        .set("Component", "R", "KeyPath", "r")
        .load();
    for (there, expected) in [("c[~]d", Confidence::B), ("c", Confidence::D)] {
        let mut engine = Engine::new(Machine::new(package.arch));
        engine.install(&package, &Options::default());
        let (resource, written) = engine.machine.others.iter_mut().next().expect("the list");
        written.data = there.into();
        let resource = Subject::Resource(resource.clone());
        engine.remove(package.product_code, &Options::default());
        let (_, removed) = engine.journal.of(&resource).last().expect("it went");
        assert_eq!((removed.deed, removed.confidence), (Deed::Removed, expected), "{there}");
    }
}
