//! Upgrade failures that people reported, as small package pairs with the finding that explains them.

use super::fixture::{Msi, app_file, family, guid};
use ancm_installer::upgrade::{
    Ending, Folded, Options, Package, Perturbation, ReinstallMode, Report, Resource, Scenario, Verdict,
};

const EARLY_A: i32 = 1401;
const EARLY_B: i32 = 1501;
const LATE: i32 = 6501;
const LATE_C: i32 = 6601;

/// Version 1 with the component `C` and its key file `a.dll`.
fn old(version: &str) -> Msi {
    Msi::new("1.0.0").key_file("C", &guid(1), 256, "a.dll", version, 1)
}

/// Version 2 with the component `C` under ComponentId `id`.
fn new(version: &str, id: u32, removes_at: i32) -> Msi {
    Msi::new("2.0.0").key_file("C", &guid(id), 256, "a.dll", version, 2).removes_at(removes_at)
}

fn play(old: &Package, new: &Package, change: impl FnOnce(&mut Scenario)) -> Report {
    let mut scenario = Scenario::upgrade(old, new);
    change(&mut scenario);
    Report::of(&scenario)
}

fn codes(report: &Report) -> Vec<&'static str> {
    let mut codes: Vec<&str> = report.findings.iter().map(|finding| finding.code()).collect();
    codes.dedup();
    codes
}

fn check(name: &str, old: &Msi, new: &Msi, expected: &[&str]) -> Report {
    check_with(name, old, new, expected, |_| {})
}

fn check_with(
    name: &str,
    old: &Msi,
    new: &Msi,
    expected: &[&str],
    change: impl FnOnce(&mut Scenario),
) -> Report {
    let (old, new) = (old.load(), new.load());
    let report = play(&old, &new, change);
    for code in expected {
        assert!(codes(&report).contains(code), "{name}: no {code} in {:?}\n{report:#?}", codes(&report));
    }
    report
}

fn check_none(name: &str, old: &Msi, new: &Msi, unexpected: &[&str]) {
    let report = check(name, old, new, &[]);
    for code in unexpected {
        assert!(!codes(&report).contains(code), "{name}: {code}\n{report:#?}");
    }
}

#[test]
fn new_component_ids_with_late_removal() {
    let ancm = check("ANCM, .NET 10 preview 2", &old("19.0.25063.0"), &new("", 2, LATE_C), &["U001", "U003"]);
    assert!(ancm.is_regression());
    check("Wix# default strategy", &old("1.0"), &new("2.0", 2, LATE_C), &["U001", "U034"]);
    check("Stack Overflow 52047454", &old("1.0"), &new("2.0", 2, LATE), &["U001"]);
    let many = |msi: Msi, first: u32| {
        (0..4).fold(msi, |msi, number| {
            let name = format!("f{number}.dll");
            msi.key_file(&format!("F{number}"), &guid(first + number), 256, &name, "1.0", 1)
        })
    };
    let random = many(Msi::new("2.0.0"), 200);
    check("FAKE WixHelper, nfpm, go-msi", &many(Msi::new("1.0.0"), 100), &random, &["U041", "U001"]);
    check_none("Duplicati, removal before costing", &old("2.0"), &new("1.0", 2, 790), &["U001", "U002"]);
}

#[test]
fn registry_values_of_renumbered_components() {
    let value = |msi: Msi, id: u32| {
        msi.component("R", &guid(id), 256 + 4)
            .with("Registry", &["r", "2", r"Software\App", "Version", "1", "R"])
            .set("Component", "R", "KeyPath", "r")
    };
    let report = check(
        "WiX 3 → 4 registry key paths",
        &value(old("1.0"), 7),
        &value(new("2.0", 1, LATE_C), 8),
        &["U009"],
    );
    assert!(report.is_regression());
    check_none("early removal", &value(old("1.0"), 7), &value(new("2.0", 1, EARLY_B), 8), &["U009"]);
    let key = |msi: Msi, name: &str| {
        msi.component("K", &guid(9), 256)
            .with("Registry", &["k", "2", r"Software\App", name, "", "K"])
            .without("Component", "C")
            .with("Component", &["C", &guid(1), "APPDIR", "256", "", "C.a.dll"])
    };
    let plain = new("2.0", 1, LATE_C).with("Registry", &["v", "2", r"Software\App\Sub", "v", "1", "C"]);
    check("a whole key", &key(old("1.0"), "-"), &plain, &["U013"]);
}

