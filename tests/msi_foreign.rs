//! Installer databases that other tools wrote, and broken ones.

use crate::support;
use std::fs;
use std::io::{Cursor, Read};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use ancm_installer::cab::{Cabinet, CabinetFile, Reader, Source};
use ancm_installer::msi::schema::standard_table;
use ancm_installer::msi::{self, Cell, ColumnKind, Database, Package, ReadError, Stream, SummaryInformation};

#[allow(clippy::disallowed_methods, reason = "tests start foreign tools")]
fn command(program: impl AsRef<std::ffi::OsStr>) -> std::process::Command {
    std::process::Command::new(program)
}

/// The rows of `table`, their cells as text.
fn rows(database: &Database, table: &str) -> Vec<Vec<String>> {
    let text = |cell: &Cell| match cell {
        Cell::Int(number) => number.to_string(),
        Cell::Stream => "*".to_owned(),
        cell => cell.as_str().unwrap_or_default().to_owned(),
    };
    let mut rows: Vec<Vec<String>> =
        database.tables[table].rows.iter().map(|row| row.iter().map(text).collect()).collect();
    rows.sort();
    rows
}

/// Every table as msiinfo exports it, compared cell for cell.
fn check_against_msiinfo(path: &Path) {
    let Some(msiinfo) = support::tool("msiinfo") else { return };
    let database = msi::read(fs::File::open(path).expect("present")).expect("a database");
    let tables = support::run(command(&msiinfo).arg("tables").arg(path));
    let listed = String::from_utf8(tables).expect("ASCII");
    let own = ["_SummaryInformation", "_ForceCodepage", "_Validation"];
    let listed: Vec<&str> = listed.lines().map(str::trim).filter(|name| !own.contains(name)).collect();
    assert_eq!(listed.len(), database.tables.len(), "{listed:?}");
    for table in listed {
        let export = support::run(command(&msiinfo).arg("export").arg(path).arg(table));
        let export = String::from_utf8(export).expect("UTF-8");
        let mut expected: Vec<Vec<String>> = export
            .lines()
            .skip(3)
            .map(|line| line.split('\t').map(|cell| cell.trim_end_matches('\r').to_owned()).collect())
            .collect();
        expected.sort();
        let streams = database.tables[table].columns.iter().any(|column| column.kind == ColumnKind::Stream);
        if streams {
            assert_eq!(rows(&database, table).len(), expected.len(), "{table}");
        } else {
            assert_eq!(rows(&database, table), expected, "{table}");
        }
    }
}

#[test]
fn we_read_what_wix_wrote() {
    let path = support::data("bundles/ancm-like.msi");
    check_against_msiinfo(&path);
    let mut package = Package::open(fs::File::open(&path).expect("present")).expect("a database");
    let database = package.database();
    assert_eq!(database.codepage, 65001);
    assert_eq!(database.summary.codepage, 1252);
    assert_eq!(database.summary.template, "x64;0");
    assert_eq!(database.summary.subject, "Hosting module stand-in");
    assert_eq!((database.summary.page_count, database.summary.word_count), (500, 2));
    assert_eq!(database.summary.created, Some(1_795_404_370));
    // Built from WiX's own definitions: columns and `_Validation` are those of our schema.
    for (name, table) in &database.tables {
        let mut expected = standard_table(name).expect("only standard tables");
        expected.rows.clone_from(&table.rows);
        assert_eq!(table, &expected, "{name}");
    }
    let cabinet = database.streams.keys().find(|name| name.ends_with(".cab")).expect("one").clone();
    let mut reader = Reader::open(package.stream(&cabinet).expect("present")).expect("a cabinet");
    let mut found = Vec::new();
    for index in 0..reader.files().len() {
        let mut bytes = Vec::new();
        reader.extract(index, &mut bytes).expect("whole");
        found.push(bytes);
    }
    for source in ["x64", "x86"] {
        for file in ["aspnetcorev2.dll", "aspnetcorev2_outofprocess.dll"] {
            let path = support::data("bundles/sources").join(source).join(file);
            assert!(found.contains(&fs::read(&path).expect("present")), "{}", path.display());
        }
    }
}

