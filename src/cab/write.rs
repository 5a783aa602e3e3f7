//! Writes a cabinet: MSZIP, compressed on several threads, in memory that does not grow with the payload.

use std::collections::VecDeque;
use std::io::{self, Seek, SeekFrom, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::{Mutex, mpsc};

use super::format::{ARCHIVE, BLOCK, FILE, FOLDER, HEADER, NAME_IS_UTF8, NAME_MAX, dos_time};
use super::model::Cabinet;
use super::mszip;
use super::payload::Payload;

/// What one thread compresses at a time, in bytes.
const CHUNK: usize = 16 * BLOCK;

/// A folder counts its blocks in 16 bits.
const FOLDER_MAX: u64 = 65_535 * BLOCK as u64;

/// Cabinets are kept below 2 GiB: readers use signed 32-bit offsets.
const CABINET_MAX: u64 = 0x7fff_ffff;

/// Why a cabinet could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// More files than a cabinet can count.
    #[error("{count} files, but a cabinet holds at most 65535; use a second one")]
    TooManyFiles {
        /// Their number.
        count: usize,
    },
    /// A name that a cabinet cannot hold.
    #[error("the file name `{name}` must have 1 to 255 bytes and no zero byte to go into a cabinet")]
    Name {
        /// The name.
        name: String,
    },
    /// A file that a cabinet cannot hold.
    #[error("the file `{name}` has {size} bytes, but a cabinet takes at most 2147450880")]
    FileTooLarge {
        /// Name in the cabinet.
        name: String,
        /// Its size.
        size: u64,
    },
    /// The cabinet passes 2 GiB.
    #[error("the cabinet passes 2 GiB; divide the files among several")]
    TooLarge,
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
    /// A source has another size than stated.
    #[error("the cabinet file `{name}` was to have {stated} bytes, but its source has {}", match found {
        Some(found) => found.to_string(),
        None => "more".to_owned(),
    })]
    SizeChanged {
        /// Name in the cabinet.
        name: String,
        /// The size that [`super::CabinetFile::size`] says.
        stated: u64,
        /// The size found; none where it is larger than stated.
        found: Option<u64>,
    },
    /// The output could not be written.
    #[error("cannot write the cabinet")]
    Output(#[from] io::Error),
}

/// Writes `cabinet` to `out` from its current position on, with `threads` threads that compress, and gives the number
/// of bytes. The bytes do not depend on `threads`. Memory: about 3 MiB for each thread.
///
/// # Errors
/// A limit of the format is passed, a source cannot be read or has another size than stated, or `out` fails.
pub fn write<W: Write + Seek>(
    cabinet: &Cabinet,
    threads: NonZeroUsize,
    out: &mut W,
) -> Result<u64, WriteError> {
    check(cabinet)?;
    let mut layout = Layout::new(cabinet, FOLDER_MAX);
    let start = out.stream_position()?;
    out.write_all(&layout.header(cabinet))?;
    layout.write_data(cabinet, threads, out)?;
    out.seek(SeekFrom::Start(start))?;
    out.write_all(&layout.header(cabinet))?;
    out.seek(SeekFrom::Start(start + layout.size))?;
    Ok(layout.size)
}

/// The limits that can be told before anything is written.
fn check(cabinet: &Cabinet) -> Result<(), WriteError> {
    if cabinet.files.len() > usize::from(u16::MAX) {
        return Err(WriteError::TooManyFiles { count: cabinet.files.len() });
    }
    for file in &cabinet.files {
        if file.name.is_empty() || file.name.len() > NAME_MAX || file.name.contains('\0') {
            return Err(WriteError::Name { name: file.name.clone() });
        }
        if file.size > FOLDER_MAX {
            return Err(WriteError::FileTooLarge { name: file.name.clone(), size: file.size });
        }
    }
    Ok(())
}

/// One `CFFOLDER`.
struct Folder {
    /// Uncompressed bytes.
    size: u64,
    /// Where its data begins in the cabinet; known once it is written, and never if there is none.
    start: Option<u64>,
}

/// What a thread compresses: `data` from `from` on; what stands before it is the block before.
struct Job {
    data: Vec<u8>,
    from: usize,
    result: mpsc::SyncSender<Vec<u8>>,
}

/// Where everything stands.
struct Layout {
    folders: Vec<Folder>,
    /// For each file, its folder and where it begins in the folder's uncompressed bytes.
    places: Vec<(usize, u64)>,
    /// Bytes of header, folders and files.
    header: u64,
    /// Bytes of the cabinet, so far as it is written.
    size: u64,
}

impl Layout {
    /// A file begins a new folder where the old one would pass `folder_max` bytes.
    fn new(cabinet: &Cabinet, folder_max: u64) -> Layout {
        let mut folders: Vec<Folder> = Vec::new();
        let mut places = Vec::with_capacity(cabinet.files.len());
        for file in &cabinet.files {
            if folders.last().is_none_or(|folder| folder.size + file.size > folder_max) {
                folders.push(Folder { size: 0, start: None });
            }
            let index = folders.len() - 1;
            places.push((index, folders[index].size));
            folders[index].size += file.size;
        }
        let names: usize = cabinet.files.iter().map(|file| FILE + file.name.len() + 1).sum();
        let header = (HEADER + FOLDER * folders.len() + names) as u64;
        Layout { folders, places, header, size: header }
    }