#[test]
fn versions_that_go_backwards_or_disappear() {
    check("Vagrant 1.5.3 → 1.6", &old("2.4.12.3100"), &new("", 2, EARLY_B), &["U003"]);
    let wix = check("WiX 5774", &old("1.2.0.0"), &new("1.1.0.0", 1, EARLY_A), &["U002"]);
    let lost = wix.outcome(&app_file("a.dll")).expect("owned");
    assert_eq!((lost.verdict, lost.repairable), (Verdict::Missing, true));
    check("Corretto over Oracle", &old("8.0.1710.11"), &new("8.0.202.8", 1, EARLY_A), &["U002"]);
    check("IdentityModel, early", &old("1.0.20622.1351"), &new("1.0.4.54", 1, EARLY_B), &["U002"]);
    check("IdentityModel, late", &old("1.0.20622.1351"), &new("1.0.4.54", 1, LATE_C), &["U004"]);
    check("cx_Freeze", &old("1.0"), &new("", 1, EARLY_B), &["U003"]);
    check("electron stub", &old("678.0.0.0"), &new("1.6.0.0", 1, EARLY_B), &["U002"]);
    let removing = new("1.0", 1, EARLY_B).with("RemoveFile", &["x", "C", "a.dll", "APPDIR", "3"]);
    check("Wix# 1119, RemoveFile does not help", &old("2.0"), &removing, &["U002"]);
    let wise = check(
        "Symantec Wise",
        &old("93.1500.0.0").key_file("U", &guid(5), 256, "u.txt", "", 1),
        &new("93.01.00.1000", 1, EARLY_B).key_file("U", &guid(5), 256, "u.txt", "", 2),
        &["U002"],
    );
    assert_eq!(wise.outcome(&app_file("u.txt")).map(|o| o.verdict), Some(Verdict::PresentNew));
}

#[test]
fn a_veto_takes_the_whole_component() {
    let more = |msi: Msi| {
        msi.file("C", "b.dll", "1.0", 1).with("Registry", &["r", "2", r"Software\App", "v", "1", "C"])
    };
    let report = check("collateral", &more(old("2.0")), &more(new("1.0", 1, EARLY_B)), &["U002", "U007"]);
    assert_eq!(report.outcome(&app_file("b.dll")).map(|o| o.verdict), Some(Verdict::Missing));
    check("InstallShield forum", &more(old("1.0")), &more(new("1.0", 1, EARLY_A)), &["U002e"]);
}

#[test]
fn stale_files_and_leftovers() {
    check("Notepad++ SciLexer", &old("3.5.6.0"), &new("3.5.6.0", 1, LATE_C), &["U005"]);
    check("OpenJDK 8.0.0.0", &old("8.0.0.0"), &new("8.0.0.0", 1, LATE), &["U005"]);
    let amus = |scenario: &mut Scenario| {
        scenario.options = Options { mode: Some(ReinstallMode::new("amus")), ..Options::default() };
    };
    check_with("amus", &old("8.0.0.0"), &new("8.0.0.0", 1, LATE), &["U035"], amus);
    let ssl = old("1.0").file("C", "libssl-1_1.dll", "1.1", 1);
    let left = check("psqlODBC", &ssl, &new("2.0", 1, LATE_C), &["U010"]);
    assert_eq!(left.outcome(&app_file("libssl-1_1.dll")).map(|o| o.verdict), Some(Verdict::LeftBehind));
    let permanent = Msi::new("1.0.0").key_file("C", &guid(1), 256 + 16, "b.dll", "1.0", 1);
    check("permanent", &permanent, &new("2.0", 1, LATE_C), &["U022"]);
    let edited = |scenario: &mut Scenario| scenario.perturbations.push(Perturbation::Edited(None));
    check_with("edited settings", &old(""), &new("", 1, LATE_C), &["U006"], edited);
}

