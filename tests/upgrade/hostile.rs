//! Packages that ask for more than anybody has.

use super::fixture::{Msi, app_file, guid};
use crate::support;
use ancm_installer::msi;
use ancm_installer::upgrade::{
    Headline, Memory, Package, PackageError, Payload, Report, Scenario, for_each_file_in,
};
use std::io::{Cursor, Write};
use std::num::NonZeroUsize;

const MIB: u32 = 1 << 20;

/// A cabinet of `count` files of `size` bytes each, all zeros: 32 KiB of them take some forty bytes.
fn zeros(count: u16, size: u32) -> Vec<u8> {
    const BLOCK: u32 = 32 << 10;
    let mut deflated = flate2::write::DeflateEncoder::new(b"CK".to_vec(), flate2::Compression::best());
    deflated.write_all(&vec![0; BLOCK as usize]).expect("in memory");
    let block = deflated.finish().expect("in memory");
    let blocks = u32::from(count) * size / BLOCK;
    let mut files = Vec::new();
    for number in 0..count {
        files.extend(size.to_le_bytes());
        files.extend((u32::from(number) * size).to_le_bytes());
        files.extend([0; 8]);
        files.extend(format!("f{number:05}\0").bytes());
    }
    let (headers, data) = (36 + 8, blocks as usize * (8 + block.len()));
    let total = u32::try_from(headers + files.len() + data).expect("small");
    let mut cabinet = b"MSCF\0\0\0\0".to_vec();
    for number in [total, 0, headers as u32, 0] {
        cabinet.extend(number.to_le_bytes());
    }
    cabinet.extend([3, 1]);
    for number in [1, count, 0, 0, 0] {
        cabinet.extend(number.to_le_bytes());
    }
    cabinet.extend((headers as u32 + files.len() as u32).to_le_bytes());
    for number in [u16::try_from(blocks).expect("few"), 1] {
        cabinet.extend(number.to_le_bytes());
    }
    cabinet.extend(files);
    for _ in 0..blocks {
        cabinet.extend([0; 4]);
        cabinet.extend(u16::try_from(block.len()).expect("short").to_le_bytes());
        cabinet.extend((BLOCK as u16).to_le_bytes());
        cabinet.extend(&block);
    }
    cabinet
}

/// Of a small cabinet that unpacks to a gigabyte, half is looked at, and never more than one file of 128 MiB at a time.
#[test]
fn what_a_cabinet_unpacks_to_is_bounded_altogether() {
    let read = |count: u16, size: u32| -> (usize, u64) {
        let cabinet = zeros(count, size);
        assert!(cabinet.len() < 2_000_000, "{} bytes", cabinet.len());
        let (mut files, mut bytes) = (0, 0);
        for_each_file_in(Cursor::new(cabinet), |_, content| {
            files += 1;
            bytes += content.len() as u64;
        })
        .expect("a cabinet");
        (files, bytes)
    };
    assert_eq!(read(1_000, MIB), (512, 512 << 20), "altogether");
    assert_eq!(read(1, 129 * MIB), (0, 0), "one file");
}

/// The number of an action goes to the end of what a number can be, and is not counted on from there.
#[test]
fn an_upgrade_is_played_with_a_late_removal_whatever_its_numbers_are() {
    let release = |version: &str, component: u32, early: i32| {
        let msi = Msi::new(version).property("ProductCode", &guid(0x700 + component)).removes_at(early);
        msi.key_file("C", &guid(component), 256, "a.txt", "", 10).load()
    };
    let (old, mut new) = (release("1.0.0", 1, 1501), release("2.0.0", 2, 1501));
    let lost = |new: &Package| {
        let scenario = Scenario::upgrade(&old, new);
        let report = Report::of(&scenario);
        let lost = report.lost_if_late(&scenario);
        lost.iter().map(|outcome| outcome.resource.clone()).collect::<Vec<_>>()
    };
    assert_eq!(lost(&new), [app_file("a.txt")]);
    new.execute.last_mut().expect("actions").sequence = i32::MAX;
    assert_eq!(lost(&new), []);
}

/// Rows in their thousands, each about much: the time does not grow with the square of their number.
#[test]
fn thousands_of_rows_take_no_time() {
    let many = |version: &str| {
        let mut msi = Msi::new(version).key_file("C", &guid(1), 256, "a.dll", version, 1);
        for number in 0..10_000 {
            let (key, path) = (format!("k{number}"), format!(r"Software\App\{number}"));
            msi.row("Registry", &[&key, "2", &path, "v", "1", "C"]);
            msi.row("RemoveRegistry", &[&key, "2", &format!(r"Software\Old\{number}"), "-", "C"]);
            msi.row("RemoveFile", &[&key, "C", &format!("*{number}"), "APPDIR", "3"]);
        }
        for number in 0..10_000 {
            let (key, name) = (format!("f{number}"), format!("f{number}.txt"));
            msi.row("File", &[&key, "C", &name, "1", "", "", "512", &(number + 2).to_string()]);
        }
        msi.load()
    };
    let (old, new) = (many("1.0.0"), many("2.0.0"));
    let start = support::processor_time();
    let report = Report::of(&Scenario::upgrade(&old, &new));
    assert!(report.outcomes.len() >= 10_000);
    assert!(report.not_simulated[&new.product_code].join(" ").contains("wildcards"), "the rest is named");
    // quadratic, it took minutes
    let took = support::processor_time() - start;
    assert!(took.as_secs() < 60, "{took:?}");
}

