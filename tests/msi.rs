//! Installer databases: what we write keeps every rule that databases of msi.dll keep, strangers read it, and we read
//! what strangers write.

use crate::support;
use std::fs;
use std::io::{Cursor, Read};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use ancm_installer::cab::{Cabinet, CabinetFile, Reader, Source};
use ancm_installer::msi::schema::{standard_table, standard_table_names};
use ancm_installer::msi::{
    self, Cell, Column, ColumnKind, Database, FileHash, Package, Stream, SummaryInformation, Table,
    WriteError,
};

const TIME: i64 = 1_700_000_000;

#[allow(clippy::disallowed_methods, reason = "tests start foreign tools")]
fn command(program: impl AsRef<std::ffi::OsStr>) -> std::process::Command {
    std::process::Command::new(program)
}

fn summary() -> SummaryInformation {
    SummaryInformation {
        codepage: 1252,
        title: "Installation Database".to_owned(),
        subject: "Größe für IIS".to_owned(),
        author: "Acme".to_owned(),
        keywords: "Installer".to_owned(),
        comments: "A database of a test.".to_owned(),
        template: "x64;1033".to_owned(),
        revision_number: "{7E0B6C55-9B0E-4A6B-8B5D-0C9C8F7B6A01}".to_owned(),
        created: Some(TIME),
        last_saved: Some(TIME + 1),
        last_printed: Some(TIME + 2),
        page_count: 500,
        word_count: 2,
        application: "test".to_owned(),
        security: 2,
    }
}

/// A cell for each letter of `row`'s parts: numbers are numbers, `-` is null, `*` is a stream.
fn row(cells: &[&str], table: &Table) -> Vec<Cell> {
    let cell = |(column, text): (&Column, &&str)| match (column.kind, *text) {
        (_, "-") => Cell::Null,
        (ColumnKind::Int2 | ColumnKind::Int4, number) => Cell::Int(number.parse().expect("a number")),
        (ColumnKind::Stream, _) => Cell::Stream,
        (ColumnKind::Str { .. }, text) => Cell::text(text),
    };
    table.columns.iter().zip(cells).map(cell).collect()
}

fn add(database: &mut Database, table: &str, cells: &[&str]) {
    let empty = || standard_table(table).expect("a standard table");
    let table = database.tables.entry(table.to_owned()).or_insert_with(empty);
    let row = row(cells, table);
    table.rows.push(row);
}

/// The smallest package that says everything: files in a cabinet, a registry value, an icon, texts outside ASCII.
fn database() -> Database {
    let mut database = Database { codepage: 65001, summary: summary(), ..Database::default() };
    let d = &mut database;
    add(d, "Property", &["ProductName", "Größe 日本"]);
    add(d, "Property", &["ProductCode", "{7E0B6C55-9B0E-4A6B-8B5D-0C9C8F7B6A02}"]);
    add(d, "Property", &["ProductVersion", "1.2.3"]);
    add(d, "Property", &["ProductLanguage", "1033"]);
    add(d, "Property", &["Manufacturer", "Acme"]);
    add(d, "Directory", &["TARGETDIR", "-", "SourceDir"]);
    add(d, "Directory", &["ProgramFiles64Folder", "TARGETDIR", "."]);
    add(d, "Component", &["C1", "{11111111-2222-3333-4444-555555555555}", "TARGETDIR", "256", "-", "a.dll"]);
    add(d, "Feature", &["Complete", "-", "-", "-", "0", "1", "TARGETDIR", "0"]);
    add(d, "FeatureComponents", &["Complete", "C1"]);
    add(d, "Media", &["1", "2", "-", "#cab1.cab", "-", "-"]);
    add(d, "Icon", &["app.ico", "*"]);
    add(d, "Registry", &["r1", "2", "Software\\Acme", "Wert", "[TARGETDIR]", "C1"]);
    add(d, "MsiFileHash", &["b.txt", "0", "-611278945", "317646307", "-2006202344", "-1793467591"]);
    let contents = [("a.dll", vec![7; 100_000]), ("b.txt", b"b\r\n".to_vec())];
    for (sequence, (key, bytes)) in (1..).zip(&contents) {
        add(
            d,
            "File",
            &[
                key,
                "C1",
                &format!("x{sequence}|{key}"),
                &bytes.len().to_string(),
                "-",
                "-",
                "512",
                &sequence.to_string(),
            ],
        );
    }
    let files = contents.into_iter().map(|(name, bytes)| CabinetFile {
        name: name.to_owned(),
        size: bytes.len() as u64,
        modified: TIME,
        source: Source::Bytes(bytes),
    });
    d.streams.insert(
        "cab1.cab".to_owned(),
        Stream::Cabinet(Cabinet { method: Default::default(), files: files.collect() }),
    );
    d.streams.insert("Icon.app.ico".to_owned(), Stream::Bytes(vec![1, 2, 3]));
    database
}

