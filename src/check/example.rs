//! For tests of rules: the smallest clean package, changes to it, and what a rule finds then.

use super::contents::Contents;
use super::rule::{Findings, Rule};
use super::subject::Subject;
use crate::msi::schema::{standard_table, standard_table_names};
use crate::msi::{Cell, ColumnKind, Database, Row, Stream, Table};

/// A package with one file that no rule finds anything in.
const CLEAN: &str = "
Summary: Title | Installation Database
Summary: Template | x64;1033
Summary: Revision | {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E01}
Summary: Schema | 500
Summary: Source | 2
Property: ProductCode | {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E02}
Property: UpgradeCode | {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E03}
Property: ProductName | Example
Property: ProductVersion | 1.0.0
Property: ProductLanguage | 1033
Property: Manufacturer | Acme
Directory: TARGETDIR |  | SourceDir
Directory: ProgramFiles64Folder | TARGETDIR | .
Directory: INSTALLDIR | ProgramFiles64Folder | Acme
Component: App | {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E04} | INSTALLDIR | 256 |  | app.exe
File: app.exe | App | app.exe | 1024 | 1.0.0.0 | 1033 | 512 | 1
Feature: Main |  |  |  | 1 | 1 |  | 0
FeatureComponents: Main | App
Media: 1 | 1 |  | #cab1.cab |  |
Stream: cab1.cab
InstallExecuteSequence: CostInitialize |  | 800
InstallExecuteSequence: FileCost |  | 900
InstallExecuteSequence: CostFinalize |  | 1000
InstallExecuteSequence: InstallValidate |  | 1400
InstallExecuteSequence: InstallInitialize |  | 1500
InstallExecuteSequence: ProcessComponents |  | 1600
InstallExecuteSequence: RemoveFiles |  | 3500
InstallExecuteSequence: InstallFiles |  | 4000
InstallExecuteSequence: RegisterUser |  | 6000
InstallExecuteSequence: RegisterProduct |  | 6100
InstallExecuteSequence: PublishFeatures |  | 6300
InstallExecuteSequence: PublishProduct |  | 6400
InstallExecuteSequence: InstallFinalize |  | 6600
InstallUISequence: CostInitialize |  | 800
InstallUISequence: FileCost |  | 900
InstallUISequence: CostFinalize |  | 1000
InstallUISequence: ExecuteAction |  | 1300
AdminExecuteSequence: CostInitialize |  | 800
AdminExecuteSequence: FileCost |  | 900
AdminExecuteSequence: CostFinalize |  | 1000
AdminExecuteSequence: InstallValidate |  | 1400
AdminExecuteSequence: InstallInitialize |  | 1500
AdminExecuteSequence: InstallAdminPackage |  | 3900
AdminExecuteSequence: InstallFiles |  | 4000
AdminExecuteSequence: InstallFinalize |  | 6600
AdminUISequence: CostInitialize |  | 800
AdminUISequence: FileCost |  | 900
AdminUISequence: CostFinalize |  | 1000
AdminUISequence: ExecuteAction |  | 1300
AdvtExecuteSequence: CostInitialize |  | 800
AdvtExecuteSequence: CostFinalize |  | 1000
AdvtExecuteSequence: InstallValidate |  | 1400
AdvtExecuteSequence: InstallInitialize |  | 1500
AdvtExecuteSequence: PublishFeatures |  | 6300
AdvtExecuteSequence: PublishProduct |  | 6400
AdvtExecuteSequence: InstallFinalize |  | 6600
";

/// A package in memory.
pub(super) struct Example {
    pub(super) database: Database,
    pub(super) validation: Table,
    pub(super) contents: Contents,
}

impl Example {
    /// The clean package with `changes`, written as in [`Rule::example`].
    pub(super) fn new(changes: &str) -> Example {
        let mut database = Database::default();
        for line in CLEAN.lines().chain(changes.lines()).filter(|line| !line.is_empty()) {
            change(&mut database, line);
        }
        let mut validation = standard_table("_Validation").expect("a standard table");
        for table in standard_table_names().filter_map(standard_table) {
            validation.rows.extend(table.columns.iter().map(|column| {
                let known = column.validation.clone().unwrap_or_default();
                let number = |number: Option<i32>| number.map_or(Cell::Null, Cell::Int);
                let text = |text: Option<String>| Cell::text(text.unwrap_or_default());
                vec![
                    Cell::text(&table.name),
                    Cell::text(&column.name),
                    Cell::text(if column.nullable { "Y" } else { "N" }),
                    number(known.min),
                    number(known.max),
                    text(known.key_table),
                    number(known.key_column.map(i32::from)),
                    text(known.category),
                    text(known.set),
                    text(known.description),
                ]
            }));
        }
        let mut contents = Contents::default();
        contents.cabinets.insert("#cab1.cab".to_owned(), Ok(vec!["app.exe".to_owned()]));
        Example { database, validation, contents }
    }

