//! An image as one kind of process sees it: its headers, and what lies at an address. What its directories hold is read by
//! the files that are named after them.

use super::header::{self, FILE_HEADER_LENGTH};
use super::{Error, Headers, bytes};
use std::borrow::Cow;

/// An image as processes of one machine see it.
#[derive(Clone, Debug)]
pub struct View<'a> {
    bytes: Cow<'a, [u8]>,
    headers: Headers,
}

impl<'a> View<'a> {
    pub(super) fn parse(bytes: Cow<'a, [u8]>) -> Result<View<'a>, Error> {
        let signature = header::signature_offset(&bytes)?;
        let file_header = bytes::slice(&bytes, signature, FILE_HEADER_LENGTH, "the file header")
            .map_err(|_| Error::NotPe("the `PE` signature lies beyond the end of the file"))?;
        let extent = header::extent(signature, file_header)?;
        let head = bytes::slice(&bytes, extent.signature, extent.length, "the section table")?;
        let headers = Headers::parse(head)?;
        Ok(View { bytes, headers })
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// The file with this view's relocations applied: for the x64 view of an ARM64X image a file that any reader of
    /// x64 images takes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// `length` bytes at `rva`; they must lie in one section's data. `what` goes into the error.
    pub(super) fn slice(&self, rva: u32, length: usize, what: &'static str) -> Result<&[u8], Error> {
        let (offset, left) = self.headers.file_range(rva).ok_or(Error::Unmapped { what, rva })?;
        if length > left {
            return Err(Error::Unmapped { what, rva });
        }
        bytes::slice(&self.bytes, offset, length, what)
    }

    pub(super) fn u16(&self, rva: u32, what: &'static str) -> Result<u16, Error> {
        bytes::u16(self.slice(rva, 2, what)?, 0, what)
    }

    pub(super) fn u32(&self, rva: u32, what: &'static str) -> Result<u32, Error> {
        bytes::u32(self.slice(rva, 4, what)?, 0, what)
    }

    /// Everything from `rva` to the end of its section's data in the file.
    pub(super) fn rest(&self, rva: u32, what: &'static str) -> Result<&[u8], Error> {
        let (offset, left) = self.headers.file_range(rva).ok_or(Error::Unmapped { what, rva })?;
        let rest = self.bytes.get(offset..).ok_or(Error::Truncated { what, offset })?;
        Ok(&rest[..left.min(rest.len())])
    }

    /// The NUL-terminated text at `rva`, read as Latin-1. `budget` is what all texts of one directory may take
    /// together: without it, many names that overlap would take the square of the file's length.
    pub(super) fn text(&self, rva: u32, what: &'static str, budget: &mut usize) -> Result<String, Error> {
        let rest = self.rest(rva, what)?;
        let scanned = &rest[..rest.len().min(*budget)];
        let Some(end) = scanned.iter().position(|byte| *byte == 0) else {
            return Err(if scanned.len() < rest.len() {
                Error::TooMuch { what, limit: self.bytes.len() }
            } else {
                Error::Malformed(format!("{what} at address {rva:#x} has no end"))
            });
        };
        *budget -= end;
        Ok(scanned[..end].iter().map(|byte| char::from(*byte)).collect())
    }
}
