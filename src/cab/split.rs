//! Divides a cabinet among several that follow each other.
//!
//! As `FCIAddFile` of Windows does where `CCAB.cb` limits a cabinet: each is filled to its last byte, so that a data block may
//! begin in one and end in the next. The part of a block that goes on says that it unfolds to no bytes.

use std::io::{self, Read, Seek, SeekFrom, Write};

use super::directory::{Directory, Ends, HAS_AFTER, HAS_BEFORE, array, fill, word};
use super::error::ReadError;
use super::format::{DATA, FILE, FOLDER, HEADER, NAME_MAX, append_block};

/// No limit is lower: a data block goes on in the next part, and not in a third one.
const LEAST: u64 = 65_536;

/// Why a cabinet could not be divided.
#[derive(Debug, thiserror::Error)]
pub enum SplitError {
    /// Several files, or none.
    #[error("the cabinet has {files} files in {folders} folders; only a cabinet of one file is divided")]
    NotOneFile {
        /// Its files.
        files: usize,
        /// Its folders.
        folders: usize,
    },
    /// A limit that leaves no room.
    #[error("cabinets of at most {most} bytes are too small; expected {LEAST} or more")]
    TooSmall {
        /// The limit.
        most: u32,
    },
    /// The cabinet cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A part cannot be written.
    #[error("cannot write a part of the cabinet")]
    Write(#[source] io::Error),
}

/// The parts of a cabinet, one after the other.
pub struct Parts<R> {
    whole: R,
    most: u64,
    method: u16,
    /// The `CFFILE`, with the name behind it.
    file: Vec<u8>,
    /// How many parts there are so far.
    number: u16,
    /// Blocks that are not read yet, and bytes that these and the rest of the last one take.
    blocks: u16,
    left: u64,
    /// What is to be written of the last block, and the size that it unfolds to.
    rest: Vec<u8>,
    unfolded: u16,
}

impl<R: Read + Seek> Parts<R> {
    /// Those of the cabinet in `whole`, which has one file, where none has more than `most` bytes.
    ///
    /// # Errors
    /// It has other files, is broken, or cannot be read; `most` leaves no room.
    pub fn of(mut whole: R, most: u32) -> Result<Parts<R>, SplitError> {
        if u64::from(most) < LEAST {
            return Err(SplitError::TooSmall { most });
        }
        let Directory { header, folders, entries } = Directory::read(&mut whole)?;
        let ([(method, start, blocks)], [entry]) = (&folders[..], &entries[..]) else {
            return Err(SplitError::NotOneFile { files: entries.len(), folders: folders.len() });
        };
        let (method, start, blocks) = (*method, *start, *blocks);
        if entry.ends != Ends::default() || header.reserved > 0 {
            return Err(ReadError::Directory { part: "file, which should be whole,".to_owned() }.into());
        }
        // data follows the directory
        let broken = || ReadError::Directory { part: "file 0".to_owned() };
        let length =
            u64::from(start).checked_sub(entry.place).and_then(|length| usize::try_from(length).ok());
        let length = length.filter(|length| (FILE + 2..=FILE + NAME_MAX + 1).contains(length));
        let mut file = vec![0; length.ok_or_else(broken)?];
        whole.seek(SeekFrom::Start(entry.place)).map_err(ReadError::Input)?;
        fill(&mut whole, &mut file)?.ok_or_else(broken)?;
        let left = u64::from(header.size).checked_sub(start.into()).ok_or_else(broken)?;
        let most = most.into();
        Ok(Parts { whole, most, method, file, number: 0, blocks, left, rest: Vec::new(), unfolded: 0 })
    }