/// A package of wixl's: compound file version 3, wrong reference counts, no `_Validation`.
fn wixl(folder: &Path) -> Option<PathBuf> {
    let wixl = support::tool("wixl")?;
    fs::write(folder.join("a.txt"), "payload of wixl\n").expect("written");
    let source = r#"<?xml version="1.0" encoding="utf-8"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
  <Product Id="*" UpgradeCode="0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E11" Name="Foreign" Version="1.2.3" Manufacturer="Acme"
           Language="1033">
    <Package InstallerVersion="500" Compressed="yes"/>
    <Media Id="1" Cabinet="foreign.cab" EmbedCab="yes"/>
    <Directory Id="TARGETDIR" Name="SourceDir">
      <Component Id="C" Guid="11111111-2222-3333-4444-555555555555"><File Id="F" Name="a.txt" Source="a.txt"/></Component>
    </Directory>
    <Feature Id="Complete" Level="1"><ComponentRef Id="C"/></Feature>
  </Product>
</Wix>
"#;
    fs::write(folder.join("x.wxs"), source).expect("written");
    support::run(command(wixl).current_dir(folder).args(["-o", "x.msi", "x.wxs"]));
    Some(folder.join("x.msi"))
}

#[test]
fn we_read_what_wixl_writes() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let Some(path) = wixl(folder.path()) else { return };
    check_against_msiinfo(&path);
    let mut package = Package::open(fs::File::open(&path).expect("made")).expect("a database");
    assert_eq!(rows(package.database(), "File")[0][..3], ["F", "C", "a.txt"]);
    let mut reader = Reader::open(package.stream("foreign.cab").expect("present")).expect("a cabinet");
    let mut bytes = Vec::new();
    reader.extract(0, &mut bytes).expect("whole");
    assert_eq!((reader.files()[0].name.as_str(), bytes.as_slice()), ("F", &b"payload of wixl\n"[..]));
}

#[test]
fn we_read_what_msibuild_writes() {
    let Some(msibuild) = support::tool("msibuild") else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let idt = "Name\tData\tNumber\r\ns72\tV0\tI4\r\nThings\tName\r\nfirst\t\t-5\r\nsecond\t\t\r\n";
    fs::write(folder.path().join("Things.idt"), idt).expect("written");
    let code = "{00000000-0000-0000-0000-000000000001}";
    for arguments in [&["-s", "Title", "Author", "Intel;1033", code][..], &["-i", "Things.idt"]] {
        support::run(command(&msibuild).current_dir(&folder).arg("x.msi").args(arguments));
    }
    let database = msi::read(fs::File::open(folder.path().join("x.msi")).expect("made")).expect("a database");
    assert_eq!(rows(&database, "Things"), [["first", "", "-5"], ["second", "", ""]]);
    assert_eq!(database.summary.author, "Author");
    assert_eq!(database.tables["Things"].columns[0].validation, None);
}

/// A small database with every kind of column, a cabinet and a large stream.
fn small() -> Vec<u8> {
    let mut database = Database {
        codepage: 65001,
        summary: SummaryInformation {
            codepage: 1252,
            title: "T".to_owned(),
            ..SummaryInformation::default()
        },
        ..Database::default()
    };
    let mut add = |name: &str, rows: Vec<Vec<Cell>>| {
        let mut table = standard_table(name).expect("standard");
        table.rows = rows;
        database.tables.insert(name.to_owned(), table);
    };
    let text = |text: &str| Cell::text(text);
    add("Property", (0..40).map(|k| vec![text(&format!("P{k}")), text(&format!("value {k}"))]).collect());
    add("Icon", vec![vec![text("i"), Cell::Stream]]);
    add("Media", vec![vec![Cell::Int(1), Cell::Int(1), Cell::Null, text("#c.cab"), Cell::Null, Cell::Null]]);
    let bytes: Vec<u8> = (0..5000u32).map(|k| k.to_le_bytes()[0].wrapping_mul(31)).collect();
    let file = CabinetFile { name: "f".to_owned(), size: 5000, modified: 0, source: Source::Bytes(bytes) };
    database.streams.insert(
        "c.cab".to_owned(),
        Stream::Cabinet(Cabinet { method: Default::default(), files: vec![file] }),
    );
    database.streams.insert("Icon.i".to_owned(), Stream::Bytes(vec![1; 9000]));
    let mut out = Cursor::new(Vec::new());
    msi::write(&database, NonZeroUsize::MIN, &mut out).expect("written");
    out.into_inner()
}

/// Reads whatever `bytes` are, streams included; only errors may come of it.
fn exercise(bytes: &[u8]) -> Result<(), ReadError> {
    let mut package = Package::open(Cursor::new(bytes))?;
    let names: Vec<String> = package.database().streams.keys().cloned().collect();
    for name in names {
        let mut read = Vec::new();
        // Reading may fail; what it gives is never more than the file has.
        let _ = package.stream(&name)?.read_to_end(&mut read);
        assert!(read.len() <= bytes.len());
    }
    Ok(())
}

