//! Why a database could not be read or written.

use super::likeness::Likeness;
use crate::cab;
use std::io;
use std::path::PathBuf;

/// Why a database could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Not an installer database, but something else.
    #[error("this is not an installer package (.msi): {0}")]
    NotADatabase(Likeness),
    /// A compound file that is broken.
    #[error("this begins like an installer package (.msi), and is cut off or damaged")]
    Damaged,
    /// The file cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A code page that is not known.
    #[error("the database has code page {codepage}, which is not known")]
    CodePage {
        /// Its number.
        codepage: u32,
    },
    /// The string pool is broken.
    #[error("the string pool is broken at string {string}: {problem}")]
    Pool {
        /// The number of the string, from 1.
        string: usize,
        /// What is wrong.
        problem: &'static str,
    },
    /// A table is broken.
    #[error("table `{table}` is broken: {problem}")]
    Table {
        /// Its name.
        table: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// A row is broken.
    #[error("row {row} of table `{table}` is broken: string {string} in column `{column}` does not exist")]
    Row {
        /// The table.
        table: String,
        /// The row, from 0, in stored order.
        row: usize,
        /// The column.
        column: String,
        /// The reference that leads nowhere.
        string: u32,
    },
    /// The tables would take more memory than any package needs.
    #[error("the tables up to `{table}` have more than {limit} {unit}, far more than any package needs")]
    TooLarge {
        /// The table that passed the limit.
        table: String,
        /// The limit.
        limit: usize,
        /// `cells` or `bytes of text`.
        unit: &'static str,
    },
    /// Who opened it did not want it ([`super::Package::open_if`]).
    #[error(transparent)]
    Refused(Box<dyn std::error::Error + Send + Sync>),
    /// There is no such stream.
    #[error("the database has no stream `{name}`")]
    NoSuchStream {
        /// The name.
        name: String,
    },
    /// A stream could not be read.
    #[error("cannot read the stream `{name}`")]
    Stream {
        /// The name.
        name: String,
        /// What went wrong.
        source: io::Error,
    },
}

/// Why a database could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A code page that cannot be written.
    #[error("code page {codepage} is not known; use 65001 (UTF-8), 1252 (Western) or 0 (ASCII only)")]
    CodePage {
        /// Its number.
        codepage: u32,
    },
    /// A code page that Windows cannot open the summary information with.
    #[error(
        "the summary information cannot have code page {codepage}: Windows reads at most 32767; use 1252"
    )]
    SummaryCodePage {
        /// Its number.
        codepage: u16,
    },
    /// A table that breaks a rule.
    #[error("table `{table}` cannot be written: {problem}")]
    Table {
        /// Its name.
        table: String,
        /// The rule.
        problem: &'static str,
    },
    /// A row with too few or too many cells.
    #[error("row {row} of table `{table}` has {found} cells, but the table has {expected} columns")]
    RowLength {
        /// The table.
        table: String,
        /// The row, from 0, in the order of [`super::Table::rows`].
        row: usize,
        /// Columns.
        expected: usize,
        /// Cells.
        found: usize,
    },
    /// A cell that does not fit its column.
    #[error("`{value}` cannot be stored in `{table}.{column}` of row `{row}`: {problem}")]
    Cell {
        /// The table.
        table: String,
        /// The row's primary key, its parts separated by `/`.
        row: String,
        /// The column.
        column: String,
        /// The value.
        value: String,
        /// What does not fit.
        problem: &'static str,
    },
    /// Two rows with one primary key.
    #[error("table `{table}` has two rows with the key `{key}`")]
    DuplicateKey {
        /// The table.
        table: String,
        /// The key, its parts separated by `/`.
        key: String,
    },
    /// More different texts than references can count.
    #[error("the database has more than 16777215 different strings")]
    TooManyStrings,
    /// A stream name that the container cannot hold.
    #[error(
        "`{name}` cannot be the name of a stream: it may have 62 letters, digits, `.` and `_` (60 for a table), \
         other characters counting double, and none of `/`, `\\`, `:` and `!`"
    )]
    StreamName {
        /// The name.
        name: String,
    },
    /// A stream that was read from a package and left there.
    #[error("the bytes of stream `{name}` are still in the package that it was read from; read them first")]
    InPackage {
        /// Its name.
        name: String,
    },
    /// The file of a stream could not be read.
    #[error("cannot read `{}` for the stream `{name}`", path.display())]
    Source {
        /// The stream.
        name: String,
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// A cabinet could not be written.
    #[error("cannot write the cabinet `{name}`")]
    Cabinet {
        /// The stream.
        name: String,
        /// What went wrong.
        source: cab::WriteError,
    },
    /// The file is too large.
    #[error(
        "the database has {size} bytes, but Windows Installer opens no file of 2 GiB; leave cabinets outside"
    )]
    TooLarge {
        /// Its size.
        size: u64,
    },
    /// The output could not be written.
    #[error("cannot write the database")]
    Output(#[from] io::Error),
}
