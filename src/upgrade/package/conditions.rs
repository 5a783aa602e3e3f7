//! The conditions of a package, read once and counted while they are read.

use super::limits::{CONDITIONS, TooLarge};
use super::table::{PackageError, RowView};
use installer_condition::{Condition, ConditionError, reduced};
use std::cell::Cell;

/// Reads conditions of one package as long as they are not too long altogether.
#[derive(Default)]
pub(super) struct Conditions {
    /// Bytes of those that were read, without what they repeat.
    length: Cell<usize>,
}

impl Conditions {
    /// The condition in `column` of `row`.
    pub(super) fn of(&self, row: &RowView, column: &str) -> Result<Condition, PackageError> {
        let text = reduced(row.text(column)?);
        let length = self.length.get() + text.len();
        self.length.set(length);
        if length > CONDITIONS {
            return Err(TooLarge::Conditions { length }.into());
        }
        text.parse().map_err(|error: ConditionError| row.wrong(column, error.to_string()))
    }
}
