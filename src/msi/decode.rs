//! Streams as tables: string pool, `_Tables`, `_Columns`, `_Validation` and every other table.

use std::collections::BTreeMap;

use super::codepage::CodePage;
use super::error::ReadError;
use super::layout::{COLUMNS_KINDS, NAME_KIND, from_type_bits, integer, width};
use super::likeness::Likeness;
use super::model::{Cell, Column, ColumnKind, Row, Table, Validation};
use super::pool::LONG_REFERENCES;

/// Most cells that are read. A row is larger in memory than in the file, and a small file may say that it has many.
const CELLS_MAX: usize = 8 << 20;

/// Most bytes of text that are read: one string may stand in every row.
const TEXT_MAX: usize = 128 << 20;

/// All tables of a database.
pub(super) struct Tables {
    /// Code page of the string pool.
    pub(super) codepage: u32,
    /// Tables by name, without the container's own.
    pub(super) tables: BTreeMap<String, Table>,
    /// `_Validation` as it is stored.
    pub(super) validation: Option<Table>,
}

impl Tables {
    /// `streams` gives the bytes of the stream of a table; nothing if there is none, which means no rows.
    /// `fits` is told how wide the rows of each table are, before any is read.
    pub(super) fn decode(
        mut streams: impl FnMut(&str) -> Result<Option<Vec<u8>>, ReadError>,
        fits: impl FnOnce(BTreeMap<&str, u64>) -> Result<(), ReadError>,
    ) -> Result<Tables, ReadError> {
        let pool = streams("_StringPool")?.ok_or(ReadError::NotADatabase(Likeness::Compound))?;
        let mut decoder = Decoder::new(&pool, streams("_StringData")?.unwrap_or_default())?;
        drop(pool);
        let names = vec![column("Name", NAME_KIND)];
        let names = decoder.rows("_Tables", &names, &streams("_Tables")?.unwrap_or_default())?;
        let columns = ["Table", "Number", "Name", "Type"];
        let columns: Vec<Column> =
            columns.into_iter().zip(COLUMNS_KINDS).map(|(n, k)| column(n, k)).collect();
        let columns = decoder.rows("_Columns", &columns, &streams("_Columns")?.unwrap_or_default())?;
        let mut definitions = definitions(&names, &columns)?;
        let width = |columns: &Vec<Column>| {
            columns.iter().map(|column| width(column.kind, decoder.reference) as u64).sum::<u64>().max(1)
        };
        fits(definitions.iter().map(|(name, columns)| (name.as_str(), width(columns))).collect())?;
        let mut tables = BTreeMap::new();
        // `_Validation` first: what it says belongs to the columns of the others.
        let stored = match definitions.remove("_Validation") {
            None => None,
            Some(columns) => {
                let bytes = streams("_Validation")?.unwrap_or_default();
                let rows = decoder.rows("_Validation", &columns, &bytes)?;
                Some(Table { name: "_Validation".to_owned(), columns, rows })
            }
        };
        let validation = stored.as_ref().map(validations).unwrap_or_default();
        for (name, mut columns) in definitions {
            let rows = decoder.rows(&name, &columns, &streams(&name)?.unwrap_or_default())?;
            for column in &mut columns {
                column.validation = validation.get(&(name.clone(), column.name.clone())).cloned();
            }
            tables.insert(name.clone(), Table { name, columns, rows });
        }
        Ok(Tables { codepage: decoder.codepage, tables, validation: stored })
    }
}

fn column(name: &str, kind: ColumnKind) -> Column {
    Column { name: name.to_owned(), kind, nullable: false, key: false, validation: None }
}

/// The columns of every table that `_Tables` names, in order.
fn definitions(names: &[Row], columns: &[Row]) -> Result<BTreeMap<String, Vec<Column>>, ReadError> {
    let broken = |table: &str, problem| ReadError::Table { table: table.to_owned(), problem };
    let mut found: BTreeMap<&str, BTreeMap<i32, Column>> = BTreeMap::new();
    for row in names {
        let [name] = row.as_slice() else { continue };
        let name = name.as_str().filter(|name| !name.is_empty());
        found.insert(name.ok_or_else(|| broken("_Tables", "a table has no name"))?, BTreeMap::new());
    }
    for row in columns {
        let [table, number, name, bits] = row.as_slice() else { continue };
        // Columns of a table that does not exist are left over from one that did.
        let Some(columns) = table.as_str().and_then(|table| found.get_mut(table)) else { continue };
        let table = table.as_str().unwrap_or_default();
        let (Some(number), Some(name), Some(bits)) = (number.as_int(), name.as_str(), bits.as_int()) else {
            return Err(broken(table, "a column has no number, no name or no type"));
        };
        let bits = u16::try_from(bits & 0xffff).unwrap_or_default();
        let (kind, nullable, key) =
            from_type_bits(bits).ok_or_else(|| broken(table, "a column is of an unknown type"))?;
        let column = Column { name: name.to_owned(), kind, nullable, key, validation: None };
        if columns.insert(number, column).is_some() {
            return Err(broken(table, "two columns have one number"));
        }
    }
    let mut definitions = BTreeMap::new();
    for (name, columns) in found {
        if columns.is_empty() {
            return Err(broken(name, "it has no columns"));
        }
        if !columns.keys().copied().eq(1..=columns.len().try_into().unwrap_or(i32::MAX)) {
            return Err(broken(name, "its columns are not numbered from 1 on"));
        }
        definitions.insert(name.to_owned(), columns.into_values().collect());
    }
    Ok(definitions)
}

