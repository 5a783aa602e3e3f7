//! Prediction and outcome, file by file and value by value, on the cases that Wine's msi can judge: versions where both
//! agree, unversioned files by hash, rows dropped, registry values, RemoveFile rows by exact name, missing ComponentIds,
//! detection. Where Wine 8 is known to differ from Windows, both answers are written down, so that another Wine is
//! noticed.
//!
//! Three of the five places of RemoveExistingProducts by default; `WINE_PAIRS=all` plays all of them.

use super::fixture::{Msi, SCHEDULES, guid};
use super::judge::{Accident, Bytes, Case, Installer, Played, play};
use super::wine_more::{self, disabled, swapped};
use crate::support::wine::Wine;
use ancm_installer::upgrade::{Perturbation, Verdict};
use std::collections::BTreeMap;

/// A pair whose names and codes nobody else has.
fn pair(case: u32, change: impl Fn(Msi, bool) -> Msi) -> [Msi; 2] {
    [("1.0.0", false), ("2.0.0", true)].map(|(version, new)| {
        let msi = Msi::new(version)
            .property("ProductCode", &guid(0x5000_0000 + case * 2 + u32::from(new)))
            .property("UpgradeCode", &guid(0x6000_0000 + case))
            .upgrade(&guid(0x6000_0000 + case), 0x100)
            .set("Directory", "APPDIR", "DefaultDir", &format!("App{case}"));
        change(msi, new)
    })
}

/// Whether every place of RemoveExistingProducts is played.
fn all_pairs() -> bool {
    #[expect(clippy::disallowed_methods, reason = "the longer run is asked for by the environment")]
    let asked = std::env::var_os("WINE_PAIRS");
    asked.is_some_and(|which| which == "all")
}

