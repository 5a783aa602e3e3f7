//! Bytes that can be read at any place: a file, memory, or a part of either.

use rawzip::{FileReader, ReaderAt};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

/// Bytes to be read at any offset. Clones share them.
#[derive(Clone, Debug)]
pub struct Source {
    bytes: Arc<Bytes>,
    start: u64,
    len: u64,
}

#[derive(Debug)]
enum Bytes {
    File(FileReader),
    Memory(Vec<u8>),
}

impl Source {
    /// The whole of a file.
    ///
    /// # Errors
    /// Its length cannot be told.
    pub fn file(file: File) -> io::Result<Source> {
        let len = file.metadata()?.len();
        Ok(Source { bytes: Arc::new(Bytes::File(file.into())), start: 0, len })
    }

    /// Bytes in memory.
    #[must_use]
    pub fn memory(bytes: Vec<u8>) -> Source {
        let len = bytes.len() as u64;
        Source { bytes: Arc::new(Bytes::Memory(bytes)), start: 0, len }
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there are no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The `len` bytes from `start` on; nothing where they are not all there.
    #[must_use]
    pub fn window(&self, start: u64, len: u64) -> Option<Source> {
        start.checked_add(len).filter(|end| *end <= self.len)?;
        Some(Source { bytes: self.bytes.clone(), start: self.start + start, len })
    }

    /// The bytes as a stream that can be sought in, at its beginning.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        Cursor { source: self.clone(), position: 0 }
    }

    /// Up to the first `most` bytes.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn head(&self, most: u64) -> io::Result<Vec<u8>> {
        let mut head = Vec::new();
        self.cursor().take(most).read_to_end(&mut head)?;
        Ok(head)
    }
}

impl ReaderAt for Source {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        let left = usize::try_from(self.len.saturating_sub(offset)).unwrap_or(usize::MAX);
        let most = left.min(buf.len());
        if most == 0 {
            return Ok(0);
        }
        let (buf, offset) = (&mut buf[..most], self.start + offset);
        match &*self.bytes {
            Bytes::File(file) => file.read_at(buf, offset),
            Bytes::Memory(bytes) => bytes.read_at(buf, offset),
        }
    }
}

/// A place in a [`Source`].
#[derive(Clone, Debug)]
pub struct Cursor {
    source: Source,
    position: u64,
}

impl Read for Cursor {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read_at(buf, self.position)?;
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for Cursor {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(distance) => self.source.len.checked_add_signed(distance),
            SeekFrom::Current(distance) => self.position.checked_add_signed(distance),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}
