//! Microsoft's packages of six eras: what the rules say of upgrades between them.

use ancm_installer::upgrade::{
    Baseline, Confidence, Few, Folded, Options, Outcome, Package, Report, Resource, Scenario, Verdict,
};
use std::path::PathBuf;
use std::sync::Arc;

/// The folder of the baselines.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("wix/products/ancm/baselines")
}

/// The package that the baseline `name` stands for.
pub fn baseline(name: &str) -> Package {
    read(name).package().expect(name)
}

fn read(name: &str) -> Baseline {
    let text = std::fs::read_to_string(folder().join(format!("{name}.toml"))).expect(name);
    Baseline::parse(name, &text).expect(name)
}

/// Every baseline's name.
pub fn names() -> Vec<String> {
    let mut names = Vec::new();
    for era in ["old", "broken", "rc1", "rc2", "fixed", "net11rc1"] {
        for flavour in ["iis", "iisexpress"] {
            for arch in ["x86", "x64", "arm64"] {
                names.push(format!("{era}-{flavour}-{arch}"));
            }
        }
    }
    names
}

fn report(old: &str, new: &str) -> Report {
    Report::of(&Scenario::upgrade(&baseline(old), &baseline(new)))
}

fn module(flavour: &str, file: &str) -> Resource {
    let folder = if flavour == "iis" { "IIS" } else { "IIS Express" };
    Resource::File(Folded::path(&format!(r"C:\Program Files\{folder}\Asp.Net Core Module\V2\{file}")))
}

fn outcome<'a>(report: &'a Report, resource: &Resource) -> &'a Outcome {
    report.outcome(resource).unwrap_or_else(|| panic!("{resource} in {:#?}", report.outcomes))
}

fn codes(report: &Report, resource: &Resource) -> Vec<&'static str> {
    let about = report.findings.iter().filter(|finding| finding.resource.as_ref() == Some(resource));
    about.map(|finding| finding.code()).collect()
}

fn lost(report: &Report) -> Vec<String> {
    let missing = report.outcomes.iter().filter(|outcome| outcome.verdict == Verdict::Missing);
    missing.map(|outcome| format!("{} {}", outcome.confidence, outcome.resource)).collect()
}

#[test]
fn all_thirty_six_are_there_and_read_back_as_they_are_written() {
    let mut found: Vec<String> = std::fs::read_dir(folder())
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().replace(".toml", ""))
        .collect();
    found.sort();
    let mut expected = names();
    expected.sort();
    assert_eq!(found, expected);
    for name in expected {
        let text = std::fs::read_to_string(folder().join(format!("{name}.toml"))).expect("readable");
        let baseline = Baseline::parse(&name, &text).expect("a baseline");
        assert_eq!(baseline.render(), text, "{name}");
        let package = baseline.package().expect("a package");
        let again = Baseline::of(&name, &baseline.source, &baseline.database, &baseline.payload);
        assert_eq!(again.database, baseline.database, "{name}");
        assert!(package.files().all(|(_, file)| file.facts.version == file.version), "{name}");
    }
}

#[test]
fn each_installs_on_a_clean_machine_and_uninstalls_without_a_trace() {
    for name in names() {
        let package = baseline(&name);
        let mut engine =
            ancm_installer::upgrade::Engine::new(ancm_installer::upgrade::Machine::new(package.arch));
        engine.install(&package, &Options::default());
        assert!(engine.machine.files.len() >= 3, "{name}");
        engine.remove(package.product_code, &Options::default()).expect("installed");
        let left: Vec<String> = engine.machine.resources().map(|resource| resource.to_string()).collect();
        assert!(left.is_empty(), "{name}: {left:?}");
    }
}

/// The post that this project began with: aspnetcorev2.dll is gone after the upgrade on Windows on ARM.
#[test]
fn the_bug_that_started_this() {
    for flavour in ["iisexpress", "iis"] {
        let report = report(&format!("old-{flavour}-arm64"), &format!("broken-{flavour}-arm64"));
        let dll = module(flavour, "aspnetcorev2.dll");
        let lost = outcome(&report, &dll);
        assert_eq!(lost.verdict, Verdict::Missing);
        assert!(lost.confidence <= Confidence::B, "{lost:#?}");
        assert!(lost.repairable);
        assert_eq!(codes(&report, &dll), ["U001", "U003"]);
        assert!(report.is_regression());
        let other = if flavour == "iis" { "IIS" } else { "IIS Express" };
        let wow = format!(r"C:\Program Files (x86)\{other}\Asp.Net Core Module\V2\aspnetcorev2.dll");
        assert_eq!(outcome(&report, &Resource::File(Folded::path(&wow))).verdict, Verdict::PresentNew);
    }
}