/// The file of a database.
pub fn written(database: &Database) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let threads = NonZeroUsize::new(2).expect("not zero");
    msi::write(database, threads, &mut out).unwrap_or_else(|error| panic!("{error}"));
    out.into_inner()
}

/// The strict checker, whose rules are those that databases of msi.dll keep.
fn msicheck(path: &Path) {
    let Some(mut judge) = support::judge("msicheck.py") else { return };
    support::run(judge.arg(path));
}

fn saved(folder: &tempfile::TempDir, database: &Database) -> PathBuf {
    let path = folder.path().join("x.msi");
    fs::write(&path, written(database)).expect("written");
    path
}

/// Rows in the order of their cells; where the streams are does not count.
fn comparable(mut database: Database) -> Database {
    for table in database.tables.values_mut() {
        table.rows.sort();
    }
    for stream in database.streams.values_mut() {
        *stream = Stream::Bytes(Vec::new());
    }
    database
}

/// Writes, checks, reads back and compares.
fn check(database: &Database) -> PathBuf {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = saved(&folder, database);
    msicheck(&path);
    let found = msi::read(fs::File::open(&path).expect("written")).expect("our own");
    assert!(comparable(found) == comparable(database.clone()));
    folder.keep().join("x.msi")
}

#[test]
fn what_we_write_comes_back_and_passes_the_strict_checker() {
    let path = check(&database());
    let mut package = Package::open(fs::File::open(&path).expect("kept")).expect("our own");
    assert_eq!(package.database().streams["Icon.app.ico"], Stream::InPackage { size: 3 });
    let mut icon = Vec::new();
    package.stream("Icon.app.ico").expect("present").read_to_end(&mut icon).expect("readable");
    assert_eq!(icon, [1, 2, 3]);
    let mut cabinet = Reader::open(package.stream("cab1.cab").expect("present")).expect("a cabinet");
    let mut bytes = Vec::new();
    cabinet.extract(1, &mut bytes).expect("whole");
    assert_eq!(bytes, b"b\r\n");
    fs::remove_dir_all(path.parent().expect("a folder")).expect("removed");
}

#[test]
fn bytes_do_not_depend_on_threads_or_runs() {
    let first = written(&database());
    for threads in [1, 3, 5] {
        let mut out = Cursor::new(Vec::new());
        msi::write(&database(), NonZeroUsize::new(threads).expect("not zero"), &mut out).expect("written");
        assert!(out.into_inner() == first, "{threads} threads");
    }
}

#[test]
fn every_standard_table_with_a_row_of_every_extreme() {
    let mut database = Database { codepage: 1252, summary: summary(), ..Database::default() };
    for name in standard_table_names().filter(|name| *name != "_Validation") {
        let mut table = standard_table(name).expect("listed");
        for text in ["low", "high"] {
            let cell = |column: &Column| match (column.kind, text) {
                (ColumnKind::Int2, "low") => Cell::Int(-32_767),
                (ColumnKind::Int2, _) => Cell::Int(32_767),
                (ColumnKind::Int4, "low") => Cell::Int(-2_147_483_647),
                (ColumnKind::Int4, _) => Cell::Int(2_147_483_647),
                (ColumnKind::Str { .. }, text) if column.nullable && !column.key && text == "low" => {
                    Cell::Null
                }
                (ColumnKind::Str { .. }, text) => Cell::text(text),
                (ColumnKind::Stream, _) => Cell::Stream,
            };
            let row: Vec<Cell> = table.columns.iter().map(cell).collect();
            if row.contains(&Cell::Stream) {
                let key = table.key(&row).iter().map(|cell| match cell {
                    Cell::Int(number) => number.to_string(),
                    cell => cell.as_str().unwrap_or_default().to_owned(),
                });
                let stream = format!("{name}.{}", key.collect::<Vec<_>>().join("."));
                database.streams.insert(stream, Stream::Bytes(text.as_bytes().to_vec()));
            }
            table.rows.push(row);
        }
        database.tables.insert(name.to_owned(), table);
    }
    let path = check(&database);
    fs::remove_dir_all(path.parent().expect("a folder")).expect("removed");
}

#[test]
fn more_strings_than_two_bytes_count_and_more_references_than_two_bytes_count() {
    let mut database = Database { codepage: 0, summary: summary(), ..Database::default() };
    let mut table = standard_table("Property").expect("standard");
    table.rows = (0..70_000).map(|k| vec![Cell::text(format!("P{k}")), Cell::text("same")]).collect();
    database.tables.insert("Property".to_owned(), table);
    let path = check(&database);
    fs::remove_dir_all(path.parent().expect("a folder")).expect("removed");
}

