//! What is compared of tables, and how.

use crate::msi::{Cell, Table};
use crate::symbol::Sequence;
use std::collections::BTreeMap;

/// Tables whose rows depend on files.
pub(super) const OF_FILES: [&str; 3] = ["File", "Media", "MsiFileHash"];

/// Whether rows of the table can be compared without files.
pub(super) fn is_compared(table: &str) -> bool {
    !OF_FILES.contains(&table) && !Sequence::ALL.iter().any(|sequence| sequence.table() == table)
}

/// Names, types and keys of columns.
pub(super) fn layout_of(table: &Table) -> Vec<(&str, String, bool)> {
    table.columns.iter().map(|column| (column.name.as_str(), column.definition(), column.key)).collect()
}

/// The rows by their keys, with their numbers.
pub(super) fn by_key(table: &Table) -> BTreeMap<&[Cell], (usize, &Vec<Cell>)> {
    table.rows.iter().enumerate().map(|(number, row)| (table.key(row), (number, row))).collect()
}
