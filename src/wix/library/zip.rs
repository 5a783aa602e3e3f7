//! The zip file that a library or a package of NuGet is, held in memory. The structure is `rawzip`'s, the compression
//! `flate2`'s. Members are unpacked when somebody asks for them, each within a limit.

use super::error::{MemberProblem, ZipError};
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use rawzip::time::UtcDateTime;
use rawzip::{CompressionMethod, ZipArchive, ZipArchiveEntryWayfinder, ZipArchiveWriter, ZipSliceArchive};
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read, Write};
use std::sync::Arc;

/// The most members that a file can have.
const MOST_MEMBERS: u64 = 65_536;
/// The most bytes that all members together can have, and how many times the file's own length: a small file does not
/// unpack to an endless one.
const MOST_BYTES: u64 = 2 << 30;
const MOST_RATIO: u64 = 200;
/// What members can have together whatever the file's length.
const FREE: u64 = 64 << 20;

/// A zip file.
#[derive(Clone)]
pub(super) struct Zip {
    archive: Arc<ZipSliceArchive<Vec<u8>>>,
    members: Arc<BTreeMap<String, Member>>,
}

#[derive(Clone, Copy, Debug)]
struct Member {
    wayfinder: ZipArchiveEntryWayfinder,
    deflated: bool,
}

impl fmt::Debug for Zip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.members.keys()).finish()
    }
}

impl Zip {
    /// Reads the directory of a zip file. Nothing is unpacked.
    ///
    /// # Errors
    /// What is wrong with it: members that overlap, are encrypted, have the name of another or one that leads out of
    /// where they belong, or claim to be larger than is sensible.
    pub(super) fn open(bytes: Vec<u8>) -> Result<Zip, ZipError> {
        let limit = (bytes.len() as u64).saturating_mul(MOST_RATIO).clamp(FREE, MOST_BYTES);
        let archive = ZipArchive::from_slice(bytes).map_err(ZipError::NotOne)?;
        let mut members = BTreeMap::new();
        let mut ranges = Vec::new();
        let mut total = 0_u64;
        if archive.entries_hint() > MOST_MEMBERS {
            return Err(ZipError::TooMany(MOST_MEMBERS));
        }
        for entry in archive.entries() {
            let entry = entry.map_err(ZipError::Directory)?;
            let name = String::from_utf8_lossy(entry.file_path().as_bytes()).replace('\\', "/");
            if entry.is_dir() || name.ends_with('/') {
                continue;
            }
            let wrong = |problem| ZipError::Member { name: name.clone(), problem };
            if name.starts_with('/') || name.contains(':') || name.split('/').any(|part| part == "..") {
                return Err(wrong(MemberProblem::LeadsOut));
            }
            if entry.flags().is_encrypted() || entry.flags().has_strong_encryption() {
                return Err(wrong(MemberProblem::Encrypted));
            }
            let method = entry.compression_method();
            if method != CompressionMethod::STORE && method != CompressionMethod::DEFLATE {
                return Err(wrong(MemberProblem::Method(method.as_u16())));
            }
            total = total.saturating_add(entry.uncompressed_size_hint());
            if total > limit {
                return Err(ZipError::TooLarge { name, limit });
            }
            let wayfinder = entry.wayfinder();
            let found = archive.get_entry(wayfinder).map_err(|error| wrong(MemberProblem::Header(error)))?;
            let (_, end) = found.compressed_data_range();
            if end > archive.directory_offset() {
                return Err(wrong(MemberProblem::Reaches));
            }
            ranges.push((entry.local_header_offset(), end));
            let member = Member { wayfinder, deflated: method == CompressionMethod::DEFLATE };
            if members.insert(name.clone(), member).is_some() {
                return Err(ZipError::Twice(name));
            }
        }
        ranges.sort_unstable();
        if ranges.windows(2).any(|pair| pair[1].0 < pair[0].1) {
            return Err(ZipError::Overlap);
        }
        Ok(Zip { archive: Arc::new(archive), members: Arc::new(members) })
    }

    /// The members' names, sorted.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.members.keys().map(String::as_str)
    }

    /// The member `name`, unpacked; nothing if there is none.
    ///
    /// # Errors
    /// What is wrong with it: it has more bytes than it says, or others than its checksum.
    pub(super) fn read(&self, name: &str) -> Option<Result<Vec<u8>, ZipError>> {
        let member = self.members.get(name)?;
        Some(self.unpack(*member).map_err(|problem| ZipError::Member { name: name.to_owned(), problem }))
    }

    fn unpack(&self, member: Member) -> Result<Vec<u8>, MemberProblem> {
        let entry = self.archive.get_entry(member.wayfinder).map_err(MemberProblem::Header)?;
        let size = member.wayfinder.uncompressed_size_hint();
        let mut bytes = Vec::new();
        let read = match member.deflated {
            true => entry
                .verifying_reader(DeflateDecoder::new(entry.data()))
                .take(size + 1)
                .read_to_end(&mut bytes),
            false => entry.verifying_reader(entry.data()).take(size + 1).read_to_end(&mut bytes),
        };
        read.map_err(MemberProblem::Bytes)?;
        if bytes.len() as u64 != size {
            return Err(MemberProblem::Length(size));
        }
        Ok(bytes)
    }
}

/// A zip file being written to memory.
pub(super) struct Zipper {
    writer: ZipArchiveWriter<Vec<u8>>,
    changed: UtcDateTime,
}

impl Zipper {
    /// Its members are said to have changed `timestamp` seconds after 1970-01-01T00:00:00Z.
    pub(super) fn new(timestamp: i64) -> Zipper {
        Zipper { writer: ZipArchiveWriter::new(Vec::new()), changed: UtcDateTime::from_unix(timestamp) }
    }

    /// Adds a member.
    ///
    /// # Errors
    /// What came in between while `bytes` were read.
    pub(super) fn add(&mut self, name: &str, mut bytes: impl Read) -> io::Result<()> {
        let entry = self.writer.new_file(name);
        let entry = entry.compression_method(CompressionMethod::DEFLATE).last_modified(self.changed);
        let (mut entry, config) = entry.start().map_err(io::Error::other)?;
        let mut writer = config.wrap(DeflateEncoder::new(&mut entry, flate2::Compression::default()));
        io::copy(&mut bytes, &mut writer)?;
        writer.flush()?;
        let (encoder, sums) = writer.finish().map_err(io::Error::other)?;
        encoder.finish()?;
        entry.finish(sums).map_err(io::Error::other)?;
        Ok(())
    }

    /// The zip file.
    ///
    /// # Errors
    /// Too much for a zip file.
    pub(super) fn finish(self) -> io::Result<Vec<u8>> {
        self.writer.finish().map_err(io::Error::other)
    }
}
