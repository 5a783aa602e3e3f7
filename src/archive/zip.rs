//! Zip files, and NuGet packages, which are zip files. The structure is `rawzip`'s, the compression `flate2`'s.

use super::container::{Container, Member, Names};
use super::name::relative;
use super::{Error, Limits, Source};
use flate2::read::DeflateDecoder;
use rawzip::{CompressionMethod, RECOMMENDED_BUFFER_SIZE, ZipArchive, ZipArchiveEntryWayfinder, ZipLocator};
use std::io::{BufReader, Read};

/// Longest name and extra fields that an entry may have, in bytes.
const LOCAL_HEADER: usize = 2 * 65_536;

/// A zip file.
pub(super) struct Zip {
    source: Source,
    archive: ZipArchive<Source>,
    members: Vec<Member>,
    entries: Vec<Entry>,
    refused: Vec<Error>,
}

#[derive(Clone, Copy)]
struct Entry {
    wayfinder: ZipArchiveEntryWayfinder,
    deflated: bool,
    /// Where its data is.
    data: (u64, u64),
}

impl Zip {
    /// Reads the directory of the zip file `source`.
    pub(super) fn open(source: &Source, limits: &Limits) -> Result<Zip, Error> {
        let mut buffer = vec![0; RECOMMENDED_BUFFER_SIZE];
        let directory = |problem: String| Error::broken("the directory of the zip file", 0, problem);
        let archive = ZipLocator::new()
            .locate_in_reader(source.clone(), &mut buffer, source.len())
            .map_err(|(_, error)| directory(error.to_string()))?;
        let mut zip = Zip {
            source: source.clone(),
            archive,
            members: Vec::new(),
            entries: Vec::new(),
            refused: Vec::new(),
        };
        let expected = zip.archive.entries_hint();
        let mut buffer = vec![0; rawzip::MAX_CENTRAL_DIRECTORY_RECORD_SIZE];
        let mut seen = 0_u64;
        let mut found = Vec::new();
        let mut entries = zip.archive.entries(&mut buffer);
        loop {
            let entry = match entries.next_entry() {
                Ok(Some(entry)) => entry,
                Ok(None) => break,
                Err(error) => return Err(directory(format!("{error}, after {seen} entries"))),
            };
            let index = usize::try_from(seen).unwrap_or(usize::MAX);
            seen += 1;
            if index >= limits.members {
                let limit = format!("{} in all archives together", limits.members);
                let offset = entry.central_directory_offset();
                return Err(Error::Limit { what: "members", offset, limit });
            }
            let offset = entry.local_header_offset();
            let unsupported = |problem: String| Err(Error::Unsupported { offset, problem });
            let method = entry.compression_method();
            let name = text(entry.file_path().as_bytes());
            if entry.is_dir() || name.ends_with('\\') {
                continue;
            }
            found.push(if entry.flags().is_encrypted() || entry.flags().has_strong_encryption() {
                unsupported("encrypted; only its owner can unpack it".to_owned())
            } else if entry.mode().is_symlink() {
                unsupported("a symbolic link, which is never followed".to_owned())
            } else if method != CompressionMethod::STORE && method != CompressionMethod::DEFLATE {
                unsupported(format!(
                    "compressed by method {}; stored and deflated ones are read",
                    method.as_u16()
                ))
            } else {
                relative(&name).map_err(|problem| Error::Name { index, offset, problem }).map(|path| {
                    let size = entry.uncompressed_size_hint();
                    let raw = entry.file_path().as_bytes().to_vec();
                    let deflated = method == CompressionMethod::DEFLATE;
                    (Member { path, size, offset }, entry.wayfinder(), deflated, raw)
                })
            });
        }
        if seen != expected {
            return Err(directory(format!("it has {seen} entries, and says that it has {expected}")));
        }
        let mut names = Names::default();
        let mut local = vec![0; LOCAL_HEADER];
        for entry in found {
            let taken = entry.and_then(|(member, wayfinder, deflated, raw)| {
                names.give(&member.path, member.offset)?;
                let data = zip.data(&member, wayfinder, &raw, &mut local)?;
                Ok((member, Entry { wayfinder, deflated, data }))
            });
            match taken {
                Ok((member, entry)) => {
                    zip.members.push(member);
                    zip.entries.push(entry);
                }
                Err(error) => zip.refused.push(error),
            }
        }
        zip.apart()?;
        Ok(zip)
    }

