//! What a DLL is, as far as it must be known before another takes its place: its processor, its version, its exports.
//!
//! The format: <https://learn.microsoft.com/windows/win32/debug/pe-format>. Every input is untrusted; what does not hold
//! together is no DLL.

use alloc::collections::BTreeSet;
use alloc::string::String;
use core::fmt;

/// Who can load a DLL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Processor {
    /// 32-bit processes.
    X86,
    /// 64-bit processes for AMD64.
    X64,
    /// 64-bit processes for ARM64.
    Arm64,
    /// Both kinds of 64-bit processes, each with a view of its own.
    Arm64X,
}

impl Processor {
    /// All, with the words for them.
    const WORDS: [(Processor, &str); 4] = [
        (Processor::X86, "x86"),
        (Processor::X64, "x64"),
        (Processor::Arm64, "arm64"),
        (Processor::Arm64X, "arm64x"),
    ];

    /// The processor that a word stands for.
    #[must_use]
    pub fn named(word: &str) -> Option<Processor> {
        Processor::WORDS.iter().find(|(_, known)| *known == word).map(|(processor, _)| *processor)
    }

    /// Whether what is for this processor is good where `wanted` is asked for: an ARM64X DLL has the ARM64 view, too.
    #[must_use]
    pub fn serves(self, wanted: Processor) -> bool {
        self == wanted || (self == Processor::Arm64X && wanted == Processor::Arm64)
    }
}

impl fmt::Display for Processor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = Processor::WORDS.iter().find(|(processor, _)| processor == self);
        f.write_str(word.map_or("", |(_, word)| word))
    }
}

/// The four numbers of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub [u16; 4]);

impl Version {
    /// Reads `1.2.3.4`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Version> {
        let mut numbers = [0; 4];
        let mut parts = text.split('.');
        for number in &mut numbers {
            *number = parts.next()?.parse().ok()?;
        }
        parts.next().is_none().then_some(Version(numbers))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, build, revision] = self.0;
        write!(f, "{major}.{minor}.{build}.{revision}")
    }
}

/// A DLL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Who can load it.
    pub processor: Processor,
    /// Its version; none where it says none.
    pub version: Option<Version>,
    /// The names that it exports, as native processes see them.
    pub exports: BTreeSet<String>,
}

/// More names than a DLL exports.
const MOST_EXPORTS: u32 = 65_536;
/// A longer name is none.
const LONGEST_NAME: usize = 4096;
/// More than the sections that Windows loads.
const MOST_SECTIONS: u16 = 96;

const I386: u16 = 0x014C;
const AMD64: u16 = 0x8664;
const ARM64: u16 = 0xAA64;

/// Directories of the optional header, by number.
const EXPORT: usize = 0;
const RESOURCE: usize = 2;
const LOAD_CONFIG: usize = 10;

/// The resource type of version information.
const VERSION: u32 = 16;
/// Begins the fixed part of version information.
const FIXED: [u8; 4] = 0xFEEF_04BD_u32.to_le_bytes();

/// The place of `CHPEMetadataPointer` in the load configuration of a 64-bit image.
const CHPE: usize = 0xC8;

impl Image {
    /// Reads a DLL; nothing for bytes that are none, or one for another processor.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Image> {
        let file = File::of(bytes)?;
        let processor = match file.machine {
            I386 => Processor::X86,
            AMD64 => Processor::X64,
            ARM64 if file.is_hybrid() => Processor::Arm64X,
            ARM64 => Processor::Arm64,
            _ => return None,
        };
        Some(Image { processor, version: file.version(), exports: file.exports()? })
    }
}

/// The headers of an image, and all of its bytes.
struct File<'a> {
    bytes: &'a [u8],
    machine: u16,
    /// Where the section headers begin, and how many there are.
    sections: (usize, u16),
    /// Where the directories begin, and how many there are.
    directories: (usize, u32),
}

