//! Whether a file is stored the way Windows Installer stores it: what the reader lets pass, and others may not.
//!
//! The rules are those of `tools/msicheck.py` in the reference data, which were taken from files that the real
//! Windows Installer wrote.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek};

use installer_diag::Severity;

use super::error::ReadError;
use super::layout::{COLUMNS_KINDS, NAME_KIND, width};
use super::model::{Column, ColumnKind};
use super::pool::LONG_REFERENCES;
use super::read::Package;
use super::summary;

/// Classes of root storages: packages, modules, transforms and patches.
const CLASSES: [u128; 3] = [
    0x000c1084_0000_0000_c000_000000000046,
    0x000c1082_0000_0000_c000_000000000046,
    0x000c1086_0000_0000_c000_000000000046,
];

/// Most that Windows reads as the code page of the summary information: it is a signed number of two bytes.
const SUMMARY_CODEPAGE_MAX: u16 = 0x7fff;

/// Everything in which the file behind `package` is not stored as Windows Installer would have stored it; at most one
/// problem of a kind for each table.
///
/// # Errors
/// A table cannot be read.
pub fn inspect<R: Read + Seek>(package: &mut Package<R>) -> Result<Vec<(Severity, String)>, ReadError> {
    let mut problems = Vec::new();
    if !CLASSES.contains(&package.class()) {
        let message = "the class of the compound file's root is not that of an installer package";
        problems.push((Severity::Error, message.to_owned()));
    }
    let codepage = package.database().summary.codepage;
    if codepage > SUMMARY_CODEPAGE_MAX {
        let message =
            format!("the summary information has code page {codepage}; Windows reads at most 32767");
        problems.push((Severity::Error, message));
    }
    for (property, found, expected) in summary::mistyped(&package.summary()?) {
        let message = format!(
            "the summary information's property {property} has type {found}, expected {expected}; Windows takes it for missing"
        );
        problems.push((Severity::Error, message));
    }
    let mut pool = Pool::read(package)?;
    pool.texts(&mut problems);

    let plain = |name: &str, kind, key| Column {
        name: name.to_owned(),
        kind,
        nullable: false,
        key,
        validation: None,
    };
    let mut tables: BTreeMap<String, Vec<Column>> =
        package.database().tables.iter().map(|(name, table)| (name.clone(), table.columns.clone())).collect();
    tables.extend(package.validation().map(|table| (table.name.clone(), table.columns.clone())));
    tables.insert("_Tables".to_owned(), vec![plain("Name", NAME_KIND, true)]);
    let columns = ["Table", "Number", "Name", "Type"].into_iter().zip(COLUMNS_KINDS).enumerate();
    let columns = columns.map(|(at, (name, kind))| plain(name, kind, at < 2)).collect();
    tables.insert("_Columns".to_owned(), columns);
    for (name, columns) in &tables {
        let bytes = package.table_stream(name)?.unwrap_or_default();
        pool.table(name, columns, &bytes, &mut problems);
    }
    pool.references(&mut problems);
    for name in package.table_streams() {
        if !tables.contains_key(name) && !matches!(name, "_StringPool" | "_StringData") {
            problems.push((
                Severity::Warning,
                format!("there is a stream of the table `{name}`, which does not exist"),
            ));
        }
    }
    Ok(problems)
}

/// The string pool as it is stored, and how often each string is referred to.
struct Pool {
    /// Bytes of a reference.
    reference: usize,
    data: Vec<u8>,
    /// By number, from 1: offset and length in the data, and the stored count of references.
    entries: Vec<(usize, usize, u32)>,
    counted: Vec<u32>,
}

