//! What goes into a cabinet, and what is found in one.

use super::method::Method;
use std::path::PathBuf;

/// A cabinet to be written: files in the order in which they are stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cabinet {
    /// How they are compressed.
    pub method: Method,
    /// The files; for a package, in the order of `File.Sequence`.
    pub files: Vec<CabinetFile>,
}

/// A file to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CabinetFile {
    /// Name in the cabinet; for a package, the `File` key.
    pub name: String,
    /// Size in bytes. A source that gives another number of bytes is an error: the tables already say this one.
    pub size: u64,
    /// Time of last modification in seconds since 1970-01-01T00:00:00Z; stored as UTC in steps of two seconds, and
    /// held to the years 1980 to 2107, which is all that the format can say.
    pub modified: i64,
    /// Where the bytes come from.
    pub source: Source,
}

/// Where the bytes of a file come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// In memory.
    Bytes(Vec<u8>),
    /// The whole of a file; read when the cabinet is written.
    File(PathBuf),
    /// Those of an earlier file of the cabinet, by its number from 0: they are stored once.
    SameAs(usize),
}

/// A file found in a cabinet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name as stored. It is data, not a path to be trusted: it may hold `..`, drives or separators.
    pub name: String,
    /// Size in bytes.
    pub size: u32,
    /// Time of last modification in seconds since 1970-01-01T00:00:00Z, the stored time taken as UTC.
    pub modified: i64,
}
