//! ProductCode and PackageCode, derived from the contents: the same contents have the same codes wherever they are
//! built, and different contents never have.

use super::Beside;
use crate::bind::{Bound, Content, Contents, DERIVED_PRODUCT_CODE};
use crate::cab::Source;
use crate::id::Guid;
use crate::msi::{Cell, Database, FileHash, Stream, SummaryInformation};
use crate::symbol::PACKAGE_CODE;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The namespace of derived product codes.
const PRODUCT: Guid = Guid::from_u128(0x6B1F_0E0C_52A3_4B7E_9C5D_3F0E_8A41_D2C7);
/// The namespace of package codes.
const PACKAGE: Guid = Guid::from_u128(0xE2D7_4C19_8F36_4D0B_B1A4_97C0_5E6F_1B28);

/// Puts a product code where one is to be derived, and a package code into the summary information.
///
/// The product code depends on tables and files. The package code depends on everything, on how cabinets are compressed
/// too: Windows Installer takes two packages with one code for the same file
/// (<https://learn.microsoft.com/windows/win32/msi/package-codes>).
pub(super) fn assign(database: &mut Database, beside: &mut [Beside], bound: &Bound) {
    let mut hasher = Hasher(Sha256::new());
    tables(&mut hasher, database);
    streams(&mut hasher, database, bound);
    let contents = hasher.0.clone().finalize();
    let product = PRODUCT.derive(&contents).to_string();
    for cell in database.tables.values_mut().flat_map(|table| table.rows.iter_mut().flatten()) {
        if let Cell::Str(text) = cell
            && text.contains(DERIVED_PRODUCT_CODE)
        {
            *text = text.replace(DERIVED_PRODUCT_CODE, &product);
        }
    }
    hasher.text(&product);
    summary(&mut hasher, &database.summary);
    hasher.number(i64::from(database.codepage));
    for stream in database.streams.values().chain(beside.iter().map(|beside| &beside.content)) {
        if let Stream::Cabinet(cabinet) = stream {
            hasher.text(&format!("{:?}", cabinet.method));
        }
    }
    beside.iter().filter_map(|beside| beside.most).for_each(|most| hasher.number(i64::from(most)));
    let package = PACKAGE.derive(&hasher.0.finalize()).to_string();
    if bound.files.values().any(|file| matches!(file.content, Content::Bytes(_))) {
        name_package(database, beside, bound, package.trim_matches(['{', '}']));
    }
    database.summary.revision_number = package;
}

/// Puts the package code where software tags have its placeholder: in cells, and in the files that are the tags, whose
/// hashes change with it.
fn name_package(database: &mut Database, beside: &mut [Beside], bound: &Bound, package: &str) {
    let settle = |bytes: &mut Vec<u8>| {
        if let Ok(text) = std::str::from_utf8(bytes) {
            *bytes = text.replace(PACKAGE_CODE, package).into_bytes();
        }
    };
    let streams = database.streams.values_mut().chain(beside.iter_mut().map(|beside| &mut beside.content));
    for stream in streams {
        let Stream::Cabinet(cabinet) = stream else { continue };
        for file in &mut cabinet.files {
            if let Source::Bytes(bytes) = &mut file.source {
                settle(bytes);
            }
        }
    }
    for loose in beside {
        if let Stream::Bytes(bytes) = &mut loose.content {
            settle(bytes);
        }
    }
    for (name, table) in &mut database.tables {
        for row in &mut table.rows {
            let key = row.first().cloned();
            if let (Some(Cell::Str(id)), "MsiFileHash") = (&key, name.as_str())
                && let Some(Content::Bytes(bytes)) = bound.files.get(id).map(|file| &file.content)
            {
                let mut bytes = bytes.clone();
                settle(&mut bytes);
                for (cell, part) in row.iter_mut().skip(2).zip(FileHash::of(&bytes)) {
                    *cell = Cell::Int(part);
                }
            }
            for cell in row {
                if let Cell::Str(text) = cell
                    && text.contains(PACKAGE_CODE)
                {
                    *text = text.replace(PACKAGE_CODE, package);
                }
            }
        }
    }
}

/// Takes texts and numbers so that no two sequences of them look alike.
struct Hasher(Sha256);

impl Hasher {
    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn number(&mut self, number: i64) {
        self.0.update(number.to_le_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }
}

fn tables(hasher: &mut Hasher, database: &Database) {
    for table in database.tables.values() {
        hasher.text(&table.name);
        hasher.number(table.columns.len() as i64);
        for column in &table.columns {
            hasher.text(&column.name);
            hasher.text(&format!("{:?} {} {}", column.kind, column.nullable, column.key));
        }
        hasher.number(table.rows.len() as i64);
        let mut rows: Vec<&Vec<Cell>> = table.rows.iter().collect();
        rows.sort();
        for cell in rows.into_iter().flatten() {
            match cell {
                Cell::Null => hasher.number(0),
                Cell::Int(number) => {
                    hasher.number(1);
                    hasher.number(i64::from(*number));
                }
                Cell::Str(text) => {
                    hasher.number(2);
                    hasher.text(text);
                }
                Cell::Stream => hasher.number(3),
            }
        }
    }
}

/// What is in the streams, and in files and cabinets that lie beside the package.
fn streams(hasher: &mut Hasher, database: &Database, bound: &Bound) {
    let on_disk = bound.sources.values().filter_map(|(content, contents)| match content {
        Content::File(path) => Some((path, contents)),
        Content::Bytes(_) | Content::Stored(_) => None,
    });
    let sources: BTreeMap<_, &Contents> = on_disk.collect();
    for (name, stream) in &database.streams {
        hasher.text(name);
        match stream {
            Stream::Bytes(bytes) => hasher.bytes(bytes),
            Stream::File(path) => {
                if let Some(contents) = sources.get(path) {
                    hasher.bytes(&contents.sha256);
                }
            }
            // Their files follow; where each is, the tables say.
            Stream::Cabinet(_) | Stream::InPackage { .. } => {}
        }
    }
    for (id, file) in &bound.files {
        hasher.text(id);
        hasher.bytes(&file.contents.sha256);
    }
}

fn summary(hasher: &mut Hasher, summary: &SummaryInformation) {
    for text in [
        &summary.title,
        &summary.subject,
        &summary.author,
        &summary.keywords,
        &summary.comments,
        &summary.template,
        &summary.application,
    ] {
        hasher.text(text);
    }
    for number in [
        Some(i64::from(summary.codepage)),
        summary.created,
        summary.last_saved,
        Some(i64::from(summary.page_count)),
        Some(i64::from(summary.word_count)),
        Some(i64::from(summary.security)),
    ] {
        hasher.number(number.unwrap_or(-1));
    }
}
