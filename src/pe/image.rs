//! A whole image in memory, with one or two views of it.

use super::header::{self, CHECKSUM};
use super::view::View;
use super::{Error, Machine, arm64x, bytes};
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
        self.native.headers().machine
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
