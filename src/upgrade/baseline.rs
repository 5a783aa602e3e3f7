//! Baselines: what a shipped package installs, small and readable, with what is not sure about it.
//!
//! A baseline stands in for the package. It is the tables that the simulation reads, without texts and bytes, and
//! notes on the files; `wix/products/NAME/baselines` holds those of every era of a product's packages.

use crate::id::{Arch, FileVersion};
use crate::msi::schema::standard_table;
use crate::msi::{Cell, Column, ColumnKind, Database, Row, Table};
use crate::package::{FileFacts, Package, PackageError, Payload};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The version of the file format.
const FORMAT: u32 = 1;

/// The tables that a baseline holds, in the order in which it lists them.
const TABLES: [&str; 30] = [
    "Property",
    "Upgrade",
    "LaunchCondition",
    "Directory",
    "Feature",
    "Condition",
    "Component",
    "FeatureComponents",
    "File",
    "Registry",
    "RemoveRegistry",
    "RemoveFile",
    "DuplicateFile",
    "MoveFile",
    "CreateFolder",
    "ServiceInstall",
    "ServiceControl",
    "Environment",
    "Shortcut",
    "MsiAssembly",
    "MsiAssemblyName",
    IIS_MODULES,
    CONFIGURATIONS,
    HANDLER_FOLDERS,
    SWAPS,
    "AppSearch",
    "DrLocator",
    "Signature",
    "CustomAction",
    "InstallExecuteSequence",
];

/// A table of Microsoft's IIS extension.
const IIS_MODULES: &str = "IISGlobalModule";

/// The tables of our own packages.
const CONFIGURATIONS: &str = "AncmConfiguration";
const HANDLER_FOLDERS: &str = "AncmHandlerFolder";
const SWAPS: &str = "FileSwap";
const SWAP_COLUMNS: [&str; 16] = [
    "Swap",
    "Component_",
    "File",
    "From",
    "Right",
    "Lowest",
    "Highest",
    "Exports",
    "New",
    "Kept",
    "Second",
    "Source",
    "SecondProcessor",
    "Backup",
    "Missing",
    "SourceMissing",
];

/// Properties worth keeping; the others are for the user interface.
const PROPERTIES: [&str; 9] = [
    "ALLUSERS",
    "INSTALLLEVEL",
    "ProductCode",
    "ProductLanguage",
    "ProductName",
    "ProductVersion",
    "REINSTALLMODE",
    SECURE,
    "UpgradeCode",
];

/// The property that lists those which reach the elevated part of an install.
const SECURE: &str = "SecureCustomProperties";

