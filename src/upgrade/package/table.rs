//! Rows of a database as typed values. Says table and row when a cell is not what the schema wants.

use super::limits::TooLarge;
use crate::diag::shortened;
use crate::msi::{Cell, Database, Table};
use std::collections::BTreeSet;

/// A package that cannot be simulated, because a table of it is broken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackageError {
    /// A cell holds what its column must not.
    #[error("table `{table}`, row `{row}`, column `{column}`: {problem}")]
    Cell {
        /// The table.
        table: String,
        /// The row's key, fields separated by `/`.
        row: String,
        /// The column.
        column: String,
        /// What is wrong, and what was expected.
        problem: String,
    },
    /// A table lacks a column that the simulation reads.
    #[error("table `{table}` has no column `{column}`: it is not the table that Windows Installer knows")]
    Column {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// Playing it would take more memory than it may.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// A property without which nothing can be installed.
    #[error("table `Property` has no row `{0}`: every package needs one")]
    Property(&'static str),
}

/// So many bytes of a key or a problem are told.
const TOLD: usize = 512;

impl PackageError {
    /// About a cell, whose key and value may be longer than anybody reads.
    pub(super) fn cell(table: &str, row: &str, column: &str, problem: &str) -> PackageError {
        PackageError::Cell {
            table: table.to_owned(),
            row: shortened(row, TOLD).into_owned(),
            column: column.to_owned(),
            problem: shortened(problem, TOLD).into_owned(),
        }
    }
}

/// The rows of one table; none where the table is missing.
pub(super) struct Rows<'a> {
    name: &'a str,
    table: Option<&'a Table>,
}

/// One row.
pub(super) struct RowView<'a> {
    table: &'a Table,
    cells: &'a [Cell],
}

impl<'a> Rows<'a> {
    /// The rows of `name` in `database`.
    pub(super) fn of(database: &'a Database, name: &'a str) -> Rows<'a> {
        Rows { name, table: database.tables.get(name) }
    }

    /// All rows, after checking that the table has `columns`.
    pub(super) fn with(&self, columns: &[&str]) -> Result<Vec<RowView<'a>>, PackageError> {
        let Some(table) = self.table else { return Ok(Vec::new()) };
        for column in columns {
            if table.column(column).is_none() {
                return Err(PackageError::Column {
                    table: self.name.to_owned(),
                    column: (*column).to_owned(),
                });
            }
        }
        Ok(table.rows.iter().map(|cells| RowView { table, cells }).collect())
    }
}

impl<'a> RowView<'a> {
    fn cell(&self, column: &str) -> Option<&'a Cell> {
        self.table.column(column).and_then(|index| self.cells.get(index))
    }

    /// An error about `column` of this row.
    pub(super) fn wrong(&self, column: &str, problem: impl Into<String>) -> PackageError {
        let key: Vec<String> = self
            .table
            .key(self.cells)
            .iter()
            .map(|cell| match cell {
                Cell::Str(text) => text.clone(),
                Cell::Int(number) => number.to_string(),
                Cell::Null | Cell::Stream => String::new(),
            })
            .collect();
        PackageError::cell(&self.table.name, &key.join("/"), column, &problem.into())
    }

    /// A string that may be empty.
    pub(super) fn text(&self, column: &str) -> Result<&'a str, PackageError> {
        match self.cell(column) {
            None => Ok(""),
            Some(cell) => cell.as_str().ok_or_else(|| self.wrong(column, "expected a string")),
        }
    }

    /// A string that must not be empty.
    pub(super) fn required(&self, column: &str) -> Result<&'a str, PackageError> {
        match self.text(column)? {
            "" => Err(self.wrong(column, "is empty, expected a value")),
            text => Ok(text),
        }
    }

    /// A number; `missing` where the cell is null or the column absent.
    pub(super) fn number(&self, column: &str, missing: i32) -> Result<i32, PackageError> {
        match self.cell(column) {
            None | Some(Cell::Null) => Ok(missing),
            Some(Cell::Int(number)) => Ok(*number),
            Some(Cell::Str(_) | Cell::Stream) => Err(self.wrong(column, "expected a number")),
        }
    }

    /// A string parsed as `T`; nothing where it is empty.
    pub(super) fn parsed<T>(&self, column: &str) -> Result<Option<T>, PackageError>
    where
        T: std::str::FromStr,
        T::Err: std::fmt::Display,
    {
        match self.text(column)? {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|error: T::Err| self.wrong(column, error.to_string())),
        }
    }
}

/// The long name of `short|long`.
pub(super) fn long_name(name: &str) -> &str {
    name.split_once('|').map_or(name, |(_, long)| long)
}

pub(super) fn languages(row: &RowView, column: &str) -> Result<BTreeSet<u16>, PackageError> {
    row.text(column)?
        .split(',')
        .map(str::trim)
        .filter(|language| !language.is_empty())
        .map(|language| {
            language.parse().map_err(|_| row.wrong(column, format!("`{language}` is not a language number")))
        })
        .collect()
}