/// Either half of the bug does harm by itself: the new ComponentId loses the file to the late removal even with a
/// version; the missing version keeps the new file away even with the old ComponentId.
#[test]
fn each_half_of_the_bug_is_enough() {
    let old = baseline("old-iisexpress-arm64");
    let dll = module("iisexpress", "aspnetcorev2.dll");
    let id = |package: &Package, file: &str| {
        package
            .components
            .iter()
            .find(|component| component.key_file().is_some_and(|key| key.key == file))
            .map(|c| c.id)
    };
    let old_id = id(&old, "AspNetCoreModuleDll").expect("it has the module");
    let change = |versioned: bool, same_id: bool, early: bool| {
        let mut broken = baseline("broken-iisexpress-arm64");
        let version = "20.0.25064.0".parse().ok();
        for component in &mut broken.components {
            if *component.key == *"AspNetCoreModuleV2.forwarder" {
                if same_id {
                    component.id = old_id;
                }
                if versioned {
                    component.files[0].version = version;
                    Arc::make_mut(&mut component.files[0].facts).version = version;
                }
            }
        }
        if early {
            let removal = broken.execute.iter_mut().find(|action| action.name == "RemoveExistingProducts");
            removal.expect("it removes").sequence = 1501;
            broken.execute.sort_by_key(|action| action.sequence);
        }
        Report::of(&Scenario::upgrade(&old, &broken))
    };
    let verdict = |versioned, same_id, early| outcome(&change(versioned, same_id, early), &dll).verdict;
    assert_eq!(verdict(false, false, false), Verdict::Missing, "as shipped");
    assert_eq!(verdict(true, false, false), Verdict::Missing, "the new ComponentId alone");
    assert_eq!(
        verdict(false, false, true),
        Verdict::Missing,
        "the veto alone, were the old product removed early"
    );
    assert_eq!(verdict(false, true, false), Verdict::PresentOld, "the veto alone, with the old ComponentId");
    assert_eq!(verdict(true, true, false), Verdict::PresentNew, "both cured");
}

#[test]
fn the_bug_needs_arm64() {
    for flavour in ["iis", "iisexpress"] {
        for arch in ["x86", "x64"] {
            let report = report(&format!("old-{flavour}-{arch}"), &format!("broken-{flavour}-{arch}"));
            assert!(!report.is_regression(), "{flavour} {arch}: {:?}", lost(&report));
        }
    }
}

/// T1: from rc 2 on, arm64 has the UpgradeCode of x86, so nothing before is found, and both stay.
#[test]
fn t1_arm64_packages_stay_side_by_side_across_rc_2() {
    for flavour in ["iis", "iisexpress"] {
        for era in ["old", "broken", "rc1"] {
            let report = report(&format!("{era}-{flavour}-arm64"), &format!("fixed-{flavour}-arm64"));
            assert_eq!((report.removed.len(), report.beside.len()), (0, 1), "{era} {flavour}");
            assert!(report.findings.iter().any(|finding| finding.code() == "U016"));
        }
        let x64 = report(&format!("old-{flavour}-x64"), &format!("fixed-{flavour}-x64"));
        assert_eq!((x64.removed.len(), x64.beside.len()), (1, 0));
    }
}

/// T2: C_DepProvider changed its ComponentId twice, so the dependency provider's values go with the old product. That
/// the values of which the data changed go too is not proven for Windows: Wine removes them.
#[test]
fn t2_the_dependency_provider_is_lost_from_9_to_10_and_from_10_to_11() {
    for (old, new) in [("old", "fixed"), ("fixed", "net11rc1")] {
        for flavour in ["iis", "iisexpress"] {
            for arch in ["x86", "x64"] {
                let report = report(&format!("{old}-{flavour}-{arch}"), &format!("{new}-{flavour}-{arch}"));
                let lost: Vec<&Outcome> =
                    report.outcomes.iter().filter(|o| o.verdict == Verdict::Missing).collect();
                assert_eq!(lost.len(), 3, "{old} {new} {flavour} {arch}: {lost:#?}");
                for outcome in lost {
                    let name = outcome.resource.to_string();
                    assert!(name.contains(r"Installer\Dependencies\IIS"), "{name}");
                    assert_eq!(outcome.is_uncertain(), !name.ends_with("DisplayName"), "{name}");
                    assert_eq!(codes(&report, &outcome.resource), ["U009"]);
                }
            }
        }
    }
    assert!(!report("old-iis-x64", "rc1-iis-x64").is_regression());
}

/// T3: the machine of the file in Program Files (x86) is judged by its bytes, not by its name. With file versions
/// above every shipped one the right DLL comes; with an equal one the ARM64 DLL would stay.
#[test]
fn t3_an_equal_version_leaves_the_arm64_dll_in_the_x86_folder() {
    let dll =
        Resource::File(Folded::path(r"C:\Program Files (x86)\IIS\Asp.Net Core Module\V2\aspnetcorev2.dll"));
    assert_eq!(outcome(&report("old-iis-arm64", "rc1-iis-arm64"), &dll).verdict, Verdict::PresentNew);
    let old = baseline("old-iis-arm64");
    let mut same = baseline("rc1-iis-arm64");
    for component in &mut same.components {
        component.remove_files = Few::default();
        for file in &mut component.files {
            file.version = file.version.and("19.0.25100.0".parse().ok());
            Arc::make_mut(&mut file.facts).version = file.version;
        }
    }
    let stale = Report::of(&Scenario::upgrade(&old, &same));
    assert_eq!(outcome(&stale, &dll).verdict, Verdict::PresentOld);
    assert!(codes(&stale, &dll).contains(&"U005"));
}