/// The file is not a baseline.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// Not TOML, or not of this shape.
    #[error("not a baseline: {0}")]
    Shape(#[from] toml::de::Error),
    /// Of another version of this tool.
    #[error("format {0} of baselines is not known, expected {FORMAT}")]
    Format(u32),
    /// A table that no baseline has.
    #[error("table `{0}` does not belong into a baseline")]
    Table(String),
    /// A row that does not fit its table.
    #[error("table `{table}`, row {row}: {problem}")]
    Row {
        /// The table.
        table: String,
        /// The row, from 1.
        row: usize,
        /// What is wrong.
        problem: String,
    },
    /// The tables do not make a package.
    #[error(transparent)]
    Package(#[from] PackageError),
}

/// A shipped package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Baseline {
    /// Its name: era, flavour and processor.
    pub name: String,
    /// The releases that it stands for.
    pub stands_for: String,
    /// Where the facts come from.
    pub source: String,
    /// What is not sure.
    pub uncertain: Vec<String>,
    /// The tables.
    pub database: Database,
    /// What is known of the files.
    pub payload: Payload,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    format: u32,
    stands_for: String,
    source: String,
    uncertain: Vec<String>,
    template: String,
    #[serde(default)]
    files: BTreeMap<String, FileNote>,
    tables: BTreeMap<String, Vec<Vec<Text>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileNote {
    machine: Option<Arch>,
    versions: Option<(FileVersion, FileVersion)>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Text {
    Number(i32),
    Text(String),
}

impl Baseline {
    /// Reads the baseline `name` from its file's text.
    ///
    /// # Errors
    /// The text is not a baseline.
    pub fn parse(name: &str, text: &str) -> Result<Baseline, BaselineError> {
        let document: Document = toml::from_str(text)?;
        if document.format != FORMAT {
            return Err(BaselineError::Format(document.format));
        }
        let mut database = Database::default();
        database.summary.template = document.template;
        for (table, rows) in document.tables {
            database.tables.insert(table.clone(), fill(empty(&table)?, rows)?);
        }
        let mut baseline = Baseline {
            name: name.to_owned(),
            stands_for: document.stands_for,
            source: document.source,
            uncertain: document.uncertain,
            database,
            payload: Payload::new(),
        };
        baseline.payload = baseline.facts(&document.files)?;
        Ok(baseline)
    }

    /// The baseline of a real package: what the simulation reads of its tables, and what is known of its bytes.
    #[must_use]
    pub fn of(name: &str, source: &str, database: &Database, payload: &Payload) -> Baseline {
        let mut kept = Database::default();
        kept.summary.template.clone_from(&database.summary.template);
        for name in TABLES {
            let (Some(table), Ok(mut target)) = (database.tables.get(name), empty(name)) else { continue };
            let places: Vec<Option<usize>> =
                target.columns.iter().map(|column| table.column(&column.name)).collect();
            let cell = |row: &Row, place: Option<usize>| {
                place.and_then(|place| row.get(place)).cloned().unwrap_or(Cell::Null)
            };
            target.rows = table
                .rows
                .iter()
                .map(|row| places.iter().map(|place| cell(row, *place)).collect())
                .filter(|row: &Row| is_kept(name, row))
                .collect();
            blank_texts(&mut target);
            if !target.rows.is_empty() {
                kept.tables.insert(name.to_owned(), target);
            }
        }
        let known = payload.iter().map(|(key, facts)| {
            let facts = FileFacts { hash: None, size: None, ..facts.clone() };
            (key.clone(), facts)
        });
        let payload = known.collect();
        Baseline {
            name: name.to_owned(),
            stands_for: name.to_owned(),
            source: source.to_owned(),
            uncertain: Vec::new(),
            database: kept,
            payload,
        }
    }

    /// The package that it stands in for.
    ///
    /// # Errors
    /// The tables do not make a package.
    pub fn package(&self) -> Result<Package, PackageError> {
        let mut package = Package::load(&self.name, &self.database, &self.payload)?;
        if package.properties.get(SECURE).is_none() {
            // a baseline that does not say it is taken to have it right
            package.secure = package.upgrades.iter().map(|row| row.property.clone()).collect();
        }
        Ok(package)
    }

    /// As the text of its file; reading that gives the same baseline.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = format!(
            "format = {FORMAT}\nstands_for = {}\nsource = {}\nuncertain = [\n",
            quoted(&self.stands_for),
            quoted(&self.source)
        );
        for line in &self.uncertain {
            let _ = writeln!(text, "    {},", quoted(line));
        }
        let _ = writeln!(text, "]\ntemplate = {}\n\n[files]", quoted(&self.database.summary.template));
        for (key, facts) in &self.payload {
            let machine = facts.machine.map(|machine| format!("machine = \"{machine}\""));
            let versions = facts.version_range.map(|(from, to)| format!("versions = [\"{from}\", \"{to}\"]"));
            let notes: Vec<String> = machine.into_iter().chain(versions).collect();
            if !notes.is_empty() {
                let _ = writeln!(text, "{} = {{ {} }}", quoted(key), notes.join(", "));
            }
        }
        text.push_str("\n[tables]\n");
        for table in TABLES.iter().filter_map(|name| self.database.tables.get(*name)) {
            let _ = writeln!(text, "{} = [", table.name);
            for row in &table.rows {
                let used = row.iter().rposition(|cell| *cell != Cell::Null).map_or(0, |last| last + 1);
                let cells: Vec<String> = row[..used].iter().map(shown).collect();
                let _ = writeln!(text, "    [{}],", cells.join(", "));
            }
            text.push_str("]\n");
        }
        text
    }

    /// What the columns and the notes say of each file; sizes and hashes are not known.
    fn facts(&self, notes: &BTreeMap<String, FileNote>) -> Result<Payload, PackageError> {
        let package = Package::load(&self.name, &self.database, &Payload::new())?;
        let facts = package.files().map(|(_, file)| {
            let note = notes.get(&file.key);
            let facts = FileFacts {
                version: file.version,
                version_range: note.and_then(|note| note.versions),
                languages: file.languages.clone(),
                machine: note.and_then(|note| note.machine),
                hybrid: false,
                hash: None,
                size: None,
            };
            (file.key.clone(), facts)
        });
        Ok(facts.collect())
    }
}

