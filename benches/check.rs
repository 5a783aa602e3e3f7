//! Checking a package of 10,000 files, from its bytes to the findings; best of several rounds.
//!
//! `cargo bench --bench check`. The limit is one second.

#![allow(missing_docs, reason = "a benchmark has no users")]

use ancm_installer::cab::{Cabinet, CabinetFile, Source};
use ancm_installer::check::{self, Contents};
use ancm_installer::msi::schema::standard_table;
use ancm_installer::msi::{self, Cell, Database, Stream, SummaryInformation};
use std::io::{self, Cursor, Write};
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

const FILES: usize = 10_000;
const ROUNDS: usize = 7;
const LIMIT: Duration = Duration::from_secs(1);

fn main() -> io::Result<()> {
    let bytes = package()?;
    let mut best = Duration::MAX;
    let mut count = 0;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let mut package = msi::Package::open(Cursor::new(&bytes)).map_err(io::Error::other)?;
        let container = msi::inspect(&mut package).map_err(io::Error::other)?;
        let none = |_: &str| -> Result<Cursor<Vec<u8>>, String> { Err("it is not there".to_owned()) };
        let contents = Contents::read(&mut package, none).with_container(container);
        count = check::check(package.database(), package.validation(), &contents).len();
        best = best.min(start.elapsed());
    }
    writeln!(io::stdout(), "{FILES} files, {} bytes: {best:.0?}, {count} findings", bytes.len())?;
    if best > LIMIT { Err(io::Error::other("that is too slow")) } else { Ok(()) }
}

/// A package of small files, each in a component of its own.
fn package() -> io::Result<Vec<u8>> {
    let mut database = Database {
        codepage: 1252,
        summary: SummaryInformation {
            codepage: 1252,
            title: "Installation Database".to_owned(),
            template: "x64;1033".to_owned(),
            revision_number: "{7E0B6C55-9B0E-4A6B-8B5D-0C9C8F7B6A01}".to_owned(),
            page_count: 500,
            word_count: 2,
            ..SummaryInformation::default()
        },
        ..Database::default()
    };
    let mut add = |table: &str, row: Vec<Cell>| {
        let empty = || standard_table(table).expect("a standard table");
        database.tables.entry(table.to_owned()).or_insert_with(empty).rows.push(row);
    };
    let (text, null) = (|text: &str| Cell::text(text), || Cell::Null);
    for (name, value) in [
        ("ProductName", "Bench"),
        ("ProductCode", "{7E0B6C55-9B0E-4A6B-8B5D-0C9C8F7B6A02}"),
        ("UpgradeCode", "{7E0B6C55-9B0E-4A6B-8B5D-0C9C8F7B6A03}"),
        ("ProductVersion", "1.0.0"),
        ("ProductLanguage", "1033"),
        ("Manufacturer", "Acme"),
    ] {
        add("Property", vec![text(name), text(value)]);
    }
    add("Directory", vec![text("TARGETDIR"), null(), text("SourceDir")]);
    let feature = vec![text("All"), null(), null(), null(), Cell::Int(2), Cell::Int(1), null(), Cell::Int(0)];
    add("Feature", feature);
    let mut files = Vec::new();
    for number in 1..=i32::try_from(FILES).map_err(io::Error::other)? {
        let (component, file) = (format!("C{number}"), format!("F{number}"));
        let bytes = format!("the small file number {number}\n").repeat(5).into_bytes();
        let guid = format!("{{00000000-0000-0000-0000-{number:012X}}}");
        let cells = [text(&component), text(&guid), text("TARGETDIR"), Cell::Int(256), null(), text(&file)];
        add("Component", cells.to_vec());
        add("FeatureComponents", vec![text("All"), text(&component)]);
        let size = Cell::Int(i32::try_from(bytes.len()).map_err(io::Error::other)?);
        let name = text(&format!("{number:08}.TXT|file{number:05}.txt"));
        let sequence = Cell::Int(number);
        add(
            "File",
            vec![text(&file), text(&component), name, size, null(), null(), Cell::Int(512), sequence],
        );
        let size = bytes.len() as u64;
        files.push(CabinetFile { name: file, size, modified: 1_700_000_000, source: Source::Bytes(bytes) });
    }
    let last = Cell::Int(i32::try_from(FILES).map_err(io::Error::other)?);
    add("Media", vec![Cell::Int(1), last, null(), text("#cab1.cab"), null(), null()]);
    database
        .streams
        .insert("cab1.cab".to_owned(), Stream::Cabinet(Cabinet { method: Default::default(), files }));
    let mut out = Cursor::new(Vec::new());
    msi::write(&database, NonZeroUsize::MIN, &mut out).map_err(io::Error::other)?;
    Ok(out.into_inner())
}
