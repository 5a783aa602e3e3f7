//! A whole image in memory, with one or two views of it.

use super::header::{self, CHECKSUM, FILE_HEADER_LENGTH};
use super::{AssemblyIdentity, arm64x, assembly, bytes, export, import, resource};
use super::{Error, Exports, Headers, Machine, MessageTable, Resource, ResourceId, VersionInfo};
use std::borrow::Cow;

/// An image. An ARM64X image has two views: the native one, which the file shows, and the one that an x64 process
/// gets after the loader has applied the image's dynamic value relocations.
#[derive(Clone, Debug)]
pub struct Image<'a> {
    native: View<'a>,
    x64: Option<View<'a>>,
}

impl<'a> Image<'a> {
    /// Reads the headers of `bytes`, the content of a file, and makes the x64 view where there is one.
    ///
    /// # Errors
    /// The bytes are no image; the headers, or the dynamic value relocations of an ARM64X image, are broken.
    pub fn parse(bytes: &'a [u8]) -> Result<Image<'a>, Error> {
        let native = View::parse(Cow::Borrowed(bytes))?;
        let x64 = arm64x::x64_view(&native)?.map(|bytes| View::parse(Cow::Owned(bytes))).transpose()?;
        Ok(Image { native, x64 })
    }

    /// What the file itself shows, which is what a process of [`Image::machine`] gets.
    #[must_use]
    pub fn native(&self) -> &View<'a> {
        &self.native
    }

    /// What an x64 process gets of an ARM64X image; `None` for every other image.
    #[must_use]
    pub fn x64(&self) -> Option<&View<'a>> {
        self.x64.as_ref()
    }

    /// All views, the native one first.
    pub fn views(&self) -> impl Iterator<Item = &View<'a>> {
        std::iter::once(&self.native).chain(&self.x64)
    }

    /// The machine of the native view.
    #[must_use]
    pub fn machine(&self) -> Machine {
        self.native.headers.machine
    }
}

/// An image as processes of one machine see it.
#[derive(Clone, Debug)]
pub struct View<'a> {
    bytes: Cow<'a, [u8]>,
    headers: Headers,
}

impl<'a> View<'a> {
    fn parse(bytes: Cow<'a, [u8]>) -> Result<View<'a>, Error> {
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

    /// What it exports; an empty list where it has no export directory.
    ///
    /// # Errors
    /// The export directory is broken.
    pub fn exports(&self) -> Result<Exports, Error> {
        export::read(self)
    }

    /// The names of the DLLs that it imports from, delay-loaded ones last, in the file's order.
    ///
    /// # Errors
    /// An import directory is broken.
    pub fn imports(&self) -> Result<Vec<String>, Error> {
        import::read(self)
    }

    /// The address, relative to the image, of the variable that the loader fills with the address of the imported
    /// function `name`; `None` where no DLL's function of this name is imported, or only delay-loaded.
    ///
    /// # Errors
    /// The import directory is broken.
    pub fn import_slot(&self, name: &str) -> Result<Option<u32>, Error> {
        import::slot(self, name)
    }

    /// Every resource, in the order of the tree.
    ///
    /// # Errors
    /// The resource directory is broken.
    pub fn resources(&self) -> Result<Vec<Resource<'_>>, Error> {
        resource::read(self)
    }

    /// The version resource: the first one, as Windows takes it. `None` where there is none.
    ///
    /// # Errors
    /// The resource directory or the version resource is broken.
    pub fn version(&self) -> Result<Option<VersionInfo>, Error> {
        let resources = self.resources()?;
        let found = resources.iter().find(|resource| resource.kind == ResourceId::VERSION);
        found.map(|resource| VersionInfo::parse(&resource.data)).transpose()
    }

    /// The first message table. `None` where there is none.
    ///
    /// # Errors
    /// The resource directory or the message table is broken.
    pub fn message_table(&self) -> Result<Option<MessageTable>, Error> {
        let resources = self.resources()?;
        let found = resources.iter().find(|resource| resource.kind == ResourceId::MESSAGE_TABLE);
        found.map(|resource| MessageTable::parse(&resource.data)).transpose()
    }

    /// The identity of a .NET assembly; `None` where the image is none.
    ///
    /// # Errors
    /// The metadata is broken.
    pub fn assembly(&self) -> Result<Option<AssemblyIdentity>, Error> {
        assembly::read(self)
    }

    /// The manifest resources of a .NET assembly that lie in the image, by name; none where the image is no assembly.
    ///
    /// # Errors
    /// The metadata is broken, or says that there are more than anybody has.
    pub fn manifest_resources(&self) -> Result<Vec<(String, &[u8])>, Error> {
        assembly::resources(self)
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

/// The checksum that an image with the content `bytes` should have: the sum of its 16-bit words with the carries
/// added in, the checksum field itself left out, plus the length
/// (what `CheckSumMappedFile` computes: <https://learn.microsoft.com/windows/win32/api/imagehlp/nf-imagehlp-checksummappedfile>).
///
/// # Errors
/// The bytes are no image.
pub fn checksum(bytes: &[u8]) -> Result<u32, Error> {
    let field = header::signature_offset(bytes)?.saturating_add(CHECKSUM);
    bytes::u32(bytes, field, "the checksum")?;
    let mut sum: u32 = 0;
    for (index, pair) in bytes.chunks(2).enumerate() {
        let at = 2 * index;
        // the field is aligned to 4 bytes in every image that a linker makes
        if at == field || at == field + 2 {
            continue;
        }
        sum += u32::from(pair[0]) | u32::from(pair.get(1).copied().unwrap_or(0)) << 8;
        sum = (sum & 0xFFFF) + (sum >> 16);
    }
    Ok(sum.wrapping_add(bytes.len() as u32))
}
