//! One mechanism each, on pairs that nobody reported: what Windows means by a name, a search, a context, a choice.

use super::fixture::{Msi, family, fates, guid};
use ancm_installer::upgrade::{Headline, Options, Package, Report, Scenario, Then};
use std::collections::BTreeMap;

const EARLY: i32 = 1501;
const LATE: i32 = 6601;

/// A release with the component `C` and its key file.
fn release(version: &str) -> Msi {
    Msi::new(version).key_file("C", &guid(1), 256, "a.dll", version, 1)
}

fn old() -> Msi {
    release("1.0.0")
}

fn new(removes_at: i32) -> Msi {
    release("2.0.0").removes_at(removes_at)
}

/// A component of its own with the registry value `row`: root, key, name, data.
fn value(msi: Msi, id: u32, attributes: i32, row: [&str; 4]) -> Msi {
    let [root, key, name, data] = row;
    msi.component("R", &guid(id), attributes).with("Registry", &["r", root, key, name, data, "R"])
}

fn played(old: &[&Package], new: &Package, change: impl FnOnce(&mut Scenario)) -> Report {
    let mut scenario = Scenario::chain(old.to_vec(), new);
    change(&mut scenario);
    Report::of(&scenario)
}

#[track_caller]
fn is(report: &Report, name: &str, headline: Headline, expected: &[&str]) {
    assert_eq!(
        (report.headline(), fates(report).as_slice()),
        (headline, strings(expected).as_slice()),
        "{name}"
    );
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[track_caller]
fn check(name: &str, old: &Msi, new: &Msi, headline: Headline, expected: &[&str]) -> Report {
    let report = played(&[&old.load()], &new.load(), |_| {});
    is(&report, name, headline, expected);
    report
}

fn codes(report: &Report) -> Vec<&'static str> {
    report.findings.iter().map(|finding| finding.code()).collect()
}

fn assumed(pairs: &[(&str, &str)]) -> Option<Options> {
    let pairs = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    Some(Options { mode: None, assumed: pairs.collect() })
}

/// `*.*` is every file, and a name with a longer extension has a short name where the volume gives such.
#[test]
fn wildcards_mean_what_windows_finds() {
    for (pattern, file, headline, fate) in [
        ("*.*", "readme", Headline::Regression, Some("readme MISSING")),
        ("read??", "read", Headline::Regression, Some("read MISSING")),
        ("a.*", "a", Headline::Regression, Some("a MISSING")),
        ("*.", "readme", Headline::Regression, Some("readme MISSING")),
        ("*.htm", "page.html", Headline::Uncertain, Some("page.html MISSING?")),
        ("*.htm", "page.xhtml", Headline::Ok, None),
        ("p.*", "page.htm", Headline::Ok, None),
    ] {
        let owner = |msi: Msi, id: u32| msi.component("D", &guid(id), 256);
        let old = owner(old(), 5).with("RemoveFile", &["row", "D", pattern, "DATA", "2"]);
        let old = old.with("Directory", &["DATA", "APPDIR", "data"]);
        let new = owner(new(LATE), 6)
            .with("Directory", &["DATA", "APPDIR", "data"])
            .key_file("E", &guid(9), 256, file, "", 4)
            .set("Component", "E", "Directory_", "DATA");
        check(pattern, &old, &new, headline, &fate.into_iter().collect::<Vec<_>>());
    }
    // what a removal afterwards takes along is named, too
    let new = new(EARLY).with("RemoveFile", &["row", "C", "*.log", "APPDIR", "2"]).load();
    let report =
        played(&[&old().load()], &new, |scenario| scenario.then.push(Then::Remove(new.product_code)));
    assert!(codes(&report).contains(&"U045"), "{:?}", report.findings);
}

