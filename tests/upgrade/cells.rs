//! The truth table of major upgrades: one component with one key file, 9 payloads × 2 ComponentIds × 5 places of
//! RemoveExistingProducts, and what modifies it.

use super::fixture::{Msi, SCHEDULES, app_file, guid};
use ancm_installer::upgrade::{
    Confidence, Options, Perturbation, ReinstallMode, Report, Scenario, ScheduleClass, Verdict,
};

/// Name; version and bytes, old and new; whether the old file was edited; what early removal gives; what late removal
/// gives with the same ComponentId. Late removal with a new ComponentId always loses the file.
type Payload = (&'static str, [(&'static str, i32); 2], bool, Verdict, Verdict);
const PAYLOADS: [Payload; 9] = {
    use Verdict::{Missing, PresentNew as New, PresentOld as Old};
    [
        ("versioned, new > old", [("1.0.0.0", 1), ("2.0.0.0", 2)], false, New, New),
        ("versioned, equal, same bytes", [("1.0.0.0", 1), ("1.0.0.0", 1)], false, New, New),
        ("versioned, equal, bytes differ", [("1.0.0.0", 1), ("1.0.0.0", 2)], false, New, Old),
        ("versioned, new < old", [("2.0.0.0", 1), ("1.0.0.0", 2)], false, Missing, Old),
        ("unversioned over versioned", [("1.0.0.0", 1), ("", 2)], false, Missing, Old),
        ("versioned over unversioned", [("", 1), ("1.0.0.0", 2)], false, New, New),
        ("unversioned, hash equal", [("", 1), ("", 1)], false, New, New),
        ("unversioned, hash differs", [("", 1), ("", 2)], false, New, New),
        ("unversioned, hash differs, edited", [("", 1), ("", 2)], true, New, Old),
    ]
};
const LOWER: usize = 3;

struct Variant {
    old_attributes: i32,
    new_attributes: i32,
    mode: &'static str,
    old_id: String,
    new_has_id: bool,
    perturbation: Option<Perturbation>,
    removes_at: Option<i32>,
}

impl Default for Variant {
    fn default() -> Self {
        Variant {
            old_attributes: 256,
            new_attributes: 256,
            mode: "omus",
            old_id: guid(1),
            new_has_id: true,
            perturbation: None,
            removes_at: None,
        }
    }
}

fn report(variant: &Variant, payload: usize, same_id: bool, sequence: i32) -> Report {
    let (_, [(old_version, old_bytes), (new_version, new_bytes)], edited, ..) = PAYLOADS[payload];
    let new_id = match (variant.new_has_id, same_id) {
        (true, same) => guid(if same { 1 } else { 2 }),
        (false, _) => String::new(),
    };
    let old = Msi::new("1.0.0")
        .key_file("C", &variant.old_id, variant.old_attributes, "a.dll", old_version, old_bytes)
        .load();
    let new = Msi::new("2.0.0")
        .key_file("C", &new_id, variant.new_attributes, "a.dll", new_version, new_bytes)
        .removes_at(variant.removes_at.unwrap_or(sequence))
        .load();
    let mut scenario = Scenario::upgrade(&old, &new);
    scenario.options = Options { mode: Some(ReinstallMode::new(variant.mode)), ..Options::default() };
    if edited {
        scenario.perturbations.push(Perturbation::Edited(None));
    }
    scenario.perturbations.extend(variant.perturbation.clone());
    Report::of(&scenario)
}

fn verdict(report: &Report) -> (Verdict, Confidence) {
    let outcome = report.outcome(&app_file("a.dll")).expect("the new package owns it");
    (outcome.verdict, outcome.confidence)
}

/// Checks all 90 cells of `variant`; `expected` says the verdict by payload, sameness of ComponentId, and lateness.
fn check(what: &str, variant: &Variant, expected: impl Fn(usize, bool, bool) -> Verdict) {
    for (payload, (name, ..)) in PAYLOADS.iter().enumerate() {
        for same_id in [true, false] {
            for (place, (schedule, sequence)) in SCHEDULES.iter().enumerate() {
                let (found, _) = verdict(&report(variant, payload, same_id, *sequence));
                let wanted = expected(payload, same_id, place >= 2);
                assert_eq!(found, wanted, "{what}: {name}, same id: {same_id}, {schedule}");
            }
        }
    }
}

fn plain(payload: usize, same_id: bool, late: bool) -> Verdict {
    let (.., early, late_same) = PAYLOADS[payload];
    match (late, same_id) {
        (false, _) => early,
        (true, true) => late_same,
        (true, false) => Verdict::Missing,
    }
}

/// What late removal with the same ComponentId gives: the old component never goes.
fn protected(payload: usize, _: bool, _: bool) -> Verdict {
    PAYLOADS[payload].4
}

#[test]
fn the_ninety_cells() {
    check("plain", &Variant::default(), plain);
}

