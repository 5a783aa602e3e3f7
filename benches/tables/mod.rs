//! Rows out of texts, for packages that a bench makes up.

use ancm_installer::msi::{Cell, ColumnKind, Table};

/// Adds a row; numbers are read where the column holds numbers, and what is empty or missing is null.
pub fn add(table: &mut Table, cells: &[&str]) {
    let row = table.columns.iter().enumerate().map(|(index, column)| {
        match (cells.get(index).copied().unwrap_or_default(), column.kind) {
            ("", _) => Cell::Null,
            (text, ColumnKind::Int2 | ColumnKind::Int4) => Cell::Int(text.parse().expect("a number")),
            (text, _) => Cell::text(text),
        }
    });
    let row = row.collect();
    table.rows.push(row);
}
