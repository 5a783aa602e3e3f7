//! Installer packages and sets of cabinets as archives.

use crate::archive::{cabinet, seen, seen_in, zip};
use crate::support::data;
use ancm_installer::check::{Contents, check};
use ancm_installer::msi::{self, Cell, Column, ColumnKind, Database, Stream, Table};
use ancm_installer::upgrade::for_each_file;
use std::collections::BTreeMap;
use std::io;
use std::num::NonZeroUsize;
use std::path::Path;

/// A package with these File rows, whose paths are below `folders`, and a cabinet with `files`.
fn package(
    folders: &[(&str, &str, &str)],
    rows: &[(&str, &str, &str)],
    media: &str,
    files: &[(&str, &[u8])],
) -> Vec<u8> {
    let streams: Vec<(String, Vec<u8>)> =
        media.strip_prefix('#').map(|name| (name.to_owned(), cabinet(files))).into_iter().collect();
    package_of(folders, rows, &[media], &streams, 2)
}

/// A package with these File rows, whose paths are below `folders`, with the cabinets `media`, of which `streams` has
/// those that are inside, and the Word Count `words`.
fn package_of(
    folders: &[(&str, &str, &str)],
    rows: &[(&str, &str, &str)],
    media: &[&str],
    streams: &[(String, Vec<u8>)],
    words: i32,
) -> Vec<u8> {
    let text = |name: &str, key: bool| Column {
        name: name.to_owned(),
        kind: ColumnKind::Str { width: 255, localizable: false },
        nullable: !key,
        key,
        validation: None,
    };
    let number = |name: &str, key: bool| Column { kind: ColumnKind::Int4, ..text(name, key) };
    let table = |name: &str, columns: Vec<Column>, rows: Vec<Vec<Cell>>| {
        (name.to_owned(), Table { name: name.to_owned(), columns, rows })
    };
    let cells = |texts: &[&str]| texts.iter().map(|text| Cell::text(*text)).collect::<Vec<_>>();
    let directories = folders.iter().map(|(key, parent, name)| cells(&[key, parent, name])).collect();
    let components = folders.iter().map(|(key, _, _)| cells(&[&format!("C.{key}"), key])).collect();
    let file_rows = rows.iter().enumerate().map(|(index, (key, folder, name))| {
        let mut row = cells(&[key, &format!("C.{folder}"), name]);
        row.push(Cell::Int(index as i32 + 1));
        row
    });
    let mut database = Database { codepage: 1252, ..Database::default() };
    database.summary.codepage = 1252;
    database.summary.word_count = words;
    database.tables = [
        table(
            "Directory",
            vec![text("Directory", true), text("Directory_Parent", false), text("DefaultDir", false)],
            directories,
        ),
        table("Component", vec![text("Component", true), text("Directory_", false)], components),
        table(
            "File",
            vec![
                text("File", true),
                text("Component_", false),
                text("FileName", false),
                number("Sequence", false),
            ],
            file_rows.collect(),
        ),
        table(
            "Media",
            vec![number("DiskId", true), number("LastSequence", false), text("Cabinet", false)],
            (1..)
                .zip(media)
                .map(|(disk, name)| vec![Cell::Int(disk), Cell::Int(rows.len() as i32), Cell::text(*name)])
                .collect(),
        ),
    ]
    .into();
    let streams = streams.iter().cloned().map(|(name, bytes)| (name, Stream::Bytes(bytes)));
    database.streams.extend(streams);
    let mut out = io::Cursor::new(Vec::new());
    msi::write(&database, NonZeroUsize::MIN, &mut out).expect("room");
    out.into_inner()
}

#[test]
fn a_package_s_files_are_where_it_installs_them() {
    let folders = [
        ("TARGETDIR", "", "SourceDir"),
        ("ProgramFilesFolder", "TARGETDIR", "PFiles"),
        ("ProgramFiles64Folder", "TARGETDIR", "PFiles64|Program Files 64:src|source"),
        ("DIR", "ProgramFiles64Folder", "x1|Long Name"),
        ("SAME", "DIR", "."),
    ];
    let rows = [
        ("f1", "DIR", "a.txt"),
        ("f2", "ProgramFilesFolder", "b.txt"),
        ("f3", "SAME", "short|a.txt"),
        ("f4", "DIR", "c.txt"),
    ];
    let files: [(&str, &[u8]); 5] = [("f1", b"1"), ("f2", b"2"), ("f3", b"3"), ("f4", b"4"), ("extra", b"5")];
    let seen = seen_in("x.msi", &package(&folders, &rows, "#one.cab", &files));
    assert_eq!(seen.problems, []);
    let expected: BTreeMap<String, Vec<u8>> = [
        ("Program Files 64/Long Name/a.txt", "1"),
        ("Program Files/b.txt", "2"),
        ("Program Files 64/Long Name/a.txt.f3", "3"),
        ("Program Files 64/Long Name/c.txt", "4"),
        ("extra", "5"),
    ]
    .into_iter()
    .map(|(path, content)| (format!("x.msi!{path}"), content.as_bytes().to_vec()))
    .collect();
    assert_eq!(seen.files, expected);
}