/// T4: rc 2 put the 32-bit module at the 64-bit one's path, under the 32-bit one's ComponentId. Its removal finds that
/// ComponentId at another path and takes "its" file away, which is the 64-bit module. How exactly Windows treats such
/// a component is not documented, so this is uncertain.
#[test]
fn t4_removing_rc_2_may_take_the_64_bit_module_along() {
    for arch in ["x64", "arm64"] {
        let report = report(&format!("rc2-iis-{arch}"), &format!("fixed-iis-{arch}"));
        let dll = outcome(&report, &module("iis", "aspnetcorev2.dll"));
        assert_eq!((dll.verdict, dll.is_uncertain()), (Verdict::Missing, true));
        assert!(codes(&report, &dll.resource).contains(&"U011"));
    }
    assert!(!report("rc2-iis-x86", "fixed-iis-x86").is_regression());
    assert!(!report("rc2-iisexpress-x64", "fixed-iisexpress-x64").is_regression());
}

/// T8: the handler's folder changes with each build under one ComponentId. By the rules its old files go (uncertain:
/// Wine leaves them there).
#[test]
fn t8_the_handler_moves_with_every_build() {
    let report = report("old-iis-x64", "fixed-iis-x64");
    let new = module("iis", r"110.0.25100\aspnetcorev2_outofprocess.dll");
    assert_eq!(outcome(&report, &new).verdict, Verdict::PresentNew);
    let old = outcome(&report, &module("iis", r"19.0.25100\aspnetcorev2_outofprocess.dll"));
    assert_eq!((old.verdict, old.is_uncertain()), (Verdict::LeftBehind, true));
    assert_eq!(codes(&report, &old.resource), ["U011"]);
}

/// T9: a machine on which the broken package was the first one has the forwarder under a ComponentId that nobody else
/// knows, so its removal takes the module along, whatever a package that removes late has installed before. On a
/// damaged machine the same happens: the file that the next package brings makes the old component look installed.
#[test]
fn t9_the_broken_package_takes_the_module_along_when_it_goes() {
    for flavour in ["iis", "iisexpress"] {
        let clean = report(&format!("broken-{flavour}-arm64"), &format!("rc1-{flavour}-arm64"));
        let dll = module(flavour, "aspnetcorev2.dll");
        assert_eq!(outcome(&clean, &dll).verdict, Verdict::Missing);
        assert_eq!(codes(&clean, &dll), ["U001"]);
        let old = baseline(&format!("old-{flavour}-arm64"));
        let broken = baseline(&format!("broken-{flavour}-arm64"));
        let next = baseline(&format!("rc1-{flavour}-arm64"));
        let damaged = Report::of(&Scenario::chain(vec![&old, &broken], &next));
        assert_eq!(outcome(&damaged, &dll).verdict, Verdict::Missing);
    }
}

/// The IIS module's entry goes with the file's component.
#[test]
fn the_bug_takes_the_module_entry_too() {
    let report = report("old-iis-arm64", "broken-iis-arm64");
    let entry = Resource::Module("AspNetCoreModuleV2 (IIS)".to_owned());
    assert_eq!(outcome(&report, &entry).verdict, Verdict::Missing);
    assert!(!report.beside.is_empty() || report.removed.len() == 1);
}

/// The page holds every resource with its fate and the reasons, and nothing that a browser would fetch or run.
#[test]
fn the_picture_is_one_page_with_all_lanes() {
    let report = report("old-iisexpress-arm64", "broken-iisexpress-arm64");
    let page = report.picture(&[&baseline("old-iisexpress-arm64"), &baseline("broken-iisexpress-arm64")]);
    assert_eq!(page.matches("<td class=\"name\" ").count(), report.outcomes.len());
    assert_eq!(page.matches("verdict missing").count(), lost(&report).len());
    for hover in [
        "old-iisexpress-arm64: AspNetCoreModule {84ED6CE6-C8A3-4FA8-A872-C98A1D15DD4F}, version 17.0.0.0 to ",
        "broken-iisexpress-arm64: AspNetCoreModuleV2.forwarder {08968573-05C1-4BF1-8879-7B818AC9525B}, without version",
    ] {
        assert!(
            page.contains(&format!("title=\"{hover}")) || page.contains(&format!("&#10;{hover}")),
            "{hover}"
        );
    }
    for expected in [
        "REGRESSION</b>",
        "fix: keep the ComponentId",
        "Assumed: ",
        "U039",
        "U001",
        "A17 (A)",
        "prefers-color-scheme: dark",
        "@media print",
    ] {
        assert!(page.contains(expected), "{expected}");
    }
    let refused = self::report("net11rc1-iis-x64", "fixed-iis-x64").picture(&[]);
    assert!(refused.contains("REFUSED</b>") && refused.contains("Windows Installer refuses it: error 1603"));
    for foreign in ["<script", "http:", "https:", "url(", "@import"] {
        assert!(!page.contains(foreign), "{foreign}");
    }
}
