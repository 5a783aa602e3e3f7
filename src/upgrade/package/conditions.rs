//! The conditions of a package, read once and counted while they are read.

use super::limits::Memory;
use super::table::{PackageError, RowView};
use installer_condition::{Condition, Reduced};
use std::cell::Cell;

/// Reads conditions of one package as long as they are not too long altogether.
pub(super) struct Conditions {
    memory: Memory,
    /// Bytes of those that were read, without what they repeat.
    length: Cell<u64>,
}

impl Conditions {
    /// None is read yet.
    pub(super) fn within(memory: Memory) -> Conditions {
        Conditions { memory, length: Cell::default() }
    }

    /// The condition in `column` of `row`.
    pub(super) fn of(&self, row: &RowView, column: &str) -> Result<Condition, PackageError> {
        let text = Reduced::of(row.text(column)?);
        let length = self.length.get() + text.text().len() as u64;
        self.length.set(length);
        self.memory.admits_conditions(length)?;
        text.parse().map_err(|error| row.wrong(column, error.to_string()))
    }
}
