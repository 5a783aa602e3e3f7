//! A package that a bench makes up: one feature, and a component for each file.

use ancm_installer::cab::{Cabinet, CabinetFile, Source};
use ancm_installer::msi::schema::standard_table;
use ancm_installer::msi::{self, Cell, Database, Stream, SummaryInformation};
use std::io::{self, Read, Seek, Write};
use std::num::NonZeroUsize;

/// The package so far.
pub struct Made {
    database: Database,
    files: Vec<CabinetFile>,
}

fn text(text: &str) -> Cell {
    Cell::text(text)
}

impl Made {
    /// Without files.
    pub fn new() -> Made {
        let summary = SummaryInformation {
            codepage: 1252,
            title: "Installation Database".to_owned(),
            template: "x64;1033".to_owned(),
            revision_number: "{7E0B6C55-9B0E-4A6B-8B5D-0C9C8F7B6A01}".to_owned(),
            page_count: 500,
            word_count: 2,
            ..SummaryInformation::default()
        };
        let database = Database { codepage: 1252, summary, ..Database::default() };
        let mut made = Made { database, files: Vec::new() };
        for (name, value) in [
            ("ProductName", "Bench"),
            ("ProductCode", "{7E0B6C55-9B0E-4A6B-8B5D-0C9C8F7B6A02}"),
            ("UpgradeCode", "{7E0B6C55-9B0E-4A6B-8B5D-0C9C8F7B6A03}"),
            ("ProductVersion", "1.0.0"),
            ("ProductLanguage", "1033"),
            ("Manufacturer", "Acme"),
        ] {
            made.add("Property", vec![text(name), text(value)]);
        }
        made.add("Directory", vec![text("TARGETDIR"), Cell::Null, text("SourceDir")]);
        let [two, one, none] = [2, 1, 0].map(Cell::Int);
        made.add(
            "Feature",
            vec![text("All"), Cell::Null, Cell::Null, Cell::Null, two, one, Cell::Null, none],
        );
        made
    }

    /// Adds a row.
    pub fn add(&mut self, table: &str, row: Vec<Cell>) {
        let empty = || standard_table(table).expect("a standard table");
        self.database.tables.entry(table.to_owned()).or_insert_with(empty).rows.push(row);
    }

    /// Adds a file of `size` bytes under `name`, in short and long form.
    pub fn file(&mut self, name: &str, size: u64, source: Source) -> io::Result<()> {
        let number = self.files.len() + 1;
        let (component, file) = (format!("C{number}"), format!("F{number}"));
        let guid = text(&format!("{{00000000-0000-0000-0000-{number:012X}}}"));
        let component = || text(&component);
        let row = vec![component(), guid, text("TARGETDIR"), Cell::Int(256), Cell::Null, text(&file)];
        self.add("Component", row);
        self.add("FeatureComponents", vec![text("All"), component()]);
        let [bytes, sequence] = [size, number as u64]
            .map(|number| i32::try_from(number).map(Cell::Int).map_err(io::Error::other));
        let attributes = Cell::Int(512);
        let row =
            vec![text(&file), component(), text(name), bytes?, Cell::Null, Cell::Null, attributes, sequence?];
        self.add("File", row);
        self.files.push(CabinetFile { name: file, size, modified: 1_700_000_000, source });
        Ok(())
    }

    /// Writes the package with one cabinet in it.
    pub fn write(mut self, threads: NonZeroUsize, out: &mut (impl Read + Write + Seek)) -> io::Result<()> {
        let last = Cell::Int(i32::try_from(self.files.len()).map_err(io::Error::other)?);
        let row = vec![Cell::Int(1), last, Cell::Null, text("#cab1.cab"), Cell::Null, Cell::Null];
        self.add("Media", row);
        let cabinet = Cabinet { files: self.files, ..Cabinet::default() };
        self.database.streams.insert("cab1.cab".to_owned(), Stream::Cabinet(cabinet));
        msi::write(&self.database, threads, out).map(drop).map_err(io::Error::other)
    }
}