#[test]
fn a_large_cabinet_in_a_package_is_read_to_its_end() {
    let mut state = 1_u32;
    let noise: Vec<u8> = (0..300_000)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect();
    let root = [("TARGETDIR", "", "SourceDir")];
    let rows = [("f1", "TARGETDIR", "a.bin"), ("f2", "TARGETDIR", "b.txt")];
    let seen = seen_in("x.msi", &package(&root, &rows, "#one.cab", &[("f1", &noise), ("f2", b"2")]));
    assert_eq!(seen.problems, []);
    assert!(seen.files["x.msi!a.bin"] == noise && seen.files["x.msi!b.txt"] == b"2");
}

#[test]
fn packages_that_lead_elsewhere_or_in_circles_are_refused() {
    let root = ("TARGETDIR", "", "SourceDir");
    let files: [(&str, &[u8]); 1] = [("f1", b"1")];
    let problem = |folders: &[(&str, &str, &str)], rows: &[(&str, &str, &str)], media: &str| {
        let seen = seen_in("x.msi", &package(folders, rows, media, &files));
        assert!(!seen.problems.is_empty(), "nothing was refused");
        seen.problems[0].1.clone()
    };
    let up = problem(&[root, ("DIR", "TARGETDIR", "..")], &[("f1", "DIR", "a.txt")], "#c.cab");
    assert!(up.contains("climbs"), "{up}");
    let name = problem(&[root], &[("f1", "TARGETDIR", r"..\..\a.txt")], "#c.cab");
    assert!(name.contains("climbs"), "{name}");
    let circle = problem(&[("A", "B", "a"), ("B", "A", "b")], &[("f1", "A", "a.txt")], "#c.cab");
    assert!(circle.contains("circle"), "{circle}");
    let missing = problem(&[root], &[("f1", "TARGETDIR", "a.txt"), ("f2", "TARGETDIR", "b.txt")], "#c.cab");
    assert!(missing.contains("b.txt") && missing.contains("is not there"), "{missing}");
    let elsewhere = problem(&[root], &[("f1", "TARGETDIR", "a.txt")], r"..\c.cab");
    assert!(elsewhere.contains("is not there"), "{elsewhere}");
    let twice = package(&[root], &[("f1", "TARGETDIR", "a.txt")], "#c.cab", &[("f1", b"1"), ("f1", b"2")]);
    assert!(seen_in("x.msi", &twice).problems[0].1.contains("is there twice"));
}

#[test]
fn a_cabinet_beside_a_package_is_a_part_of_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).expect("room");
    let root = [("TARGETDIR", "", "SourceDir")];
    write("x.msi", &package(&root, &[("f1", "TARGETDIR", "a.txt")], "One.cab", &[]));
    write("one.CAB", &cabinet(&[("f1", b"1")]));
    write("other.cab", &cabinet(&[("f1", b"2")]));
    for source in [folder.path().join("x.msi"), folder.path().to_owned()] {
        let seen = seen(&source);
        assert_eq!(seen.problems, []);
        assert_eq!(seen.files["x.msi!a.txt"], b"1");
        assert!(!seen.files.contains_key("one.CAB!f1"));
    }
    // the same in a zip file
    let read = |name: &str| std::fs::read(folder.path().join(name)).expect("readable");
    let zipped = zip(&[("p/one.CAB", &read("one.CAB")), ("p/x.msi", &read("x.msi"))], true);
    let seen = seen_in("drop.zip", &zipped);
    assert_eq!(seen.files.keys().collect::<Vec<_>>(), ["drop.zip!p/x.msi!a.txt"]);
}

