//! Reads an .msi file, whichever tool made it.
//!
//! Tolerates what tools get wrong and Windows lets pass: unsorted rows, wrong reference counts, nulls, a missing
//! `_Validation`. Everything else that is broken is an error.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek};

use super::decode::Tables;
use super::model::{Database, Stream, Table};
use super::name;
use super::summary;

/// Why a database could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Not a compound file, or a broken one.
    #[error("this is not an installer database, or it is broken: its container cannot be opened")]
    Container(#[source] io::Error),
    /// A compound file, but not an installer database.
    #[error("this is not an installer database: it has no string pool")]
    NotADatabase,
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

/// An .msi file being read: its tables are in memory, its streams are read when asked for.
pub struct Package<R> {
    file: cfb::CompoundFile<R>,
    database: Database,
    validation: Option<Table>,
    /// The stored name of each stream.
    stored: BTreeMap<String, String>,
    /// The stored name of each table's stream.
    tables: BTreeMap<String, String>,
}

impl<R: Read + Seek> Package<R> {
    /// Reads tables and summary information; of each stream, only its name and size ([`Stream::InPackage`]).
    ///
    /// # Errors
    /// The input is not an installer database, is broken (the error names table and row), or cannot be read.
    pub fn open(reader: R) -> Result<Package<R>, ReadError> {
        let mut file = cfb::CompoundFile::open(reader).map_err(ReadError::Container)?;
        let mut database = Database::default();
        let (mut tables, mut stored) = (BTreeMap::new(), BTreeMap::new());
        let mut summary = None;
        let entries: Vec<(String, u64)> = file
            .read_root_storage()
            .filter(cfb::Entry::is_stream)
            .map(|entry| (entry.name().to_owned(), entry.len()))
            .collect();
        for (entry, size) in entries {
            let (name, table) = name::decode(&entry);
            if table {
                tables.insert(name, entry);
            } else if name == summary::NAME {
                summary = Some(entry);
            } else {
                database.streams.insert(name.clone(), Stream::InPackage { size });
                stored.insert(name, entry);
            }
        }
        if let Some(entry) = summary {
            database.summary = summary::decode(&bytes(&mut file, &entry, summary::NAME)?).unwrap_or_default();
        }
        let streams = |name: &str| match tables.get(name) {
            Some(entry) => bytes(&mut file, entry, name).map(Some),
            None => Ok(None),
        };
        let decoded = Tables::decode(streams)?;
        database.codepage = decoded.codepage;
        database.tables = decoded.tables;
        Ok(Package { file, database, validation: decoded.validation, stored, tables })
    }

    /// Tables, summary information, and the names and sizes of streams.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Tables, summary information, and the names and sizes of streams.
    #[must_use]
    pub fn into_database(self) -> Database {
        self.database
    }

    /// The `_Validation` table as it is stored, which [`super::Column::validation`] shows column by column: rows of
    /// columns that are not there, and what they say of null, stand only here.
    #[must_use]
    pub fn validation(&self) -> Option<&Table> {
        self.validation.as_ref()
    }

    /// The summary information as it is stored; empty where there is none.
    pub(super) fn summary(&mut self) -> Result<Vec<u8>, ReadError> {
        let entries = self.file.read_root_storage().map(|entry| entry.name().to_owned());
        let entry =
            entries.into_iter().find(|entry| name::decode(entry) == (summary::NAME.to_owned(), false));
        entry.map_or(Ok(Vec::new()), |entry| bytes(&mut self.file, &entry, summary::NAME))
    }

    /// The class of the compound file's root.
    pub(super) fn class(&self) -> u128 {
        self.file.root_entry().clsid().as_u128()
    }

    /// Names of the tables that have a stream.
    pub(super) fn table_streams(&self) -> impl Iterator<Item = &str> {
        self.tables.keys().map(String::as_str)
    }

    /// The stored bytes of a table; nothing where it has no stream, and so no rows.
    pub(super) fn table_stream(&mut self, name: &str) -> Result<Option<Vec<u8>>, ReadError> {
        match self.tables.get(name) {
            Some(entry) => bytes(&mut self.file, entry, name).map(Some),
            None => Ok(None),
        }
    }

    /// The bytes of the stream `name` (a key of [`Database::streams`]), to be read and sought in.
    ///
    /// # Errors
    /// There is no such stream, or it cannot be read.
    pub fn stream(&mut self, name: &str) -> Result<impl Read + Seek + use<R>, ReadError> {
        let Some(entry) = self.stored.get(name) else {
            return Err(ReadError::NoSuchStream { name: name.to_owned() });
        };
        open(&mut self.file, entry, name)
    }
}

/// Reads tables and summary information; of each stream, only its name and size.
///
/// # Errors
/// As [`Package::open`].
pub fn read<R: Read + Seek>(reader: R) -> Result<Database, ReadError> {
    Package::open(reader).map(Package::into_database)
}

fn open<R: Read + Seek>(
    file: &mut cfb::CompoundFile<R>,
    entry: &str,
    name: &str,
) -> Result<cfb::Stream<R>, ReadError> {
    file.open_stream(format!("/{entry}"))
        .map_err(|source| ReadError::Stream { name: name.to_owned(), source })
}

/// All bytes of a stream; as the container backs each byte, no more than the file has.
fn bytes<R: Read + Seek>(
    file: &mut cfb::CompoundFile<R>,
    entry: &str,
    name: &str,
) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    let mut stream = open(file, entry, name)?;
    stream.read_to_end(&mut bytes).map_err(|source| ReadError::Stream { name: name.to_owned(), source })?;
    Ok(bytes)
}
