//! Whose things an upgrade touches, what a user chose, and what a finding's cure does.

use super::fixture::{Msi, app_file, family, guid};
use ancm_installer::id::Arch;
use ancm_installer::upgrade::{
    Ending, Headline, Options, Package, ReinstallMode, Report, Resource, Scenario, Then, Verdict,
};

const EARLY: i32 = 1501;
const LATE: i32 = 6601;

fn file(report: &Report, name: &str) -> Option<(Verdict, bool)> {
    report.outcome(&app_file(name)).map(|outcome| (outcome.verdict, outcome.is_uncertain()))
}

fn codes(report: &Report) -> Vec<&'static str> {
    report.findings.iter().map(|finding| finding.code()).collect()
}

/// A product of its own, with the component `id` at `path` below the packages' folder.
fn stranger(number: u32, id: u32, folder: &str) -> Package {
    Msi::new(&format!("{number}.0.0"))
        .property("ProductCode", &guid(0x7000 + number))
        .property("ProductName", &format!("Stranger {number}"))
        .property("UpgradeCode", &guid(0x8000 + number))
        .upgrade(&guid(0x8000 + number), 0x100)
        .with("Directory", &["OWN", "ProgramFiles64Folder", folder])
        .key_file("S", &guid(id), 256, "a.dll", "1.0", 1)
        .set("Component", "S", "Directory_", "OWN")
        .load()
}

/// Fully shared is what has one ComponentId and one key path; a third client elsewhere does not change that.
#[test]
fn one_client_at_the_same_key_path_keeps_the_component() {
    let old = Msi::new("1.0.0").key_file("C", &guid(1), 256, "a.dll", "1.0", 1).load();
    let new = Msi::new("2.0.0").key_file("D", &guid(2), 256, "b.dll", "2.0", 2).removes_at(EARLY).load();
    let (same, elsewhere) = (stranger(3, 1, "App"), stranger(4, 1, "Elsewhere"));
    let report = Report::of(&Scenario::chain(vec![&same, &elsewhere, &old], &new));
    assert_eq!(file(&report, "a.dll"), None, "{:#?}", report.outcomes);
    assert_eq!(report.headline(), Headline::Ok, "{:#?}", report.outcomes);
    let without = Report::of(&Scenario::chain(vec![&elsewhere, &old], &new));
    assert_eq!(file(&without, "a.dll"), Some((Verdict::LeftBehind, true)));
}

#[test]
fn shared_component_ids_are_named_at_install_and_strangers_are_no_predecessors() {
    let (ours, other) = (
        Msi::new("2.0.0").key_file("C", &guid(1), 256, "a.dll", "1.0", 1).load(),
        stranger(3, 1, "Elsewhere"),
    );
    let report = Report::of(&Scenario::upgrade(&other, &ours));
    assert!(codes(&report).contains(&"U044") && !codes(&report).contains(&"U016"), "{:?}", codes(&report));
    assert_eq!(report.headline(), Headline::SideBySide);
}

#[test]
fn removal_and_repair_are_played() {
    let package = Msi::new("1.0.0").key_file("C", &guid(1), 256, "a.dll", "1.0", 1).load();
    let mut scenario = Scenario::chain(Vec::new(), &package);
    scenario.then = vec![Then::Repair(package.product_code), Then::Remove(package.product_code)];
    let report = Report::of(&scenario);
    assert!(report.outcomes.is_empty() && report.headline() == Headline::Ok, "{:#?}", report.outcomes);
    assert_eq!(report.later, ["then 1.0.0 is repaired", "then 1.0.0 is removed"]);
    // what two products own under two ComponentIds goes with either
    let other = stranger(3, 9, "App");
    let mut scenario = Scenario::chain(vec![&other], &package);
    scenario.then = vec![Then::Remove(package.product_code)];
    let report = Report::of(&scenario);
    assert_eq!(report.headline(), Headline::Regression);
    let lost = report.outcome(&app_file("a.dll")).expect("lost");
    assert_eq!((lost.verdict, lost.owner), (Verdict::Missing, other.product_code));
}

