//! A package as rules see it: tables and rows by name, whatever is missing or of another shape.
//!
//! Rules ask packages of strangers, so that nothing here fails: a table that is not there has no rows, a column that is
//! not there is null.

use super::contents::Contents;
use crate::msi::{Cell, Database, SummaryInformation, Table};
use std::collections::BTreeMap;

/// A package that is being checked.
pub(super) struct Subject<'a> {
    database: &'a Database,
    validation: Option<&'a Table>,
    contents: &'a Contents,
    /// Rows of every table by the text of their first key column.
    index: BTreeMap<&'a str, BTreeMap<&'a str, usize>>,
}

/// A row.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    table: &'a Table,
    cells: &'a [Cell],
}

impl<'a> Subject<'a> {
    /// The package `database`, with its `_Validation` table and what is known of its files.
    pub(super) fn new(
        database: &'a Database,
        validation: Option<&'a Table>,
        contents: &'a Contents,
    ) -> Subject<'a> {
        let rows = |table: &'a Table| {
            let mut rows = BTreeMap::new();
            for (number, row) in table.rows.iter().enumerate() {
                if let Some(Cell::Str(key)) = row.first() {
                    rows.entry(key.as_str()).or_insert(number);
                }
            }
            rows
        };
        let index = database.tables.iter().map(|(name, table)| (name.as_str(), rows(table))).collect();
        Subject { database, validation, contents, index }
    }

    /// The tables, in the order of their names.
    pub(super) fn tables(&self) -> impl Iterator<Item = &'a Table> {
        self.database.tables.values()
    }

    /// The `_Validation` table.
    pub(super) fn validation(&self) -> impl Iterator<Item = Row<'a>> {
        self.validation.into_iter().flat_map(|table| table.rows.iter().map(move |cells| Row { table, cells }))
    }

    /// What is known of the files.
    pub(super) fn contents(&self) -> &'a Contents {
        self.contents
    }

    /// The summary information.
    pub(super) fn summary(&self) -> &'a SummaryInformation {
        &self.database.summary
    }

    /// The least Windows Installer that the package is for, times 100.
    pub(super) fn schema(&self) -> i32 {
        self.database.summary.page_count
    }

    /// Whether the package is for 64-bit Windows: its template has a platform of 64 bits.
    pub(super) fn is_64_bit(&self) -> bool {
        self.platforms().any(|platform| matches!(platform, "x64" | "Intel64" | "Arm64"))
    }

    /// The platforms of the template.
    pub(super) fn platforms(&self) -> impl Iterator<Item = &'a str> {
        self.database.summary.template.split(';').next().unwrap_or_default().split(',').map(str::trim)
    }

    /// Whether there is a stream of this name.
    pub(super) fn has_stream(&self, name: &str) -> bool {
        self.database.streams.contains_key(name)
    }

    /// Names of the streams.
    pub(super) fn streams(&self) -> impl Iterator<Item = &'a str> {
        self.database.streams.keys().map(String::as_str)
    }

    /// The table `name`.
    pub(super) fn table(&self, name: &str) -> Option<&'a Table> {
        self.database.tables.get(name)
    }

    /// Whether there is a table of this name.
    pub(super) fn has_table(&self, name: &str) -> bool {
        self.database.tables.contains_key(name)
    }

    /// The rows of a table, in stored order; none where there is no such table.
    pub(super) fn rows(&self, table: &str) -> impl Iterator<Item = Row<'a>> + use<'a> {
        let table = self.database.tables.get(table);
        table.into_iter().flat_map(|table| table.rows.iter().map(move |cells| Row { table, cells }))
    }

    /// The first row whose first key column is `key`.
    pub(super) fn find(&self, table: &str, key: &str) -> Option<Row<'a>> {
        let number = *self.index.get(table)?.get(key)?;
        let table = self.database.tables.get(table)?;
        Some(Row { table, cells: table.rows.get(number)? })
    }

    /// Whether a row's first key column is `key`.
    pub(super) fn has(&self, table: &str, key: &str) -> bool {
        self.index.get(table).is_some_and(|rows| rows.contains_key(key))
    }

    /// The value of a property; nothing where it is not in the Property table.
    pub(super) fn property(&self, name: &str) -> Option<&'a str> {
        self.find("Property", name).map(|row| row.text("Value"))
    }
}

impl<'a> Row<'a> {
    /// A row of a table that is not in the package's database.
    pub(super) fn new(table: &'a Table, cells: &'a [Cell]) -> Row<'a> {
        Row { table, cells }
    }

    /// The table's name.
    pub(super) fn table(&self) -> &'a str {
        &self.table.name
    }

    /// The cell; nothing where there is no such column.
    pub(super) fn cell(&self, column: &str) -> Option<&'a Cell> {
        self.cells.get(self.table.column(column)?)
    }

    /// The text; empty where it is null, a number or not there.
    pub(super) fn text(&self, column: &str) -> &'a str {
        self.cell(column).and_then(Cell::as_str).unwrap_or_default()
    }

    /// The number; nothing where it is null, a text or not there.
    pub(super) fn int(&self, column: &str) -> Option<i32> {
        self.cell(column).and_then(Cell::as_int)
    }

    /// The number with 0 for null, to ask for bits.
    pub(super) fn bits(&self, column: &str) -> i32 {
        self.int(column).unwrap_or(0)
    }

    /// Whether the cell is null or not there.
    pub(super) fn is_null(&self, column: &str) -> bool {
        matches!(self.cell(column), None | Some(Cell::Null))
    }

    /// The primary key, field by field.
    pub(super) fn key(&self) -> Vec<String> {
        self.table.key(self.cells).iter().map(shown).collect()
    }

    /// The first field of the primary key.
    pub(super) fn name(&self) -> &'a str {
        self.cells.first().and_then(Cell::as_str).unwrap_or_default()
    }
}

/// A cell as text.
pub(super) fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Null | Cell::Stream => String::new(),
        Cell::Int(number) => number.to_string(),
        Cell::Str(text) => text.clone(),
    }
}
