//! The standard tables: which columns they have, of which kind, and what `_Validation` says of them.
//!
//! The definitions are data (`standard-tables.tsv`); nothing here knows what a table is for.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::model::{Column, ColumnKind, Table, Validation};

/// The definitions, one line a column.
const DEFINITIONS: &str = include_str!("standard-tables.tsv");

static TABLES: LazyLock<Definitions> = LazyLock::new(|| Definitions::read(DEFINITIONS));

/// Definitions of tables.
#[derive(Debug)]
pub struct Definitions(BTreeMap<&'static str, Vec<Column>>);

impl Definitions {
    /// Those of a text with one line a column and tabs between its fields: table, column, type, least, greatest, table and
    /// number of the column that it is a key of, category, set, description. A type is a letter (`i` number, `s` text,
    /// `l` localizable text, `v` stream; a capital one may be null) and a width, after `*` in the key. `#` begins a remark.
    ///
    /// # Panics
    ///
    /// If a line is not of this form: definitions are part of the program.
    #[must_use]
    pub fn read(text: &'static str) -> Definitions {
        let mut tables: BTreeMap<&str, Vec<Column>> = BTreeMap::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (table, column) = parse(line).unwrap_or_else(|| panic!("no definition of a column: {line}"));
            tables.entry(table).or_default().push(column);
        }
        Definitions(tables)
    }

    /// The table `name` without rows.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<Table> {
        let columns = self.0.get(name)?.clone();
        Some(Table { name: name.to_owned(), columns, rows: Vec::new() })
    }

    /// The tables' names, in byte order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }
}

/// The standard table `name` without rows; nothing if the name is not one of [`standard_table_names`].
///
/// Columns are as WiX 6 defines them
/// (<https://learn.microsoft.com/windows/win32/msi/database-tables>, plus the module, patch-creation and
/// `Wix4Dependency…` tables).
#[must_use]
pub fn standard_table(name: &str) -> Option<Table> {
    TABLES.table(name)
}

/// The names that [`standard_table`] knows, in byte order.
///
/// `_Validation` is among them, although it never stands in [`super::Database::tables`]: the writer makes it.
pub fn standard_table_names() -> impl Iterator<Item = &'static str> {
    TABLES.names()
}

/// A line's table and column; nothing if the line is malformed.
fn parse(line: &'static str) -> Option<(&'static str, Column)> {
    let mut fields = line.split('\t');
    let mut next = || fields.next();
    let (table, name, kind) = (next()?, next()?, next()?);
    let text = |field: &str| (!field.is_empty()).then(|| field.to_owned());
    let number = |field: &str| if field.is_empty() { Some(None) } else { field.parse().ok().map(Some) };
    let validation = Validation {
        min: number(next()?)?,
        max: number(next()?)?,
        key_table: text(next()?),
        key_column: number(next()?)?.map(i16::try_from).transpose().ok()?,
        category: text(next()?),
        set: text(next()?),
        description: text(next()?),
    };
    let (key, kind) = kind.strip_prefix('*').map_or((false, kind), |kind| (true, kind));
    let (letter, width) = kind.split_at_checked(1)?;
    let kind = match (letter, width) {
        ("i" | "I", "2") => ColumnKind::Int2,
        ("i" | "I", "4") => ColumnKind::Int4,
        ("v" | "V", "0") => ColumnKind::Stream,
        ("s" | "S" | "l" | "L", width) => {
            ColumnKind::Str { width: width.parse().ok()?, localizable: letter.eq_ignore_ascii_case("l") }
        }
        _ => return None,
    };
    let nullable = letter.chars().all(char::is_uppercase);
    let column = Column { name: name.to_owned(), kind, nullable, key, validation: Some(validation) };
    next().is_none().then_some((table, column))
}