/// What `_Validation` says, by table and column.
fn validations(table: &Table) -> BTreeMap<(String, String), Validation> {
    let cell = |row: &Row, name| table.column(name).and_then(|at| row.get(at)).cloned().unwrap_or(Cell::Null);
    let text = |row: &Row, name| match cell(row, name) {
        Cell::Str(text) => Some(text),
        _ => None,
    };
    let number = |row: &Row, name| cell(row, name).as_int();
    let key = |row: &Row| Some((text(row, "Table")?, text(row, "Column")?));
    let of = |row: &Row| Validation {
        min: number(row, "MinValue"),
        max: number(row, "MaxValue"),
        key_table: text(row, "KeyTable"),
        key_column: number(row, "KeyColumn").and_then(|number| i16::try_from(number).ok()),
        category: text(row, "Category"),
        set: text(row, "Set"),
        description: text(row, "Description"),
    };
    table.rows.iter().filter_map(|row| Some((key(row)?, of(row)))).collect()
}

/// The string pool, and how much has been read through it.
struct Decoder {
    codepage: u32,
    /// Bytes of a reference.
    reference: usize,
    page: CodePage,
    /// The bytes of all strings.
    data: Vec<u8>,
    /// Where each is, by number from 1, and how long; nothing for a number that is not in use. Few are asked for of a package
    /// that is refused.
    strings: Vec<Option<(u32, u32)>>,
    cells: usize,
    text: usize,
}

impl Decoder {
    fn new(pool: &[u8], data: Vec<u8>) -> Result<Decoder, ReadError> {
        let mut entries =
            pool.chunks_exact(4).map(|entry| u32::from_le_bytes([entry[0], entry[1], entry[2], entry[3]]));
        let head = entries.next().ok_or(ReadError::NotADatabase(Likeness::Compound))?;
        let codepage = head & !LONG_REFERENCES;
        let page = match CodePage::new(codepage) {
            Some(page) => page,
            None if data.is_ascii() => CodePage::Neutral,
            None => return Err(ReadError::CodePage { codepage }),
        };
        let mut strings = Vec::new();
        let mut start = 0_u32;
        while let Some(entry) = entries.next() {
            let broken = |problem| ReadError::Pool { string: strings.len() + 1, problem };
            let (mut length, references) = (entry & 0xffff, entry >> 16);
            if length == 0 && references == 0 {
                strings.push(None);
                continue;
            }
            if length == 0 {
                length = entries.next().ok_or_else(|| broken("its length is missing"))?;
            }
            let end = start.checked_add(length).filter(|end| *end as usize <= data.len());
            let end = end.ok_or_else(|| broken("it is longer than the data"))?;
            strings.push(Some((start, length)));
            start = end;
        }
        let reference = if head & LONG_REFERENCES != 0 { 3 } else { 2 };
        Ok(Decoder { codepage, reference, page, data, strings, cells: 0, text: 0 })
    }

    /// The rows of a table. They are stored column after column.
    fn rows(&mut self, table: &str, columns: &[Column], bytes: &[u8]) -> Result<Vec<Row>, ReadError> {
        let widths: Vec<usize> = columns.iter().map(|column| width(column.kind, self.reference)).collect();
        let row_width: usize = widths.iter().sum();
        if !bytes.len().is_multiple_of(row_width) {
            return Err(ReadError::Table {
                table: table.to_owned(),
                problem: "its size is not a multiple of the size of a row",
            });
        }
        let count = bytes.len() / row_width;
        let too_large = |limit, unit| Err(ReadError::TooLarge { table: table.to_owned(), limit, unit });
        self.cells = self.cells.saturating_add(count.saturating_mul(columns.len()));
        if self.cells > CELLS_MAX {
            return too_large(CELLS_MAX, "cells");
        }
        let mut rows: Vec<Row> = vec![Vec::with_capacity(columns.len()); count];
        let mut rest = bytes;
        for (column, width) in columns.iter().zip(widths) {
            let (cells, tail) = rest.split_at(count * width);
            rest = tail;
            for (index, (row, stored)) in rows.iter_mut().zip(cells.chunks_exact(width)).enumerate() {
                let stored = stored.iter().rev().fold(0, |number, byte| (number << 8) | u32::from(*byte));
                let cell = self.cell(column.kind, stored).ok_or_else(|| ReadError::Row {
                    table: table.to_owned(),
                    row: index,
                    column: column.name.clone(),
                    string: stored,
                })?;
                if self.text > TEXT_MAX {
                    return too_large(TEXT_MAX, "bytes of text");
                }
                row.push(cell);
            }
        }
        Ok(rows)
    }

    /// The cell; nothing if it refers to a string that does not exist.
    fn cell(&mut self, kind: ColumnKind, stored: u32) -> Option<Cell> {
        Some(match kind {
            _ if stored == 0 => Cell::Null,
            ColumnKind::Int2 | ColumnKind::Int4 => Cell::Int(integer(kind, stored)),
            ColumnKind::Stream => Cell::Stream,
            ColumnKind::Str { .. } => {
                let (start, length) = (*self.strings.get(stored as usize - 1)?)?;
                let text = self.page.decode(&self.data[start as usize..][..length as usize]);
                self.text += text.len();
                Cell::text(text)
            }
        })
    }
}