/// Every pair that is judged, with its name.
fn pairs() -> Vec<(String, [Msi; 2])> {
    let mut pairs: Vec<(String, [Msi; 2])> = Vec::new();
    let mut add = |name: String, change: &dyn Fn(u32, Msi, bool) -> Msi| {
        let case = u32::try_from(pairs.len()).expect("few");
        pairs.push((name, pair(case, |msi, new| change(0x1000 + case * 16, msi, new))));
    };
    let places =
        SCHEDULES.into_iter().enumerate().filter(|(place, _)| all_pairs() || [1, 2, 4].contains(place));
    for (place, (schedule, at)) in places {
        wine_more::pairs(&mut add, schedule, at);
        for (what, old, new) in [
            ("greater", ("1.0.0.0", 1), ("2.0.0.0", 2)),
            ("equal, same bytes", ("1.0.0.0", 1), ("1.0.0.0", 1)),
            ("equal, other bytes", ("1.0.0.0", 1), ("1.0.0.0", 2)),
            ("lower", ("2.0.0.0", 1), ("1.0.0.0", 2)),
            ("unversioned over versioned", ("1.0.0.0", 1), ("", 2)),
        ] {
            for same in [true, false] {
                let judged = match (place < 2, same) {
                    (true, _) | (false, true) => {
                        matches!(what, "greater" | "equal, same bytes" | "equal, other bytes")
                    }
                    (false, false) => what != "greater",
                };
                if judged {
                    add(format!("{what}, same id {same}, {schedule}"), &|id, msi, is_new| {
                        let (version, bytes) = if is_new { new } else { old };
                        let id = guid(id + u32::from(is_new && !same));
                        let msi = msi.key_file("C", &id, 256, "a.dll", version, bytes);
                        if is_new { msi.removes_at(at) } else { msi }
                    });
                }
            }
        }
        add(format!("a file moves to another component, {schedule}"), &|id, msi, new| {
            let msi = msi.key_file("C", &guid(id), 256, "a.txt", "", 1).key_file(
                "D",
                &guid(id + 1),
                256,
                "b.txt",
                "",
                2,
            );
            match new {
                true => msi.file("D", "moved.txt", "", 4).removes_at(at),
                false => msi.file("C", "moved.txt", "", 3),
            }
        });
        for same in [true, false] {
            for bytes in [1, 2] {
                add(format!("hash {bytes}, same id {same}, {schedule}"), &|id, msi, new| {
                    let id = id + u32::from(new && !same);
                    let msi = msi.key_file("C", &guid(id), 256, "a.txt", "", if new { bytes } else { 1 });
                    if new { msi.removes_at(at) } else { msi }
                });
            }
            add(format!("registry, same id {same}, {schedule}"), &|id, msi, new| {
                let msi = msi
                    .key_file("C", &guid(id), 256, "a.txt", "", 1)
                    .component("R", &guid(id + 2 + u32::from(new && !same)), 256 + 4)
                    .with("Registry", &["r", "2", &format!(r"Software\Acme\{id}"), "v", "1", "R"])
                    .set("Component", "R", "KeyPath", "r");
                if new { msi.removes_at(at) } else { msi }
            });
        }
        add(format!("a file more and a file less, {schedule}"), &|id, msi, new| {
            let msi = msi.key_file("C", &guid(id), 256, "a.txt", "", 1);
            if new { msi.file("C", "new.txt", "", 3).removes_at(at) } else { msi.file("C", "old.txt", "", 4) }
        });
        add(format!("no ComponentId, {schedule}"), &|id, msi, new| {
            if new {
                msi.key_file("C", &guid(id), 256, "a.txt", "", 1).removes_at(at)
            } else {
                msi.key_file("C", "", 256, "b.txt", "", 1).key_file("D", &guid(id + 1), 256, "c.txt", "", 1)
            }
        });
        add(format!("a component more and a component less, {schedule}"), &|id, msi, new| {
            let msi = msi.key_file("C", &guid(id), 256, "a.txt", "", 1);
            if new {
                msi.key_file("E", &guid(id + 2), 256, "new.txt", "", 3).removes_at(at)
            } else {
                msi.key_file("D", &guid(id + 1), 256, "old.txt", "", 4)
            }
        });
        add(format!("the new package's RemoveFile row names a kept file, {schedule}"), &|id, msi, new| {
            let msi = msi.key_file("C", &guid(id), 256, "a.txt", "", 1);
            let (key, kept) =
                ("D.kept.txt", |msi: Msi| msi.key_file("D", &guid(id + 1), 256, "kept.txt", "", 3));
            match new {
                true => kept(msi).with("RemoveFile", &[key, "C", "kept.txt", "APPDIR", "1"]).removes_at(at),
                false => kept(msi),
            }
        });
        add(format!("the old package's RemoveFile row names a kept file, {schedule}"), &|id, msi, new| {
            let msi = msi.key_file("C", &guid(id), 256, "a.txt", "", 1).key_file(
                "D",
                &guid(id + 1 + u32::from(new)),
                256,
                "kept.txt",
                "",
                3,
            );
            match new {
                true => msi.removes_at(at),
                false => msi.with("RemoveFile", &["row", "D", "kept.txt", "APPDIR", "2"]),
            }
        });
        add(format!("a registry value more and one less, {schedule}"), &|id, msi, new| {
            let key = format!(r"Software\Acme\{id}");
            let msi = msi
                .key_file("C", &guid(id), 256, "a.txt", "", 1)
                .with("Registry", &["both", "2", &key, "both", "1", "C"]);
            match new {
                true => msi.with("Registry", &["new", "2", &key, "new", "1", "C"]).removes_at(at),
                false => msi.with("Registry", &["old", "2", &key, "old", "1", "C"]),
            }
        });
        add(format!("out of the range of versions, {schedule}"), &|id, msi, new| {
            let msi =
                msi.key_file("C", &guid(id + u32::from(new)), 256, "a.txt", "", if new { 2 } else { 1 });
            let code = guid(0x6000_0000 + (id - 0x1000) / 16);
            match new {
                true => msi.upgrade(&code, 0x100).set("Upgrade", &code, "VersionMax", "0.5.0").removes_at(at),
                false => msi,
            }
        });
        add(format!("only detected, {schedule}"), &|id, msi, new| {
            let msi = msi.key_file("C", &guid(id + u32::from(new)), 256, "a.txt", "", 1);
            let code = guid(0x6000_0000 + (id - 0x1000) / 16);
            if new { msi.upgrade(&code, 0x102).removes_at(at) } else { msi }
        });
    }
    pairs
}

#[test]
fn wine_agrees_where_it_can_judge_and_differs_where_it_is_known_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let (Some(wine), Some(bytes), Some(installer)) =
        (Wine::new(), Bytes::new(folder.path()), Installer::new(folder.path()))
    else {
        return;
    };
    let (names, pairs): (Vec<String>, Vec<[Msi; 2]>) = pairs().into_iter().unzip();
    let case = |(number, pair)| Case { number, pair, accident: None };
    let mut cases: Vec<Case> = pairs.into_iter().enumerate().map(case).collect();
    let differences = known_differences();
    for (number, difference) in (DIFFERENCES..).zip(&differences) {
        let id = u32::try_from(number).expect("few");
        let pair = pair(id, |msi, new| (difference.change)(0x1000 + id * 16, msi, new));
        cases.push(Case { number, pair, accident: difference.accident.clone() });
    }
    let mut agreeing = play(&wine, &installer, &bytes, cases);
    let differing = agreeing.split_off(names.len());
    agrees(&names, &agreeing);
    differs(&differences, &differing);
}

