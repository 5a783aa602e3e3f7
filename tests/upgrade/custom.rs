//! Custom actions that set properties and folders, and what decides over them.

use super::fixture::{Msi, app_file, guid};
use ancm_installer::upgrade::{Headline, Report, Scenario, Verdict};

const EARLY: i32 = 1501;
const LATE: i32 = 6601;

fn old() -> Msi {
    Msi::new("1.0.0").key_file("C", &guid(1), 256, "a.dll", "1.0", 1)
}

/// A new package with an action of `kind` that gives `source` the value `target`, at `sequence`, under `condition`.
fn new(kind: &str, source: &str, target: &str, sequence: &str, condition: &str) -> Msi {
    Msi::new("2.0.0")
        .key_file("C", &guid(1), 256, "a.dll", "2.0", 2)
        .with("CustomAction", &["Act", kind, source, target])
        .with("InstallExecuteSequence", &["Act", condition, sequence])
        .removes_at(EARLY)
}

fn play(new: &Msi) -> Report {
    Report::of(&Scenario::upgrade(&old().load(), &new.load()))
}

/// A folder or a mode that only a machine decides over makes what hangs on it uncertain, and is named.
#[test]
fn a_condition_that_only_a_machine_knows_lowers_what_the_property_decides() {
    for condition in ["%BUILD_AGENT", "UILevel > 3", "MsiNTProductType <> 1", "ComputerName << \"web\""] {
        let report = play(&new("51", "APPDIR", r"C:\Elsewhere", "700", condition));
        assert_eq!(report.headline(), Headline::Uncertain, "{condition}: {:#?}", report.outcomes);
        let named = |text: &String| text.contains(condition) && text.contains("property `APPDIR`");
        assert!(report.assumptions.iter().any(named), "{condition}: {:?}", report.assumptions);
    }
    let searched = |condition: &str| {
        play(&new("51", "APPDIR", r"C:\Elsewhere", "700", condition).with("AppSearch", &["KEEP", "s"]))
    };
    for condition in ["KEEP", "NOT KEEP", "KEEP = \"#1\""] {
        let report = searched(condition);
        assert_eq!(report.headline(), Headline::Uncertain, "{condition}: {:#?}", report.outcomes);
        assert!(report.assumptions.iter().any(|text| text.contains("`KEEP`")), "{condition}");
    }
    let mode =
        play(&new("51", "REINSTALLMODE", "amus", "700", "%FORCE").set("File", "C.a.dll", "Version", "0.9"));
    assert_eq!(mode.headline(), Headline::Uncertain, "{:#?}", mode.outcomes);
}

/// Whether the old product goes at all is everybody's question, also where each file comes out the same.
#[test]
fn who_stays_decides_over_the_answer() {
    for action in ["RemoveExistingProducts", "FindRelatedProducts"] {
        let new = new("51", "TEXT", "hello", "700", "").set(
            "InstallExecuteSequence",
            action,
            "Condition",
            "%REPLACE",
        );
        let report = play(&new);
        assert_eq!(report.headline(), Headline::Uncertain, "{action}: {:#?}", report.outcomes);
        let named = |text: &String| text.contains("`%REPLACE` holds") && text.contains(action);
        assert!(report.assumptions.iter().any(named), "{action}: {:?}", report.assumptions);
    }
}

/// A property that decides over nothing is no question.
#[test]
fn what_decides_over_nothing_is_not_asked() {
    let report = play(&new("51", "TEXT", "hello", "700", "%BUILD_AGENT"));
    assert_eq!((report.headline(), report.assumptions.len()), (Headline::Ok, 1), "{:?}", report.assumptions);
    let report = play(&new("51", "APPDIR", r"C:\Elsewhere", "700", "Installed"));
    assert_eq!((report.headline(), report.assumptions.len()), (Headline::Ok, 1), "{:?}", report.assumptions);
}

/// Type 35 moves a folder after costing, with what is below it; type 51 then changes texts only.
#[test]
fn folders_are_set_when_their_turn_comes() {
    let place = |kind: &str, sequence: &str| -> Vec<String> {
        let msi = new(kind, "APPDIR", r"C:\Elsewhere", sequence, "")
            .with("Directory", &["SUB", "APPDIR", "sub"])
            .key_file("D", &guid(2), 256, "d.dll", "2.0", 2)
            .set("Component", "D", "Directory_", "SUB")
            .with("Registry", &["r", "2", "Software", "place", "[APPDIR]", "C"]);
        let report = Report::of(&Scenario::chain(Vec::new(), &msi.load()));
        let mut found: Vec<String> =
            report.outcomes.iter().map(|outcome| outcome.resource.to_string()).collect();
        found.retain(|name| name.starts_with("C:"));
        let written = report.outcomes.iter().flat_map(|outcome| &outcome.chain);
        found.extend(
            written.filter(|link| link.event.detail.starts_with('`')).map(|l| l.event.detail.to_string()),
        );
        found
    };
    let moved = [r"C:\Elsewhere\a.dll", r"C:\Elsewhere\sub\d.dll", r"`C:\Elsewhere\`"];
    let stays = [r"C:\Program Files\App\a.dll", r"C:\Program Files\App\sub\d.dll"];
    assert_eq!(place("51", "700"), moved);
    assert_eq!(place("35", "1300"), moved);
    assert_eq!(place("51", "1300")[..2], stays);
    assert_eq!(place("51", "1300")[2], r"`C:\Elsewhere`");
}

/// What stood in the folder that the old product had is not lost where the new one is told to go elsewhere: it goes with
/// the old product, and the new one has its own.
#[test]
fn an_upgrade_that_moves_its_folder_has_everything_there() {
    let msi = new("35", "APPDIR", r"C:\Elsewhere", "1300", "").set("Component", "C", "ComponentId", &guid(2));
    let report = play(&msi);
    assert_eq!(report.headline(), Headline::Ok, "{:#?}", report.outcomes);
    assert!(report.outcome(&app_file("a.dll")).is_none());
    // with a version below the old one there is nothing that would keep it from being installed
    let report = play(&msi.clone().set("File", "C.a.dll", "Version", "0.9"));
    assert_eq!(report.headline(), Headline::Ok, "{:#?}", report.outcomes);
    // and late, with the old ComponentId, what stood at the old place goes by a rule that is not proven
    let report = play(&msi.removes_at(LATE).set("Component", "C", "ComponentId", &guid(1)));
    let left = report.outcome(&app_file("a.dll")).expect("the old one");
    assert_eq!((left.verdict, left.is_uncertain()), (Verdict::LeftBehind, true));
}