    /// What `rule` finds: `severity Table.Column[row]`.
    pub(super) fn findings(&self, rule: &'static Rule) -> Vec<String> {
        let package = Subject::new(&self.database, Some(&self.validation), &self.contents);
        let shown = |finding: crate::diag::Diagnostic| {
            let place = finding.place.map(|place| format!(" {place}")).unwrap_or_default();
            format!("{}{place}", finding.severity)
        };
        Findings::of(rule, &package).into_iter().map(shown).collect()
    }
}

/// Asserts what `rule` finds in the clean package with `changes`; and where it is Microsoft's, that its own evaluator has
/// findings of that severity at such places.
#[track_caller]
pub(super) fn finds(rule: &'static Rule, changes: &str, expected: &[&str]) {
    assert_eq!(Example::new(changes).findings(rule), expected, "{} in\n{changes}", rule.code);
    for finding in expected {
        assert!(is_microsofts(rule.code, finding), "{} never finds `{finding}`", rule.code);
    }
}

/// Severities and places of what Microsoft's evaluators find, where they are known (`data/README.md`): code, severity, table
/// and column, each of which may stand for any (`%s`, `[1]`).
const PLACES: &str = include_str!("data/places.tsv");

/// Whether the evaluator `code` has a finding of the form of `finding`; true where nothing is known of it.
fn is_microsofts(code: &str, finding: &str) -> bool {
    let (severity, place) = finding.split_once(' ').unwrap_or((finding, ""));
    let (table, column) = place.split('[').next().unwrap_or_default().split_once('.').unwrap_or((place, ""));
    let fits = |pattern: &str, text: &str| pattern.starts_with(['%', '[']) || pattern == text;
    let known: Vec<Vec<&str>> = PLACES
        .lines()
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .filter(|row| row[0] == code)
        .collect();
    known.is_empty()
        || known.iter().any(|row| {
            row[1] == severity && fits(row[2], table) && (row[3].is_empty() || fits(row[3], column))
        })
}

fn change(database: &mut Database, line: &str) {
    let (line, missing) = line.strip_prefix("- ").map_or((line, false), |line| (line, true));
    let (name, cells) = line.split_once(':').unwrap_or((line, ""));
    let cells: Vec<&str> = if cells.is_empty() {
        Vec::new()
    } else {
        cells.split(" |").map(|cell| cell.strip_prefix(' ').unwrap_or(cell)).collect()
    };
    match (name, missing) {
        ("Summary", _) => return summary(database, &cells),
        ("Stream", false) => {
            database.streams.insert(cells[0].to_owned(), Stream::Bytes(Vec::new()));
            return;
        }
        ("Stream", true) => {
            database.streams.remove(cells[0]);
            return;
        }
        (_, true) if cells.is_empty() => {
            database.tables.remove(name).expect("there to be taken away");
            return;
        }
        _ => {}
    }
    let table = database
        .tables
        .entry(name.to_owned())
        .or_insert_with(|| standard_table(name).unwrap_or_else(|| panic!("`{name}` is no standard table")));
    // what a line leaves out is null
    let texts = cells.iter().copied().chain(std::iter::repeat(""));
    let row: Row = table.columns.iter().zip(texts).map(|(column, text)| cell(column.kind, text)).collect();
    assert!(cells.len() <= row.len(), "{line}");
    let keys = if missing { cells.len() } else { table.columns.iter().filter(|column| column.key).count() };
    table.rows.retain(|other| other[..keys] != row[..keys]);
    if !missing {
        table.rows.push(row);
    }
}

fn cell(kind: ColumnKind, text: &str) -> Cell {
    match kind {
        _ if text.is_empty() => Cell::Null,
        ColumnKind::Int2 | ColumnKind::Int4 => Cell::Int(text.parse().unwrap_or_else(|_| panic!("{text}"))),
        ColumnKind::Str { .. } => Cell::text(text),
        ColumnKind::Stream => Cell::Stream,
    }
}

fn summary(database: &mut Database, cells: &[&str]) {
    let summary = &mut database.summary;
    let [name, text] = cells else { panic!("{cells:?}") };
    let number = || text.parse().unwrap_or_else(|_| panic!("{text}"));
    match *name {
        "Title" => (*text).clone_into(&mut summary.title),
        "Template" => (*text).clone_into(&mut summary.template),
        "Revision" => (*text).clone_into(&mut summary.revision_number),
        "Schema" => summary.page_count = number(),
        "Source" => summary.word_count = number(),
        "Created" => summary.created = Some(number().into()),
        "LastSaved" => summary.last_saved = Some(number().into()),
        "LastPrinted" => summary.last_printed = Some(number().into()),
        _ => panic!("{name}"),
    }
}
