//! What holds for every upgrade, tried on many random pairs. The generator is seeded, so a failure comes again.

use super::fixture::{Msi, app_file, guid};
use crate::support::random::Random;
use ancm_installer::upgrade::{Options, Package, ReinstallMode, Report, Scenario, Verdict};

const EARLY: [i32; 2] = [1401, 1501];
const LATE: [i32; 3] = [6501, 6561, 6601];
const VERSIONS: [&str; 4] = ["", "1.0.0.0", "2.0.0.0", "3.0.0.0"];
const FILES: [&str; 3] = ["a.dll", "b.dll", "c.txt"];

/// One file as the two packages have it: ComponentIds, versions, bytes.
#[derive(Clone, Copy, Debug)]
struct Plan {
    ids: [u32; 2],
    versions: [&'static str; 2],
    bytes: [i32; 2],
}

fn plan(random: &mut Random) -> Vec<Plan> {
    let file = |number: usize, random: &mut Random| Plan {
        ids: [100 + number as u32, 100 + number as u32 + 50 * random.below(2) as u32],
        versions: [random.pick(&VERSIONS), random.pick(&VERSIONS)],
        bytes: [1, 1 + random.below(2) as i32],
    };
    (0..FILES.len()).map(|number| file(number, random)).collect()
}

fn package(plan: &[Plan], side: usize, removes_at: i32) -> Package {
    let base = Msi::new(["1.0.0", "2.0.0"][side]).removes_at(removes_at);
    let add = |msi: Msi, (number, file): (usize, &Plan)| {
        let key = format!("C{number}");
        msi.key_file(&key, &guid(file.ids[side]), 256, FILES[number], file.versions[side], file.bytes[side])
    };
    plan.iter().enumerate().fold(base, add).load()
}

fn play(plan: &[Plan], removes_at: i32, mode: &str) -> Vec<(Verdict, bool)> {
    let (old, new) = (package(plan, 0, removes_at), package(plan, 1, removes_at));
    let mut scenario = Scenario::upgrade(&old, &new);
    scenario.options = Options { mode: Some(ReinstallMode::new(mode)), ..Options::default() };
    let report = Report::of(&scenario);
    let fate = |name: &&str| report.outcome(&app_file(name)).map(|o| (o.verdict, o.repairable));
    FILES.iter().map(|name| fate(name).expect("owned")).collect()
}

fn verdicts(fates: &[(Verdict, bool)]) -> Vec<Verdict> {
    fates.iter().map(|(verdict, _)| *verdict).collect()
}

fn for_all(seed: u64, check: impl Fn(&mut Random, Vec<Plan>)) {
    let mut random = Random(seed);
    for _ in 0..300 {
        let plan = plan(&mut random);
        check(&mut random, plan);
    }
}

#[test]
fn early_removal_does_not_ask_for_component_ids() {
    for_all(0x9E37_79B9, |random, plan| {
        let at = random.pick(&EARLY);
        let mut shared = plan.clone();
        shared.iter_mut().for_each(|file| file.ids[1] = file.ids[0]);
        assert_eq!(play(&plan, at, "omus"), play(&shared, at, "omus"), "{plan:?}");
    });
}

#[test]
fn late_removal_does_not_ask_for_versions_when_component_ids_differ() {
    for_all(0xC0FF_EE00, |random, mut plan| {
        plan.iter_mut().for_each(|file| file.ids[1] = file.ids[0] + 50);
        let fates = verdicts(&play(&plan, random.pick(&LATE), "omus"));
        assert_eq!(fates, [Verdict::Missing; 3], "{plan:?}");
    });
}

#[test]
fn amus_does_not_cure_late_removal_with_new_component_ids() {
    for_all(0xBAD5_EED1, |random, plan| {
        let fates = verdicts(&play(&plan, random.pick(&LATE), "amus"));
        for (file, fate) in plan.iter().zip(fates) {
            let expected = if file.ids[0] == file.ids[1] { Verdict::PresentNew } else { Verdict::Missing };
            assert_eq!(fate, expected, "{plan:?}");
        }
    });
}

#[test]
fn shared_component_ids_keep_the_file_in_both_directions() {
    for_all(0x5EED_0001, |random, mut plan| {
        let at = random.pick(&LATE);
        plan.iter_mut().for_each(|file| file.ids[1] = file.ids[0]);
        let mut swapped = plan.clone();
        for file in &mut swapped {
            file.versions.swap(0, 1);
            file.bytes.swap(0, 1);
        }
        for fates in [play(&plan, at, "omus"), play(&swapped, at, "omus")] {
            assert!(!verdicts(&fates).contains(&Verdict::Missing), "{plan:?}");
        }
    });
}

#[test]
fn a_repair_brings_back_whatever_a_registered_component_misses() {
    for_all(0x0DDB_A115, |random, plan| {
        let at = random.pick(&[EARLY.as_slice(), LATE.as_slice()].concat());
        for (verdict, repairable) in play(&plan, at, "omus") {
            assert_eq!(repairable, verdict == Verdict::Missing, "{plan:?}");
        }
    });
}

#[test]
fn the_same_question_has_the_same_answer() {
    for_all(0x1234_5678, |random, plan| {
        let at = random.pick(&LATE);
        let (old, new) = (package(&plan, 0, at), package(&plan, 1, at));
        let scenario = Scenario::upgrade(&old, &new);
        assert_eq!(Report::of(&scenario).outcomes, Report::of(&scenario).outcomes);
    });
}