/// Names of the Registry table, and what is one value whoever writes it.
#[test]
fn registry_values_are_one_or_several() {
    let pair =
        |name: &str, old_row: ([&str; 4], i32), new_row: ([&str; 4], i32), headline, expected: &[&str]| {
            let old = value(old(), 5, old_row.1, old_row.0);
            check(name, &old, &value(new(LATE), 6, new_row.1, new_row.0), headline, expected)
        };
    let here = ["2", r"Software\Acme", "v", "1"];
    let lost = Headline::Regression;
    let class = |root| [root, r"CLSID\{1}", "", "x"];
    let path = ["2", r"Software\Microsoft\Windows\CurrentVersion\App Paths\a.exe", "", "x"];
    pair(
        "HKMU",
        (here, 256),
        (["-1", r"SOFTWARE\acme\", "V", "1"], 256),
        lost,
        &["acme : V (64-bit view) MISSING"],
    );
    let written_out = ["2", r"Software\Wow6432Node\Acme", "v", "1"];
    pair("the node", (here, 0), (written_out, 256), lost, &["Acme : v (32-bit view) MISSING"]);
    pair("two views", (here, 0), (here, 256), Headline::Ok, &[]);
    let node = ["2", r"Software\Classes\Wow6432Node\CLSID\{1}", "", "x"];
    pair("a class", (class("0"), 0), (node, 256), lost, &["{1} : (default) (32-bit view) MISSING"]);
    pair("a shared key", (path, 0), (path, 256), lost, &["a.exe : (default) MISSING"]);
    let slash = ["0", r"MIME\Database\Content Type\application/x-acme", "Extension", ".acme"];
    let whole = ["0", r"MIME\Database\Content Type\application", "-", ""];
    pair("a slash is a letter", (whole, 256), (slash, 256), Headline::Ok, &[]);
    pair("so is a dot", (["2", r"Software\Acme.", "v", "1"], 256), (here, 256), Headline::Ok, &[]);
    let dash = ["2", r"Software\Acme", "-", "data"];
    let report = pair("a value called -", (here, 256), (dash, 256), Headline::Ok, &[]);
    assert!(report.outcomes.iter().any(|outcome| outcome.resource.to_string().contains(": - ")));
    // the row that makes a key can be the key path, and the key goes with its last value
    let keyed = value(old(), 5, 256 + 4, ["2", r"Software\Acme", "+", ""])
        .with("Registry", &["w", "2", r"Software\Acme", "v", "1", "R"])
        .set("Component", "R", "KeyPath", "r");
    check("a key as key path", &keyed, &new(EARLY), Headline::Ok, &[]);
}

/// What another product has at the same place goes too, and it is told whose it was.
#[test]
fn values_of_two_products_go_with_either() {
    let owned = |msi: Msi, id: u32| {
        value(msi, id, 256, ["2", r"Software\Acme", "v", "1"])
            .with("Environment", &["e", "=-*PATH", "[~];C:\\x", "R"])
    };
    let other = owned(Msi::new("3.0.0"), 77)
        .property("ProductCode", &guid(0x7001))
        .property("UpgradeCode", &guid(0x7002))
        .upgrade(&guid(0x7002), 0x100);
    let (other, old, new) = (other.load(), owned(old(), 5).load(), new(EARLY).load());
    let report = played(&[&other, &old], &new, |_| {});
    is(&report, "other", Headline::Regression, &["Acme : v (64-bit view) MISSING", "x MISSING"]);
    assert!(report.outcomes.iter().filter(|o| o.verdict.is_loss()).all(|o| o.owner == other.product_code));
    assert!(codes(&report).contains(&"U029") && !codes(&report).contains(&"U009"), "{:?}", codes(&report));
}

/// A condition that one search alone does not change hangs on several; and no number of questions is too many to be doubted.
#[test]
fn conditions_about_several_searches_are_open() {
    let searching = |names: &[&str]| {
        names.iter().fold(new(EARLY), |msi, name| msi.with("AppSearch", &[name, &format!("s{name}")]))
    };
    for (condition, is_open) in [
        ("KA OR KB", true),
        ("NOT (NOT KA AND NOT KB)", true),
        ("KA OR KB OR KC", true),
        ("KA EQV KB", true),
        ("KA OR NOT KA", false),
        ("KA AND KB AND KC AND KD AND KE", true),
        ("KA OR KB OR KC OR KD OR KE", true),
        ("KA OR VersionNT", false),
    ] {
        for in_removal in [false, true] {
            let msi = searching(&["KA", "KB", "KC", "KD", "KE"]);
            let msi = match in_removal {
                true => msi.set("InstallExecuteSequence", "RemoveExistingProducts", "Condition", condition),
                false => msi.set("Component", "C", "Condition", condition),
            };
            let report = played(&[&old().load()], &msi.load(), |_| {});
            let expected = if is_open { Headline::Uncertain } else { Headline::Ok };
            assert_eq!(report.headline(), expected, "{condition}: {:?}", report.assumptions);
            let named = report.assumptions.iter().any(|text| text.contains("`KA`"));
            assert_eq!(named, is_open, "{condition}: {:?}", report.assumptions);
        }
    }
    let many = |count: u32| {
        let file = |msi: Msi, number: u32, version: &str| {
            msi.key_file(
                &format!("C{number}"),
                &guid(100 + number),
                256,
                &format!("f{number}.dll"),
                version,
                1,
            )
        };
        let old = (0..count).fold(Msi::new("1.0.0"), |msi, number| file(msi, number, "1.0"));
        let new = (0..count).fold(Msi::new("2.0.0").removes_at(EARLY), |msi, number| {
            let (search, key) = (format!("S{number}"), format!("C{number}"));
            file(msi, number, "2.0").with("AppSearch", &[&search, &format!("s{number}")]).set(
                "Component",
                &key,
                "Condition",
                &search,
            )
        });
        played(&[&old.load()], &new.load(), |_| {})
    };
    for count in [20, 80] {
        let report = many(count);
        assert!(report.outcomes.iter().all(|outcome| outcome.is_uncertain()), "{count} searches");
    }
    assert!(many(80).assumptions.iter().any(|text| text.contains("too many")));
}

/// A folder that the old package has written into the registry is found where the new one looks for it.
#[test]
fn a_folder_that_was_remembered_is_found() {
    let remembering =
        |msi: Msi| msi.with("Registry", &["dir", "2", r"Software\Acme", "Folder", "[APPDIR]", "C"]);
    let searching = |kind: &str, name: &str| {
        remembering(new(EARLY))
            .with("AppSearch", &["APPDIR", "sig"])
            .with("RegLocator", &["sig", "2", r"Software\Acme", name, kind])
            .load()
    };
    let old = remembering(old()).load();
    let elsewhere = assumed(&[("APPDIR", r"D:\Apps")]);
    let place = |new: &Package| {
        let report = played(&[&old], new, |scenario| scenario.old_options.clone_from(&elsewhere));
        assert_eq!(report.headline(), Headline::Ok, "{:#?}", report.outcomes);
        report
            .outcomes
            .iter()
            .map(|outcome| outcome.resource.to_string())
            .find(|name| name.ends_with("a.dll"))
    };
    for (kind, name, folder) in [
        ("18", "Folder", r"D:\Apps"),
        ("16", "Folder", r"D:\Apps"),
        // the other view, and another name, have nothing
        ("2", "Folder", r"C:\Program Files\App"),
        ("18", "Other", r"C:\Program Files\App"),
    ] {
        assert_eq!(place(&searching(kind, name)), Some(format!(r"{folder}\a.dll")), "{kind} {name}");
    }
}

/// So is a component by its ComponentId, and a file by its path: there is nothing to be assumed.
#[test]
fn searches_find_what_an_earlier_package_has_put_there() {
    let searching = |table: &str, row: &[&str]| {
        new(EARLY).with("AppSearch", &["HERE", "sig"]).with(table, row).set(
            "InstallExecuteSequence",
            "RemoveExistingProducts",
            "Condition",
            "HERE",
        )
    };
    let (own, other) = (guid(1), guid(0x99));
    for (table, row, headline) in [
        ("CompLocator", ["sig", &own, "0"].as_slice(), Headline::Ok),
        ("CompLocator", &["sig", &own, "1"], Headline::Ok),
        ("CompLocator", &["sig", &other, "1"], Headline::Uncertain),
        ("DrLocator", &["sig", "", r"C:\Program Files\App", "0"], Headline::Ok),
        ("DrLocator", &["sig", "", r"C:\Program Files\Other", "0"], Headline::Uncertain),
    ] {
        let report = played(&[&old().load()], &searching(table, row).load(), |_| {});
        assert_eq!(report.headline(), headline, "{row:?}");
    }
    let file = |name: &str| {
        searching("DrLocator", &["sig", "", r"C:\Program Files\App", "0"]).with("Signature", &["sig", name])
    };
    check("its file", &old(), &file("a.dll"), Headline::Ok, &[]);
    check("another", &old(), &file("b.dll"), Headline::Uncertain, &["a.dll present-new?"]);
}

/// For whom a product is installed: by the command line, and by what an action says in time.
#[test]
fn contexts_are_what_properties_say() {
    let either = |msi: Msi| msi.property("ALLUSERS", "2");
    let (old, new) = (either(old()).load(), either(new(EARLY)).load());
    let report =
        played(&[&old], &new, |scenario| scenario.old_options = assumed(&[("MSIINSTALLPERUSER", "1")]));
    is(&report, "per user before", Headline::SideBySide, &[]);
    assert!(codes(&report).contains(&"U016c"), "{:?}", codes(&report));
    let machine = |msi: Msi| value(msi, 5, 256, ["-1", r"Software\Acme", "v", "1"]);
    let by_action = |sequence: &str| {
        machine(release("2.0.0").removes_at(EARLY).property("ALLUSERS", ""))
            .with("CustomAction", &["Everybody", "51", "ALLUSERS", "1"])
            .with("InstallExecuteSequence", &["Everybody", "", sequence])
    };
    check("before the search", &machine(release("1.0.0")), &by_action("10"), Headline::Ok, &[]);
    let report = check("after it", &machine(release("1.0.0")), &by_action("30"), Headline::SideBySide, &[]);
    assert!(codes(&report).contains(&"U016c") || codes(&report).contains(&"U016"), "{:?}", codes(&report));
}

/// Of a product that loses some of its features, the rest is its own still.
#[test]
fn a_removal_of_some_features_is_no_loss() {
    let old = old()
        .with("Feature", &["Extra", "", "", "", "1", "1", "", "0"])
        .key_file("D", &guid(2), 256, "d.dll", "1.0", 1)
        .without_membership("D")
        .with("FeatureComponents", &["Extra", "D"]);
    let new = new(EARLY).without("Upgrade", &family());
    let partly =
        |list: &str| new.clone().with("Upgrade", &[&family(), "0.0.0", "100.0.0", "", "256", list, "OLD"]);
    let report = check("one feature", &old, &partly("Extra"), Headline::SideBySide, &[]);
    assert!(codes(&report).contains(&"U036"), "{:?}", codes(&report));
    assert_eq!(report.beside.len(), 1);
}

/// States before the run, and properties that Windows Installer sets by itself.
#[test]
fn conditions_know_what_was_installed_and_where_they_run() {
    let wiping = |condition: &str| {
        old()
            .with("Feature", &["Extra", "", "", "", "1", "200", "", "0"])
            .with("CustomAction", &["Wipe", "3074", "program", "wipe"])
            .with("InstallExecuteSequence", &["Wipe", condition, "3550"])
    };
    for (condition, runs) in [
        ("REMOVE AND !Main = 3", true),
        ("REMOVE AND !Extra = 3", false),
        ("REMOVE AND !Extra = 2", true),
        ("REMOVE AND ?C = 3", true),
        ("REMOVE AND &Main = 2", true),
        ("ProductState = 5 AND REMOVE", true),
    ] {
        let report = played(&[&wiping(condition).load()], &new(EARLY).load(), |_| {});
        assert_eq!(codes(&report).contains(&"U026"), runs, "{condition}: {:?}", report.findings);
    }
    for (condition, admitted) in [
        ("Msix64", true),
        ("MsiAMD64 >= 6 AND Intel", true),
        ("MsiNetAssemblySupport >= \"4.0.30319\"", true),
        ("MsiTrueAdminUser AND MsiRunningElevated", true),
        ("ProductState = -1 AND ACTION = \"INSTALL\"", true),
        ("ROOTDRIVE ~= \"c:\\\"", true),
        ("Arm64 OR OutOfDiskSpace", false),
    ] {
        let msi = new(EARLY).with("LaunchCondition", &[condition, "no"]);
        let expected = if admitted { Headline::Ok } else { Headline::Refused };
        check(condition, &old(), &msi, expected, &[]);
    }
}

/// A service whose name is a property, and a table of an extension that names its component otherwise.
#[test]
fn names_in_brackets_and_other_tables_count() {
    let service = |msi: Msi| {
        let msi = msi
            .property("SERVICE", "Acme")
            .set("File", "C.a.dll", "Version", "1.0")
            .real_version("C.a.dll", "1.0");
        msi.with("ServiceInstall", &["s", "[SERVICE]", "", "16", "2", "1", "", "", "", "", "", "C"])
    };
    let report =
        check("a service", &service(old()), &service(new(EARLY)), Headline::Regression, &["a.dll MISSING"]);
    assert!(report.assumptions.iter().any(|text| text.contains("the service `Acme` is in use")));
    let mut database = old().database().clone();
    let mut drivers = database.tables["FeatureComponents"].clone();
    drivers.name = "MsiDriverPackages".to_owned();
    drivers.columns[0].name = "Component".to_owned();
    drivers.columns[1].name = "ReferenceComponents".to_owned();
    database.tables.insert(drivers.name.clone(), drivers);
    let package = Package::load("drivers", &database, &BTreeMap::new()).expect("well-formed");
    assert!(
        package.not_simulated.iter().any(|part| part.contains("MsiDriverPackages")),
        "{:?}",
        package.not_simulated
    );
}
