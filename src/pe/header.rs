//! The headers of an image: machine, entry point, data directories, sections.

use super::{Error, bytes};
use crate::id::Arch;
use std::fmt;

/// The processor in the file header
/// (<https://learn.microsoft.com/windows/win32/debug/pe-format#machine-types>).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Machine(pub u16);

impl Machine {
    /// 32-bit Intel.
    pub const I386: Machine = Machine(0x014C);
    /// 64-bit Intel.
    pub const AMD64: Machine = Machine(0x8664);
    /// 64-bit Arm; on disk also that of ARM64X.
    pub const ARM64: Machine = Machine(0xAA64);
    /// Code for 64-bit Arm with the calling convention of 64-bit Intel; in object files only.
    pub const ARM64EC: Machine = Machine(0xA641);

    /// The processor of a package that such an image can be in.
    #[must_use]
    pub fn arch(self) -> Option<Arch> {
        match self {
            Machine::I386 => Some(Arch::X86),
            Machine::AMD64 => Some(Arch::X64),
            Machine::ARM64 => Some(Arch::Arm64),
            _ => None,
        }
    }
}

impl From<Arch> for Machine {
    fn from(arch: Arch) -> Machine {
        match arch {
            Arch::X86 => Machine::I386,
            Arch::X64 => Machine::AMD64,
            Arch::Arm64 => Machine::ARM64,
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.arch() {
            Some(arch) => arch.fmt(f),
            None => write!(f, "machine {:#06x}", self.0),
        }
    }
}

impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Machine({:#06x})", self.0)
    }
}

/// The data directories, by their place in the optional header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are the format's own")]
pub enum Directory {
    Export,
    Import,
    Resource,
    Exception,
    Security,
    BaseReloc,
    Debug,
    Architecture,
    GlobalPtr,
    Tls,
    LoadConfig,
    BoundImport,
    Iat,
    DelayImport,
    Clr,
    Reserved,
}

impl Directory {
    /// How many there are.
    pub const COUNT: usize = 16;
}

/// Where a data directory is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DataDirectory {
    /// Address relative to the image base; for [`Directory::Security`] an offset in the file. 0: there is none.
    pub rva: u32,
    /// Length in bytes.
    pub size: u32,
}

/// One section. Its data in the file may be shorter than it is in memory; the rest is zeros.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The name, up to 8 bytes, read as Latin-1.
    pub name: String,
    /// Address relative to the image base.
    pub rva: u32,
    /// Length in memory, in bytes.
    pub virtual_size: u32,
    /// Where its data is in the file, in bytes.
    pub file_offset: u32,
    /// Length of its data in the file, in bytes.
    pub file_size: u32,
    /// `IMAGE_SCN_*` bits.
    pub characteristics: u32,
}

impl Section {
    /// Whether it holds code.
    #[must_use]
    pub fn is_executable(&self) -> bool {
        const MEM_EXECUTE: u32 = 0x2000_0000;
        self.characteristics & MEM_EXECUTE != 0
    }

    fn contains(&self, rva: u32) -> bool {
        rva.checked_sub(self.rva).is_some_and(|offset| offset < self.virtual_size.max(self.file_size))
    }
}

/// The headers of one view of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headers {
    /// The processor.
    pub machine: Machine,
    /// `IMAGE_FILE_*` bits of the file header.
    pub characteristics: u16,
    /// Whether the optional header is that of PE32+.
    pub is_pe32_plus: bool,
    /// Address of the entry point; 0 where there is none.
    pub entry_point: u32,
    /// Where the image would like to be loaded.
    pub image_base: u64,
    /// Least version of the subsystem, major and minor.
    pub subsystem_version: (u16, u16),
    /// Length of the image in memory, in bytes.
    pub size_of_image: u32,
    /// Length of the headers, in bytes; they are mapped at address 0.
    pub size_of_headers: u32,
    /// The checksum that the file claims; 0 where none was set.
    pub checksum: u32,
    /// `IMAGE_SUBSYSTEM_*`.
    pub subsystem: u16,
    /// `IMAGE_DLLCHARACTERISTICS_*` bits.
    pub dll_characteristics: u16,
    /// The sections, in the file's order.
    pub sections: Vec<Section>,
    directories: [DataDirectory; Directory::COUNT],
}

/// How much of the file the headers take.
pub(super) struct Extent {
    /// Where the `PE\0\0` signature is.
    pub(super) signature: usize,
    /// From there to the end of the section table, in bytes.
    pub(super) length: usize,
}

const FILE_HEADER: usize = 24; // signature and IMAGE_FILE_HEADER
const SECTION_HEADER: usize = 40;
/// The format's own limit, and what keeps the search for a section short.
const MOST_SECTIONS: usize = 96;
/// Where the checksum is, from the signature on.
pub(super) const CHECKSUM: usize = FILE_HEADER + 64;

/// Where the signature is, from the first 64 bytes of a file.
pub(super) fn signature_offset(dos: &[u8]) -> Result<usize, Error> {
    if !dos.starts_with(b"MZ") {
        return Err(Error::NotPe("it does not begin with `MZ`"));
    }
    let offset =
        bytes::u32(dos, 0x3C, "the DOS header").map_err(|_| Error::NotPe("the DOS header is cut short"))?;
    usize::try_from(offset).map_err(|_| Error::NotPe("the signature is out of reach"))
}

/// Where the entry of [`Directory::Security`] is, in the image that begins with `head`.
pub(super) fn security_directory(head: &[u8]) -> Result<usize, Error> {
    let optional = signature_offset(head)? + FILE_HEADER;
    let directories = match bytes::u16(head, optional, "the optional header")? {
        0x20B => 112,
        _ => 96,
    };
    Ok(optional + directories + 8 * Directory::Security as usize)
}

