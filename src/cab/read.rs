//! Reads a cabinet: stored, MSZIP and LZX.

use std::io::{self, BufRead, Read, Seek, SeekFrom, Write};

use super::format::{BLOCK, BLOCK_GROWTH, DATA, FILE, FOLDER, HEADER, NAME_MAX, block_checksum, unix_time};
use super::lzx;
use super::model::Entry;
use super::mszip;

/// Why a cabinet could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Not a cabinet, or of a version other than 1.3.
    #[error("this is not a cabinet (expected the signature `MSCF` and version 1.3)")]
    NotACabinet,
    /// The directory of the cabinet is broken.
    #[error("the cabinet's {part} is broken")]
    Directory {
        /// `header`, `folder 3`, `file 17`.
        part: String,
    },
    /// There is no file of this number.
    #[error("the cabinet has no file {index}, only {count}")]
    NoSuchFile {
        /// The number asked for, from 0.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// The file begins or ends in another cabinet of a set.
    #[error("the file `{name}` continues in another cabinet of its set; sets are not read")]
    Continued {
        /// Name in the cabinet.
        name: String,
    },
    /// The compression is not known.
    #[error("the file `{name}` is compressed by method {method:#06x}; stored, MSZIP and LZX are read")]
    Method {
        /// Name in the cabinet.
        name: String,
        /// `CFFOLDER.typeCompress`.
        method: u16,
    },
    /// The data is broken.
    #[error("the data of `{name}` is broken: {problem} in block {block} of folder {folder}")]
    Data {
        /// Name in the cabinet.
        name: String,
        /// What is wrong.
        problem: &'static str,
        /// The folder, from 0.
        folder: usize,
        /// The block, from 0.
        block: u16,
    },
    /// The input could not be read.
    #[error("cannot read the cabinet")]
    Input(#[source] io::Error),
    /// The output could not be written.
    #[error("cannot write what was read from the cabinet")]
    Output(#[source] io::Error),
}

/// A cabinet being read.
#[derive(Debug)]
pub struct Reader<R> {
    reader: R,
    /// What the header says of the cabinet's size in bytes.
    size: u32,
    /// Bytes reserved in each data block's header.
    reserved: u8,
    folders: Vec<Folder>,
    files: Vec<Entry>,
    places: Vec<Place>,
    progress: Option<Progress>,
}

/// Where a file is in a cabinet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where its `CFFILE` is, in bytes from the cabinet's beginning.
    pub entry: u64,
    /// The number of its folder; from 0xfffd on, it begins or ends in another cabinet.
    pub folder: u16,
    /// Where it begins in the folder's uncompressed bytes.
    pub offset: u32,
}

/// One `CFFOLDER`.
#[derive(Clone, Copy, Debug)]
struct Folder {
    start: u32,
    blocks: u16,
    method: u16,
}

/// How far a folder has been decompressed.
#[derive(Debug)]
struct Progress {
    folder: usize,
    decoder: Decoder,
    /// The next block and where it stands.
    block: u16,
    position: u64,
    /// The bytes of the block before, and where they stand in the folder's uncompressed bytes.
    bytes: Vec<u8>,
    offset: u64,
}

enum Decoder {
    Stored,
    MsZip(mszip::Decompressor),
    Lzx(lzx::Decompressor),
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
            (3, exponent) => lzx::Decompressor::new(exponent).map(Decoder::Lzx),
            _ => None,
        }
    }

    /// The `uncompressed` bytes of a block; nothing if it is broken.
    fn next<'a>(&'a mut self, block: &'a [u8], uncompressed: usize) -> Option<&'a [u8]> {
        match self {
            Decoder::Stored => (block.len() == uncompressed).then_some(block),
            Decoder::MsZip(decompressor) => decompressor.next(block, uncompressed),
            Decoder::Lzx(decompressor) => decompressor.next(block, uncompressed),
        }
    }
}