/// The files in the set of three cabinets that Wine's cabarc made (`tests/data`).
fn of_the_set() -> [(&'static str, Vec<u8>); 3] {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let noise = (0..110_000).map(|_| next()).collect();
    let words: Vec<String> = (0..20_000_u64).map(|k| (k * k % 977).to_string()).collect();
    [("small.txt", b"small".to_vec()), ("noise.bin", noise), ("words.txt", words.join(" ").into_bytes())]
}

fn of_the_set_at(name: &str) -> Vec<u8> {
    std::fs::read(data("cabinet-set").join(name)).expect("readable")
}

#[test]
fn a_set_of_cabinets_is_read_from_any_of_them_and_once() {
    let expected = |prefix: &str| -> BTreeMap<String, Vec<u8>> {
        of_the_set().into_iter().map(|(name, bytes)| (format!("{prefix}{name}"), bytes)).collect()
    };
    let set = data("cabinet-set");
    for (source, prefix) in [
        (set.clone(), "set1.cab!"),
        (set.join("set1.cab"), "set1.cab!"),
        (set.join("set2.cab"), "set2.cab!"),
        (set.join("set3.cab"), "set3.cab!"),
    ] {
        let seen = seen(&source);
        assert_eq!(seen.problems, [], "{}", source.display());
        assert!(seen.files == expected(prefix), "{}: {:?}", source.display(), seen.files.keys());
    }
    let names = ["set3.cab", "set1.cab", "set2.cab"];
    let parts = names.map(|name| (name, of_the_set_at(name)));
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    let zipped = seen_in("x.zip", &zip(&parts, true));
    assert_eq!(zipped.problems, []);
    assert!(zipped.files == expected("x.zip!set3.cab!"));
}

#[test]
fn a_set_that_is_not_whole_gives_what_is_whole_and_says_what_is_missing() {
    let alone = |names: &[&str]| {
        let folder = tempfile::tempdir().expect("a folder");
        for name in names {
            std::fs::copy(data("cabinet-set").join(name), folder.path().join(name)).expect("room");
        }
        seen(folder.path())
    };
    for (names, whole, missing) in [
        (&["set1.cab"][..], &["set1.cab!small.txt"][..], "set2.cab"),
        (&["set1.cab", "set2.cab"], &["set1.cab!small.txt"], "set3.cab"),
        // where its first file begins
        (&["set3.cab"], &["set3.cab!words.txt"], "set1.cab"),
        (&["set2.cab"], &[], "set1.cab"),
    ] {
        let seen = alone(names);
        assert_eq!(seen.files.keys().collect::<Vec<_>>(), whole, "{names:?}");
        let [(path, problem)] = seen.problems.as_slice() else { panic!("{names:?}: {:?}", seen.problems) };
        assert!(path.ends_with("noise.bin") && problem.contains(&format!("`{missing}`")), "{problem}");
    }
    let seen = alone(&["set1.cab", "set3.cab"]);
    assert_eq!(seen.files.keys().collect::<Vec<_>>(), ["set1.cab!small.txt"]);
    assert!(seen.problems.iter().all(|(_, problem)| problem.contains("`set2.cab`")), "{:?}", seen.problems);
    assert_eq!(seen.problems.len(), 2);
}

#[test]
fn a_set_that_contradicts_itself_is_refused() {
    let problem = |change: &dyn Fn(&mut [Vec<u8>; 3])| {
        let folder = tempfile::tempdir().expect("a folder");
        let mut set = ["set1.cab", "set2.cab", "set3.cab"].map(of_the_set_at);
        change(&mut set);
        for (index, bytes) in set.iter().enumerate() {
            std::fs::write(folder.path().join(format!("set{}.cab", index + 1)), bytes).expect("room");
        }
        let problems = seen(&folder.path().join("set1.cab")).problems;
        assert!(!problems.is_empty(), "nothing was refused");
        problems[0].1.clone()
    };
    // number and id of the second one; it follows itself; its first block says that it ends nothing
    assert!(problem(&|set| set[1][34] = 7).contains("is number 7 of set 0, expected number 1 of set 0"));
    assert!(problem(&|set| set[1][32] = 7).contains("of set 7"));
    assert!(problem(&|set| set[1] = set[0].clone()).contains("expected number 1"));
    assert!(problem(&|set| set[2][36 + 12] ^= 0xff).contains("broken"));
    for cut in [40, 100, 20_000] {
        problem(&|set| set[1].truncate(cut));
        problem(&|set| set[2].truncate(cut.min(16_000)));
    }
}

#[test]
fn cabinets_of_a_package_may_share_a_file() {
    let root = [("TARGETDIR", "", "SourceDir")];
    let rows = [
        ("small.txt", "TARGETDIR", "a.txt"),
        ("noise.bin", "TARGETDIR", "b.bin"),
        ("words.txt", "TARGETDIR", "c.txt"),
    ];
    let expected: BTreeMap<String, Vec<u8>> = ["a.txt", "b.bin", "c.txt"]
        .into_iter()
        .zip(of_the_set())
        .map(|(name, (_, bytes))| (format!("x.msi!{name}"), bytes))
        .collect();
    let names = ["set1.cab", "set2.cab", "set3.cab"];
    let folder = tempfile::tempdir().expect("a folder");
    for name in names {
        std::fs::copy(data("cabinet-set").join(name), folder.path().join(name)).expect("room");
    }
    std::fs::write(folder.path().join("x.msi"), package_of(&root, &rows, &names, &[], 2)).expect("room");
    let beside = seen(folder.path());
    assert_eq!(beside.problems, []);
    assert!(beside.files == expected, "{:?}", beside.files.keys());

    let streams = names.map(|name| (name.to_owned(), of_the_set_at(name)));
    let inside =
        seen_in("x.msi", &package_of(&root, &rows, &["#set1.cab", "#set2.cab", "#set3.cab"], &streams, 2));
    assert_eq!(inside.problems, []);
    assert!(inside.files == expected);
}

/// `check` and the simulator know the bytes of files that go on in the next cabinet, in the package and beside it; what goes on
/// in one that is missing counts as unread, and `check` names it.
#[test]
fn check_and_the_simulator_read_a_set_of_cabinets() {
    let names = ["set1.cab", "set2.cab", "set3.cab"];
    let rows = of_the_set().map(|(name, _)| (name, "TARGETDIR", name));
    let streams = names.map(|name| (name.to_owned(), of_the_set_at(name)));
    let root = [("TARGETDIR", "", "SourceDir")];
    let inside = package_of(&root, &rows, &["#set1.cab", "#set2.cab", "#set3.cab"], &streams, 2);
    let outside = package_of(&root, &rows, &names, &[], 2);
    let of_the_set = of_the_set();
    for (package, missing) in [(&inside, None), (&outside, None), (&outside, Some("set3.cab"))] {
        let mut package = msi::Package::open(io::Cursor::new(package)).expect("ours");
        let beside = |name: &str| (missing != Some(name)).then(|| io::Cursor::new(of_the_set_at(name)));
        let mut seen = BTreeMap::new();
        for_each_file(&mut package, beside, |key, bytes| drop(seen.insert(key.to_owned(), bytes.to_vec())))
            .expect("cabinets");
        let whole = of_the_set.iter().filter(|(name, _)| missing.is_none() || *name == "small.txt");
        assert!(
            seen == whole.map(|(name, bytes)| ((*name).to_owned(), bytes.clone())).collect(),
            "{missing:?}"
        );

        let beside = |name: &str| beside(name).ok_or_else(|| io::Error::other("it is not there"));
        let contents = Contents::read(&mut package, beside);
        let sizes: Vec<u64> = of_the_set
            .iter()
            .filter_map(|(name, _)| contents.files().get(*name).map(|facts| facts.size))
            .collect();
        let findings: Vec<String> = check(package.database(), package.validation(), &contents)
            .into_iter()
            .filter(|finding| finding.code == "check::cabinet")
            .map(|finding| finding.message)
            .collect();
        if missing.is_none() {
            assert!(sizes.iter().copied().eq(of_the_set.iter().map(|(_, bytes)| bytes.len() as u64)));
            assert_eq!(findings, [""; 0]);
        } else {
            assert!(findings[0].ends_with("it goes on in `set3.cab`: it is not there"), "{findings:?}");
        }
    }
}

#[test]
fn an_administrative_image_has_its_files_beside_it() {
    const ADMINISTRATIVE: i32 = 4;
    const SHORT: i32 = 1;
    let folders = [
        ("TARGETDIR", "", "SourceDir"),
        ("ProgramFiles64Folder", "TARGETDIR", ".:PFILES~1|Program Files"),
        ("DIR", "ProgramFiles64Folder", "ASPNET~1|Asp.Net Core Module"),
    ];
    let rows = [("f1", "DIR", "ASPNET~1.DLL|aspnetcorev2.dll"), ("f2", "DIR", "gone.txt")];
    for (words, file) in [
        (ADMINISTRATIVE, "Program Files/Asp.Net Core Module/aspnetcorev2.dll"),
        (ADMINISTRATIVE | SHORT, "PFILES~1/ASPNET~1/ASPNET~1.DLL"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap_or(Path::new(""))).expect("room");
            std::fs::write(path, bytes).expect("room");
        };
        // the table goes on naming the cabinet that the files came in
        write("x.msi", &package_of(&folders, &rows, &["#one.cab"], &[], words));
        write(file, b"a module");
        let seen = seen(folder.path());
        assert_eq!(seen.files, BTreeMap::from([(file.to_owned(), b"a module".to_vec())]));
        let [(path, problem)] = seen.problems.as_slice() else { panic!("{:?}", seen.problems) };
        assert!(
            path == "x.msi" && problem.contains("gone.txt") && problem.contains("uncompressed"),
            "{problem}"
        );
    }
}