#[test]
fn products_that_are_not_found() {
    let same = |version: &str| Msi::new(version).key_file("C", &guid(1), 256, "a.dll", "1.0", 1);
    check(
        "Temurin 11.0.9.1",
        &same("11.0.9.0"),
        &same("11.0.9.1").upgrade(&family(), 0).set("Upgrade", &family(), "VersionMax", "11.0.9"),
        &["U017"],
    );
    let codeless = new("2.0", 1, LATE_C).upgrade(&guid(0xABCD), 0x100);
    let beside = check("skywire, PowerShell", &old("1.0"), &codeless, &["U016"]);
    assert_eq!(beside.beside.len(), 1);
    let per_user = old("1.0").property("ALLUSERS", "2").property("MSIINSTALLPERUSER", "1");
    check("pandoc", &per_user, &new("2.0", 1, LATE_C), &["U016c"]);
    check_none(
        "per machine where one may",
        &old("1.0").property("ALLUSERS", "2"),
        &new("2.0", 1, LATE_C),
        &["U016c"],
    );
    let german = new("2.0", 1, LATE_C).set("Upgrade", &family(), "Language", "1031");
    check("another language", &old("1.0"), &german, &["U016"]);
    let insecure = new("2.0", 1, LATE_C)
        .property("SecureCustomProperties", "OTHER")
        .with("InstallUISequence", &["FindRelatedProducts", "", "25"]);
    check("a property that is not secure", &old("1.0"), &insecure, &["U016"]);
    let conditioned =
        new("2.0", 1, LATE_C).set("InstallExecuteSequence", "RemoveExistingProducts", "Condition", "NOT OLD");
    let conditioned = check("MSIBuild, a condition at the removal", &old("1.0"), &conditioned, &["U019"]);
    assert_eq!(conditioned.beside.len(), 1);
    let one_sequence = new("2.0", 1, LATE_C).with("InstallUISequence", &["ExecuteAction", "", "1300"]);
    check("detection in one sequence", &old("1.0"), &one_sequence, &["U033"]);
    let tev = check("tev, meson", &old("1.0"), &old("2.0"), &["U018b"]);
    assert!(matches!(tev.ending, Ending::Failed { error: 1638, .. }));
    let never = new("2.0", 1, LATE_C).without("InstallExecuteSequence", "RemoveExistingProducts");
    check("no removal", &old("1.0"), &never, &["U019"]);
    let illegal = check("illegal place", &old("1.0"), &new("2.0", 1, 3000), &["U018"]);
    assert!(matches!(illegal.ending, Ending::Failed { error: 2613, .. }));
}

#[test]
fn files_in_use_and_the_installer_cache() {
    let locked = |scenario: &mut Scenario| scenario.perturbations.push(Perturbation::Locked(None));
    check_with("Wazuh", &old("1.0"), &new("1.0", 1, EARLY_B), &["U025"], locked);
    check("Nextcloud, PowerShell, Open-Shell", &old("1.0"), &new("2.0", 1, LATE_C), &["U039"]);
}