#[test]
fn strings_may_be_longer_than_64_kib() {
    let mut database = Database { codepage: 1252, summary: summary(), ..Database::default() };
    for size in [65_535, 65_536, 65_537, 200_000] {
        add(&mut database, "Property", &[&format!("P{size}"), &"ä".repeat(size)]);
    }
    let path = check(&database);
    fs::remove_dir_all(path.parent().expect("a folder")).expect("removed");
}

#[test]
fn msitools_read_what_we_write() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = saved(&folder, &database());
    if let Some(msiinfo) = support::tool("msiinfo") {
        let text = |arguments: [&str; 2], last: &str| {
            let mut command = command(&msiinfo);
            command.args([arguments[0]]).arg(&path).args(Some(last).filter(|last| !last.is_empty()));
            String::from_utf8_lossy(&support::run(&mut command)).replace("\r\n", "\n")
        };
        let property = text(["export", ""], "Property");
        assert!(property.contains("ProductVersion\t1.2.3\n"), "{property}");
        let hash = text(["export", ""], "MsiFileHash");
        assert!(hash.contains("b.txt\t0\t-611278945\t317646307\t-2006202344\t-1793467591\n"), "{hash}");
        let suminfo = text(["suminfo", ""], "");
        assert!(suminfo.contains("x64;1033") && suminfo.contains("500"), "{suminfo}");
        let streams = text(["streams", ""], "");
        assert!(streams.contains("cab1.cab") && streams.contains("Icon.app.ico"), "{streams}");
    }
    if let Some(msidump) = support::tool("msidump") {
        support::run(command(msidump).current_dir(&folder).arg("-t").arg(&path));
        let validation = fs::read_to_string(folder.path().join("_Validation.idt")).expect("dumped");
        assert!(validation.contains("_Validation\tKeyColumn\tY\t1\t32\t"), "{validation}");
        let nullable = "Component\tKeyPath\tY\t\t\tFile;Registry;ODBCDataSource\t1\tIdentifier\t";
        assert!(validation.contains(nullable), "{validation}");
    }
    if let Some(msiextract) = support::tool("msiextract") {
        let out = folder.path().join("out");
        fs::create_dir(&out).expect("created");
        support::run(command(msiextract).arg("-C").arg(&out).arg(&path));
        assert_eq!(fs::read(out.join("b.txt")).expect("extracted"), b"b\r\n");
        assert_eq!(fs::read(out.join("a.dll")).expect("extracted"), vec![7; 100_000]);
    }
}

#[test]
fn the_msi_crate_reads_what_we_write() {
    let mut package = ::msi::Package::open(Cursor::new(written(&database()))).expect("a database");
    assert_eq!(package.summary_info().subject(), Some("Größe für IIS"));
    assert_eq!(package.database_codepage().id(), 65001);
    let rows = package.select_rows(::msi::Select::table("Property")).expect("a table");
    let rows: Vec<(String, String)> = rows
        .map(|row| {
            (row[0].as_str().unwrap_or_default().to_owned(), row[1].as_str().unwrap_or_default().to_owned())
        })
        .collect();
    assert!(rows.contains(&("ProductName".to_owned(), "Größe 日本".to_owned())), "{rows:?}");
    assert!(package.has_stream("Icon.app.ico"));
}

#[test]
fn the_file_can_be_signed() {
    let (Some(osslsigncode), Some(openssl)) = (support::tool("osslsigncode"), support::tool("openssl"))
    else {
        return;
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = saved(&folder, &database());
    let (key, certificate, signed) = ("key.pem", "cert.pem", "signed.msi");
    support::run(command(openssl).current_dir(&folder).args([
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=throw-away",
        "-days",
        "2",
        "-keyout",
        key,
        "-out",
        certificate,
        "-addext",
        "extendedKeyUsage=codeSigning",
    ]));
    for option in [None, Some("-add-msi-dse")] {
        let mut sign = command(&osslsigncode);
        sign.current_dir(&folder).args(["sign", "-certs", certificate, "-key", key]).args(option);
        support::run(sign.arg("-in").arg(&path).args(["-out", signed]));
        let mut verify = command(&osslsigncode);
        support::run(verify.current_dir(&folder).args(["verify", "-CAfile", certificate, "-in", signed]));
        let signed = folder.path().join(signed);
        let database = msi::read(fs::File::open(&signed).expect("made")).expect("still a database");
        assert!(database.streams.contains_key("\u{5}DigitalSignature"));
        fs::remove_file(signed).expect("removed");
    }
}

fn refused(change: impl FnOnce(&mut Database)) -> String {
    let mut database = database();
    change(&mut database);
    let mut out = Cursor::new(Vec::new());
    msi::write(&database, NonZeroUsize::MIN, &mut out).expect_err("it breaks a rule").to_string()
}

fn table<'a>(database: &'a mut Database, name: &str) -> &'a mut Table {
    database.tables.get_mut(name).expect("present")
}

