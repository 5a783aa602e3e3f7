//! Writes a database as an .msi file.

use std::io::{self, Read, Seek, Write};
use std::num::NonZeroUsize;

use super::model::Database;

/// Why a database could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The output could not be written.
    #[error("cannot write the database")]
    Output(#[from] io::Error),
}

/// Writes `database` to `out`, which must be empty, compressing cabinets with at most `threads` threads. Cabinets and
/// other streams go straight into `out`; none is held in memory. The bytes do not depend on `threads`.
///
/// # Errors
/// The database breaks a rule of the format (the error names table, column, row and value), a stream's source cannot
/// be read, or `out` fails.
pub fn write<F: Read + Write + Seek>(
    database: &Database,
    threads: NonZeroUsize,
    out: &mut F,
) -> Result<(), WriteError> {
    let _ = (database, threads, out);
    Err(WriteError::Output(io::Error::from(io::ErrorKind::Unsupported)))
}