#[test]
fn counts_rows_and_actions_of_the_old_package() {
    let system = |version: &str, id: u32| {
        Msi::new(version).key_file("S", &guid(id), 256 + 8, "s.dll", "1.0", 1).set(
            "Component",
            "S",
            "Directory_",
            "System64Folder",
        )
    };
    check("Wix# 1221", &system("1.0.0", 1), &system("2.0.0", 2), &["U023"]);
    let ini =
        old("1.0").component("I", &guid(6), 256).with("RemoveFile", &["i", "I", "*.ini", "APPDIR", "2"]);
    let ini = ini.file("I", "x.txt", "", 1).set("Component", "I", "KeyPath", "I.x.txt");
    let keeps = new("2.0", 1, LATE_C).key_file("N", &guid(8), 256, "nsclient.ini", "", 3);
    let nscp = check("NSClient++", &ini, &keeps, &["U012"]);
    assert_eq!(nscp.outcome(&app_file("nsclient.ini")).map(|o| o.verdict), Some(Verdict::Missing));
    let never = Msi::new("2.0.0").key_file("C", &guid(1), 256 + 128, "a.ini", "", 1).removes_at(EARLY_B);
    check(
        "Nilesoft Shell, Wix# 927",
        &Msi::new("1.0.0").key_file("C", &guid(1), 256, "a.ini", "", 1),
        &never,
        &["U008"],
    );
    let action = old("1.0")
        .with("CustomAction", &["RemoveUser", "3585", "Util", "RemoveUser"])
        .with("InstallExecuteSequence", &["RemoveUser", "REMOVE~=\"ALL\"", "3499"]);
    for (place, when) in [(EARLY_A, "own transaction"), (EARLY_B, "after the new package's own actions")] {
        let user = check("util:User", &action, &new("2.0", 1, place), &["U026"]);
        assert!(user.findings.iter().any(|f| f.code() == "U026" && f.message.contains(when)), "{when}");
    }
    let guarded = old("1.0")
        .with("CustomAction", &["RemoveUser", "3585", "Util", "RemoveUser"])
        .with("InstallExecuteSequence", &["RemoveUser", "REMOVE AND NOT UPGRADINGPRODUCTCODE", "3499"]);
    check_none("a guarded action", &guarded, &new("2.0", 1, EARLY_B), &["U026"]);
    let assembly = |msi: Msi| {
        msi.with("MsiAssembly", &["C", "Main", "", "", "0"])
            .with("MsiAssemblyName", &["C", "name", "App"])
            .with("MsiAssemblyName", &["C", "version", "1.0.0.0"])
    };
    check("KB905238", &assembly(old("1.0")), &assembly(new("1.0", 2, EARLY_B)), &["U024"]);
}

#[test]
fn services_and_environment() {
    let service = |msi: Msi| {
        msi.with("ServiceInstall", &["s", "AppService", "", "16", "2", "1", "", "", "", "", "", "C"])
            .with("ServiceControl", &["c", "AppService", "161", "", "", "C"])
    };
    check("service", &service(old("1.0")), &service(new("2.0", 2, LATE_C)), &["U014"]);
    let stopping = |msi: Msi, id: u32| {
        let msi = msi
            .component("S", &guid(id), 256)
            .with("ServiceControl", &["t", "AppService", "32", "", "", "S"]);
        msi.with("ServiceInstall", &["s", "AppService", "", "16", "2", "1", "", "", "", "", "", "C"])
            .with("ServiceControl", &["c", "AppService", "1", "", "", "C"])
    };
    let stopped =
        check("service stopped", &stopping(old("1.0"), 7), &stopping(new("2.0", 1, LATE_C), 8), &["U014"]);
    let running = Resource::Running(Folded::new("AppService"));
    assert_eq!(stopped.outcome(&running).map(|o| o.verdict), Some(Verdict::Missing));
    let unstopped = |msi: Msi| {
        msi.with("ServiceInstall", &["s", "AppService", "", "16", "2", "1", "", "", "", "", "", "C"])
    };
    check(
        "Wazuh, a service that nothing stops",
        &unstopped(old("1.0")),
        &unstopped(new("1.0", 1, EARLY_B)),
        &["U025"],
    );
    let path = |msi: Msi| msi.with("Environment", &["e", "=-*PATH", "[~];[APPDIR]", "C"]);
    check("PATH", &path(old("1.0")), &path(new("2.0", 2, LATE_C)), &["U015"]);
}

#[test]
fn features_and_conditions() {
    let off =
        old("1.0").without("Feature", "Main").with("Feature", &["Main", "", "", "", "1", "200", "", "0"]);
    let migrating = new("2.0", 1, LATE_C).upgrade(&family(), 0x101);
    check("migration", &off, &migrating, &[]);
    let moved = |msi: Msi, level: &str| {
        msi.with("Feature", &["Extra", "", "", "", "1", level, "", "0"])
            .without("FeatureComponents", "Main")
            .with("FeatureComponents", &["Extra", "C"])
    };
    let report = check(
        "moved into a feature that was off",
        &old("1.0").with("Feature", &["Extra", "", "", "", "1", "200", "", "0"]),
        &moved(migrating.clone(), "1"),
        &["U020"],
    );
    assert!(report.is_regression());
    let condition = new("2.0", 1, EARLY_B).set("Component", "C", "Condition", "Wanted");
    check("condition", &old("1.0"), &condition, &["U021"]);
}

