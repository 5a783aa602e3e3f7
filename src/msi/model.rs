//! A database in memory: what the reader gives and the writer takes.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::cab::Cabinet;

/// One cell of a row. The empty string does not exist in an installer database: it is [`Cell::Null`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A two- or four-byte integer, as the column says.
    Int(i32),
    /// A non-empty string.
    Str(String),
    /// The bytes stand in the stream `Table.Key[.Key…]` of the database.
    Stream,
}

impl Cell {
    /// A string cell; [`Cell::Null`] for the empty string.
    pub fn text(text: impl Into<String>) -> Cell {
        let text = text.into();
        if text.is_empty() { Cell::Null } else { Cell::Str(text) }
    }

    /// The string; `""` for [`Cell::Null`]; nothing for other kinds.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Cell::Null => Some(""),
            Cell::Str(text) => Some(text),
            Cell::Int(_) | Cell::Stream => None,
        }
    }

    /// The number; nothing for other kinds.
    #[must_use]
    pub fn as_int(&self) -> Option<i32> {
        match self {
            Cell::Int(number) => Some(*number),
            Cell::Null | Cell::Str(_) | Cell::Stream => None,
        }
    }
}

/// The cells of a row, in column order.
pub type Row = Vec<Cell>;

/// How a column stores its cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Two-byte integer.
    Int2,
    /// Four-byte integer.
    Int4,
    /// String; `width` is advisory, 0 means unlimited.
    Str {
        /// Characters, 0 to 255.
        width: u8,
        /// Whether a translation may change it.
        localizable: bool,
    },
    /// Bytes in a stream of their own.
    Stream,
}

/// What the `_Validation` table says of a column (<https://learn.microsoft.com/windows/win32/msi/-validation-table>).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validation {
    /// Least value.
    pub min: Option<i32>,
    /// Greatest value.
    pub max: Option<i32>,
    /// Tables that the value is a key of, separated by semicolons.
    pub key_table: Option<String>,
    /// Column of `key_table`, from 1.
    pub key_column: Option<i16>,
    /// The category, as `_Validation` spells it.
    pub category: Option<String>,
    /// Permitted values, separated by semicolons.
    pub set: Option<String>,
    /// What the column is for.
    pub description: Option<String>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// How cells are stored.
    pub kind: ColumnKind,
    /// Whether a cell may be [`Cell::Null`].
    pub nullable: bool,
    /// Whether it belongs to the primary key; key columns come first.
    pub key: bool,
    /// Its `_Validation` row; none where the table has none.
    pub validation: Option<Validation>,
}

impl Column {
    /// Its type as `MsiViewGetColumnInfo` has it: a letter, a capital one where a cell may be null, and a width
    /// (<https://learn.microsoft.com/windows/win32/msi/column-definition-format>).
    #[must_use]
    pub fn definition(&self) -> String {
        let (letter, width) = match self.kind {
            ColumnKind::Int2 => ('i', 2),
            ColumnKind::Int4 => ('i', 4),
            ColumnKind::Str { width, localizable: false } => ('s', width),
            ColumnKind::Str { width, localizable: true } => ('l', width),
            ColumnKind::Stream => ('v', 0),
        };
        let letter = if self.nullable { letter.to_ascii_uppercase() } else { letter };
        format!("{letter}{width}")
    }
}

/// A table. Rows keep the order in which they were added; the writer sorts them by what is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Vec<Row>,
}

impl Table {
    /// The position of the column `name`.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The cells that make up the primary key of `row`.
    #[must_use]
    pub fn key<'a>(&self, row: &'a [Cell]) -> &'a [Cell] {
        let keys = self.columns.iter().take_while(|column| column.key).count();
        &row[..keys.min(row.len())]
    }
}

/// The bytes of a stream, or where they come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stream {
    /// In memory.
    Bytes(Vec<u8>),
    /// The whole of a file; read when the database is written.
    File(PathBuf),
    /// A cabinet; made while the database is written.
    Cabinet(Cabinet),
    /// In the file that the database was read from: see [`super::Package::stream`]. Cannot be written.
    InPackage {
        /// Bytes.
        size: u64,
    },
}

/// The summary information stream (<https://learn.microsoft.com/windows/win32/msi/summary-information-stream>).
/// Times are seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SummaryInformation {
    /// Code page of the strings here; must be at most 32,767, or Windows cannot open the file.
    pub codepage: u16,
    /// `Installation Database` by custom.
    pub title: String,
    /// Product name.
    pub subject: String,
    /// Manufacturer.
    pub author: String,
    /// `Installer` by custom.
    pub keywords: String,
    /// Free text.
    pub comments: String,
    /// `Platform;Language`.
    pub template: String,
    /// Package code.
    pub revision_number: String,
    /// When the database was made.
    pub created: Option<i64>,
    /// When it was last saved.
    pub last_saved: Option<i64>,
    /// When it was last printed: for a database, when an administrative image was made of it.
    pub last_printed: Option<i64>,
    /// Least version of Windows Installer, times 100.
    pub page_count: i32,
    /// Bits: 1 short names, 2 compressed, 4 administrative image, 8 no elevation.
    pub word_count: i32,
    /// The program that made it.
    pub application: String,
    /// 0 no restriction, 2 read-only recommended, 4 read-only enforced.
    pub security: i32,
}

/// A whole installer database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Database {
    /// Code page of the string pool; 0 is neutral (ASCII).
    pub codepage: u32,
    /// The summary information stream.
    pub summary: SummaryInformation,
    /// Tables by name; `_Tables`, `_Columns`, `_StringPool`, `_StringData` and `_Validation` are the container's own
    /// and do not appear here.
    pub tables: BTreeMap<String, Table>,
    /// Streams by name: `Binary.Name`, `Icon.Name`, cabinets.
    pub streams: BTreeMap<String, Stream>,
}
