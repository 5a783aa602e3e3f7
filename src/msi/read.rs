//! Reads an .msi file, whichever tool made it.
//!
//! Tolerates what tools get wrong and Windows lets pass: unsorted rows, wrong reference counts, nulls, a missing
//! `_Validation`. Everything else that is broken is an error.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek};

use super::decode::Tables;
use super::error::ReadError;
use super::likeness::Likeness;
use super::model::{Database, Stream, Table};
use super::name;
use super::summary;

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
        Package::open_if(reader, |_| Ok::<_, std::convert::Infallible>(()))
    }

    /// As [`Package::open`]; `admits` is told how many rows each table has, and may refuse the package with a reason before the
    /// rows take memory.
    ///
    /// # Errors
    /// Likewise; the package is refused.
    pub fn open_if<E: std::error::Error + Send + Sync + 'static>(
        reader: R,
        admits: impl FnOnce(&BTreeMap<&str, u64>) -> Result<(), E>,
    ) -> Result<Package<R>, ReadError> {
        let mut file = container(reader)?;
        let mut database = Database::default();
        let (mut tables, mut stored, mut sizes) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut summary = None;
        let entries: Vec<(String, u64)> = file
            .read_root_storage()
            .filter(cfb::Entry::is_stream)
            .map(|entry| (entry.name().to_owned(), entry.len()))
            .collect();
        for (entry, size) in entries {
            let (name, table) = name::decode(&entry);
            if table {
                sizes.insert(name.clone(), size);
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
        let fits = |widths: BTreeMap<&str, u64>| {
            let rows = widths.into_iter().map(|(name, width)| (name, sizes.get(name).unwrap_or(&0) / width));
            admits(&rows.collect()).map_err(|reason| ReadError::Refused(Box::new(reason)))
        };
        let decoded = Tables::decode(streams, fits)?;
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

/// Opens the compound file `reader`; anything else is called what it seems to be.
fn container<R: Read + Seek>(mut reader: R) -> Result<cfb::CompoundFile<R>, ReadError> {
    let mut head = Vec::new();
    reader.rewind()?;
    reader.by_ref().take(Likeness::HEAD).read_to_end(&mut head)?;
    match Likeness::of(&head) {
        Likeness::Compound => {}
        other => return Err(ReadError::NotADatabase(other)),
    }
    reader.rewind()?;
    cfb::CompoundFile::open(reader).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => ReadError::Damaged,
        _ => ReadError::Io(error),
    })
}

/// The names of storages in a package: transforms that are embedded in it.
///
/// # Errors
/// It is no compound file, or cannot be read.
pub fn storages<R: Read + Seek>(reader: R) -> Result<Vec<String>, ReadError> {
    let file = container(reader)?;
    let storages = file.read_root_storage().filter(cfb::Entry::is_storage);
    Ok(storages.map(|entry| entry.name().to_owned()).collect())
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