    /// Writes the next part to `out` from its current position on, and says whether another one follows. `name` gives the names
    /// of the parts, from 0 on, which refer to each other by them.
    ///
    /// # Errors
    /// The cabinet is broken, or reading or writing fails.
    pub fn write_next<W: Write + Seek>(
        &mut self,
        out: &mut W,
        name: impl Fn(usize) -> String,
    ) -> Result<bool, SplitError> {
        let number = usize::from(self.number);
        let directory = |more: bool| {
            // a part names that in which the file begins, and no disks
            let before = (number > 0).then(|| [name(0).as_bytes(), b"\0\0"].concat());
            let after = more.then(|| [name(number + 1).as_bytes(), b"\0\0"].concat());
            (before.unwrap_or_default(), after.unwrap_or_default())
        };
        let length =
            |more| directory(more).0.len() + directory(more).1.len() + HEADER + FOLDER + self.file.len();
        let more = length(false) as u64 + self.left > self.most;
        let (begin, file_begins) = (length(more), length(more) - self.file.len());
        let start = out.stream_position().map_err(SplitError::Write)?;
        out.write_all(&vec![0; begin]).map_err(SplitError::Write)?;
        let (mut size, mut blocks) = (begin as u64, 0_u16);
        while self.left > 0 {
            self.read_block()?;
            let room = usize::try_from(self.most - size).unwrap_or(usize::MAX);
            if room <= DATA {
                break;
            }
            let piece = self.rest.len().min(room - DATA);
            let unfolded = if piece == self.rest.len() { self.unfolded } else { 0 };
            let mut block = Vec::with_capacity(DATA + piece);
            append_block(&self.rest[..piece], unfolded.into(), &mut block);
            self.rest.drain(..piece);
            // what goes on has a header of its own again
            let taken = if self.rest.is_empty() { DATA + piece } else { piece };
            self.left -= taken as u64;
            out.write_all(&block).map_err(SplitError::Write)?;
            (size, blocks) = (size + block.len() as u64, blocks + 1);
        }
        let (before, after) = directory(more);
        let mut head = Vec::with_capacity(begin);
        let double = |number: usize| u32::try_from(number).expect("below 4 GiB").to_le_bytes();
        head.extend_from_slice(b"MSCF\0\0\0\0");
        head.extend_from_slice(&double(usize::try_from(size).unwrap_or(usize::MAX)));
        head.extend_from_slice(&[0; 4]);
        head.extend_from_slice(&double(file_begins));
        head.extend_from_slice(&[0, 0, 0, 0, 3, 1, 1, 0, 1, 0]);
        let flags = if number > 0 { HAS_BEFORE } else { 0 } | if more { HAS_AFTER } else { 0 };
        head.extend_from_slice(&flags.to_le_bytes());
        head.extend_from_slice(&[0; 2]);
        head.extend_from_slice(&self.number.to_le_bytes());
        head.extend_from_slice(&before);
        head.extend_from_slice(&after);
        head.extend_from_slice(&double(begin));
        head.extend_from_slice(&blocks.to_le_bytes());
        head.extend_from_slice(&self.method.to_le_bytes());
        self.file[8..10].copy_from_slice(&Ends { before: number > 0, behind: more }.code().to_le_bytes());
        head.extend_from_slice(&self.file);
        out.seek(SeekFrom::Start(start)).map_err(SplitError::Write)?;
        out.write_all(&head).map_err(SplitError::Write)?;
        out.seek(SeekFrom::Start(start + size)).map_err(SplitError::Write)?;
        self.number += 1;
        Ok(more)
    }

    /// Reads the next block, where nothing is left of the last one.
    fn read_block(&mut self) -> Result<(), ReadError> {
        if !self.rest.is_empty() {
            return Ok(());
        }
        let broken = || ReadError::Directory { part: "size".to_owned() };
        self.blocks = self.blocks.checked_sub(1).ok_or_else(broken)?;
        let header: [u8; DATA] = array(&mut self.whole)?.ok_or_else(broken)?;
        self.unfolded = word(&header, 6);
        self.rest = vec![0; word(&header, 4).into()];
        if (DATA + self.rest.len()) as u64 > self.left || self.rest.is_empty() || self.unfolded == 0 {
            return Err(broken());
        }
        fill(&mut self.whole, &mut self.rest)?.ok_or_else(broken)?;
        Ok(())
    }
}
