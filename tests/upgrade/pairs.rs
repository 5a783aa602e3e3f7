//! Pairs of packages whose answers were worked out from what Microsoft documents before they were played: one change each, with the
//! old product removed early and late.

use super::fixture::{Msi, family, fates, guid};
use ancm_installer::upgrade::{Headline, Options, Perturbation, ReinstallMode, Report, Scenario};

const EARLY: i32 = 1501;
const LATE: i32 = 6601;

/// The answer in a word, and what is not as the new package brings it.
type Answer<'a> = (Headline, &'a [&'a str]);

const FINE: Answer = (Headline::Ok, &[]);

fn lost<'a>(what: &'a [&'a str]) -> Answer<'a> {
    (Headline::Regression, what)
}

fn stale<'a>(what: &'a [&'a str]) -> Answer<'a> {
    (Headline::Stale, what)
}

/// What is left behind alone changes no answer.
fn left<'a>(what: &'a [&'a str]) -> Answer<'a> {
    (Headline::Ok, what)
}

#[track_caller]
fn pair(name: &str, old: &Msi, new: &Msi, early: Answer, late: Answer) {
    pair_with(name, old, new, early, late, |_| {});
}

#[track_caller]
fn pair_with(name: &str, old: &Msi, new: &Msi, early: Answer, late: Answer, change: impl Fn(&mut Scenario)) {
    for (when, place, (headline, expected)) in [("early", EARLY, early), ("late", LATE, late)] {
        let (old, new) = (old.load(), new.clone().removes_at(place).load());
        let mut scenario = Scenario::upgrade(&old, &new);
        change(&mut scenario);
        let report = Report::of(&scenario);
        let expected: Vec<String> = expected.iter().map(|fate| (*fate).to_owned()).collect();
        assert_eq!((report.headline(), fates(&report)), (headline, expected), "{name}, {when}");
    }
}

/// A release with the component `C`, whose key file has its version.
fn release(version: &str) -> Msi {
    Msi::new(version).key_file("C", &guid(1), 256, "a.dll", version, 1)
}

fn old() -> Msi {
    release("1.0.0")
}

fn new() -> Msi {
    release("2.0.0")
}

fn mode(letters: &'static str) -> impl Fn(&mut Scenario) {
    move |scenario| {
        scenario.options = Options { mode: Some(ReinstallMode::new(letters)), ..Options::default() }
    }
}

/// A component counts by its ComponentId and its key path: what moves under a new one shares nothing with what was there
/// (<https://learn.microsoft.com/windows/win32/msi/changing-the-component-code>).
#[test]
fn files_that_move() {
    let moved = |id: u32| {
        Msi::new("2.0.0")
            .with("Directory", &["SUB", "APPDIR", "sub"])
            .key_file("C", &guid(id), 256, "a.dll", "2.0.0", 2)
            .set("Component", "C", "Directory_", "SUB")
    };
    pair("to another folder, under a new ComponentId", &old(), &moved(2), FINE, FINE);
    // late, the other client has another key path: only the files go, which is disputed
    pair("to another folder, under its own", &old(), &moved(1), FINE, left(&["a.dll left-behind?"]));

    let second = |msi: Msi, owner: &str| {
        msi.key_file("D", &guid(2), 256, "d.dll", "1.0", 1).file(owner, "b.dll", "1.0", 1)
    };
    pair("to another component", &second(old(), "C"), &second(new(), "D"), FINE, FINE);
    let swapped = Msi::new("2.0.0").key_file("C", &guid(1), 256, "b.dll", "2.0", 2).key_file(
        "E",
        &guid(2),
        256,
        "a.dll",
        "2.0",
        2,
    );
    let disputed = (Headline::Uncertain, ["a.dll MISSING?"].as_slice());
    pair("a key path that goes to another component", &old(), &swapped, FINE, disputed);

    let dropped = old().file("C", "b.dll", "1.0", 1);
    pair("a file that goes", &dropped, &new(), FINE, left(&["b.dll left-behind"]));
}

/// <https://learn.microsoft.com/windows/win32/msi/serviceinstall-table>, <https://learn.microsoft.com/windows/win32/msi/servicecontrol-table>
#[test]
fn services() {
    let service = |msi: Msi| {
        msi.with("ServiceInstall", &["s", "AppService", "", "16", "2", "1", "", "", "", "", "", "C"])
            // starts on install, stops on both, is deleted on removal
            .with("ServiceControl", &["c", "AppService", "163", "", "", "C"])
    };
    pair("kept", &service(old()), &service(new()), FINE, FINE);
    // late, its component stays, and with it all that nobody brings any more
    let stays = ["AppService left-behind", "AppService left-behind"];
    pair("dropped", &service(old()), &new(), FINE, left(&stays));
}

/// <https://learn.microsoft.com/windows/win32/msi/environment-table>
#[test]
fn entries_of_path() {
    let path = |msi: Msi, id: u32, name: &str| {
        msi.component("P", &guid(id), 256).with("Environment", &["e", name, r"[~];C:\x", "P"])
    };
    pair("kept", &path(old(), 5, "=-*PATH"), &path(new(), 5, "=-*PATH"), FINE, FINE);
    pair("dropped", &path(old(), 5, "=-*PATH"), &new(), FINE, FINE);
    pair("renumbered", &path(old(), 5, "=-*PATH"), &path(new(), 6, "=-*PATH"), FINE, lost(&["x MISSING"]));
    let stays = left(&["x left-behind"]);
    pair("not to be removed", &path(old(), 5, "=*PATH"), &new(), stays, stays);
}

/// <https://learn.microsoft.com/windows/win32/msi/removefile-table>, <https://learn.microsoft.com/windows/win32/msi/shortcut-table>,
/// <https://learn.microsoft.com/windows/win32/msi/duplicatefile-table>
#[test]
fn rows_of_components_that_are_renumbered() {
    let wiping = |msi: Msi, id: u32, mode: &str| {
        msi.component("W", &guid(id), 256).with("RemoveFile", &["w", "W", "*.txt", "APPDIR", mode])
    };
    let text = |msi: Msi| msi.key_file("T", &guid(3), 256, "t.txt", "", 1);
    let late = lost(&["t.txt MISSING"]);
    pair("on removal", &wiping(text(old()), 5, "2"), &wiping(text(new()), 6, "2"), FINE, late);
    // RemoveFiles stands before InstallFiles
    pair("on install", &text(old()), &wiping(text(new()), 6, "1"), FINE, FINE);

    let shortcut = |msi: Msi, id: u32| {
        msi.component("S", &guid(id), 256).with("Shortcut", &["s", "APPDIR", "App", "S", "[#C.a.dll]"])
    };
    pair("a shortcut", &shortcut(old(), 5), &shortcut(new(), 6), FINE, lost(&["App.lnk MISSING"]));
    pair("a shortcut that stays", &shortcut(old(), 5), &shortcut(new(), 5), FINE, FINE);
    let copy = |msi: Msi, id: u32| {
        msi.component("D", &guid(id), 256).with("DuplicateFile", &["d", "D", "C.a.dll", "copy.dll", ""])
    };
    pair("a duplicate", &copy(old(), 5), &copy(new(), 6), FINE, lost(&["copy.dll MISSING"]));
}

/// `+` makes a key, `-` takes it away with all that is in it, `*` does both
/// (<https://learn.microsoft.com/windows/win32/msi/registry-table>).
#[test]
fn whole_registry_keys() {
    let key = |msi: Msi, id: u32, name: &str| {
        msi.component("K", &guid(id), 256).with("Registry", &["k", "2", r"Software\App", name, "", "K"])
    };
    let below = |msi: Msi| {
        msi.component("V", &guid(8), 256).with("Registry", &["v", "2", r"Software\App\Sub", "v", "1", "V"])
    };
    let value = "Sub : v (64-bit view) MISSING";
    let both = ["App : * (64-bit view) MISSING", value];
    for (name, late) in [("+", FINE), ("-", lost(&[value])), ("*", lost(&both))] {
        pair(name, &key(below(old()), 5, name), &key(below(new()), 6, name), FINE, late);
        pair(name, &key(below(old()), 5, name), &key(below(new()), 5, name), FINE, FINE);
    }
    let stays = left(&["App : * (64-bit view) left-behind"]);
    pair("a key that nobody takes away", &key(old(), 5, "+"), &new(), stays, stays);

    let values = |msi: Msi| {
        msi.component("R", &guid(7), 256 + 4)
            .with("Registry", &["r", "2", r"Software\App", "kept", "1", "R"])
            .set("Component", "R", "KeyPath", "r")
    };
    let more = values(old()).with("Registry", &["s", "2", r"Software\App", "dropped", "1", "R"]);
    let late = left(&["App : dropped (64-bit view) left-behind"]);
    pair("a value that goes", &more, &values(new()), FINE, late);
}

/// <https://learn.microsoft.com/windows/win32/msi/component-table>: NeverOverwrite, Permanent, Condition.
#[test]
fn attributes_and_conditions_of_components() {
    let settings = |msi: Msi, id: u32, attributes: i32, bytes: i32| {
        msi.key_file("S", &guid(id), attributes, "s.ini", "", bytes)
    };
    let before = settings(old(), 5, 256, 1);
    let gone = lost(&["s.ini MISSING"]);
    // by design, so not stale; early, the component is not installed since its file was there, and then that goes
    let kept = (Headline::Ok, ["s.ini present-old"].as_slice());
    pair("NeverOverwrite", &before, &settings(new(), 5, 256 + 128, 2), gone, kept);
    pair("NeverOverwrite, renumbered", &before, &settings(new(), 6, 256 + 128, 2), gone, gone);

    let permanent = settings(old(), 5, 256 + 16, 1);
    let stays = left(&["s.ini left-behind"]);
    pair("permanent, dropped", &permanent, &new(), stays, stays);
    pair("permanent, renumbered", &permanent, &settings(new(), 6, 256, 2), FINE, FINE);

    // what a clean install would not bring either is no loss
    let conditioned = |condition: &str| new().set("Component", "C", "Condition", condition);
    pair("a condition that does not hold any more", &old(), &conditioned("Wanted"), FINE, FINE);
    let gone = lost(&["a.dll MISSING"]);
    pair("a condition that holds unless a product was found", &old(), &conditioned("NOT OLD"), gone, gone);
}

/// <https://learn.microsoft.com/windows/win32/msi/feature-table>, <https://learn.microsoft.com/windows/win32/msi/condition-table>
#[test]
fn features_of_level_0() {
    let off = new().without("Feature", "Main").with("Feature", &["Main", "", "", "", "1", "0", "", "0"]);
    pair("always", &old(), &off, FINE, FINE);
    pair("always, with states taken over", &old(), &off.upgrade(&family(), 0x101), FINE, FINE);
    let found = new().with("Condition", &["Main", "0", "OLD"]);
    let gone = lost(&["a.dll MISSING"]);
    pair("where a product was found", &old(), &found, gone, gone);
}

/// What WiX's MajorUpgrade writes into the Upgrade table for equal and for higher versions
/// (<https://learn.microsoft.com/windows/win32/msi/upgrade-table>).
#[test]
fn equal_and_higher_versions() {
    let again = |bytes: i32, attributes: i32| {
        Msi::new("1.0.0")
            .property("ProductCode", &guid(0x7001))
            .key_file("C", &guid(1), 256, "a.dll", "1.0.0", bytes)
            .upgrade(&family(), attributes)
            .set("Upgrade", &family(), "VersionMax", "1.0.0")
    };
    pair("AllowSameVersionUpgrades", &old(), &again(1, 0x300), FINE, FINE);
    pair("with other bytes", &old(), &again(2, 0x300), FINE, stale(&["a.dll present-old"]));
    let beside = (Headline::SideBySide, [].as_slice());
    pair("without it", &old(), &again(1, 0x100), beside, beside);

    let refusing = old()
        .with("Upgrade", &[&family(), "1.0.0", "", "", "2", "", "NEWER"])
        .with("LaunchCondition", &["NOT NEWER", "a newer version is installed"]);
    let refused = (Headline::Refused, [].as_slice());
    pair("a downgrade", &new(), &refusing, refused, refused);
}

/// <https://learn.microsoft.com/windows/win32/msi/file-versioning-rules>, <https://learn.microsoft.com/windows/win32/msi/reinstallmode>
#[test]
fn versions_modes_and_edits() {
    let lower = Msi::new("2.0.0").key_file("C", &guid(1), 256, "a.dll", "0.9", 2);
    let (gone, kept) = (lost(&["a.dll MISSING"]), stale(&["a.dll present-old"]));
    pair("a lower version", &old(), &lower, gone, kept);
    pair_with("a lower version, over everything", &old(), &lower, FINE, FINE, mode("amus"));
    pair_with("a lower version, where it is another", &old(), &lower, FINE, FINE, mode("dmus"));

    let text = |msi: Msi, bytes: i32| msi.key_file("T", &guid(3), 256, "t.txt", "", bytes);
    let edited = |scenario: &mut Scenario| scenario.perturbations.push(Perturbation::Edited(None));
    let kept = stale(&["t.txt present-old"]);
    pair("another text", &text(old(), 1), &text(new(), 2), FINE, FINE);
    pair_with("another text over an edited one", &text(old(), 1), &text(new(), 2), FINE, kept, edited);

    let follower =
        |msi: Msi, bytes: i32| msi.file("C", "c.dat", "", bytes).set("File", "C.c.dat", "Version", "C.a.dll");
    let renewed = follower(new(), 2);
    pair_with("a companion that was edited", &follower(old(), 1), &renewed, FINE, FINE, edited);
    let locked = |scenario: &mut Scenario| scenario.perturbations.push(Perturbation::Locked(None));
    pair_with("a file in use, until Windows starts again", &old(), &new(), FINE, FINE, locked);
}