#[test]
fn selections_name_exactly_what_they_select() {
    let package = Msi::new("1.0.0")
        .with("Feature", &["Extra", "", "", "", "1", "1", "", "0"])
        .with("Feature", &["Child", "Extra", "", "", "1", "1", "", "0"])
        .with("Feature", &["Off", "", "", "", "1", "0", "", "0"])
        .key_file("A", &guid(1), 256, "a.dll", "1.0", 1)
        .key_file("B", &guid(2), 256, "b.dll", "1.0", 1)
        .key_file("C", &guid(3), 256, "c.dll", "1.0", 1)
        .key_file("D", &guid(4), 256, "d.dll", "1.0", 1)
        .without("FeatureComponents", "Main")
        .with("FeatureComponents", &["Main", "A"])
        .with("FeatureComponents", &["Extra", "B"])
        .with("FeatureComponents", &["Child", "C"])
        .with("FeatureComponents", &["Off", "D"])
        .load();
    for (property, value, expected) in [
        ("ADDLOCAL", "Main", "a"),
        ("ADDLOCAL", "Child", "bc"),
        ("ADDLOCAL", "Extra", "b"),
        ("ADDLOCAL", "ALL", "abc"),
        ("ADDLOCAL", "Off", ""),
        ("REMOVE", "Extra", "a"),
        ("REMOVE", "ALL", ""),
        ("REINSTALL", "Main", ""),
        ("INSTALLLEVEL", "1", "abc"),
    ] {
        let mut scenario = Scenario::chain(Vec::new(), &package);
        scenario.options.assumed = [(property.to_owned(), value.to_owned())].into_iter().collect();
        let report = Report::of(&scenario);
        let there = |name: &&str| file(&report, &format!("{name}.dll")).is_some();
        let found: String = ["a", "b", "c", "d"].into_iter().filter(there).collect();
        assert_eq!(found, expected, "{property}={value}");
    }
}

/// The old product was installed otherwise than the new one.
#[test]
fn old_and_new_are_chosen_apart() {
    let package = |version: &str| {
        Msi::new(version)
            .with("Feature", &["Extra", "", "", "", "1", "1", "", "0"])
            .key_file("A", &guid(1), 256, "a.dll", version, 1)
            .key_file("B", &guid(2), 256, "b.dll", version, 1)
            .without("FeatureComponents", "Main")
            .with("FeatureComponents", &["Main", "A"])
            .with("FeatureComponents", &["Extra", "B"])
            .upgrade(&family(), 0x101)
    };
    let (old, new) = (package("1.0.0").load(), package("2.0.0").load());
    let mut scenario = Scenario::upgrade(&old, &new);
    let chosen = [("ADDLOCAL".to_owned(), "Main".to_owned())].into_iter().collect();
    scenario.old_options = Some(Options { mode: None, assumed: chosen });
    let report = Report::of(&scenario);
    // migrated: the user never had it, so it is no loss that it does not come
    assert_eq!((file(&report, "b.dll"), report.headline()), (None, Headline::Ok));
}

#[test]
fn x86_packages_run_on_64_bit_windows() {
    let package = |condition: &str| {
        let msi = Msi::new("1.0.0").key_file("C", &guid(1), 0, "a.dll", "1.0", 1);
        let msi = msi.set("Component", "C", "Directory_", "PROGRAMS32");
        let msi = msi.with("Directory", &["PROGRAMS32", "ProgramFilesFolder", "App"]);
        let msi = msi.with("LaunchCondition", &[condition, "no"]).for_x86();
        msi.load()
    };
    for (condition, arch, folder) in [
        ("1", Arch::X64, r"C:\Program Files (x86)\App\a.dll"),
        ("Installed OR NOT VersionNT64", Arch::X86, r"C:\Program Files\App\a.dll"),
    ] {
        let package = package(condition);
        let report = Report::of(&Scenario::chain(Vec::new(), &package));
        assert_eq!(report.machine, arch);
        assert!(report.outcomes.iter().any(|outcome| outcome.resource.to_string() == folder), "{folder}");
        assert!(report.assumptions.iter().any(|text| text.starts_with("the machine runs")));
    }
}