#[test]
fn no_cell_is_uncertain() {
    for (payload, (name, ..)) in PAYLOADS.iter().enumerate() {
        for same_id in [true, false] {
            for (schedule, sequence) in SCHEDULES {
                let (_, confidence) = verdict(&report(&Variant::default(), payload, same_id, sequence));
                assert!(confidence < Confidence::D, "{name}, same id: {same_id}, {schedule}");
            }
        }
    }
}

/// SPEC §9: by payload, the confidence for the same and for a new ComponentId, early and late.
#[test]
fn no_cell_is_surer_than_the_table() {
    use Confidence::{A, B, C};
    const TABLE: [[[Confidence; 2]; 2]; 9] = [
        [[A, A], [A, B]],
        [[B, A], [B, B]],
        [[B, A], [B, B]],
        [[A, B], [B, B]],
        [[B, C], [A, A]],
        [[C, A], [C, C]],
        [[B, A], [B, B]],
        [[B, A], [B, A]],
        [[B, A], [C, C]],
    ];
    for (payload, (name, ..)) in PAYLOADS.iter().enumerate() {
        for same_id in [true, false] {
            for (place, (schedule, sequence)) in SCHEDULES.iter().enumerate() {
                let (_, confidence) = verdict(&report(&Variant::default(), payload, same_id, *sequence));
                let table = TABLE[payload][usize::from(!same_id)][usize::from(place >= 2)];
                assert!(
                    confidence >= table,
                    "{name}, same id: {same_id}, {schedule}: {confidence}, not {table}"
                );
            }
        }
    }
}

#[test]
fn schedules_are_classified_by_their_numbers() {
    let class = |sequence| report(&Variant::default(), 0, true, sequence).schedule.class;
    assert_eq!(class(790), ScheduleClass::PreCost);
    assert_eq!(class(1401), ScheduleClass::EarlyA);
    assert_eq!(class(1501), ScheduleClass::EarlyB);
    assert_eq!(class(6501), ScheduleClass::Late);
    assert_eq!(class(6561), ScheduleClass::Late);
    assert_eq!(class(6601), ScheduleClass::LateC);
}

/// Registration flushed early and the files laid after the old product is gone: what is shared stays, what is not is
/// replaced, and only costing's veto can lose a file.
#[test]
fn removal_between_registration_and_files() {
    let play = |version: &str, id: u32| {
        let old = Msi::new("1.0.0").key_file("C", &guid(1), 256, "a.dll", "1.0.0.0", 1).load();
        let new = Msi::new("2.0.0")
            .key_file("C", &guid(id), 256, "a.dll", version, 2)
            .with("InstallExecuteSequence", &["InstallExecute", "", "1601"])
            .removes_at(1602)
            .load();
        Report::of(&Scenario::upgrade(&old, &new))
    };
    assert_eq!(play("2.0.0.0", 1).schedule.class, ScheduleClass::Between);
    assert_eq!(verdict(&play("2.0.0.0", 1)).0, Verdict::PresentNew);
    assert_eq!(verdict(&play("2.0.0.0", 2)).0, Verdict::PresentNew);
    assert_eq!(verdict(&play("0.9.0.0", 1)).0, Verdict::PresentOld);
    assert_eq!(verdict(&play("0.9.0.0", 2)).0, Verdict::Missing);
}

/// A custom action before costing counts; it is how a package can choose the mode for installs only.
#[test]
fn reinstallmode_may_be_set_by_the_package() {
    let old = Msi::new("1.0.0").key_file("C", &guid(1), 256, "a.dll", "2.0.0.0", 1).load();
    let play = |sequence: &str| {
        let new = Msi::new("2.0.0")
            .key_file("C", &guid(1), 256, "a.dll", "1.0.0.0", 2)
            .with("CustomAction", &["SetREINSTALLMODE", "51", "REINSTALLMODE", "amus"])
            .with("InstallExecuteSequence", &["SetREINSTALLMODE", "NOT Installed", sequence])
            .removes_at(1501)
            .load();
        verdict(&Report::of(&Scenario::upgrade(&old, &new))).0
    };
    assert_eq!(play("799"), Verdict::PresentNew);
    assert_eq!(play("1001"), Verdict::Missing);
}

#[test]
fn reinstallmode_modifies_the_cells() {
    let amus = Variant { mode: "amus", ..Variant::default() };
    check("amus", &amus, |_, same_id, late| match (late, same_id) {
        (true, false) => Verdict::Missing,
        _ => Verdict::PresentNew,
    });
    let dmus = Variant { mode: "dmus", ..Variant::default() };
    check("dmus", &dmus, |payload, same_id, late| match (payload, late, same_id) {
        (_, true, false) => Verdict::Missing,
        (3 | 4, ..) => Verdict::PresentNew,
        _ => plain(payload, same_id, late),
    });
    let emus = Variant { mode: "emus", ..Variant::default() };
    check("emus", &emus, |payload, same_id, late| match (payload, late, same_id) {
        (2, true, true) => Verdict::PresentNew,
        _ => plain(payload, same_id, late),
    });
}

