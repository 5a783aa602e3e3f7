//! Two databases, compared table by table, row by row, cell by cell. What a difference means is not known here.

use super::model::{Cell, Column, Database, Row, Table};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// One thing that two databases have differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The table; `_SummaryInformation` and `_ForceCodepage` for what is in none.
    pub table: String,
    /// The primary key of the row, cells separated by `|`; for the summary information, the name of the property; empty
    /// where the tables themselves differ.
    pub key: String,
    /// The column; empty where the whole row or table is in one database only.
    pub column: String,
    /// What the first database has; none if nothing.
    pub first: Option<String>,
    /// What the second database has; none if nothing.
    pub second: Option<String>,
}

impl fmt::Display for Difference {
    /// Where: `Table[key].Column`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.table)?;
        if !self.key.is_empty() {
            write!(f, "[{}]", self.key)?;
        }
        if !self.column.is_empty() {
            write!(f, ".{}", self.column)?;
        }
        Ok(())
    }
}

/// Everything that differs in tables, code page and summary information. Streams are not looked into, nor is
/// `_Validation`, which describes tables and is no part of what is installed.
#[must_use]
pub fn compare(first: &Database, second: &Database) -> Vec<Difference> {
    let mut found = Found(Vec::new());
    found.pair("_ForceCodepage", "", "", Some(first.codepage.to_string()), Some(second.codepage.to_string()));
    let (ours, theirs) = (summary(first), summary(second));
    for ((name, our), (_, their)) in ours.into_iter().zip(theirs) {
        found.pair("_SummaryInformation", name, "", our, their);
    }
    let names: BTreeSet<&String> = first.tables.keys().chain(second.tables.keys()).collect();
    for name in names {
        match (first.tables.get(name), second.tables.get(name)) {
            (Some(first), Some(second)) => found.tables(first, second),
            (first, second) => {
                let rows = |table: &Table| format!("{} rows", table.rows.len());
                found.pair(name, "", "", first.map(rows), second.map(rows));
            }
        }
    }
    found.0
}

struct Found(Vec<Difference>);

impl Found {
    fn pair(&mut self, table: &str, key: &str, column: &str, first: Option<String>, second: Option<String>) {
        if first != second {
            let [table, key, column] = [table, key, column].map(str::to_owned);
            self.0.push(Difference { table, key, column, first, second });
        }
    }

    fn tables(&mut self, first: &Table, second: &Table) {
        let name = &first.name;
        let layout = |table: &Table| -> Vec<String> { table.columns.iter().map(described).collect() };
        let (ours, theirs) = (layout(first), layout(second));
        if ours != theirs {
            // rows of tables that differ cannot be held against each other
            self.pair(name, "", "", Some(ours.join(", ")), Some(theirs.join(", ")));
            return;
        }
        let (ours, theirs) = (by_key(first), by_key(second));
        let keys: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
        for key in keys {
            match (ours.get(key), theirs.get(key)) {
                (Some(our), Some(their)) => {
                    for ((column, our), their) in first.columns.iter().zip(*our).zip(*their) {
                        self.pair(name, key, &column.name, Some(shown(our)), Some(shown(their)));
                    }
                }
                (our, their) => {
                    let row = |row: &&Row| row.iter().map(shown).collect::<Vec<_>>().join("|");
                    self.pair(name, key, "", our.map(row), their.map(row));
                }
            }
        }
    }
}

fn by_key(table: &Table) -> BTreeMap<String, &Row> {
    let key = |row: &Row| table.key(row).iter().map(shown).collect::<Vec<_>>().join("|");
    table.rows.iter().map(|row| (key(row), row)).collect()
}

fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Null => String::new(),
        Cell::Int(number) => number.to_string(),
        Cell::Str(text) => text.clone(),
        Cell::Stream => "(stream)".to_owned(),
    }
}

fn described(column: &Column) -> String {
    format!("{} {}{}", column.name, column.definition(), if column.key { " key" } else { "" })
}

/// The summary information by the names that Windows Installer gives its properties
/// (<https://learn.microsoft.com/windows/win32/msi/summary-property-descriptions>).
fn summary(database: &Database) -> [(&'static str, Option<String>); 14] {
    let summary = &database.summary;
    let text = |text: &String| Some(text.clone());
    let number = |number: i32| Some(number.to_string());
    [
        ("Codepage", number(summary.codepage.into())),
        ("Title", text(&summary.title)),
        ("Subject", text(&summary.subject)),
        ("Author", text(&summary.author)),
        ("Keywords", text(&summary.keywords)),
        ("Comments", text(&summary.comments)),
        ("Template", text(&summary.template)),
        ("Revision Number", text(&summary.revision_number)),
        ("Create Time/Date", summary.created.map(|time| time.to_string())),
        ("Last Saved Time/Date", summary.last_saved.map(|time| time.to_string())),
        ("Page Count", number(summary.page_count)),
        ("Word Count", number(summary.word_count)),
        ("Creating Application", text(&summary.application)),
        ("Security", number(summary.security)),
    ]
}