/// The table `name` without rows.
fn empty(name: &str) -> Result<Table, BaselineError> {
    let unknown = || BaselineError::Table(name.to_owned());
    let text = ColumnKind::Str { width: 0, localizable: false };
    let columns: &[(&str, ColumnKind)] = match name {
        IIS_MODULES => &[("Name", text), ("File_", text)],
        CONFIGURATIONS => &[
            ("Configuration", text),
            ("Component_", text),
            ("File", text),
            ("Condition", text),
            ("Module", text),
            ("Image", text),
            ("Attributes", ColumnKind::Int4),
        ],
        HANDLER_FOLDERS => &[
            ("HandlerFolder", text),
            ("Component_", text),
            ("Folder", text),
            ("Kept", text),
            ("Files", text),
        ],
        SWAPS => &SWAP_COLUMNS.map(|name| (name, text)),
        _ => &[],
    };
    let of_swaps = name == SWAPS;
    if !columns.is_empty() {
        let column = |(index, (name, kind)): (usize, &(&str, ColumnKind))| Column {
            name: (*name).to_owned(),
            kind: *kind,
            nullable: *name == "Condition" || of_swaps,
            key: index == 0,
            validation: None,
        };
        let columns = columns.iter().enumerate().map(column).collect();
        return Ok(Table { name: name.to_owned(), columns, rows: Vec::new() });
    }
    if TABLES.contains(&name) { standard_table(name).ok_or_else(unknown) } else { Err(unknown()) }
}

fn fill(mut table: Table, rows: Vec<Vec<Text>>) -> Result<Table, BaselineError> {
    for (index, cells) in rows.into_iter().enumerate() {
        let wrong =
            |problem: String| BaselineError::Row { table: table.name.clone(), row: index + 1, problem };
        if cells.len() > table.columns.len() {
            return Err(wrong(format!("{} cells, expected at most {}", cells.len(), table.columns.len())));
        }
        let mut row = Row::new();
        for (column, cell) in table.columns.iter().zip(cells) {
            let is_number = matches!(column.kind, ColumnKind::Int2 | ColumnKind::Int4);
            row.push(match (cell, is_number) {
                (Text::Number(number), true) => Cell::Int(number),
                (Text::Text(text), false) => Cell::text(text),
                (Text::Text(text), true) if text.is_empty() => Cell::Null,
                (_, true) => return Err(wrong(format!("column `{}` wants a number", column.name))),
                (_, false) => return Err(wrong(format!("column `{}` wants a text", column.name))),
            });
        }
        row.resize(table.columns.len(), Cell::Null);
        table.rows.push(row);
    }
    Ok(table)
}

/// Leaves out what only the user interface needs.
fn is_kept(table: &str, row: &Row) -> bool {
    let key = row.first().and_then(Cell::as_str).unwrap_or_default();
    match table {
        "Property" => PROPERTIES.contains(&key),
        "InstallExecuteSequence" => row.get(2).and_then(Cell::as_int).is_some_and(|number| number > 0),
        _ => true,
    }
}

/// Takes out texts for people and numbers that say nothing about a machine.
fn blank_texts(table: &mut Table) {
    let blanks: &[&str] = match table.name.as_str() {
        "Feature" => &["Title", "Description"],
        "LaunchCondition" => &["Description"],
        "File" => &["FileSize"],
        "ServiceInstall" => &["DisplayName", "Description", "Password"],
        "Shortcut" => &["Description"],
        _ => &[],
    };
    let columns: Vec<usize> = blanks.iter().filter_map(|name| table.column(name)).collect();
    for row in &mut table.rows {
        for column in columns.iter().copied() {
            row[column] = match row[column] {
                Cell::Int(_) => Cell::Int(0),
                _ => Cell::Null,
            };
        }
    }
    if table.name == "InstallExecuteSequence" {
        table.rows.sort_by_key(|row| row.get(2).and_then(Cell::as_int));
    }
}

fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Int(number) => number.to_string(),
        Cell::Str(text) => quoted(text),
        Cell::Null | Cell::Stream => "\"\"".to_owned(),
    }
}

/// A TOML string: literal where that works, since paths are full of backslashes.
fn quoted(text: &str) -> String {
    if !text.contains('\'') && !text.chars().any(char::is_control) && text.contains(['\\', '"']) {
        return format!("'{text}'");
    }
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
