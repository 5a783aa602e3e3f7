//! Writes a database as an .msi file.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::num::NonZeroUsize;

use uuid::Uuid;

use crate::cab;

use super::codepage::CodePage;
use super::encode::table_streams;
use super::error::WriteError;
use super::model::{Database, Stream};
use super::name;
use super::summary;

/// Class of the root storage: an installer package.
const PACKAGE_CLASS: Uuid = Uuid::from_u128(0x000c1084_0000_0000_c000_000000000046);

/// Windows reads the code page of the summary information as a signed number of two bytes.
const SUMMARY_CODEPAGE_MAX: u16 = 0x7fff;

/// A compound file keeps its range lock at 2 GiB, and Windows Installer reads no further.
const SIZE_MAX: u64 = 0x7fff_ff00;

/// Writes `database` to `out`, which must be empty, with `threads` threads that compress cabinets. Cabinets and other
/// streams go straight into `out`; none is held in memory. The bytes do not depend on `threads`.
///
/// # Errors
/// The database breaks a rule of the format (the error names table, column, row and value), a stream's source cannot
/// be read, or `out` fails.
pub fn write<F: Read + Write + Seek>(
    database: &Database,
    threads: NonZeroUsize,
    out: &mut F,
) -> Result<(), WriteError> {
    let codepage = database.summary.codepage;
    if codepage > SUMMARY_CODEPAGE_MAX {
        return Err(WriteError::SummaryCodePage { codepage });
    }
    let summary_page =
        CodePage::new(codepage.into()).ok_or(WriteError::CodePage { codepage: codepage.into() })?;
    let tables = table_streams(database)?;

    let mut file = cfb::CompoundFile::create(&mut *out)?;
    file.set_storage_clsid("/", PACKAGE_CLASS)?;
    let mut small = vec![(summary::NAME.to_owned(), summary::encode(&database.summary, summary_page))];
    small.extend(tables);
    for (name, bytes) in small {
        file.create_new_stream(format!("/{name}"))?.write_all(&bytes)?;
    }
    // Cabinets last: while they grow they give sectors back, which nothing after them should take up.
    let is_cabinet = |stream: &Stream| matches!(stream, Stream::Cabinet(_));
    let (cabinets, others): (Vec<_>, Vec<_>) =
        database.streams.iter().partition(|(_, stream)| is_cabinet(stream));
    for (name, stream) in others.into_iter().chain(cabinets) {
        let stored =
            name::encode(name, false).ok_or_else(|| WriteError::StreamName { name: name.clone() })?;
        let mut target = file.create_new_stream(format!("/{stored}"))?;
        write_stream(name, stream, threads, &mut target)?;
        target.flush()?;
    }
    file.flush()?;
    drop(file);
    let size = out.seek(SeekFrom::End(0))?;
    if size > SIZE_MAX { Err(WriteError::TooLarge { size }) } else { Ok(()) }
}

fn write_stream<W: Write + Seek>(
    name: &str,
    stream: &Stream,
    threads: NonZeroUsize,
    target: &mut W,
) -> Result<(), WriteError> {
    let name = || name.to_owned();
    match stream {
        Stream::Bytes(bytes) => target.write_all(bytes)?,
        Stream::File(path) => {
            let unreadable = |source| WriteError::Source { name: name(), path: path.clone(), source };
            let mut source = File::open(path).map_err(unreadable)?;
            let mut part = vec![0; 1 << 18];
            loop {
                match source.read(&mut part).map_err(unreadable)? {
                    0 => break,
                    count => target.write_all(&part[..count])?,
                }
            }
        }
        Stream::Cabinet(cabinet) => {
            cab::write(cabinet, threads, target)
                .map_err(|source| WriteError::Cabinet { name: name(), source })?;
        }
        Stream::InPackage { .. } => return Err(WriteError::InPackage { name: name() }),
    }
    Ok(())
}
