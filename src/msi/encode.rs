//! Tables as streams: string pool, `_Tables`, `_Columns`, `_Validation` and every table with rows.

use super::codepage::CodePage;
use super::error::WriteError;
use super::layout::{COLUMNS_KINDS, COLUMNS_MAX, NAME_KIND, stored_integer, type_bits, width};
use super::model::{Cell, Column, ColumnKind, Database, Row, Table, Validation};
use super::name;
use super::pool::{Pool, Refusal};
use super::schema::standard_table;

/// Names that the container itself uses.
const RESERVED: [&str; 6] = ["_Tables", "_Columns", "_StringPool", "_StringData", "_Validation", "_Streams"];

/// Names and bytes of the streams of all tables, the names as stored.
pub(super) fn table_streams(database: &Database) -> Result<Vec<(String, Vec<u8>)>, WriteError> {
    let codepage =
        CodePage::new(database.codepage).ok_or(WriteError::CodePage { codepage: database.codepage })?;
    let validation = validation_table(database);
    let mut tables: Vec<&Table> = Vec::with_capacity(database.tables.len() + 1);
    for (name, table) in &database.tables {
        check_table(name, table)?;
        tables.push(table);
    }
    tables.push(&validation);

    let mut encoder = Encoder { database, pool: Pool::new(codepage) };
    let mut encoded: Vec<(&str, Encoded)> = Vec::new();
    let mut names = Encoded { kinds: vec![NAME_KIND], keys: 1, rows: Vec::new() };
    let mut columns = Encoded { kinds: COLUMNS_KINDS.to_vec(), keys: 2, rows: Vec::new() };
    for table in &tables {
        names.rows.push(vec![encoder.name(table, &table.name)?]);
        for (number, column) in (1..).zip(&table.columns) {
            let number = stored_integer(ColumnKind::Int2, number).expect("at most 32 columns");
            let bits = u32::from(type_bits(column) ^ 0x8000);
            columns.rows.push(vec![
                encoder.name(table, &table.name)?,
                number,
                encoder.name(table, &column.name)?,
                bits,
            ]);
        }
    }
    for table in &tables {
        encoded.push((&table.name, encoder.table(table)?));
    }
    encoded.extend([("_Tables", names), ("_Columns", columns)]);

    let reference = encoder.pool.reference_width();
    let stored =
        |name: &str| name::encode(name, true).ok_or_else(|| WriteError::StreamName { name: name.to_owned() });
    let mut streams = Vec::new();
    for (name, table) in encoded.into_iter().filter(|(_, table)| !table.rows.is_empty()) {
        streams.push((stored(name)?, table.into_bytes(reference)));
    }
    let (pool, data) = encoder.pool.into_streams(database.codepage);
    streams.extend([(stored("_StringPool")?, pool), (stored("_StringData")?, data)]);
    Ok(streams)
}

/// The `_Validation` table: a row for every column, its own included. A column of which nothing is known gets a row
/// that says whether it may be null.
fn validation_table(database: &Database) -> Table {
    let mut validation = standard_table("_Validation").expect("a standard table");
    let text = |text: &Option<String>| Cell::text(text.as_deref().unwrap_or_default());
    let number = |number: Option<i32>| number.map_or(Cell::Null, Cell::Int);
    let row = |table: &str, column: &Column| -> Row {
        let none = Validation::default();
        let known = column.validation.as_ref().unwrap_or(&none);
        vec![
            Cell::text(table),
            Cell::text(&column.name),
            Cell::text(if column.nullable { "Y" } else { "N" }),
            number(known.min),
            number(known.max),
            text(&known.key_table),
            number(known.key_column.map(i32::from)),
            text(&known.category),
            text(&known.set),
            text(&known.description),
        ]
    };
    let tables = database.tables.iter().map(|(name, table)| (name.as_str(), &table.columns));
    let rows = tables
        .chain([("_Validation", &validation.columns)])
        .flat_map(|(name, columns)| columns.iter().map(move |column| row(name, column)))
        .collect();
    validation.rows = rows;
    validation
}

/// The rules that a table's definition must keep.
fn check_table(name: &str, table: &Table) -> Result<(), WriteError> {
    let refuse = |problem: &'static str| Err(WriteError::Table { table: name.to_owned(), problem });
    let columns = &table.columns;
    if RESERVED.contains(&name) {
        return refuse("the name belongs to the container itself");
    }
    if table.name != name {
        return refuse("it is filed under a name that is not its own");
    }
    if columns.is_empty() || columns.len() > COLUMNS_MAX {
        return refuse("a table has 1 to 32 columns");
    }
    if columns.iter().any(|column| column.name.is_empty()) {
        return refuse("a column has no name");
    }
    if (1..columns.len()).any(|k| columns[..k].iter().any(|other| other.name == columns[k].name)) {
        return refuse("two columns have the same name");
    }
    if !columns[0].key || !columns.is_sorted_by(|a, b| a.key >= b.key) {
        return refuse("the columns of the primary key must come first, and there must be one");
    }
    Ok(())
}

/// A table in the numbers that are stored.
struct Encoded {
    kinds: Vec<ColumnKind>,
    /// How many columns make up the key.
    keys: usize,
    rows: Vec<Vec<u32>>,
}

