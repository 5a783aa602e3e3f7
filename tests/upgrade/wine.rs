//! Prediction and outcome, file by file and value by value, on the cases that Wine's msi can judge: unversioned files
//! by hash, rows dropped, registry values, RemoveFile rows by exact name, missing ComponentIds, detection. (Wine 8 has
//! no costing veto, ignores REINSTALLMODE, and keeps files above the old package's version: it is no judge of those.)

use crate::fixture::{Msi, SCHEDULES, guid};
use crate::support::wine::Wine;
use ancm_installer::cab::{Cabinet, CabinetFile, Source};
use ancm_installer::msi::{self, Cell, Stream};
use ancm_installer::upgrade::{FileFacts, Report, Resource, Scenario, Verdict};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::Path;

/// The bytes of the file that the fixture calls `number`.
fn content(number: i32) -> Vec<u8> {
    format!("{number:>100}").into_bytes()
}

/// Gives the files of `msi` real bytes, and writes it with its cabinet.
fn write(msi: &mut Msi, path: &Path) {
    let mut cabinet = Cabinet::default();
    for (key, number) in msi.numbers() {
        let bytes = content(number);
        let facts = FileFacts::of(&bytes);
        msi.know(&key, facts);
        cabinet.files.push(CabinetFile {
            name: key,
            size: 100,
            modified: 1_700_000_000,
            source: Source::Bytes(bytes),
        });
    }
    let count = cabinet.files.len().to_string();
    msi.row("Media", &["1", &count, "", "#files.cab"]);
    let mut database = msi.database().clone();
    database.streams.insert("files.cab".to_owned(), Stream::Cabinet(cabinet));
    (database.codepage, database.summary.codepage) = (1252, 1252);
    database.summary.template = "x64;1033".to_owned();
    database.summary.revision_number = guid(0xAAAA_0000);
    (database.summary.page_count, database.summary.word_count) = (200, 2);
    let manufacturer = [Cell::text("Manufacturer"), Cell::text("Acme")].to_vec();
    database.tables.get_mut("Property").expect("properties").rows.push(manufacturer);
    let mut file =
        std::fs::File::options().read(true).write(true).create_new(true).open(path).expect("a file");
    msi::write(&database, NonZeroUsize::MIN, &mut file).expect("a package");
}

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

/// Every pair that is judged, with its name.
fn pairs() -> Vec<(String, [Msi; 2])> {
    let mut pairs: Vec<(String, [Msi; 2])> = Vec::new();
    let mut add = |name: String, change: &dyn Fn(u32, Msi, bool) -> Msi| {
        let case = u32::try_from(pairs.len()).expect("few");
        pairs.push((name, pair(case, |msi, new| change(0x1000 + case * 16, msi, new))));
    };
    for (schedule, at) in SCHEDULES {
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

/// Where the predicted machine and Wine's differ: files by name and bytes, registry values by name.
fn differences(scenario: &Scenario, folder: &str, wine: &Wine) -> Vec<String> {
    let machine = scenario.play().engine.machine;
    let hash = |facts: &FileFacts| facts.hash.expect("the bytes are known");
    let predicted: BTreeMap<String, [i32; 4]> =
        machine.files.iter().map(|(path, file)| (path.name().to_owned(), hash(&file.facts))).collect();
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(wine.drive_c().join("Program Files").join(folder)).into_iter().flatten() {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        found.insert(name, hash(&FileFacts::of(&std::fs::read(&path).expect("readable"))));
    }
    let mut wrong = Vec::new();
    if predicted != found {
        wrong.push(format!("predicted {:?}, Wine has {:?}, or other bytes", predicted.keys(), found.keys()));
    }
    for outcome in Report::of(scenario).outcomes {
        let Resource::Registry(name) = &outcome.resource else { continue };
        let there = wine.registry(64, &format!(r"{}\{}", name.hive, name.key), name.value.as_str()).is_some();
        if there != (outcome.verdict != Verdict::Missing) {
            wrong.push(format!("{name} is predicted {}, and Wine has it: {there}", outcome.verdict));
        }
    }
    wrong
}

#[test]
fn wine_agrees_where_it_can_judge() {
    let Some(wine) = Wine::new() else { return };
    let mut wrong = Vec::new();
    let mut played = 0;
    let mut verdicts = BTreeMap::new();
    for (number, (name, mut pair)) in pairs().into_iter().enumerate() {
        played += 1;
        for (side, msi) in pair.iter_mut().enumerate() {
            let file = format!("p{number}-{side}.msi");
            write(msi, &wine.drive_c().join(&file));
            let (code, log) = wine.msiexec(&["/i", &format!(r"C:\{file}")]);
            assert_eq!(code, 0, "{name}: {log}");
        }
        let [old, new] = pair.map(|msi| msi.load());
        let scenario = Scenario::upgrade(&old, &new);
        for outcome in Report::of(&scenario).outcomes {
            *verdicts.entry(outcome.verdict).or_insert(0) += 1;
        }
        let found = differences(&scenario, &format!("App{number}"), &wine);
        wrong.extend(found.into_iter().map(|difference| format!("{name}: {difference}")));
    }
    assert!(wrong.is_empty(), "{played} pairs\n{}", wrong.join("\n"));
    assert!(played >= 60, "{played} pairs");
    let kinds = [Verdict::PresentNew, Verdict::Missing, Verdict::LeftBehind];
    assert!(
        kinds.iter().all(|kind| verdicts.contains_key(kind)),
        "each kind of fate is among them: {verdicts:?}"
    );
}