fn agrees(names: &[String], played: &[Played]) {
    let mut wrong = Vec::new();
    let mut verdicts = BTreeMap::new();
    for (name, played) in names.iter().zip(played) {
        for outcome in &played.report.outcomes {
            *verdicts.entry(outcome.verdict).or_insert(0) += 1;
        }
        wrong.extend(played.registry.iter().map(|difference| format!("{name}: {difference}")));
        if played.predicted != played.found {
            wrong.push(format!("{name}: predicted {:?}, Wine has {:?}", played.predicted, played.found));
        }
    }
    assert!(wrong.is_empty(), "{} pairs\n{}", names.len(), wrong.join("\n"));
    assert!(names.len() >= if all_pairs() { 100 } else { 60 }, "{} pairs", names.len());
    let kinds = [Verdict::PresentNew, Verdict::PresentOld, Verdict::Missing, Verdict::LeftBehind];
    assert!(
        kinds.iter().all(|kind| verdicts.contains_key(kind)),
        "each kind of fate is among them: {verdicts:?}"
    );
}

/// A case in which Wine 8 is known to differ from Windows: what the rules say is there, and what Wine leaves.
struct Difference {
    name: &'static str,
    change: fn(u32, Msi, bool) -> Msi,
    accident: Option<Accident>,
    windows: &'static [&'static str],
    wine: &'static [&'static str],
}

const EARLY: i32 = 1501;
const LATE: i32 = 6601;

/// One key file; versions and bytes of both sides, whether the ComponentId stays, where the old product goes.
fn key_file((id, msi, is_new): (u32, Msi, bool), [old, new]: [(&str, i32); 2], same: bool, at: i32) -> Msi {
    let (version, bytes) = if is_new { new } else { old };
    let id = guid(id + u32::from(is_new && !same));
    let msi = msi.key_file("C", &id, 256, "a.dll", version, bytes);
    if is_new { msi.removes_at(at) } else { msi }
}

const NO_VETO: &str = "costing vetoes nothing";