/// A launch condition about a search that the old product's has answered is no question.
#[test]
fn a_machine_that_let_the_old_product_in_lets_the_new_one_in() {
    let package = |version: &str, condition: &str| {
        Msi::new(version)
            .key_file("C", &guid(1), 256, "a.dll", version, 1)
            .with("AppSearch", &["HOST", "host"])
            .with("LaunchCondition", &[condition, "no host"])
    };
    let asks = r##"(HOST = "#1") OR Installed"##;
    let new = package("2.0.0", r##"Installed OR HOST = "#1""##).load();
    let report = Report::of(&Scenario::upgrade(&package("1.0.0", asks).load(), &new));
    assert_eq!((report.headline(), report.assumptions.len()), (Headline::Ok, 1), "{:?}", report.assumptions);
    let report = Report::of(&Scenario::upgrade(&package("1.0.0", "1").load(), &new));
    assert_eq!(report.headline(), Headline::Uncertain);
    assert!(report.assumptions.iter().any(|text| text.contains("`HOST`")), "{:?}", report.assumptions);
}

#[test]
fn an_error_action_refuses_and_says_why() {
    let old = Msi::new("1.0.0").key_file("C", &guid(1), 256, "a.dll", "1.0", 1).load();
    let new = Msi::new("2.0.0")
        .key_file("C", &guid(1), 256, "a.dll", "2.0", 2)
        .with("CustomAction", &["Stop", "19", "", "not over [OLD]"])
        .with("InstallExecuteSequence", &["Stop", "OLD", "120"])
        .load();
    let report = Report::of(&Scenario::upgrade(&old, &new));
    assert_eq!(report.headline(), Headline::Refused);
    let Ending::Failed { error, reason, .. } = &report.ending else { panic!("refused") };
    assert!(*error == 1603 && reason.starts_with("custom action `Stop`: not over {"), "{reason}");
}

#[test]
fn reasons_of_what_is_not_found_fit() {
    let old = |version: &str| Msi::new(version).key_file("C", &guid(1), 256, "a.dll", "1.0", 1).load();
    let new = |version: &str| Msi::new(version).key_file("C", &guid(1), 256, "a.dll", "2.0", 2);
    let messages = |old: &Package, new: &Msi| -> String {
        let report = Report::of(&Scenario::upgrade(old, &new.load()));
        let own = report.findings.iter().filter(|finding| finding.resource.is_none());
        own.map(|finding| format!("{} {}\n", finding.code(), finding.message)).collect()
    };
    let limited = |version: &str, max: &str| new(version).set("Upgrade", &family(), "VersionMax", max);
    for (old_version, package, expected) in [
        (
            "1.0.0",
            new("2.0.0").without("InstallExecuteSequence", "FindRelatedProducts"),
            "FindRelatedProducts is missing",
        ),
        (
            "1.0.0",
            new("2.0.0").set("InstallExecuteSequence", "FindRelatedProducts", "Condition", "NEVER"),
            "the condition of FindRelatedProducts does not hold",
        ),
        ("3.0.0", limited("2.0.0", "2.0.0"), "it is newer, and this is a downgrade"),
        ("1.5.0", limited("2.0.0", "1.2.0"), "is outside the version range of the Upgrade rows\n"),
        (
            "2.0.0.5",
            limited("2.0.0.4", "2.0.0"),
            "U047 2.0.0.4 after 2.0.0.5: Windows Installer ignores the fourth field, so this is no downgrade",
        ),
        ("2.0.0.5", new("2.0.0.4"), "so the lower version replaces the higher one"),
    ] {
        let found = messages(&old(old_version), &package);
        assert!(found.contains(expected), "{expected}: {found}");
    }
}

/// What a finding tells to do is done, and the case is cured.
#[test]
fn cures_cure() {
    type Case = (&'static str, (&'static str, i32), Cure, &'static [Cure]);
    /// The new package: version, bytes, ComponentId, where the old product goes, attributes, REINSTALLMODE.
    #[derive(Clone, Copy)]
    struct Cure(&'static str, i32, u32, i32, i32, &'static str);
    const CASES: [Case; 6] = [
        (
            "U001",
            ("1.0", 1),
            Cure("2.0", 2, 2, LATE, 256, ""),
            &[Cure("2.0", 2, 1, LATE, 256, ""), Cure("2.0", 2, 2, EARLY, 256, "")],
        ),
        (
            "U002",
            ("2.0", 1),
            Cure("1.0", 2, 1, EARLY, 256, ""),
            &[Cure("2.1", 2, 1, EARLY, 256, ""), Cure("1.0", 2, 1, EARLY, 256, "amus")],
        ),
        ("U003", ("2.0", 1), Cure("", 2, 1, EARLY, 256, ""), &[Cure("2.1", 2, 1, EARLY, 256, "")]),
        (
            "U004",
            ("2.0", 1),
            Cure("1.0", 2, 1, LATE, 256, ""),
            &[Cure("2.1", 2, 1, LATE, 256, ""), Cure("1.0", 2, 1, LATE, 256, "amus")],
        ),
        (
            "U005",
            ("2.0", 1),
            Cure("2.0", 2, 1, LATE, 256, ""),
            &[Cure("2.1", 2, 1, LATE, 256, ""), Cure("2.0", 2, 1, LATE, 256, "emus")],
        ),
        ("U008", ("", 1), Cure("", 2, 1, EARLY, 256 + 128, ""), &[Cure("", 2, 1, EARLY, 256, "")]),
    ];
    let play = |(version, bytes): (&str, i32), cure: Cure| {
        let old = Msi::new("1.0.0").key_file("C", &guid(1), 256, "a.dll", version, bytes).load();
        let new = Msi::new("2.0.0").key_file("C", &guid(cure.2), cure.4, "a.dll", cure.0, cure.1);
        let new = new.removes_at(cure.3).load();
        let mut scenario = Scenario::upgrade(&old, &new);
        scenario.options.mode = (!cure.5.is_empty()).then(|| ReinstallMode::new(cure.5));
        Report::of(&scenario)
    };
    for (code, old, ill, cures) in CASES {
        let report = play(old, ill);
        assert!(
            codes(&report).contains(&code) && report.headline() != Headline::Ok,
            "{code}: {:?}",
            codes(&report)
        );
        for (number, cure) in cures.iter().enumerate() {
            let cured = play(old, *cure);
            assert_eq!(cured.headline(), Headline::Ok, "{code}, cure {number}: {:#?}", cured.findings);
        }
    }
}

/// The same for findings about more than one key file.
#[test]
fn cures_of_paths_ids_and_properties_cure() {
    let old = |files: u32| {
        let file = |msi: Msi, number: u32| {
            msi.key_file(&format!("F{number}"), &guid(100 + number), 256, &format!("f{number}.dll"), "1.0", 1)
        };
        (0..files).fold(Msi::new("1.0.0"), file).load()
    };
    let new = |files: u32, first_id: u32, place: i32| {
        let file = |msi: Msi, number: u32| {
            let id = guid(first_id + number);
            msi.key_file(&format!("F{number}"), &id, 256, &format!("f{number}.dll"), "2.0", 2)
        };
        (0..files).fold(Msi::new("2.0.0").removes_at(place), file)
    };
    // U029: two components of one path, and the one component that is the cure
    let twice = new(1, 100, EARLY).key_file("D", &guid(3), 256, "F0.DLL", "2.0", 2);
    // U029 between products: the path is another's, and the cure is a ComponentId that both have
    let other = stranger(3, 9, "App");
    let beside =
        |id: u32| Msi::new("2.0.0").key_file("C", &guid(id), 256, "a.dll", "1.0", 1).removes_at(EARLY).load();
    // U041: ids that change with each build, cured by ids that do not
    let renumbered = new(3, 200, LATE);
    // A07: a property that is neither public nor secure
    let private = |property: &str| {
        let msi = new(1, 100, EARLY).set("Upgrade", &family(), "ActionProperty", property);
        msi.property("SecureCustomProperties", "OLD").load()
    };
    for (code, old, ill, cured) in [
        ("U029", old(1), twice.load(), new(1, 100, EARLY).load()),
        ("U029", other, beside(1), beside(9)),
        ("U041", old(3), renumbered.load(), new(3, 100, LATE).load()),
        ("U046", old(1), private("Old"), private("OLD")),
        ("U046", old(1), private("FOUND"), private("OLD")),
    ] {
        let before = Report::of(&Scenario::upgrade(&old, &ill));
        assert!(codes(&before).contains(&code), "{code}: {:?}", codes(&before));
        let after = Report::of(&Scenario::upgrade(&old, &cured));
        assert!(!codes(&after).contains(&code), "{code}: {:#?}", after.findings);
        assert!(!after.is_regression(), "{code}: {:#?}", after.outcomes);
    }
    // what the ill one of U029 loses when one of the two goes, the cured one keeps
    let loses = |id: u32| {
        let (other, ours) = (stranger(3, 9, "App"), beside(id));
        let mut scenario = Scenario::upgrade(&other, &ours);
        scenario.then.push(Then::Remove(ours.product_code));
        Report::of(&scenario).is_regression()
    };
    assert_eq!((loses(1), loses(9)), (true, false));
}

/// The entries of IIS Express that Microsoft's broken package leaves point to a DLL that is gone.
#[test]
fn a_module_entry_that_points_to_nothing_is_a_loss() {
    let (old, new) =
        (super::ancm::baseline("old-iisexpress-arm64"), super::ancm::baseline("broken-iisexpress-arm64"));
    let report = Report::of(&Scenario::upgrade(&old, &new));
    let fate = |root: &str| {
        let name = format!(r"AspNetCoreModuleV2 ({root}\IIS Express\AppServer\applicationhost.config)");
        report.outcome(&Resource::Module(name)).expect("an entry").verdict
    };
    assert_eq!(fate(r"C:\Program Files"), Verdict::Dangling);
    assert_eq!(fate(r"C:\Program Files (x86)"), Verdict::PresentNew, "its DLL is there");
    assert!(codes(&report).contains(&"U048"));
}