type Change = fn(&mut Database);

#[test]
fn limits_name_table_column_row_and_value() {
    let cases: [(Change, &str); 13] = [
        (
            |d| table(d, "Component").rows[0][3] = Cell::Int(-32_768),
            "`-32768` cannot be stored in `Component.Attributes` of row `C1`: a two-byte integer is between -32767 and 32767",
        ),
        (
            |d| table(d, "File").rows[0][3] = Cell::Int(i32::MIN),
            "`-2147483648` cannot be stored in `File.FileSize` of row `a.dll`: a four-byte integer is between -2147483647 and 2147483647",
        ),
        (
            |d| table(d, "File").rows[0][1] = Cell::Null,
            "`` cannot be stored in `File.Component_` of row `a.dll`: it may not be null",
        ),
        (
            |d| table(d, "File").rows[0][1] = Cell::Int(1),
            "`1` cannot be stored in `File.Component_` of row `a.dll`: the column holds strings",
        ),
        (
            |d| d.codepage = 1252,
            "`Größe 日本` cannot be stored in `Property.Value` of row `ProductName`: the database's code page lacks one of its characters",
        ),
        (
            |d| d.codepage = 437,
            "code page 437 is not known; use 65001 (UTF-8), 1252 (Western) or 0 (ASCII only)",
        ),
        (
            |d| d.summary.codepage = 65001,
            "the summary information cannot have code page 65001: Windows reads at most 32767; use 1252",
        ),
        (
            |d| drop(table(d, "File").rows[1].pop()),
            "row 1 of table `File` has 7 cells, but the table has 8 columns",
        ),
        (
            |d| table(d, "File").rows[1][0] = Cell::text("a.dll"),
            "table `File` has two rows with the key `a.dll`",
        ),
        (
            |d| drop(d.streams.remove("Icon.app.ico")),
            "`(stream)` cannot be stored in `Icon.Data` of row `app.ico`: the database has no stream of this row's name",
        ),
        (
            |d| drop(d.streams.insert("x".repeat(63), Stream::Bytes(vec![]))),
            "`xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx` cannot be the name of a stream: it may have 62 letters, digits, `.` and `_` (60 for a table), other characters counting double, and none of `/`, `\\`, `:` and `!`",
        ),
        (
            |d| table(d, "File").columns.swap(0, 1),
            "table `File` cannot be written: the columns of the primary key must come first, and there must be one",
        ),
        (
            |d| drop(d.streams.insert("s".to_owned(), Stream::InPackage { size: 1 })),
            "the bytes of stream `s` are still in the package that it was read from; read them first",
        ),
    ];
    for (change, expected) in cases {
        assert_eq!(refused(change), expected);
    }
}

#[test]
fn a_failing_output_is_an_error() {
    let mut full = Cursor::new([0; 20_000]);
    let mut out: Cursor<&mut [u8]> = Cursor::new(full.get_mut());
    let error = msi::write(&database(), NonZeroUsize::MIN, &mut LimitedFile(&mut out)).expect_err("no room");
    assert!(matches!(error, WriteError::Output(_) | WriteError::Cabinet { .. }), "{error}");
}

/// A disk that is full.
struct LimitedFile<'a>(&'a mut Cursor<&'a mut [u8]>);

impl Read for LimitedFile<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(bytes)
    }
}

impl std::io::Seek for LimitedFile<'_> {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        self.0.seek(to)
    }
}

impl std::io::Write for LimitedFile<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// MD5 of "abc" as RFC 1321 gives it, A.5; a file without bytes has zeros, which are not its MD5.
#[test]
fn the_hash_of_a_file_is_md5_in_four_numbers() {
    let parts = [0x9850_0190_u32, 0xb04f_d23c, 0x7d3f_96d6, 0x727f_e128].map(u32::cast_signed);
    assert_eq!(FileHash::of(b"abc"), parts);
    let mut in_parts = FileHash::default();
    for bytes in [&b""[..], b"a", b"bc"] {
        in_parts.update(bytes);
    }
    assert_eq!(in_parts.parts(), parts);
    assert_eq!(FileHash::of(b""), [0; 4]);
}