impl<'a> File<'a> {
    fn of(bytes: &'a [u8]) -> Option<File<'a>> {
        const DLL: u16 = 0x2000;
        if bytes.get(..2)? != b"MZ" {
            return None;
        }
        let start = usize::try_from(number32(bytes, 0x3C)?).ok()?;
        if bytes.get(start..start.checked_add(4)?)? != b"PE\0\0" {
            return None;
        }
        let header = start.checked_add(4)?;
        let machine = number16(bytes, header)?;
        let count = number16(bytes, header.checked_add(2)?)?;
        let size = number16(bytes, header.checked_add(16)?)?;
        if number16(bytes, header.checked_add(18)?)? & DLL == 0 || count > MOST_SECTIONS {
            return None;
        }
        let optional = header.checked_add(20)?;
        let (counted, directories) = match number16(bytes, optional)? {
            0x10B => (92, 96),
            0x20B => (108, 112),
            _ => return None,
        };
        let known = number32(bytes, optional.checked_add(counted)?)?;
        Some(File {
            bytes,
            machine,
            sections: (optional.checked_add(usize::from(size))?, count),
            directories: (optional.checked_add(directories)?, known),
        })
    }

    /// Address and length of a directory; nothing where it is empty.
    fn directory(&self, number: usize) -> Option<(u32, u32)> {
        let (start, count) = self.directories;
        if number >= count as usize {
            return None;
        }
        let at = start.checked_add(number * 8)?;
        let (address, length) = (number32(self.bytes, at)?, number32(self.bytes, at.checked_add(4)?)?);
        (address != 0 && length != 0).then_some((address, length))
    }

    /// Where the byte at an address of the image stands in the file.
    fn place(&self, address: u32) -> Option<usize> {
        let (start, count) = self.sections;
        for section in 0..usize::from(count) {
            let header = start.checked_add(section * 40)?;
            let field = |at: usize| number32(self.bytes, header.checked_add(at)?);
            let (first, length, raw) = (field(12)?, field(16)?, field(20)?);
            if let Some(within) = address.checked_sub(first).filter(|within| *within < length) {
                return usize::try_from(raw).ok()?.checked_add(usize::try_from(within).ok()?);
            }
        }
        None
    }

    /// Whether the load configuration leads to hybrid metadata.
    fn is_hybrid(&self) -> bool {
        let pointer = || {
            let (address, _) = self.directory(LOAD_CONFIG)?;
            let at = self.place(address)?;
            let size = usize::try_from(number32(self.bytes, at)?).ok()?;
            let pointer = self.bytes.get(at.checked_add(CHPE)?..at.checked_add(CHPE + 8)?)?;
            (size >= CHPE + 8).then(|| pointer.iter().any(|byte| *byte != 0))
        };
        pointer().unwrap_or(false)
    }

    fn exports(&self) -> Option<BTreeSet<String>> {
        let mut names = BTreeSet::new();
        let Some((address, _)) = self.directory(EXPORT) else { return Some(names) };
        let at = self.place(address)?;
        let count = number32(self.bytes, at.checked_add(24)?)?;
        if count == 0 {
            return Some(names);
        }
        if count > MOST_EXPORTS {
            return None;
        }
        let list = self.place(number32(self.bytes, at.checked_add(32)?)?)?;
        for index in 0..usize::try_from(count).ok()? {
            let name = self.place(number32(self.bytes, list.checked_add(index * 4)?)?)?;
            let rest = self.bytes.get(name..)?;
            let rest = rest.get(..LONGEST_NAME).unwrap_or(rest);
            let end = rest.iter().position(|byte| *byte == 0)?;
            names.insert(String::from_utf8_lossy(rest.get(..end)?).into_owned());
        }
        Some(names)
    }

    /// The file version of the first version resource.
    fn version(&self) -> Option<Version> {
        let (address, _) = self.directory(RESOURCE)?;
        let root = self.place(address)?;
        let types = self.entries(root)?;
        let (_, names) = types.into_iter().find(|(id, _)| *id == VERSION)?;
        let (_, languages) = *self.entries(root.checked_add(below(names)?)?)?.first()?;
        let (_, data) = *self.entries(root.checked_add(below(languages)?)?)?.first()?;
        let entry = root.checked_add(usize::try_from(data).ok()?)?;
        let start = self.place(number32(self.bytes, entry)?)?;
        let length = usize::try_from(number32(self.bytes, entry.checked_add(4)?)?).ok()?;
        let data = self.bytes.get(start..start.checked_add(length)?)?;
        // the fixed part stands behind a name of 16 characters, on a boundary of four bytes
        let at = data.windows(FIXED.len()).take(128).position(|window| window == FIXED)?;
        let (high, low) = (number32(data, at.checked_add(8)?)?, number32(data, at.checked_add(12)?)?);
        let [high, low] = [high, low].map(|pair| [(pair >> 16) as u16, pair as u16]);
        Some(Version([high[0], high[1], low[0], low[1]]))
    }

    /// The entries of a directory of resources: names or ids, and where what they name is.
    fn entries(&self, at: usize) -> Option<alloc::vec::Vec<(u32, u32)>> {
        let named = number16(self.bytes, at.checked_add(12)?)?;
        let numbered = number16(self.bytes, at.checked_add(14)?)?;
        let mut entries = alloc::vec::Vec::new();
        for index in 0..usize::from(named) + usize::from(numbered) {
            let entry = at.checked_add(16 + index * 8)?;
            entries.push((number32(self.bytes, entry)?, number32(self.bytes, entry.checked_add(4)?)?));
        }
        Some(entries)
    }
}

/// Where the directory is that an entry of a directory of resources names; nothing for an entry that names data.
fn below(entry: u32) -> Option<usize> {
    const DIRECTORY: u32 = 0x8000_0000;
    if entry & DIRECTORY == 0 { None } else { usize::try_from(entry & !DIRECTORY).ok() }
}

fn number16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn number32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}