    /// Where the data of an entry is; its own header must have the name that the directory has.
    fn data(
        &self,
        member: &Member,
        wayfinder: ZipArchiveEntryWayfinder,
        name: &[u8],
        buffer: &mut [u8],
    ) -> Result<(u64, u64), Error> {
        let broken = |problem: String| Error::broken(format!("`{}`", member.path), member.offset, problem);
        let entry = self.archive.get_entry(wayfinder).map_err(|error| broken(error.to_string()))?;
        let local = entry.local_header(buffer).map_err(|error| broken(error.to_string()))?;
        if local.file_path().as_bytes() != name {
            return Err(broken("its own header has another name than the directory".to_owned()));
        }
        let data = entry.compressed_data_range();
        if data.1 > self.archive.directory_offset() {
            return Err(broken("it reaches into the directory".to_owned()));
        }
        Ok(data)
    }

    /// Refuses entries that share bytes: that is how a small file gets to unpack to an endless one.
    fn apart(&self) -> Result<(), Error> {
        let mut ranges: Vec<(u64, u64, usize)> = self
            .entries
            .iter()
            .enumerate()
            .map(|(index, entry)| (self.members[index].offset, entry.data.1, index))
            .collect();
        ranges.sort_unstable();
        let overlap = ranges.windows(2).find(|pair| pair[1].0 < pair[0].1);
        overlap.map_or(Ok(()), |pair| {
            let (first, second) = (&self.members[pair[0].2], &self.members[pair[1].2]);
            let problem = format!("it overlaps `{}`", first.path);
            Err(Error::broken(format!("`{}`", second.path), second.offset, problem))
        })
    }
}

/// The second half of code page 437, in which names stand that are not UTF-8 (APPNOTE.TXT, appendix D).
const CODE_PAGE: [char; 128] = [
    'Ç', 'ü', 'é', 'â', 'ä', 'à', 'å', 'ç', 'ê', 'ë', 'è', 'ï', 'î', 'ì', 'Ä', 'Å', 'É', 'æ', 'Æ', 'ô', 'ö',
    'ò', 'û', 'ù', 'ÿ', 'Ö', 'Ü', '¢', '£', '¥', '₧', 'ƒ', 'á', 'í', 'ó', 'ú', 'ñ', 'Ñ', 'ª', 'º', '¿', '⌐',
    '¬', '½', '¼', '¡', '«', '»', '░', '▒', '▓', '│', '┤', '╡', '╢', '╖', '╕', '╣', '║', '╗', '╝', '╜', '╛',
    '┐', '└', '┴', '┬', '├', '─', '┼', '╞', '╟', '╚', '╔', '╩', '╦', '╠', '═', '╬', '╧', '╨', '╤', '╥', '╙',
    '╘', '╒', '╓', '╫', '╪', '┘', '┌', '█', '▄', '▌', '▐', '▀', 'α', 'ß', 'Γ', 'π', 'Σ', 'σ', 'µ', 'τ', 'Φ',
    'Θ', 'Ω', 'δ', '∞', 'φ', 'ε', '∩', '≡', '±', '≥', '≤', '⌠', '⌡', '÷', '≈', '°', '∙', '·', '√', 'ⁿ', '²',
    '■', '\u{a0}',
];

/// A name as text.
fn text(name: &[u8]) -> String {
    let letter =
        |byte: &u8| byte.checked_sub(128).map_or(char::from(*byte), |upper| CODE_PAGE[usize::from(upper)]);
    std::str::from_utf8(name).map_or_else(|_| name.iter().map(letter).collect(), str::to_owned)
}

impl Container for Zip {
    fn members(&self) -> &[Member] {
        &self.members
    }

    fn open(&mut self, index: usize) -> Result<Box<dyn Read + '_>, Error> {
        let (member, entry) = (&self.members[index], &self.entries[index]);
        let opened = self.archive.get_entry(entry.wayfinder);
        let opened = opened.map_err(|error| Error::broken(&member.path, member.offset, error.to_string()))?;
        let data = BufReader::new(opened.reader());
        Ok(match entry.deflated {
            true => Box::new(opened.verifying_reader(DeflateDecoder::new(data))),
            false => Box::new(opened.verifying_reader(data)),
        })
    }

    fn window(&mut self, index: usize) -> Option<Source> {
        let entry = self.entries[index];
        let (start, end) = entry.data;
        // what is not read through the verifier is not held against its checksum; the archive inside has its own
        (!entry.deflated && self.members[index].size == end - start)
            .then(|| self.source.window(start, end - start))
            .flatten()
    }

    fn refused(&mut self) -> Vec<Error> {
        std::mem::take(&mut self.refused)
    }
}
