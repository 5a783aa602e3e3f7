//! Reads a cabinet: stored, MSZIP and LZX.

use std::io::{self, Read, Seek, Write};

use super::model::Entry;

/// Why a cabinet could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The input could not be read.
    #[error("cannot read the cabinet")]
    Input(#[from] io::Error),
}

/// A cabinet being read.
#[derive(Debug)]
pub struct Reader<R> {
    reader: R,
    files: Vec<Entry>,
}

impl<R: Read + Seek> Reader<R> {
    /// Reads the directory of the cabinet that begins where `reader` begins.
    ///
    /// # Errors
    /// The input is not a cabinet, is broken, or cannot be read.
    pub fn open(reader: R) -> Result<Reader<R>, ReadError> {
        let _ = &reader;
        Err(ReadError::Input(io::Error::from(io::ErrorKind::Unsupported)))
    }

    /// The files, in stored order.
    #[must_use]
    pub fn files(&self) -> &[Entry] {
        &self.files
    }

    /// Writes the bytes of the file `index` (a position in [`Reader::files`]) to `out`: never more than its size.
    /// Going through the files in order costs one pass over the cabinet.
    ///
    /// # Errors
    /// There is no such file, its data is broken or its compression is not known, or reading or writing fails.
    pub fn extract(&mut self, index: usize, out: &mut impl Write) -> Result<(), ReadError> {
        let _ = (&mut self.reader, index, out);
        Err(ReadError::Input(io::Error::from(io::ErrorKind::Unsupported)))
    }
}