#[test]
fn what_one_package_says_by_itself() {
    let base = || new("2.0", 1, LATE_C);
    check("column lies", &old("1.0"), &base().real_version("C.a.dll", "2.1"), &["U027"]);
    check("companion", &old("1.0"), &base().set("File", "C.a.dll", "Version", "C.a.dll"), &["U028"]);
    check("two owners", &old("1.0"), &base().key_file("D", &guid(3), 256, "A.DLL", "2.0", 2), &["U029"]);
    check(
        "one ComponentId twice",
        &old("1.0"),
        &base().key_file("D", &guid(1), 256, "d.dll", "2.0", 2),
        &["U030"],
    );
    check("no ComponentId", &old("1.0"), &base().key_file("D", "", 256, "d.dll", "2.0", 2), &["U031"]);
    let narrow = Msi::new("2.0.0").key_file("C", &guid(1), 0, "a.dll", "2.0", 2);
    check("bitness", &old("1.0"), &narrow, &["U032"]);
    let partly = base()
        .without("Upgrade", &family())
        .with("Upgrade", &[&family(), "0.0.0", "255.0.0", "", "256", "Main", "OLD"]);
    check("some features", &old("1.0"), &partly, &["U036"]);
    let library = |msi: Msi, version: &str| {
        msi.with("TypeLib", &[&guid(77), "0", "C", version, "", "APPDIR", "Main", ""])
    };
    check("type library", &library(old("1.0"), "259"), &library(base(), "258"), &["U038"]);
    check("folder", &old("1.0"), &base().property("WIXUI_INSTALLDIR", "APPDIR"), &["U040"]);
    let vetoed = new("1.0", 1, EARLY_B)
        .key_file("D", &guid(4), 256, "d.dll", "2.0", 2)
        .with("Shortcut", &["s", "APPDIR", "App", "D", "[#C.a.dll]"]);
    check("shortcut to a vetoed file", &old("2.0"), &vetoed, &["U042"]);
    let vetoed = new("1.0", 1, EARLY_B)
        .key_file("D", &guid(4), 256, "d.dll", "2.0", 2)
        .with("Shortcut", &["s", "APPDIR", "App", "D", "[$C]a.dll"]);
    check("blank reference", &old("2.0"), &vetoed, &["U042"]);
}

#[test]
fn places_that_move_and_products_that_pile_up() {
    let moved = new("2.0", 1, LATE_C)
        .with("Directory", &["SUB", "APPDIR", "2.0"])
        .set("Component", "C", "Directory_", "SUB")
        .with("Registry", &["r", "2", r"Software\App", "Moved", "1", "C"]);
    let before = old("1.0").with("Registry", &["q", "2", r"Software\App", "Old", "1", "C"]);
    let report = check("same ComponentId, moved", &before, &moved, &["U011"]);
    let old_file = report.outcome(&app_file("a.dll")).expect("it goes by a rule that is not proven");
    assert_eq!((old_file.verdict, old_file.is_uncertain()), (Verdict::LeftBehind, true));
    let first = Msi::new("1.0.0").key_file("C", &guid(1), 256, "a.dll", "1.0", 1).load();
    let second =
        Msi::new("1.5.0").upgrade(&guid(0xABCD), 0).key_file("C", &guid(1), 256, "a.dll", "1.5", 2).load();
    let third = new("2.0", 1, LATE_C).load();
    let piled = Report::of(&Scenario::chain(vec![&first, &second], &third));
    assert!(codes(&piled).contains(&"U037"), "{:?}", codes(&piled));
    let bundle =
        Msi::new("2.0.0").upgrade(&guid(0xABCD), 0).key_file("C", &guid(2), 256, "a.dll", "2.0", 2).load();
    let report = play(&first, &bundle, |scenario| scenario.bundle = true);
    assert!(codes(&report).contains(&"U043") && codes(&report).contains(&"U001"), "{:?}", codes(&report));
}