/// How far the headers reach, from the [`FILE_HEADER_LENGTH`] bytes at `signature`.
pub(super) fn extent(signature: usize, file_header: &[u8]) -> Result<Extent, Error> {
    if !file_header.starts_with(b"PE\0\0") {
        return Err(Error::NotPe("the `PE` signature is missing"));
    }
    let sections = usize::from(bytes::u16(file_header, 6, "the file header")?);
    let optional = usize::from(bytes::u16(file_header, 20, "the file header")?);
    Ok(Extent { signature, length: FILE_HEADER + optional + SECTION_HEADER * sections })
}

/// Length of the signature and the file header, in bytes.
pub(super) const FILE_HEADER_LENGTH: usize = FILE_HEADER;

impl Headers {
    /// The headers of the image that begins with `head`; what follows them does not matter.
    ///
    /// # Errors
    /// The bytes are no image, or end before its section table does.
    pub fn of(head: &[u8]) -> Result<Headers, Error> {
        let signature = signature_offset(head)?;
        let file_header = bytes::slice(head, signature, FILE_HEADER_LENGTH, "the file header")?;
        let extent = extent(signature, file_header)?;
        Headers::parse(bytes::slice(head, extent.signature, extent.length, "the section table")?)
    }

    /// Reads `head`: everything from the signature to the end of the section table.
    pub(super) fn parse(head: &[u8]) -> Result<Headers, Error> {
        const OPTIONAL: &str = "the optional header";
        let optional_size = usize::from(bytes::u16(head, 20, "the file header")?);
        let optional = bytes::slice(head, FILE_HEADER, optional_size, OPTIONAL)?;
        let is_pe32_plus = match bytes::u16(optional, 0, OPTIONAL)? {
            0x10B => false,
            0x20B => true,
            _ => return Err(Error::NotPe("the optional header is neither that of PE32 nor of PE32+")),
        };
        let (image_base, count_at) = if is_pe32_plus {
            (bytes::u64(optional, 24, OPTIONAL)?, 108)
        } else {
            (u64::from(bytes::u32(optional, 28, OPTIONAL)?), 92)
        };
        let present = bytes::u32(optional, count_at, OPTIONAL)?.min(Directory::COUNT as u32) as usize;
        let mut directories = [DataDirectory::default(); Directory::COUNT];
        for (index, directory) in directories.iter_mut().take(present).enumerate() {
            let at = count_at + 4 + 8 * index;
            directory.rva = bytes::u32(optional, at, OPTIONAL)?;
            directory.size = bytes::u32(optional, at + 4, OPTIONAL)?;
        }
        let count = usize::from(bytes::u16(head, 6, "the file header")?);
        if count > MOST_SECTIONS {
            return Err(Error::TooMuch { what: "sections", limit: MOST_SECTIONS });
        }
        let sections = (0..count)
            .map(|index| section(head, FILE_HEADER + optional_size + SECTION_HEADER * index))
            .collect::<Result<_, _>>()?;
        Ok(Headers {
            machine: Machine(bytes::u16(head, 4, "the file header")?),
            characteristics: bytes::u16(head, 22, "the file header")?,
            is_pe32_plus,
            entry_point: bytes::u32(optional, 16, OPTIONAL)?,
            image_base,
            subsystem_version: (bytes::u16(optional, 48, OPTIONAL)?, bytes::u16(optional, 50, OPTIONAL)?),
            size_of_image: bytes::u32(optional, 56, OPTIONAL)?,
            size_of_headers: bytes::u32(optional, 60, OPTIONAL)?,
            checksum: bytes::u32(optional, 64, OPTIONAL)?,
            subsystem: bytes::u16(optional, 68, OPTIONAL)?,
            dll_characteristics: bytes::u16(optional, 70, OPTIONAL)?,
            sections,
            directories,
        })
    }

    /// Where `directory` is; `None` where the image has none.
    #[must_use]
    pub fn directory(&self, directory: Directory) -> Option<DataDirectory> {
        Some(self.directories[directory as usize]).filter(|found| found.rva != 0)
    }

    /// All data directories in the order of [`Directory`]; absent ones are zeros.
    #[must_use]
    pub fn directories(&self) -> &[DataDirectory; Directory::COUNT] {
        &self.directories
    }

    /// The section that `rva` lies in.
    #[must_use]
    pub fn section_at(&self, rva: u32) -> Option<&Section> {
        self.sections.iter().find(|section| section.contains(rva))
    }

    /// Where in the file the bytes at `rva` are, and how many follow them in the same section. `None` where the file
    /// holds no bytes for the address.
    #[must_use]
    pub fn file_range(&self, rva: u32) -> Option<(usize, usize)> {
        if rva < self.size_of_headers {
            return Some((rva as usize, (self.size_of_headers - rva) as usize));
        }
        let section = self.section_at(rva)?;
        let offset = rva - section.rva;
        let left = section.file_size.checked_sub(offset).filter(|left| *left > 0)?;
        Some((section.file_offset.checked_add(offset)? as usize, left as usize))
    }
}

fn section(head: &[u8], at: usize) -> Result<Section, Error> {
    const WHAT: &str = "the section table";
    let field = |offset: usize| bytes::u32(head, at + offset, WHAT);
    let name = bytes::slice(head, at, 8, WHAT)?;
    Ok(Section {
        name: name.iter().take_while(|byte| **byte != 0).map(|byte| char::from(*byte)).collect(),
        virtual_size: field(8)?,
        rva: field(12)?,
        file_size: field(16)?,
        file_offset: field(20)?,
        characteristics: field(36)?,
    })
}