impl Encoded {
    /// Rows ascend by what is stored of their keys: msi.dll looks them up by halving and reports error 2219 otherwise.
    /// Then column after column.
    fn into_bytes(mut self, reference: usize) -> Vec<u8> {
        self.rows.sort_unstable_by(|a, b| a[..self.keys].cmp(&b[..self.keys]));
        let widths: Vec<usize> = self.kinds.iter().map(|kind| width(*kind, reference)).collect();
        let mut bytes = Vec::with_capacity(self.rows.len() * widths.iter().sum::<usize>());
        for (column, width) in widths.into_iter().enumerate() {
            for row in &self.rows {
                bytes.extend_from_slice(&row[column].to_le_bytes()[..width]);
            }
        }
        bytes
    }
}

/// Turns cells into what is stored.
struct Encoder<'a> {
    database: &'a Database,
    pool: Pool<'a>,
}

impl<'a> Encoder<'a> {
    /// A reference to the name of a table or column.
    fn name(&mut self, table: &Table, text: &'a str) -> Result<u32, WriteError> {
        self.pool.reference(text).map_err(|refusal| match refusal {
            Refusal::CodePage => {
                WriteError::Table { table: table.name.clone(), problem: "a name does not fit the code page" }
            }
            Refusal::Full => WriteError::TooManyStrings,
        })
    }

    fn table(&mut self, table: &'a Table) -> Result<Encoded, WriteError> {
        let keys = table.columns.iter().filter(|column| column.key).count();
        let mut rows = Vec::with_capacity(table.rows.len());
        for (index, row) in table.rows.iter().enumerate() {
            if row.len() != table.columns.len() {
                let (expected, found) = (table.columns.len(), row.len());
                return Err(WriteError::RowLength { table: table.name.clone(), row: index, expected, found });
            }
            let mut stored = Vec::with_capacity(row.len());
            for (column, cell) in table.columns.iter().zip(row) {
                let value = self.cell(table, column, row, cell).map_err(|problem| match problem {
                    Problem::Full => WriteError::TooManyStrings,
                    Problem::Cell(problem) => WriteError::Cell {
                        table: table.name.clone(),
                        row: key_text(table, row),
                        column: column.name.clone(),
                        value: text_of(cell),
                        problem,
                    },
                })?;
                stored.push(value);
            }
            rows.push(stored);
        }
        duplicates(table, &rows, keys)?;
        Ok(Encoded { kinds: table.columns.iter().map(|column| column.kind).collect(), keys, rows })
    }

    fn cell(&mut self, table: &Table, column: &Column, row: &[Cell], cell: &'a Cell) -> Result<u32, Problem> {
        match (cell, column.kind) {
            (Cell::Null, _) if column.nullable => Ok(0),
            (Cell::Null, _) => Err(Problem::Cell("it may not be null")),
            (Cell::Str(text), ColumnKind::Str { .. }) if text.is_empty() => {
                Err(Problem::Cell("an empty string is stored as null; use `Cell::text`"))
            }
            (Cell::Str(text), ColumnKind::Str { .. }) => {
                self.pool.reference(text).map_err(|refusal| match refusal {
                    Refusal::CodePage => {
                        Problem::Cell("the database's code page lacks one of its characters")
                    }
                    Refusal::Full => Problem::Full,
                })
            }
            (Cell::Int(value), kind @ (ColumnKind::Int2 | ColumnKind::Int4)) => stored_integer(kind, *value)
                .ok_or(Problem::Cell(match kind {
                    ColumnKind::Int2 => "a two-byte integer is between -32767 and 32767",
                    _ => "a four-byte integer is between -2147483647 and 2147483647",
                })),
            (Cell::Stream, ColumnKind::Stream) => {
                let stream = stream_name(table, row);
                if self.database.streams.contains_key(&stream) {
                    Ok(1)
                } else {
                    Err(Problem::Cell("the database has no stream of this row's name"))
                }
            }
            (_, ColumnKind::Str { .. }) => Err(Problem::Cell("the column holds strings")),
            (_, ColumnKind::Stream) => Err(Problem::Cell("the column holds streams")),
            (_, ColumnKind::Int2 | ColumnKind::Int4) => Err(Problem::Cell("the column holds integers")),
        }
    }
}

/// What is wrong with a cell.
enum Problem {
    Cell(&'static str),
    Full,
}

/// `Table.Key[.Key…]`: the name of the stream that a row's stream cell stands for.
fn stream_name(table: &Table, row: &[Cell]) -> String {
    let keys = table.key(row).iter().map(|cell| format!(".{}", text_of(cell)));
    keys.fold(table.name.clone(), |name, key| name + &key)
}

/// No two rows may have the same key.
fn duplicates(table: &Table, rows: &[Vec<u32>], keys: usize) -> Result<(), WriteError> {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_unstable_by(|a, b| rows[*a][..keys].cmp(&rows[*b][..keys]));
    match order.windows(2).find(|pair| rows[pair[0]][..keys] == rows[pair[1]][..keys]) {
        None => Ok(()),
        Some(pair) => Err(WriteError::DuplicateKey {
            table: table.name.clone(),
            key: key_text(table, &table.rows[pair[0]]),
        }),
    }
}

/// The primary key of a row, for a message.
fn key_text(table: &Table, row: &[Cell]) -> String {
    table.key(row).iter().map(text_of).collect::<Vec<_>>().join("/")
}

fn text_of(cell: &Cell) -> String {
    match cell {
        Cell::Null => String::new(),
        Cell::Int(number) => number.to_string(),
        Cell::Str(text) => text.clone(),
        Cell::Stream => "(stream)".to_owned(),
    }
}