fn known_differences() -> Vec<Difference> {
    let plain = |name, change, windows, wine| Difference { name, change, accident: None, windows, wine };
    vec![
        plain(
            "a higher version under a new id, late: Wine keeps files above the old package's version",
            |id, msi, new| key_file((id, msi, new), [("1.0.0.0", 1), ("2.0.0.0", 2)], false, LATE),
            &[],
            &["a.dll 2"],
        ),
        plain(
            NO_VETO,
            |id, msi, new| key_file((id, msi, new), [("2.0.0.0", 1), ("1.0.0.0", 2)], true, EARLY),
            &[],
            &["a.dll 2"],
        ),
        plain(
            NO_VETO,
            |id, msi, new| key_file((id, msi, new), [("1.0.0.0", 1), ("", 2)], false, EARLY),
            &[],
            &["a.dll 2"],
        ),
        plain(
            "an unversioned file over a versioned one, late: Wine goes by the size",
            |id, msi, new| key_file((id, msi, new), [("1.0.0.0", 1), ("", 2)], true, LATE),
            &["a.dll 1"],
            &["a.dll 2"],
        ),
        plain(
            "a versioned file over an unversioned one of its size, late: Wine takes it to be there",
            |id, msi, new| key_file((id, msi, new), [("", Bytes::LONG), ("1.0.0.0", 2)], true, LATE),
            &["a.dll 2"],
            &["a.dll 100"],
        ),
        plain(
            "NeverOverwrite, early: Wine asks for it when it copies",
            |id, msi, new| {
                let msi = msi.key_file(
                    "C",
                    &guid(id),
                    if new { 256 + 128 } else { 256 },
                    "a.txt",
                    "",
                    1 + i32::from(new),
                );
                if new { msi.removes_at(EARLY) } else { msi }
            },
            &[],
            &["a.txt 2"],
        ),
        plain(
            "SharedDLLs, late: Wine counts, and does not ask the count",
            |id, msi, new| {
                let msi = msi.key_file("C", &guid(id + u32::from(new)), 256 + 8, "a.txt", "", 1);
                if new { msi.removes_at(LATE) } else { msi }
            },
            &["a.txt 1"],
            &[],
        ),
        plain(
            "one id at another key path, late: Wine leaves the old file",
            |id, msi, new| match new {
                true => msi
                    .with("Directory", &["SUB", "APPDIR", "sub"])
                    .key_file("C", &guid(id), 256, "new.txt", "", 2)
                    .set("Component", "C", "Directory_", "SUB")
                    .removes_at(LATE),
                false => msi.key_file("C", &guid(id), 256, "old.txt", "", 1),
            },
            &["new.txt 2"],
            &["new.txt 2", "old.txt 1"],
        ),
        plain(
            "RemoveFile with a wildcard: Wine takes the name as it is",
            |id, msi, new| {
                let msi = msi.key_file("C", &guid(id), 256, "a.txt", "", 1).key_file(
                    "D",
                    &guid(id + 1 + u32::from(new)),
                    256,
                    "b.ini",
                    "",
                    2,
                );
                let removing = |msi: Msi| {
                    msi.with("RemoveFile", &["row", "D", "*.ini", "APPDIR", "2"]).key_file(
                        "E",
                        &guid(id + 3),
                        256,
                        "c.ini",
                        "",
                        3,
                    )
                };
                if new {
                    msi.key_file("E", &guid(id + 3), 256, "c.ini", "", 3).removes_at(LATE)
                } else {
                    removing(msi)
                }
            },
            &["a.txt 1"],
            &["a.txt 1", "c.ini 3"],
        ),
        plain(
            "a condition that does not hold, late: Wine keeps the file",
            |id, msi, new| {
                let msi = msi.key_file("C", &guid(id), 256, "a.txt", "", 1).key_file(
                    "D",
                    &guid(id + 1),
                    256,
                    "b.txt",
                    "",
                    2,
                );
                if new { msi.set("Component", "D", "Condition", "NEVER").removes_at(LATE) } else { msi }
            },
            &["a.txt 1"],
            &["a.txt 1", "b.txt 2"],
        ),
        plain(
            "a duplicate, late: Wine does not write over one that is there",
            |id, msi, new| {
                let msi = msi
                    .key_file("C", &guid(id), 256, "a.txt", "", 1 + i32::from(new))
                    .with("DuplicateFile", &["d", "C", "C.a.txt", "copy.txt", ""]);
                if new { msi.removes_at(LATE) } else { msi }
            },
            &["a.txt 2", "copy.txt 2"],
            &["a.txt 2", "copy.txt 1"],
        ),
        plain(
            "a component's condition does not hold, late: Wine keeps its file",
            |id, msi, new| {
                let msi = disabled(id, msi, new);
                if new { msi.removes_at(LATE) } else { msi }
            },
            &["a.txt 1"],
            &["a.txt 1", "d.txt 2"],
        ),
        plain(
            "two ids are swapped, late: each is at another key path, and Wine leaves the old files",
            |id, msi, new| {
                let msi = swapped(id, msi, new);
                if new { msi.removes_at(LATE) } else { msi }
            },
            &[],
            &["a.txt 1", "d.txt 2"],
        ),
        Difference {
            name: "an edited file, late: Wine does not look at dates",
            change: |id, msi, new| {
                let msi = msi.key_file("C", &guid(id), 256, "a.txt", "", 1 + i32::from(new));
                if new { msi.removes_at(LATE) } else { msi }
            },
            accident: Some(Accident {
                happens: |folder| std::fs::write(folder.join("a.txt"), "edited").expect("writable"),
                perturbation: Perturbation::Edited(None),
            }),
            windows: &["a.txt ?"],
            wine: &["a.txt 2"],
        },
        Difference {
            name: "a deleted key file, late: Wine removes what else the component has",
            change: |id, msi, new| {
                let msi = msi.key_file("D", &guid(id + 1), 256, "d.txt", "", 1);
                if new {
                    msi.removes_at(LATE)
                } else {
                    msi.key_file("C", &guid(id), 256, "a.txt", "", 2).file("C", "b.txt", "", 3)
                }
            },
            accident: Some(Accident {
                happens: |folder| std::fs::remove_file(folder.join("a.txt")).expect("it is there"),
                perturbation: Perturbation::KeyFileDeleted(Some("a.txt".to_owned())),
            }),
            windows: &["b.txt 3", "d.txt 1"],
            wine: &["d.txt 1"],
        },
    ]
}

/// Numbers of the known differences begin here, so that they share a Windows with the pairs above.
const DIFFERENCES: usize = 500;

fn differs(differences: &[Difference], played: &[Played]) {
    let mut wrong = Vec::new();
    for (difference, played) in differences.iter().zip(played) {
        if played.predicted != difference.windows || played.found != difference.wine {
            wrong.push(format!(
                "{}: predicted {:?}, Wine has {:?}",
                difference.name, played.predicted, played.found
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
