//! The directory of one cabinet: header, folders, files.

use super::error::ReadError;
use super::format::{FILE, FOLDER, HEADER, NAME_MAX, unix_time};
use super::model::Entry;
use std::io::{self, BufRead, Read, Seek, SeekFrom};

/// Flags of `CFHEADER`: a cabinet before, one after, reserved fields.
pub(super) const HAS_BEFORE: u16 = 1;
pub(super) const HAS_AFTER: u16 = 2;
pub(super) const HAS_RESERVED: u16 = 4;
/// Numbers of `CFFILE.iFolder` that are none: the file goes on from the cabinet before, into the next one, or both.
const FROM_BEFORE: u16 = 0xfffd;
const TO_AFTER: u16 = 0xfffe;
const BOTH: u16 = 0xffff;

/// What a header says.
#[derive(Debug)]
pub(super) struct Header {
    /// Bytes of the cabinet.
    pub(super) size: u32,
    /// Bytes reserved in each data block's header.
    pub(super) reserved: u8,
    /// The set, and the number of the cabinet in it.
    pub(super) set: u16,
    pub(super) number: u16,
    /// Names of the cabinets before and after it.
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

/// Whether a file has parts that are elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ends {
    /// In the cabinet before.
    pub(super) before: bool,
    /// In the cabinet behind.
    pub(super) behind: bool,
}

impl Ends {
    /// `CFFILE.iFolder` of a file in the only folder of a cabinet.
    pub(super) fn code(self) -> u16 {
        match (self.before, self.behind) {
            (false, false) => 0,
            (true, false) => FROM_BEFORE,
            (false, true) => TO_AFTER,
            (true, true) => BOTH,
        }
    }
}

/// A `CFFILE`.
pub(super) struct Found {
    pub(super) entry: Entry,
    /// Where it is in the cabinet.
    pub(super) place: u64,
    /// Its folder's number in the cabinet.
    pub(super) folder: usize,
    /// Where it begins in the folder's uncompressed bytes.
    pub(super) offset: u32,
    pub(super) ends: Ends,
}

/// The directory of a cabinet.
pub(super) struct Directory {
    pub(super) header: Header,
    /// Of each folder the method, where its first block is, and how many it has.
    pub(super) folders: Vec<(u16, u32, u16)>,
    pub(super) entries: Vec<Found>,
}

impl Directory {
    /// Reads that of the cabinet that begins where `reader` begins.
    pub(super) fn read<R: Read + Seek>(reader: &mut R) -> Result<Directory, ReadError> {
        reader.seek(SeekFrom::Start(0)).map_err(ReadError::Input)?;
        let mut source = io::BufReader::new(reader);
        let part = |part: &str| ReadError::Directory { part: part.to_owned() };
        let header: [u8; HEADER] = array(&mut source)?.ok_or(ReadError::NotACabinet)?;
        if !header.starts_with(b"MSCF") || header[24..26] != [3, 1] {
            return Err(ReadError::NotACabinet);
        }
        let (files_at, flags) = (double(&header, 16), word(&header, 30));
        let (folder_count, file_count) = (word(&header, 26), word(&header, 28));
        let [mut folder_reserved, mut reserved] = [0, 0];
        if flags & HAS_RESERVED != 0 {
            let [low, high, folder, data] = array(&mut source)?.ok_or_else(|| part("header"))?;
            skip(&mut source, u16::from_le_bytes([low, high]).into())?;
            (folder_reserved, reserved) = (folder, data);
        }
        // name and disk of the cabinet before, then of the one after
        let mut neighbour = |flag: u16| -> Result<Option<String>, ReadError> {
            if flags & flag == 0 {
                return Ok(None);
            }
            let name = string(&mut source)?.ok_or_else(|| part("header"))?;
            string(&mut source)?.ok_or_else(|| part("header"))?;
            Ok(Some(String::from_utf8_lossy(&name).into_owned()))
        };
        let header = Header {
            size: double(&header, 8),
            reserved,
            set: word(&header, 32),
            number: word(&header, 34),
            before: neighbour(HAS_BEFORE)?,
            after: neighbour(HAS_AFTER)?,
        };
        let mut folders = Vec::new();
        for number in 0..folder_count {
            let bytes: [u8; FOLDER] = array(&mut source)?.ok_or_else(|| part(&format!("folder {number}")))?;
            skip(&mut source, folder_reserved.into())?;
            folders.push((word(&bytes, 6), double(&bytes, 0), word(&bytes, 4)));
        }
        source.seek(SeekFrom::Start(files_at.into())).map_err(ReadError::Input)?;
        let mut entries = Vec::new();
        for number in 0..file_count {
            let broken = || part(&format!("file {number}"));
            let place = source.stream_position().map_err(ReadError::Input)?;
            let bytes: [u8; FILE] = array(&mut source)?.ok_or_else(broken)?;
            let name = string(&mut source)?.ok_or_else(broken)?;
            let entry = Entry {
                name: String::from_utf8_lossy(&name).into_owned(),
                size: double(&bytes, 0),
                modified: unix_time(word(&bytes, 10), word(&bytes, 12)),
            };
            let last = folders.len().saturating_sub(1);
            let (folder, before, behind) = match word(&bytes, 8) {
                FROM_BEFORE => (0, true, false),
                TO_AFTER => (last, false, true),
                BOTH => (0, true, true),
                folder => (folder.into(), false, false),
            };
            // it goes on through all of this cabinet
            if before && behind && folders.len() != 1 {
                return Err(broken());
            }
            let ends = Ends { before, behind };
            entries.push(Found { entry, place, folder, offset: double(&bytes, 4), ends });
        }
        Ok(Directory { header, folders, entries })
    }
}

/// Fills `bytes`; nothing if the input ends before.
pub(super) fn fill(source: &mut impl Read, bytes: &mut [u8]) -> Result<Option<()>, ReadError> {
    match source.read_exact(bytes) {
        Ok(()) => Ok(Some(())),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(ReadError::Input(error)),
    }
}

/// The next `N` bytes; nothing if the input ends before.
pub(super) fn array<const N: usize>(source: &mut impl Read) -> Result<Option<[u8; N]>, ReadError> {
    let mut bytes = [0; N];
    Ok(fill(source, &mut bytes)?.map(|()| bytes))
}

fn skip<R: Read + Seek>(source: &mut io::BufReader<R>, count: i64) -> Result<(), ReadError> {
    source.seek_relative(count).map_err(ReadError::Input)
}

/// The bytes up to a zero byte; nothing if there are too many.
fn string(source: &mut impl BufRead) -> Result<Option<Vec<u8>>, ReadError> {
    let mut bytes = Vec::new();
    source.take(NAME_MAX as u64 + 1).read_until(0, &mut bytes).map_err(ReadError::Input)?;
    Ok((bytes.pop() == Some(0)).then_some(bytes))
}

pub(super) fn word(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

pub(super) fn double(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