impl<R: Read + Seek> Reader<R> {
    /// Reads the directory of the cabinet that begins where `reader` begins.
    ///
    /// # Errors
    /// The input is not a cabinet, is broken, or cannot be read.
    pub fn open(mut reader: R) -> Result<Reader<R>, ReadError> {
        reader.seek(SeekFrom::Start(0)).map_err(ReadError::Input)?;
        let mut source = io::BufReader::new(&mut reader);
        let part = |part: &str| ReadError::Directory { part: part.to_owned() };
        let header: [u8; HEADER] = array(&mut source)?.ok_or(ReadError::NotACabinet)?;
        if !header.starts_with(b"MSCF") || header[24..26] != [3, 1] {
            return Err(ReadError::NotACabinet);
        }
        let (files_at, flags) = (double(&header, 16), word(&header, 30));
        let (folder_count, file_count) = (word(&header, 26), word(&header, 28));
        let [mut folder_reserved, mut reserved] = [0, 0];
        if flags & 4 != 0 {
            let [low, high, folder, data] = array(&mut source)?.ok_or_else(|| part("header"))?;
            skip(&mut source, u16::from_le_bytes([low, high]).into())?;
            (folder_reserved, reserved) = (folder, data);
        }
        // Name and disk of the cabinet before, then of the one after.
        for _ in 0..2 * (u32::from(flags & 1) + u32::from(flags >> 1 & 1)) {
            string(&mut source)?.ok_or_else(|| part("header"))?;
        }
        let mut folders = Vec::new();
        for number in 0..folder_count {
            let bytes: [u8; FOLDER] = array(&mut source)?.ok_or_else(|| part(&format!("folder {number}")))?;
            skip(&mut source, folder_reserved.into())?;
            folders.push(Folder {
                start: double(&bytes, 0),
                blocks: word(&bytes, 4),
                method: word(&bytes, 6),
            });
        }
        source.seek(SeekFrom::Start(files_at.into())).map_err(ReadError::Input)?;
        let (mut files, mut places) = (Vec::new(), Vec::new());
        for number in 0..file_count {
            let broken = || part(&format!("file {number}"));
            let entry = source.stream_position().map_err(ReadError::Input)?;
            let bytes: [u8; FILE] = array(&mut source)?.ok_or_else(broken)?;
            let name = string(&mut source)?.ok_or_else(broken)?;
            let modified = unix_time(word(&bytes, 10), word(&bytes, 12));
            files.push(Entry {
                name: String::from_utf8_lossy(&name).into_owned(),
                size: double(&bytes, 0),
                modified,
            });
            places.push(Place { entry, folder: word(&bytes, 8), offset: double(&bytes, 4) });
        }
        drop(source);
        Ok(Reader { reader, size: double(&header, 8), reserved, folders, files, places, progress: None })
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

    /// Bytes of the cabinet, as its header says.
    #[must_use]
    pub fn size(&self) -> u32 {
        self.size
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
        let (name, folder, offset) = (entry.name.clone(), usize::from(place.folder), u64::from(place.offset));
        let end = offset + u64::from(entry.size);
        if folder >= 0xfffd {
            return Err(ReadError::Continued { name });
        }
        if !matches!(&self.progress, Some(progress) if progress.folder == folder && progress.offset <= offset)
        {
            self.progress = Some(self.begin(folder, &name)?);
        }
        Ok(FileReader { reader: self, name, offset, end })
    }

    /// Stands before the first block of a folder.
    fn begin(&self, folder: usize, name: &str) -> Result<Progress, ReadError> {
        let Some(Folder { start, method, .. }) = self.folders.get(folder).copied() else {
            return Err(ReadError::Directory { part: format!("folder number of `{name}`") });
        };
        let decoder = Decoder::new(method).ok_or(ReadError::Method { name: name.to_owned(), method })?;
        Ok(Progress { folder, decoder, block: 0, position: start.into(), bytes: Vec::new(), offset: 0 })
    }

    /// Goes on by one block.
    fn advance(&mut self, progress: &mut Progress, name: &str) -> Result<(), ReadError> {
        let (folder, block) = (progress.folder, progress.block);
        let broken = |problem| ReadError::Data { name: name.to_owned(), problem, folder, block };
        if block >= self.folders[folder].blocks {
            return Err(broken("the folder ends"));
        }
        self.reader.seek(SeekFrom::Start(progress.position)).map_err(ReadError::Input)?;
        let header: [u8; DATA] = array(&mut self.reader)?.ok_or_else(|| broken("the file ends"))?;
        let (sum, size, uncompressed) = (double(&header, 0), word(&header, 4), word(&header, 6));
        let (length, uncompressed_length) = (usize::from(size), usize::from(uncompressed));
        if length > BLOCK + BLOCK_GROWTH || uncompressed_length > BLOCK || uncompressed == 0 {
            return Err(broken("an impossible size"));
        }
        let mut data = vec![0; usize::from(self.reserved) + length];
        fill(&mut self.reader, &mut data)?.ok_or_else(|| broken("the file ends"))?;
        let payload = &data[usize::from(self.reserved)..];
        // The reserved bytes count too, but nobody who reserves any sets a checksum.
        if sum != 0 && self.reserved == 0 && sum != block_checksum(payload, uncompressed) {
            return Err(broken("a wrong checksum"));
        }
        let bytes = progress.decoder.next(payload, uncompressed_length);
        let bytes = bytes.ok_or_else(|| broken("undecodable bytes"))?;
        progress.offset += progress.bytes.len() as u64;
        progress.bytes.clear();
        progress.bytes.extend_from_slice(bytes);
        progress.block += 1;
        progress.position += (DATA + data.len()) as u64;
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

/// Fills `bytes`; nothing if the input ends before.
fn fill(source: &mut impl Read, bytes: &mut [u8]) -> Result<Option<()>, ReadError> {
    match source.read_exact(bytes) {
        Ok(()) => Ok(Some(())),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(ReadError::Input(error)),
    }
}

/// The next `N` bytes; nothing if the input ends before.
fn array<const N: usize>(source: &mut impl Read) -> Result<Option<[u8; N]>, ReadError> {
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

fn word(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn double(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
