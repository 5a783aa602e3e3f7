//! Reads a cabinet, or several of a set: stored, MSZIP and LZX.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom, Write};

use super::directory::{Directory, Ends, Found, Header, array, double, fill, word};
use super::error::ReadError;
use super::format::{BLOCK, BLOCK_GROWTH, DATA, block_checksum};
use super::model::Entry;
use super::mszip;
use installer_lzx::Window;

/// What a cabinet is read from.
pub trait Input: Read + Seek {}
impl<T: Read + Seek> Input for T {}

/// A cabinet being read, or several of a set.
#[derive(Debug)]
pub struct Reader<R> {
    parts: Vec<Part<R>>,
    folders: Vec<Folder>,
    files: Vec<Entry>,
    places: Vec<Place>,
    progress: Option<Progress>,
}

/// One cabinet.
#[derive(Debug)]
struct Part<R> {
    reader: R,
    header: Header,
}

/// Where a file is in a cabinet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The cabinet in which it begins: how many were there before that one was joined.
    pub part: usize,
    /// Where its `CFFILE` is, in bytes from the beginning of the cabinet in which it begins.
    pub entry: u64,
    /// The number of its folder.
    pub folder: usize,
    /// Where it begins in the folder's uncompressed bytes.
    pub offset: u32,
    /// Whether it begins before the first cabinet, and ends behind the last one that is there.
    ends: Ends,
}

/// One `CFFOLDER`, or those of several cabinets that are one.
#[derive(Clone, Debug)]
struct Folder {
    method: u16,
    /// The data blocks, by cabinet; a block may begin in one and end in the next.
    runs: Vec<Run>,
}

/// The data blocks of a folder in one cabinet.
#[derive(Clone, Copy, Debug)]
struct Run {
    part: usize,
    start: u32,
    blocks: u16,
}

/// How far a folder has been decompressed.
#[derive(Debug)]
struct Progress {
    folder: usize,
    decoder: Decoder,
    /// The next block: its number, the run that it begins in, its number there, and where it stands.
    block: u32,
    run: usize,
    in_run: u16,
    position: u64,
    /// The bytes of the block before, and where they stand in the folder's uncompressed bytes.
    bytes: Vec<u8>,
    offset: u64,
}

enum Decoder {
    Stored,
    MsZip(mszip::Decompressor),
    Lzx(Box<installer_lzx::Decoder>),
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Decoder::Stored => "Stored",
            Decoder::MsZip(_) => "MsZip",
            Decoder::Lzx(_) => "Lzx",
        })
    }
}

impl Decoder {
    /// The decoder for `CFFOLDER.typeCompress`; nothing for a method that is not known.
    fn new(method: u16) -> Option<Decoder> {
        match (method & 0xf, method >> 8) {
            (0, _) => Some(Decoder::Stored),
            (1, _) => Some(Decoder::MsZip(mszip::Decompressor::new())),
            (3, exponent) => {
                let window = Window::new(u8::try_from(exponent).ok()?)?;
                Some(Decoder::Lzx(Box::new(installer_lzx::Decoder::new(window))))
            }
            _ => None,
        }
    }

    /// The `uncompressed` bytes of a block; nothing if it is broken.
    fn next<'a>(&'a mut self, block: &'a [u8], uncompressed: usize) -> Option<&'a [u8]> {
        match self {
            Decoder::Stored => (block.len() == uncompressed).then_some(block),
            Decoder::MsZip(decompressor) => decompressor.next(block, uncompressed),
            Decoder::Lzx(decoder) => decoder.next(block, uncompressed),
        }
    }
}

impl<R: Read + Seek> Reader<R> {
    /// Reads the directory of the cabinet that begins where `reader` begins.
    ///
    /// # Errors
    /// The input is not a cabinet, is broken, or cannot be read.
    pub fn open(mut reader: R) -> Result<Reader<R>, ReadError> {
        let Directory { header, folders, entries } = Directory::read(&mut reader)?;
        let folder = |(method, start, blocks)| Folder { method, runs: vec![Run { part: 0, start, blocks }] };
        let mut opened = Reader {
            parts: vec![Part { reader, header }],
            folders: folders.into_iter().map(folder).collect(),
            files: Vec::new(),
            places: Vec::new(),
            progress: None,
        };
        opened.add(entries, 0)?;
        Ok(opened)
    }

