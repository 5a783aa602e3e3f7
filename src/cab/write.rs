//! Writes a cabinet, compressed on several threads, in memory that does not grow with the payload.

use std::collections::{BTreeSet, VecDeque};
use std::io::{Seek, SeekFrom, Write};
use std::num::NonZeroUsize;
use std::sync::mpsc;

use super::error::WriteError;
use super::format::{ARCHIVE, BLOCK, FILE, FOLDER, HEADER, NAME_IS_UTF8, NAME_MAX, dos_time};
use super::method::{Back, Done, Front, Method};
use super::model::{Cabinet, CabinetFile, Source};
use super::payload::Payload;
use super::pool::Pool;

/// A folder counts its blocks in 16 bits.
const FOLDER_MAX: u64 = 65_535 * BLOCK as u64;

/// Cabinets are kept below 2 GiB: readers use signed 32-bit offsets.
const CABINET_MAX: u64 = 0x7fff_ffff;

/// Writes `cabinet` to `out` from its current position on, on `threads` threads, and gives the number of bytes. The
/// bytes do not depend on `threads`. Memory does not depend on the payload: some 3 MiB for each thread with MSZIP; with
/// LZX, some 25 MiB and as much for each thread (`docs/compression.md`).
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
    for (index, file) in cabinet.files.iter().enumerate() {
        if let Source::SameAs(original) = file.source {
            let same =
                |other: &CabinetFile| other.size == file.size && !matches!(other.source, Source::SameAs(_));
            if !cabinet.files[..index].get(original).is_some_and(same) {
                return Err(WriteError::NotTheSame { name: file.name.clone(), original, size: file.size });
            }
        }
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
    /// A file begins a new folder where the old one would pass `folder_max` bytes, and where WiX has it so (`CabCFinish` in
    /// its `cabcutil.cpp`): Windows Installer, which goes through files in the order of their numbers, decompresses a folder
    /// from its beginning whenever it goes back. So a file begins one that others are the same as, and so does what comes
    /// after a file for which it has gone back.
    fn new(cabinet: &Cabinet, folder_max: u64) -> Layout {
        let mut folders: Vec<Folder> = Vec::new();
        let mut places = Vec::with_capacity(cabinet.files.len());
        let is_copy = |file: &CabinetFile| matches!(file.source, Source::SameAs(_));
        let originals: BTreeSet<usize> = cabinet
            .files
            .iter()
            .filter_map(|file| if let Source::SameAs(index) = file.source { Some(index) } else { None })
            .collect();
        let last = cabinet.files.iter().rposition(|file| !is_copy(file)).unwrap_or(0);
        let mut apart = false;
        for (index, file) in cabinet.files.iter().enumerate() {
            if let Source::SameAs(original) = file.source {
                let goes_on = index - 1 == original || is_copy(&cabinet.files[index - 1]);
                apart |= !goes_on && index < last;
                places.push(places[original]);
                continue;
            }
            apart |= originals.contains(&index);
            let is_full =
                |folder: &Folder| folder.size + file.size > folder_max || (apart && folder.size > 0);
            if folders.last().is_none_or(is_full) {
                folders.push(Folder { size: 0, start: None });
            }
            apart = false;
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
            bytes.extend_from_slice(&cabinet.method.code().to_le_bytes());
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

    /// Reads the payload in chunks, has each compressed by whichever thread is free, this one too, and writes them in
    /// order. At most two chunks for each thread are under way.
    fn write_data<W: Write>(
        &mut self,
        cabinet: &Cabinet,
        threads: NonZeroUsize,
        out: &mut W,
    ) -> Result<(), WriteError> {
        let pool = Pool::default();
        std::thread::scope(|scope| {
            for _ in 1..threads.get() {
                scope.spawn(|| pool.work());
            }
            let _closing = pool.closing();
            self.write_folders(cabinet, &pool, 2 * threads.get(), out)
        })
    }

    /// With at most `most` chunks under way.
    fn write_folders<W: Write>(
        &mut self,
        cabinet: &Cabinet,
        pool: &Pool,
        most: usize,
        out: &mut W,
    ) -> Result<(), WriteError> {
        let mut payload = Payload::new(&cabinet.files);
        let mut under_way = UnderWay { pool, method: cabinet.method, chunks: VecDeque::new(), back: None };
        for (folder, size) in self.folders.iter().map(|folder| folder.size).enumerate().collect::<Vec<_>>() {
            let mut front = Front::new(cabinet.method, size);
            let mut left = size;
            while left > 0 {
                if under_way.chunks.len() >= most {
                    self.write_next(&mut under_way, out)?;
                }
                let (mut chunk, count) = (Vec::new(), left.min(cabinet.method.chunk() as u64));
                payload.take(count, &mut chunk)?;
                left -= count;
                under_way.chunks.push_back((folder, pool.push(front.next(chunk))));
            }
        }
        while !under_way.chunks.is_empty() {
            self.write_next(&mut under_way, out)?;
        }
        payload.finish()
    }

    /// Waits for the oldest chunk and writes it.
    fn write_next<W: Write>(&mut self, under_way: &mut UnderWay<'_>, out: &mut W) -> Result<(), WriteError> {
        let Some((folder, outbox)) = under_way.chunks.pop_front() else { return Ok(()) };
        let done = under_way.pool.wait(&outbox);
        let back = match &mut under_way.back {
            Some((number, back)) if *number == folder => back,
            back => &mut back.insert((folder, Back::new(under_way.method))).1,
        };
        let blocks = back.blocks(done);
        self.folders[folder].start.get_or_insert(self.size);
        out.write_all(&blocks)?;
        self.size += blocks.len() as u64;
        if self.size > CABINET_MAX { Err(WriteError::TooLarge) } else { Ok(()) }
    }
}

/// Chunks that threads are at.
struct UnderWay<'p> {
    pool: &'p Pool,
    method: Method,
    /// Each with its folder.
    chunks: VecDeque<(usize, mpsc::Receiver<Done>)>,
    /// What writes the folder of the oldest one.
    back: Option<(usize, Back)>,
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::read::Reader;
    use super::*;

    #[test]
    fn files_that_others_are_the_same_as_begin_folders() {
        let source = |same: Option<usize>| same.map_or(Source::Bytes(vec![1; 9]), Source::SameAs);
        let places = |same: &[Option<usize>]| -> Vec<usize> {
            let file = |(k, same): (usize, &Option<usize>)| CabinetFile {
                name: format!("f{k}"),
                size: 9,
                modified: 0,
                source: source(*same),
            };
            let files = same.iter().enumerate().map(file).collect();
            let layout = Layout::new(&Cabinet { method: Method::Stored, files }, FOLDER_MAX);
            layout.places.iter().map(|(folder, _)| *folder).collect()
        };
        assert_eq!(places(&[None, None, None]), [0, 0, 0]);
        // The second is jumped back to from the fourth, after which the fifth goes on.
        assert_eq!(places(&[None, None, None, Some(1), None]), [0, 1, 1, 1, 2]);
        // No jump back, none to go on from, and nothing that comes after.
        assert_eq!(places(&[None, None, Some(1), None]), [0, 1, 1, 1]);
        assert_eq!(places(&[None, None, Some(0), Some(0), None]), [0, 0, 0, 0, 1]);
        assert_eq!(places(&[None, None, Some(0)]), [0, 0, 0]);
    }

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
        let cabinet = Cabinet { method: Method::MsZip, files: files.collect() };
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