/// Where no letter says what replaces a file, one that is there stays, whatever it is; documented is that of `p`
/// (<https://learn.microsoft.com/windows/win32/msi/reinstallmode>).
#[test]
fn only_missing_files_are_laid_where_nothing_else_is_asked_for() {
    let old = Msi::new("1.0.0").key_file("C", &guid(1), 256 + 16, "a.dll", "1.0.0.0", 1).load();
    let new = Msi::new("2.0.0").key_file("D", &guid(2), 256, "new.dll", "2.0.0.0", 2);
    let new = new.file("D", "a.dll", "2.0.0.0", 2).load();
    for (mode, expected) in [
        ("pmus", (Verdict::PresentOld, Confidence::A)),
        ("mus", (Verdict::PresentOld, Confidence::D)),
        ("omus", (Verdict::PresentNew, Confidence::A)),
    ] {
        let mut scenario = Scenario::upgrade(&old, &new);
        scenario.options = Options { mode: Some(ReinstallMode::new(mode)), ..Options::default() };
        assert_eq!(verdict(&Report::of(&scenario)), expected, "{mode}");
    }
}

#[test]
fn attributes_and_clients_modify_the_cells() {
    check("permanent", &Variant { old_attributes: 256 + 16, ..Variant::default() }, protected);
    check("old without ComponentId", &Variant { old_id: String::new(), ..Variant::default() }, protected);
    let foreign = Perturbation::ForeignClient(
        guid(1).parse().expect("a GUID"),
        Some(r"C:\Program Files\App\a.dll".to_owned()),
    );
    check("foreign client", &Variant { perturbation: Some(foreign), ..Variant::default() }, protected);
    let shared = Variant { old_attributes: 256 + 8, new_attributes: 256 + 8, ..Variant::default() };
    check("SharedDLLs", &shared, |payload, same_id, late| match (late, payload) {
        (false, LOWER | 4) if !same_id => PAYLOADS[payload].3,
        (false, _) => plain(payload, same_id, late),
        (true, _) => PAYLOADS[payload].4,
    });
    let never = Variant { new_attributes: 256 + 128, ..Variant::default() };
    check("NeverOverwrite", &never, |payload, same_id, late| match (late, same_id, payload) {
        (false, ..) | (true, false, _) => Verdict::Missing,
        (true, true, 1 | 6) => Verdict::PresentNew,
        (true, true, _) => Verdict::PresentOld,
    });
    let unregistered = Variant { new_has_id: false, ..Variant::default() };
    check("new without ComponentId", &unregistered, |payload, _, late| match late {
        true => Verdict::Missing,
        false => PAYLOADS[payload].3,
    });
}

#[test]
fn accidents_modify_the_cells() {
    let before_costing = Variant { removes_at: Some(790), ..Variant::default() };
    check("before costing", &before_costing, |_, _, _| Verdict::PresentNew);
    let deleted = Variant { perturbation: Some(Perturbation::KeyFileDeleted(None)), ..Variant::default() };
    // Late, the old component's key path is there again when its removal is costed: the new package has written it.
    check("key file deleted", &deleted, |_, same_id, late| match (late, same_id) {
        (true, false) => Verdict::Missing,
        _ => Verdict::PresentNew,
    });
    let hotfix = Variant { perturbation: Some(Perturbation::HotFix(None)), ..Variant::default() };
    check("hotfix", &hotfix, |payload, same_id, late| match payload {
        5.. => plain(payload, same_id, late),
        _ => plain(LOWER, same_id, late),
    });
}

#[test]
fn a_locked_file_of_equal_version_is_lost_at_the_restart() {
    let play = |sequence: i32, new_version: &str, mode: &str| {
        let old = Msi::new("1.0.0").key_file("C", &guid(1), 256, "a.dll", "1.0.0.0", 1).load();
        let new = Msi::new("2.0.0")
            .key_file("C", &guid(1), 256, "a.dll", new_version, 2)
            .removes_at(sequence)
            .load();
        let mut scenario = Scenario::upgrade(&old, &new);
        scenario.perturbations.push(Perturbation::Locked(None));
        scenario.options.mode = Some(ReinstallMode::new(mode));
        Report::of(&scenario)
    };
    let lost = play(1501, "1.0.0.0", "omus");
    assert_eq!(verdict(&lost).0, Verdict::Missing);
    assert!(lost.restart);
    assert!(lost.findings.iter().any(|finding| finding.code() == "U025"));
    assert_eq!(verdict(&play(1501, "2.0.0.0", "omus")).0, Verdict::PresentNew);
    assert_eq!(verdict(&play(1501, "1.0.0.0", "emus")).0, Verdict::PresentNew);
    assert_eq!(verdict(&play(6601, "2.0.0.0", "omus")).0, Verdict::PresentNew);
}