    /// The number of the last cabinet in its set, from 0.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.parts.last().map_or(0, |part| part.header.number.into())
    }

    /// The name of a cabinet that comes before the first one, where its set has one: that in which the file begins with
    /// which this one begins.
    #[must_use]
    pub fn before(&self) -> Option<&str> {
        self.parts.first()?.header.before.as_deref()
    }

    /// The name of the cabinet that comes after the last one, where its set has one.
    #[must_use]
    pub fn after(&self) -> Option<&str> {
        self.parts.last()?.header.after.as_deref()
    }

    /// Goes on with the next cabinet of the set, which begins where `reader` begins.
    ///
    /// # Errors
    /// It is not the next one, is broken, or cannot be read.
    pub fn join(&mut self, mut reader: R) -> Result<(), ReadError> {
        let Directory { header, folders, entries } = Directory::read(&mut reader)?;
        let last = &self.parts.last().expect("it has one").header;
        if (header.set, u32::from(header.number)) != (last.set, self.number() + 1) {
            return Err(ReadError::Set {
                expected: (last.set, self.number() + 1),
                found: (header.set, header.number.into()),
            });
        }
        let goes_on = self.places.iter().any(|place| place.ends.behind);
        if goes_on != entries.iter().any(|entry| entry.ends.before) {
            return Err(ReadError::Directory {
                part: "last folder, which should go on in the next cabinet,".to_owned(),
            });
        }
        let part = self.parts.len();
        self.parts.push(Part { reader, header });
        let mut begin = self.folders.len();
        let mut folders = folders.into_iter();
        if goes_on {
            let (Some(last), Some((method, start, blocks))) = (self.folders.last_mut(), folders.next())
            else {
                return Err(ReadError::Directory { part: "folder 0".to_owned() });
            };
            if last.method != method {
                return Err(ReadError::Directory { part: "method of a folder in two cabinets".to_owned() });
            }
            last.runs.push(Run { part, start, blocks });
            begin -= 1;
        }
        self.folders.extend(
            folders.map(|(method, start, blocks)| Folder { method, runs: vec![Run { part, start, blocks }] }),
        );
        self.add(entries, begin)
    }

    /// Takes the files of a cabinet, whose first folder is the folder `begin`. One that goes on from the cabinet before
    /// is there already, unless that cabinet is not.
    fn add(&mut self, entries: Vec<Found>, begin: usize) -> Result<(), ReadError> {
        let is_first = self.parts.len() == 1;
        let known =
            self.places.iter().zip(&self.files).enumerate().filter(|(_, (place, _))| place.ends.behind);
        let known: BTreeMap<(u32, String), usize> =
            known.map(|(index, (place, file))| ((place.offset, file.name.clone()), index)).collect();
        for (number, Found { entry, place, folder, offset, ends }) in entries.into_iter().enumerate() {
            if is_first || !ends.before {
                self.files.push(entry);
                let part = self.parts.len() - 1;
                self.places.push(Place { part, entry: place, folder: begin + folder, offset, ends });
                continue;
            }
            let known =
                known.get(&(offset, entry.name)).filter(|index| self.files[**index].size == entry.size);
            let known = *known.ok_or_else(|| ReadError::Directory { part: format!("file {number}") })?;
            self.places[known].ends.behind = ends.behind;
        }
        Ok(())
    }

    /// Whether the file `index` is here from its beginning to its end.
    #[must_use]
    pub fn is_whole(&self, index: usize) -> bool {
        self.places.get(index).is_some_and(|place| place.ends == Ends::default())
    }

    /// The files, in stored order.
    #[must_use]
    pub fn files(&self) -> &[Entry] {
        &self.files
    }

    /// Where the file `index` is.
    #[must_use]
    pub fn place(&self, index: usize) -> Option<Place> {
        self.places.get(index).copied()
    }

    /// Bytes of the cabinets, as their headers say.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.parts.iter().map(|part| u64::from(part.header.size)).sum()
    }

    /// How each folder is compressed: `stored`, `MSZIP`, `LZX:21` (a window of 2^21 bytes), or the number of a method that
    /// is not read.
    pub fn methods(&self) -> impl Iterator<Item = String> {
        self.folders.iter().map(|folder| match (folder.method & 0xf, folder.method >> 8) {
            (0, _) => "stored".to_owned(),
            (1, _) => "MSZIP".to_owned(),
            (3, exponent) => format!("LZX:{exponent}"),
            _ => format!("{:#06x}", folder.method),
        })
    }

    /// Writes the bytes of the file `index` (a position in [`Reader::files`]) to `out`: never more than its size.
    /// Going through the files in order costs one pass over the cabinet.
    ///
    /// # Errors
    /// There is no such file, its data is broken or its compression is not known, or reading or writing fails.
    pub fn extract(&mut self, index: usize, out: &mut impl Write) -> Result<(), ReadError> {
        let mut file = self.file(index)?;
        loop {
            let bytes = file.fill()?;
            if bytes.is_empty() {
                return Ok(());
            }
            out.write_all(bytes).map_err(ReadError::Output)?;
            let count = bytes.len();
            file.offset += count as u64;
        }
    }

    /// The bytes of the file `index`, to be read; see [`Reader::extract`]. What is wrong with them comes as the inner
    /// error of an I/O error.
    ///
    /// # Errors
    /// There is no such file, or its compression is not known.
    pub fn file(&mut self, index: usize) -> Result<FileReader<'_, R>, ReadError> {
        let (Some(entry), Some(place)) = (self.files.get(index), self.places.get(index)) else {
            return Err(ReadError::NoSuchFile { index, count: self.files.len() });
        };
        let Place { folder, offset, ends, .. } = *place;
        let (name, offset) = (entry.name.clone(), u64::from(offset));
        let end = offset + u64::from(entry.size);
        if ends != Ends::default() {
            let part = if ends.before { self.before() } else { self.after() };
            return Err(ReadError::Continued { name, part: part.unwrap_or("?").to_owned() });
        }
        if !matches!(&self.progress, Some(progress) if progress.folder == folder && progress.offset <= offset)
        {
            self.progress = Some(self.begin(folder, &name)?);
        }
        Ok(FileReader { reader: self, name, offset, end })
    }

    /// Stands before the first block of a folder.
    fn begin(&self, folder: usize, name: &str) -> Result<Progress, ReadError> {
        let Some(Folder { method, runs }) = self.folders.get(folder) else {
            return Err(ReadError::Directory { part: format!("folder number of `{name}`") });
        };
        let decoder =
            Decoder::new(*method).ok_or(ReadError::Method { name: name.to_owned(), method: *method })?;
        Ok(Progress {
            folder,
            decoder,
            block: 0,
            run: 0,
            in_run: 0,
            position: runs[0].start.into(),
            bytes: Vec::new(),
            offset: 0,
        })
    }

    /// Goes on by one block.
    fn advance(&mut self, progress: &mut Progress, name: &str) -> Result<(), ReadError> {
        let (folder, block) = (progress.folder, progress.block);
        let broken = |problem| ReadError::Data { name: name.to_owned(), problem, folder, block };
        let runs = &self.folders[folder].runs;
        let mut data = Vec::new();
        // a block that is divided between two cabinets has its uncompressed size in the second one
        let uncompressed = loop {
            while progress.in_run >= runs[progress.run].blocks {
                let Some(next) = runs.get(progress.run + 1) else { return Err(broken("the folder ends")) };
                (progress.run, progress.in_run, progress.position) = (progress.run + 1, 0, next.start.into());
            }
            let Run { part, blocks, .. } = runs[progress.run];
            let Part { reader, header: Header { reserved, .. } } = &mut self.parts[part];
            reader.seek(SeekFrom::Start(progress.position)).map_err(ReadError::Input)?;
            let header: [u8; DATA] = array(reader)?.ok_or_else(|| broken("the file ends"))?;
            let (sum, size, uncompressed) = (double(&header, 0), word(&header, 4), word(&header, 6));
            let reserved = usize::from(*reserved);
            let (begin, length) = (data.len(), usize::from(size));
            if begin + length > BLOCK + BLOCK_GROWTH || usize::from(uncompressed) > BLOCK {
                return Err(broken("an impossible size"));
            }
            let mut part = vec![0; reserved + length];
            fill(reader, &mut part)?.ok_or_else(|| broken("the file ends"))?;
            let part = &part[reserved..];
            // The reserved bytes count too, but nobody who reserves any sets a checksum.
            if sum != 0 && reserved == 0 && sum != block_checksum(part, uncompressed) {
                return Err(broken("a wrong checksum"));
            }
            data.extend_from_slice(part);
            progress.in_run += 1;
            progress.position += (DATA + reserved + length) as u64;
            if uncompressed > 0 {
                break uncompressed;
            }
            if begin > 0 || progress.in_run < blocks || progress.run + 1 == runs.len() {
                return Err(broken("an impossible size"));
            }
        };
        let bytes = progress.decoder.next(&data, usize::from(uncompressed));
        let bytes = bytes.ok_or_else(|| broken("undecodable bytes"))?;
        progress.offset += progress.bytes.len() as u64;
        progress.bytes.clear();
        progress.bytes.extend_from_slice(bytes);
        progress.block += 1;
        Ok(())
    }
}

