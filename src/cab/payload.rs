//! The bytes of all files, one after the other, as they go into the folders.

use std::fs::File;
use std::io::{self, Read};

use super::error::WriteError;
use super::model::{CabinetFile, Source};

/// Reads the sources in order, those that are stored once once, and holds each to its stated size.
pub(super) struct Payload<'a> {
    files: std::slice::Iter<'a, CabinetFile>,
    current: Option<Open<'a>>,
}

/// A source being read.
struct Open<'a> {
    file: &'a CabinetFile,
    reader: Box<dyn Read + 'a>,
    /// Bytes still to come.
    left: u64,
}

impl<'a> Payload<'a> {
    pub(super) fn new(files: &'a [CabinetFile]) -> Payload<'a> {
        Payload { files: files.iter(), current: None }
    }

    /// Appends the next `count` bytes; the sizes stated must add up to at least that.
    pub(super) fn take(&mut self, count: u64, bytes: &mut Vec<u8>) -> Result<(), WriteError> {
        let mut filled = bytes.len();
        bytes.resize(filled + usize::try_from(count).unwrap_or(usize::MAX), 0);
        while filled < bytes.len() {
            let Some(open) = &mut self.current else {
                self.current = self.files.next().expect("the sizes add up").open()?;
                continue;
            };
            let room = &mut bytes[filled..];
            let part = usize::try_from(open.left).unwrap_or(usize::MAX).min(room.len());
            open.fill(&mut room[..part])?;
            filled += part;
            if open.left == 0 {
                open.end()?;
                self.current = None;
            }
        }
        Ok(())
    }

    /// Checks the files of no bytes that stand at the end.
    pub(super) fn finish(mut self) -> Result<(), WriteError> {
        self.files.try_for_each(|file| file.open()?.map_or(Ok(()), |mut open| open.end()))
    }
}

impl CabinetFile {
    /// Nothing where its bytes are those of another file.
    fn open(&self) -> Result<Option<Open<'_>>, WriteError> {
        let reader: Box<dyn Read + '_> = match &self.source {
            Source::Bytes(bytes) => Box::new(bytes.as_slice()),
            Source::File(path) => Box::new(File::open(path).map_err(|error| self.unreadable(error))?),
            Source::SameAs(_) => return Ok(None),
        };
        Ok(Some(Open { file: self, reader, left: self.size }))
    }

    fn unreadable(&self, source: io::Error) -> WriteError {
        let path = match &self.source {
            Source::File(path) => path.clone(),
            Source::Bytes(_) | Source::SameAs(_) => std::path::PathBuf::new(),
        };
        WriteError::Source { name: self.name.clone(), path, source }
    }
}

impl Open<'_> {
    /// Fills `part`, which is no longer than what is left.
    fn fill(&mut self, mut part: &mut [u8]) -> Result<(), WriteError> {
        while !part.is_empty() {
            match self.reader.read(part) {
                Ok(0) => return Err(self.size_changed(Some(self.file.size - self.left))),
                Ok(count) => {
                    part = &mut part[count..];
                    self.left -= count as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.file.unreadable(error)),
            }
        }
        Ok(())
    }

    /// Makes sure that the source ends here.
    fn end(&mut self) -> Result<(), WriteError> {
        match self.reader.read(&mut [0]) {
            Ok(0) => Ok(()),
            Ok(_) => Err(self.size_changed(None)),
            Err(error) => Err(self.file.unreadable(error)),
        }
    }

    fn size_changed(&self, found: Option<u64>) -> WriteError {
        WriteError::SizeChanged { name: self.file.name.clone(), stated: self.file.size, found }
    }
}
