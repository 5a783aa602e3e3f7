//! Any bytes as a package, and any changes to the cells of the tests' pairs: what can be loaded is played, over itself and over
//! another, and ends. Any text as a condition is one or none, and comes to something.

#![no_main]

mod cells;

use cells::change;
use installer_msi::{Database, Package as File};
use installer_upgrade::{
    Condition, Lookup, Package, Payload, Perturbation, Report, Scenario, Then, Value, admits, read_payload,
};
use libfuzzer_sys::fuzz_target;
use std::cell::OnceCell;
use std::io::Cursor;
use std::path::Path;

type Side = (Database, Payload);

thread_local!(static PAIRS: OnceCell<Vec<[Side; 2]>> = const { OnceCell::new() });

fn read(bytes: Vec<u8>) -> Option<Side> {
    let mut file = File::open_if(Cursor::new(bytes), admits).ok()?;
    let payload = read_payload(&mut file).ok()?;
    Some((file.into_database(), payload))
}

/// The pairs of the tests.
fn pairs() -> Vec<[Side; 2]> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/upgrades");
    let cases = std::fs::read_to_string(folder.join("cases.tsv")).expect("the cases");
    let side = |case: &str, side: &str| {
        let path = folder.join(format!("{case}-{side}.msi"));
        read(std::fs::read(path).expect("a package")).expect("it can be read")
    };
    let names = cases.lines().skip(1).filter_map(|line| line.split('\t').next());
    names.map(|name| ["old", "new"].map(|which| side(name, which))).collect()
}

fn load(name: &str, (database, payload): &Side) -> Option<Package> {
    Package::load(name, database, payload).ok()
}

/// Plays all that the program can be asked of two packages.
fn play(old: &Package, new: &Package) {
    let mut scenario = Scenario::upgrade(old, new);
    assert_eq!(Report::of(&scenario).outcomes, Report::of(&scenario).outcomes);
    scenario.perturbations = vec![Perturbation::Edited(None), Perturbation::Locked(None)];
    scenario.bundle = true;
    scenario.then = vec![Then::Repair(new.product_code), Then::Remove(new.product_code)];
    let report = Report::of(&scenario);
    drop(report.picture(&[old, new]));
}

/// A machine on which every third property is set, every third one known to be set, and every third one not known.
struct Some3;

impl Lookup for Some3 {
    fn property<'v>(&'v self, name: &'v str) -> Value<'v> {
        match name.len() % 3 {
            0 => Value::Known(name),
            1 => Value::Found,
            _ => Value::Unknown,
        }
    }

    fn state(&self, _: char, name: &str) -> Option<i32> {
        (name.len() % 2 == 0).then_some(3)
    }
}

fuzz_target!(|bytes: &[u8]| {
    if let Ok(condition) = String::from_utf8_lossy(bytes).parse::<Condition>() {
        let _ = condition.evaluate(&Some3);
        assert!(condition.references().count() <= bytes.len());
    }
    if bytes.starts_with(&[0xD0, 0xCF]) {
        if let Some(package) = read(bytes.to_vec()).and_then(|side| load("any", &side)) {
            play(&package, &package);
        }
    } else if let [which, changes @ ..] = bytes {
        PAIRS.with(|pairs| {
            let pairs = pairs.get_or_init(self::pairs);
            let mut pair = pairs[usize::from(*which) % pairs.len()].clone();
            let (first, second) = changes[..changes.len().min(60)].split_at(changes.len().min(60) / 6 * 3);
            change(&mut pair[0].0, first);
            change(&mut pair[1].0, second);
            if let (Some(old), Some(new)) = (load("old", &pair[0]), load("new", &pair[1])) {
                play(&old, &new);
            }
        });
    }
});