/// All offsets of the first sectors and of the directory, and a sample of the others.
fn positions(length: usize) -> impl Iterator<Item = usize> {
    (0..200).chain((200..length).step_by(61))
}

fn mutations(whole: &[u8]) -> (usize, usize) {
    let (mut opened, mut refused) = (0, 0);
    let mut count =
        |result: Result<(), ReadError>| *(if result.is_ok() { &mut opened } else { &mut refused }) += 1;
    for length in (0..whole.len()).step_by(509) {
        count(exercise(&whole[..length]));
    }
    let mut broken = whole.to_vec();
    for position in positions(whole.len()) {
        for value in [whole[position] ^ 1, whole[position] ^ 0x40, 0, 0xff] {
            broken[position] = value;
            count(exercise(&broken));
        }
        broken[position] = whole[position];
    }
    (opened, refused)
}

#[test]
fn nothing_broken_makes_the_reader_panic() {
    let (opened, refused) = mutations(&small());
    assert!(opened > 100 && refused > 100, "{opened} opened, {refused} refused");
}

#[test]
fn nothing_broken_of_other_tools_makes_the_reader_panic() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let made = [wixl(folder.path()), Some(support::data("bundles/ancm-like.msi"))];
    for path in made.into_iter().flatten() {
        mutations(&fs::read(&path).expect("present"));
    }
}

/// The stored name of the stream of the table `Property`.
const PROPERTY: &str = "\u{4840}\u{4559}\u{44f2}\u{4568}\u{4737}";

/// The bytes of `whole` with one stream replaced.
pub fn with_stream(whole: &[u8], stored: &str, bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut file = cfb::CompoundFile::open(Cursor::new(whole.to_vec())).expect("whole");
    file.create_stream(format!("/{stored}")).expect("replaced").write_all(bytes).expect("written");
    file.flush().expect("flushed");
    file.into_inner().into_inner()
}

fn refusal(bytes: &[u8]) -> String {
    msi::read(Cursor::new(bytes)).expect_err("broken").to_string()
}

#[test]
fn what_is_broken_is_named() {
    let whole = small();
    for (bytes, likeness) in [
        (&b""[..], "it is empty"),
        (b"MZ no database", "it is a program or DLL of Windows"),
        (b"PK\x03\x04\x14\0", "it is a zip file"),
        (b"MSCF\0\0\0\0", "it is a cabinet"),
        ("<Wix>\u{e9}".as_bytes(), "it is a text file"),
        (b"\xFF\xFE<\0", "it is a text file"),
        (b"\x01\x02", "it does not begin like one"),
    ] {
        assert_eq!(refusal(bytes), format!("this is not an installer package (.msi): {likeness}"));
    }
    assert_eq!(
        refusal(&whole[..700]),
        "this begins like an installer package (.msi), and is cut off or damaged"
    );
    let mut empty = Cursor::new(Vec::new());
    cfb::CompoundFile::create(&mut empty).expect("created").flush().expect("flushed");
    assert_eq!(
        refusal(empty.get_ref()),
        "this is not an installer package (.msi): it is another compound file, such as a document of Office"
    );
    // A row and a half; then a row that refers to string 65535.
    assert_eq!(
        refusal(&with_stream(&whole, PROPERTY, &[1, 0, 1, 0, 1, 0])),
        "table `Property` is broken: its size is not a multiple of the size of a row"
    );
    assert_eq!(
        refusal(&with_stream(&whole, PROPERTY, &[1, 0, 255, 255])),
        "row 0 of table `Property` is broken: string 65535 in column `Value` does not exist"
    );
}

#[test]
fn a_small_file_does_not_blow_up() {
    // One string of 1 MiB, which 1,000 rows refer to, would be 1 GB.
    let mut database = Database::default();
    let mut table = standard_table("Property").expect("standard");
    table.rows = vec![vec![Cell::text("P"), Cell::text("x".repeat(1 << 20))]];
    database.tables.insert("Property".to_owned(), table);
    let mut out = Cursor::new(Vec::new());
    msi::write(&database, NonZeroUsize::MIN, &mut out).expect("written");
    let mut row = Vec::new();
    let mut file = cfb::CompoundFile::open(Cursor::new(out.get_ref())).expect("whole");
    file.open_stream(format!("/{PROPERTY}")).expect("present").read_to_end(&mut row).expect("whole");
    let (key, value) = row.split_at(2);
    let rows = [key.repeat(1000), value.repeat(1000)].concat();
    assert_eq!(
        refusal(&with_stream(out.get_ref(), PROPERTY, &rows)),
        "the tables up to `Property` have more than 134217728 bytes of text, far more than any package needs"
    );
}