    /// `CFHEADER`, all `CFFOLDER`, all `CFFILE`.
    fn header(&self, cabinet: &Cabinet) -> Vec<u8> {
        let word = |number: usize| u16::try_from(number).expect("counted in `check`").to_le_bytes();
        let double = |number: u64| u32::try_from(number).expect("below 2 GiB").to_le_bytes();
        let files = HEADER + FOLDER * self.folders.len();
        let mut bytes = Vec::with_capacity(usize::try_from(self.header).unwrap_or_default());
        bytes.extend_from_slice(b"MSCF\0\0\0\0");
        bytes.extend_from_slice(&double(self.size));
        bytes.extend_from_slice(&[0; 4]);
        bytes.extend_from_slice(&double(files as u64));
        bytes.extend_from_slice(&[0, 0, 0, 0, 3, 1]);
        bytes.extend_from_slice(&word(self.folders.len()));
        bytes.extend_from_slice(&word(cabinet.files.len()));
        bytes.extend_from_slice(&[0; 6]);
        for folder in &self.folders {
            bytes.extend_from_slice(&double(folder.start.unwrap_or(self.header)));
            bytes.extend_from_slice(&word(
                usize::try_from(folder.size.div_ceil(BLOCK as u64)).unwrap_or(usize::MAX),
            ));
            bytes.extend_from_slice(&1u16.to_le_bytes());
        }
        for (file, (folder, offset)) in cabinet.files.iter().zip(&self.places) {
            let (date, time) = dos_time(file.modified);
            let attributes = if file.name.is_ascii() { ARCHIVE } else { ARCHIVE | NAME_IS_UTF8 };
            bytes.extend_from_slice(&double(file.size));
            bytes.extend_from_slice(&double(*offset));
            bytes.extend_from_slice(&word(*folder));
            bytes.extend_from_slice(&date.to_le_bytes());
            bytes.extend_from_slice(&time.to_le_bytes());
            bytes.extend_from_slice(&attributes.to_le_bytes());
            bytes.extend_from_slice(file.name.as_bytes());
            bytes.push(0);
        }
        bytes
    }

    /// Reads the payload in chunks, has each compressed by whichever thread is free, and writes them in order. At
    /// most two chunks for each thread are under way.
    fn write_data<W: Write>(
        &mut self,
        cabinet: &Cabinet,
        threads: NonZeroUsize,
        out: &mut W,
    ) -> Result<(), WriteError> {
        let sizes: Vec<u64> = self.folders.iter().map(|folder| folder.size).collect();
        let (jobs, inbox) = mpsc::channel::<Job>();
        let inbox = Mutex::new(inbox);
        std::thread::scope(|scope| {
            let jobs = jobs; // dropped on every way out, so that the threads end
            for _ in 0..threads.get() {
                scope.spawn(|| {
                    loop {
                        let job = inbox.lock().expect("no thread panics while it waits").recv();
                        let Ok(Job { data, from, result }) = job else { break };
                        // Nobody waits for it any more if writing has failed.
                        let _ = result.send(mszip::compressed(&data, from));
                    }
                });
            }
            let mut payload = Payload::new(&cabinet.files);
            let mut under_way = VecDeque::new();
            for (folder, size) in sizes.into_iter().enumerate() {
                let mut left = size;
                let mut before = Vec::new();
                while left > 0 {
                    if under_way.len() >= 2 * threads.get() {
                        self.write_next(&mut under_way, out)?;
                    }
                    let (mut data, count) = (before, left.min(CHUNK as u64));
                    let from = data.len();
                    payload.take(count, &mut data)?;
                    left -= count;
                    before = data[data.len().saturating_sub(BLOCK)..].to_vec();
                    let (result, outbox) = mpsc::sync_channel(1);
                    jobs.send(Job { data, from, result })
                        .expect("the threads end after this one drops `jobs`");
                    under_way.push_back((folder, outbox));
                }
            }
            while !under_way.is_empty() {
                self.write_next(&mut under_way, out)?;
            }
            payload.finish()
        })
    }

    /// Waits for the oldest chunk and writes it.
    fn write_next<W: Write>(
        &mut self,
        under_way: &mut VecDeque<(usize, mpsc::Receiver<Vec<u8>>)>,
        out: &mut W,
    ) -> Result<(), WriteError> {
        let Some((folder, outbox)) = under_way.pop_front() else { return Ok(()) };
        let blocks = outbox.recv().expect("compressing does not fail");
        self.folders[folder].start.get_or_insert(self.size);
        out.write_all(&blocks)?;
        self.size += blocks.len() as u64;
        if self.size > CABINET_MAX { Err(WriteError::TooLarge) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::model::{CabinetFile, Source};
    use super::super::read::Reader;
    use super::*;

    /// What happens at 2 GiB, at 100,000 bytes.
    #[test]
    fn folders_are_split_before_they_are_full() {
        let sizes = [60_000, 40_000, 1, 0, 99_999, 100_000, 0, 0];
        let files = sizes.iter().enumerate().map(|(k, size)| CabinetFile {
            name: format!("f{k}"),
            size: *size as u64,
            modified: 0,
            source: Source::Bytes(vec![u8::try_from(k).expect("small"); *size]),
        });
        let cabinet = Cabinet { files: files.collect() };
        let mut layout = Layout::new(&cabinet, 100_000);
        let places: Vec<usize> = layout.places.iter().map(|(folder, _)| *folder).collect();
        assert_eq!(places, [0, 0, 1, 1, 1, 2, 2, 2]);
        let mut out = Cursor::new(layout.header(&cabinet));
        out.set_position(layout.header);
        layout.write_data(&cabinet, NonZeroUsize::MIN, &mut out).expect("written");
        let header = layout.header(&cabinet);
        out.get_mut()[..header.len()].copy_from_slice(&header);
        let mut reader = Reader::open(out).expect("a cabinet");
        for (k, file) in cabinet.files.iter().enumerate() {
            let mut bytes = Vec::new();
            reader.extract(k, &mut bytes).expect("whole");
            assert!(matches!(&file.source, Source::Bytes(source) if *source == bytes), "{}", file.name);
        }
    }
}