/// A file of a cabinet, being read.
#[derive(Debug)]
pub struct FileReader<'a, R> {
    reader: &'a mut Reader<R>,
    name: String,
    /// What comes next, and where the file ends, in its folder's uncompressed bytes.
    offset: u64,
    end: u64,
}

impl<R: Read + Seek> FileReader<'_, R> {
    /// The next bytes; none at the end.
    fn fill(&mut self) -> Result<&[u8], ReadError> {
        if self.offset >= self.end {
            return Ok(&[]);
        }
        let Some(mut progress) = self.reader.progress.take() else { return Ok(&[]) };
        loop {
            let skipped = usize::try_from(self.offset - progress.offset).unwrap_or(usize::MAX);
            if skipped < progress.bytes.len() {
                let most = usize::try_from(self.end - self.offset).unwrap_or(usize::MAX);
                let bytes = &self.reader.progress.insert(progress).bytes[skipped..];
                return Ok(&bytes[..bytes.len().min(most)]);
            }
            self.reader.advance(&mut progress, &self.name)?;
        }
    }
}

impl<R: Read + Seek> Read for FileReader<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let bytes = self.fill().map_err(io::Error::other)?;
        let count = bytes.len().min(buf.len());
        buf[..count].copy_from_slice(&bytes[..count]);
        self.offset += count as u64;
        Ok(count)
    }
}