impl Pool {
    fn read<R: Read + Seek>(package: &mut Package<R>) -> Result<Pool, ReadError> {
        let stored = package.table_stream("_StringPool")?.unwrap_or_default();
        let data = package.table_stream("_StringData")?.unwrap_or_default();
        let mut words =
            stored.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]));
        let long = words.next().is_some_and(|head| head & LONG_REFERENCES != 0);
        let mut entries = vec![(0, 0, 0)];
        let mut offset = 0;
        while let Some(entry) = words.next() {
            let (mut length, references) = ((entry & 0xffff) as usize, entry >> 16);
            if length == 0 && references != 0 {
                length = words.next().unwrap_or(0) as usize;
            }
            entries.push((offset, length, references));
            offset += length;
        }
        let counted = vec![0; entries.len()];
        Ok(Pool { reference: if long { 3 } else { 2 }, data, entries, counted })
    }

    fn texts(&self, problems: &mut Vec<(Severity, String)>) {
        let mut seen: BTreeSet<&[u8]> = BTreeSet::new();
        let texts = self.entries.iter().filter(|(_, _, references)| *references > 0);
        let texts = texts.filter_map(|(offset, length, _)| self.data.get(*offset..offset + length));
        let doubled = texts.filter(|text| !seen.insert(text)).count();
        if doubled > 0 {
            problems.push((Severity::Error, format!("{doubled} strings stand twice in the string pool")));
        }
        let end = self.entries.last().map_or(0, |(offset, length, _)| offset + length);
        if end != self.data.len() {
            let message = format!("the string pool is of {end} bytes, and there are {}", self.data.len());
            problems.push((Severity::Error, message));
        }
    }

    fn table(
        &mut self,
        name: &str,
        columns: &[Column],
        bytes: &[u8],
        problems: &mut Vec<(Severity, String)>,
    ) {
        let widths: Vec<usize> = columns.iter().map(|column| width(column.kind, self.reference)).collect();
        let row_width: usize = widths.iter().sum();
        let rows = bytes.len().checked_div(row_width).unwrap_or(0);
        let keys = columns.iter().take_while(|column| column.key).count();
        let mut stored_keys: Vec<Vec<u32>> = vec![Vec::with_capacity(keys); rows];
        let mut rest = bytes;
        for (at, (column, width)) in columns.iter().zip(widths).enumerate() {
            let Some((cells, tail)) = rest.split_at_checked(rows * width) else { return };
            rest = tail;
            let mut nulls = 0;
            for (row, cell) in cells.chunks_exact(width).enumerate() {
                let cell = cell.iter().rev().fold(0, |number, byte| (number << 8) | u32::from(*byte));
                if matches!(column.kind, ColumnKind::Str { .. })
                    && let Some(count) = self.counted.get_mut(cell as usize)
                {
                    *count = count.saturating_add(1);
                }
                nulls +=
                    usize::from(cell == 0 && !column.nullable && !matches!(column.kind, ColumnKind::Stream));
                if at < keys
                    && let Some(key) = stored_keys.get_mut(row)
                {
                    key.push(cell);
                }
            }
            if nulls > 0 {
                let message =
                    format!("{nulls} rows of `{name}` have null in `{}`, which cannot be null", column.name);
                problems.push((Severity::Error, message));
            }
        }
        if !stored_keys.is_sorted() {
            let message = format!("the rows of `{name}` are not in the order of their keys (error 2219)");
            problems.push((Severity::Error, message));
        }
        let count = stored_keys.len();
        stored_keys.sort_unstable();
        stored_keys.dedup();
        if stored_keys.len() < count {
            let message = format!("{} rows of `{name}` have the key of another", count - stored_keys.len());
            problems.push((Severity::Error, message));
        }
    }

    fn references(&self, problems: &mut Vec<(Severity, String)>) {
        let wrong = self.entries.iter().zip(&self.counted).skip(1);
        let wrong =
            wrong.filter(|((_, _, stored), counted)| *stored != **counted && *stored != 0xffff).count();
        if wrong > 0 {
            let message = format!("the counts of references of {wrong} strings are wrong");
            // Windows counts anew when it changes the database
            problems.push((Severity::Note, message));
        }
    }
}
