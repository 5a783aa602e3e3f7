//! Rows by the names of their columns. A column that a table does not have is null: tables have grown.

use crate::msi::{Cell, Database, Table};

/// A row of a table.
#[derive(Clone, Copy)]
pub(super) struct Row<'d> {
    table: &'d Table,
    cells: &'d [Cell],
}

/// The rows of the table `name`; none if there is no such table.
pub(super) fn rows<'d>(database: &'d Database, name: &str) -> impl Iterator<Item = Row<'d>> + use<'d> {
    let table = database.tables.get(name);
    table.into_iter().flat_map(|table| table.rows.iter().map(move |cells| Row { table, cells }))
}

impl<'d> Row<'d> {
    fn cell(&self, column: &str) -> Option<&'d Cell> {
        self.cells.get(self.table.column(column)?)
    }

    /// The cells, in the order of the table's columns.
    pub fn cells(&self) -> &'d [Cell] {
        self.cells
    }

    /// The text; none for null.
    pub fn text(&self, column: &str) -> Option<&'d str> {
        self.cell(column)?.as_str().filter(|text| !text.is_empty())
    }

    /// The text; empty for null.
    pub fn or_empty(&self, column: &str) -> &'d str {
        self.text(column).unwrap_or_default()
    }

    /// The number; none for null.
    pub fn int(&self, column: &str) -> Option<i32> {
        self.cell(column)?.as_int()
    }

    /// The number; 0 for null.
    pub fn or_zero(&self, column: &str) -> i32 {
        self.int(column).unwrap_or(0)
    }

    /// The name of the stream behind a cell of this row.
    pub fn stream(&self) -> String {
        stream(self.table, self.cells)
    }
}

/// The name of the stream behind a cell of the row `cells`.
pub(super) fn stream(table: &Table, cells: &[Cell]) -> String {
    let key = table.key(cells).iter().map(|cell| match cell {
        Cell::Str(text) => text.clone(),
        Cell::Int(number) => number.to_string(),
        Cell::Null | Cell::Stream => String::new(),
    });
    let parts: Vec<String> = std::iter::once(table.name.clone()).chain(key).collect();
    parts.join(".")
}