/// A package whose play would take more memory than it may is refused with its numbers, before its rows are read; whoever gives it
/// as much as they say has it played.
#[test]
fn more_rows_than_can_be_played_are_refused() {
    let mut database = Msi::new("1.0.0").database().clone();
    let properties = database.tables.get_mut("Property").expect("a package has them");
    let row = properties.rows[0].clone();
    for number in 0..400_001 {
        let mut row = row.clone();
        row[0] = msi::Cell::text(format!("P{number}"));
        properties.rows.push(row);
    }
    let rows = properties.rows.len();
    let loaded = |memory: Memory| Package::load_within(memory, "many", &database, &Payload::new()).map(drop);
    let refused = loaded(Memory::default()).expect_err("too many");
    let PackageError::TooLarge(reason) = &refused else { panic!("{refused}") };
    let needed = reason.needed();
    let refused = refused.to_string();
    assert!(refused.contains(&format!("its table `Property` alone has {rows} rows")), "{refused}");
    assert!(refused.contains(&format!("some {needed} MiB, of 256 at most")), "{refused}");
    assert!(loaded(Memory::of_mebibytes(needed - 1)).is_err());
    assert!(loaded(Memory::of_mebibytes(needed)).is_ok());

    let mut file = Cursor::new(Vec::new());
    msi::write(&database, NonZeroUsize::MIN, &mut file).expect("a package");
    let mut early = |memory: Memory| {
        let opened = msi::Package::open_if(&mut file, |rows| memory.admits(rows));
        opened.map(drop).map_err(|error| error.to_string())
    };
    assert_eq!(early(Memory::default()), Err(refused));
    assert_eq!(early(Memory::of_mebibytes(needed)), Ok(()));
    assert!(msi::Package::open(&mut file).is_ok(), "others may read it");
}

#[test]
fn conditions_that_say_more_than_those_of_any_package_are_refused() {
    let loaded = |memory: u64, condition: &str| {
        let mut msi = Msi::new("1.0.0");
        msi.row("LaunchCondition", &[condition, "no"]);
        Package::load_within(Memory::of_mebibytes(memory), "long", msi.database(), &Payload::new()).map(drop)
    };
    let long = |count: usize| (0..count).map(|number| format!("A{number}")).collect::<Vec<_>>().join(" OR ");
    assert!(loaded(256, &long(350_000)).is_ok());
    let refused = loaded(256, &long(400_000)).expect_err("too long").to_string();
    assert_eq!(
        refused,
        "its conditions are too long to be played: they would take 262 MiB or more, of 256 at most; without what they \
         repeat they have 4288886 bytes or more"
    );
    assert!(loaded(262, &long(400_000)).is_ok());
}

#[test]
fn a_cell_that_is_wrong_and_long_is_not_told_whole() {
    let long = "text ".repeat(400_000);
    for (table, row) in [
        ("LaunchCondition", [&*format!("({long}"), "no"]),
        ("LaunchCondition", ["A AND", &long]),
        ("Property", ["ProductVersion", &long]),
    ] {
        let mut msi = Msi::new("1.0.0");
        msi.row(table, &row);
        let refused = Package::load("long", msi.database(), &Payload::new()).expect_err(table).to_string();
        assert!(refused.len() < 3_000, "{} bytes, {:.200}", refused.len(), refused);
    }
}

/// `A OR A OR …` may have any length: what is said again changes nothing, and is told once.
#[test]
fn conditions_that_repeat_themselves_are_played_at_any_length() {
    let package = |version: &str, condition: &str| {
        let mut msi = Msi::new(version);
        msi.row("LaunchCondition", &[condition, "no"]);
        msi.load()
    };
    let old = package("1.0.0", "1");
    let (holds, fails) = ("VersionNT OR VersionNT64 OR ", "A AND NOT (A OR A) AND A AND NOT (A OR A) AND ");
    for (term, end, is_refused) in [(holds, "0", false), (fails, "1", true)] {
        let new = package("2.0.0", &(term.repeat(20_000_000 / term.len()) + end));
        let report = Report::of(&Scenario::upgrade(&old, &new));
        assert_eq!(report.headline() == Headline::Refused, is_refused);
        assert!(format!("{:?}", report.ending).len() < 500, "it is told once");
    }
}

/// One text may stand in every row, so that a small file has much of it.
#[test]
fn texts_that_are_longer_than_memory_are_refused() {
    let many = |memory: u64, count: usize| {
        let mut msi = Msi::new("1.0.0");
        for number in 0..count {
            msi.row("Property", &[&format!("P{number}"), &"text ".repeat(200_000)]);
        }
        let memory = Memory::of_mebibytes(memory);
        Package::load_within(memory, "texts", &msi.database().clone(), &Payload::new()).map(drop)
    };
    assert!(many(256, 50).is_ok());
    let refused = many(256, 60).expect_err("too long").to_string();
    assert!(refused.starts_with("its texts are too long to be played:"), "{refused}");
    assert!(refused.contains("some 287 MiB, of 256 at most"), "{refused}");
    assert!(refused.contains("those of its table `Property` alone have 60000"), "{refused}");
    assert!(many(286, 60).is_err());
    assert!(many(287, 60).is_ok());
}
