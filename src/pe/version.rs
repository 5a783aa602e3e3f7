//! Version resources: read, written, and found in a large file without reading the rest of it.

use super::header::{self, FILE_HEADER_LENGTH};
use super::{Directory, Error, Headers, ResourceId, View, bytes};
use crate::id::FileVersion;
use std::io::{Read, Seek, SeekFrom};

const WHAT: &str = "the version resource";
const SIGNATURE: u32 = 0xFEEF_04BD;
const STRUCTURE_VERSION: u32 = 0x0001_0000;
const FIXED_LENGTH: usize = 52;
/// The length field of the resource has 16 bits.
const MOST: usize = 65_535;

/// The numbers of a version resource
/// (<https://learn.microsoft.com/windows/win32/api/verrsrc/ns-verrsrc-vs_fixedfileinfo>).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FixedFileInfo {
    /// The version that Windows Installer compares.
    pub file_version: FileVersion,
    /// The version of the product that the file came with.
    pub product_version: FileVersion,
    /// Which bits of `flags` count.
    pub flags_mask: u32,
    /// `VS_FF_*`.
    pub flags: u32,
    /// `VOS_*`.
    pub os: u32,
    /// `VFT_*`: 1 for a program, 2 for a DLL.
    pub file_type: u32,
    /// `VFT2_*`.
    pub file_subtype: u32,
    /// A FILETIME; nearly always 0.
    pub date: u64,
}

/// A language of the version resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Translation {
    /// A `LANGID`.
    pub language: u16,
    /// A code page; 1200 for UTF-16.
    pub code_page: u16,
}

/// The texts of a version resource in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StringTable {
    /// Language and code page as 8 hexadecimal digits.
    pub key: String,
    /// Names and values, in the resource's order.
    pub strings: Vec<(String, String)>,
}

impl View<'_> {
    /// The version resource: the first one, as Windows takes it. `None` where there is none.
    ///
    /// # Errors
    /// The resource directory or the version resource is broken.
    pub fn version(&self) -> Result<Option<VersionInfo>, Error> {
        let resources = self.resources()?;
        let found = resources.iter().find(|resource| resource.kind == ResourceId::VERSION);
        found.map(|resource| VersionInfo::parse(&resource.data)).transpose()
    }
}

/// A version resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VersionInfo {
    /// The numbers; `None` where the resource has none, which Windows takes for a file without version.
    pub fixed: Option<FixedFileInfo>,
    /// The texts.
    pub tables: Vec<StringTable>,
    /// The languages, which Windows Installer compares.
    pub translations: Vec<Translation>,
}

/// A node of the tree: header, key, value, children.
struct Node<'a> {
    key: String,
    value: &'a [u8],
    children: &'a [u8],
}

impl<'a> Node<'a> {
    /// The node at the beginning of `bytes`, and what follows it.
    fn parse(bytes: &'a [u8]) -> Result<(Node<'a>, &'a [u8]), Error> {
        let length = usize::from(bytes::u16(bytes, 0, WHAT)?);
        let node = bytes::slice(bytes, 0, length, WHAT)?;
        let value_length = usize::from(bytes::u16(node, 2, WHAT)?);
        let is_text = bytes::u16(node, 4, WHAT)? == 1;
        let (key, taken) = bytes::utf16_until_nul(&node[6..]);
        let value_at = (6 + taken).next_multiple_of(4).min(node.len());
        // texts count their value in UTF-16 units; some tools count bytes, so no value goes beyond its node
        let value_length = if is_text { 2 * value_length } else { value_length };
        let value_end = value_at.saturating_add(value_length).min(node.len());
        let children_at = value_end.next_multiple_of(4).min(node.len());
        let rest = &bytes[length.next_multiple_of(4).min(bytes.len())..];
        let node = Node { key, value: &node[value_at..value_end], children: &node[children_at..] };
        Ok((node, rest))
    }

    fn children(&self) -> Result<Vec<Node<'a>>, Error> {
        let mut found = Vec::new();
        let mut rest = self.children;
        // fewer bytes than a header has, or a length of 0, are padding
        while rest.len() >= 6 && rest[..2] != [0, 0] {
            let (node, after) = Node::parse(rest)?;
            found.push(node);
            rest = after;
        }
        Ok(found)
    }
}

fn node(key: &str, is_text: bool, value: &[u8], children: &[Vec<u8>]) -> Vec<u8> {
    let value_length = if is_text { value.len() / 2 } else { value.len() };
    let mut out = vec![0, 0];
    out.extend(u16::try_from(value_length).expect("a value is shorter than 64 KB").to_le_bytes());
    out.extend(u16::from(is_text).to_le_bytes());
    bytes::push_utf16(&mut out, key);
    out.extend([0, 0]);
    bytes::pad4(&mut out);
    out.extend(value);
    for child in children {
        bytes::pad4(&mut out);
        out.extend(child);
    }
    let length = u16::try_from(out.len()).expect("a version resource is shorter than 64 KB");
    out[..2].copy_from_slice(&length.to_le_bytes());
    out
}

impl VersionInfo {
    /// Reads the content of a version resource.
    ///
    /// # Errors
    /// The resource is cut short or is something else.
    pub fn parse(data: &[u8]) -> Result<VersionInfo, Error> {
        let (root, _) = Node::parse(data)?;
        if root.key != "VS_VERSION_INFO" {
            return Err(Error::Malformed(format!(
                "{WHAT} begins with the key `{}`",
                root.key.escape_debug()
            )));
        }
        let mut info = VersionInfo { fixed: fixed(root.value)?, ..VersionInfo::default() };
        for block in root.children()? {
            match block.key.as_str() {
                "StringFileInfo" => {
                    for table in block.children()? {
                        let strings = table
                            .children()?
                            .iter()
                            .map(|string| (string.key.clone(), bytes::utf16_until_nul(string.value).0))
                            .collect();
                        info.tables.push(StringTable { key: table.key, strings });
                    }
                }
                "VarFileInfo" => {
                    for variable in block.children()?.iter().filter(|variable| variable.key == "Translation")
                    {
                        info.translations.extend(variable.value.chunks_exact(4).map(|pair| Translation {
                            language: u16::from_le_bytes([pair[0], pair[1]]),
                            code_page: u16::from_le_bytes([pair[2], pair[3]]),
                        }));
                    }
                }
                _ => {}
            }
        }
        Ok(info)
    }

    /// The content of a version resource, byte for byte what Microsoft's resource compiler writes.
    ///
    /// # Panics
    /// The resource would have 64 KB or more, which the format cannot hold.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut blocks = Vec::new();
        if !self.tables.is_empty() {
            let tables: Vec<Vec<u8>> = self.tables.iter().map(string_table).collect();
            blocks.push(node("StringFileInfo", true, &[], &tables));
        }
        if !self.translations.is_empty() {
            let pairs: Vec<u8> = self
                .translations
                .iter()
                .flat_map(|translation| [translation.language, translation.code_page])
                .flat_map(u16::to_le_bytes)
                .collect();
            blocks.push(node("VarFileInfo", true, &[], &[node("Translation", false, &pairs, &[])]));
        }
        let fixed = self.fixed.map(|fixed| fixed.to_bytes()).unwrap_or_default();
        node("VS_VERSION_INFO", false, &fixed, &blocks)
    }

    /// The text called `name` in the first table that has it.
    #[must_use]
    pub fn string(&self, name: &str) -> Option<&str> {
        let mut all = self.tables.iter().flat_map(|table| &table.strings);
        all.find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// What Windows Installer wants to know; `None` where there are no numbers.
    #[must_use]
    pub fn facts(&self) -> Option<FileFacts> {
        let languages = self.translations.iter().map(|translation| translation.language).collect();
        Some(FileFacts { version: self.fixed?.file_version, languages })
    }
}

fn string_table(table: &StringTable) -> Vec<u8> {
    let strings: Vec<Vec<u8>> = table
        .strings
        .iter()
        .map(|(name, value)| {
            let mut text = Vec::new();
            bytes::push_utf16(&mut text, value);
            text.extend([0, 0]);
            node(name, true, &text, &[])
        })
        .collect();
    node(&table.key, true, &[], &strings)
}

fn fixed(value: &[u8]) -> Result<Option<FixedFileInfo>, Error> {
    if value.is_empty() {
        return Ok(None);
    }
    let field = |index: usize| bytes::u32(value, 4 * index, WHAT);
    if value.len() < FIXED_LENGTH || field(0)? != SIGNATURE {
        return Err(Error::Malformed(format!("{WHAT} has no VS_FIXEDFILEINFO where one is expected")));
    }
    let version = |index: usize| -> Result<FileVersion, Error> {
        let (high, low) = (field(index)?, field(index + 1)?);
        Ok(FileVersion([(high >> 16) as u16, high as u16, (low >> 16) as u16, low as u16]))
    };
    Ok(Some(FixedFileInfo {
        file_version: version(2)?,
        product_version: version(4)?,
        flags_mask: field(6)?,
        flags: field(7)?,
        os: field(8)?,
        file_type: field(9)?,
        file_subtype: field(10)?,
        date: u64::from(field(11)?) << 32 | u64::from(field(12)?),
    }))
}

impl FixedFileInfo {
    fn to_bytes(self) -> Vec<u8> {
        let halves = |FileVersion([a, b, c, d]): FileVersion| {
            [u32::from(a) << 16 | u32::from(b), u32::from(c) << 16 | u32::from(d)]
        };
        let [file_high, file_low] = halves(self.file_version);
        let [product_high, product_low] = halves(self.product_version);
        let fields = [
            SIGNATURE,
            STRUCTURE_VERSION,
            file_high,
            file_low,
            product_high,
            product_low,
            self.flags_mask,
            self.flags,
            self.os,
            self.file_type,
            self.file_subtype,
            (self.date >> 32) as u32,
            self.date as u32,
        ];
        fields.into_iter().flat_map(u32::to_le_bytes).collect()
    }
}

/// What Windows Installer's File table says of a versioned file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFacts {
    /// File.Version.
    pub version: FileVersion,
    /// File.Language: the languages of the version resource, as `LANGID`s in its order.
    pub languages: Vec<u16>,
}

/// Why [`read`] failed.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file could not be read.
    #[error("reading failed: {0}")]
    Io(#[from] std::io::Error),
    /// It is an image, and a broken one.
    #[error(transparent)]
    Image(#[from] Error),
}

/// Version and languages of the file behind `reader`. Reads the headers, the way through the resource directory and the
/// version resource, whatever the length of the file. `None` where it is no image, or one without a version.
///
/// # Errors
/// Reading failed; the file is an image whose headers or version resource are broken or cut short.
pub fn read(reader: &mut (impl Read + Seek)) -> Result<Option<FileFacts>, ReadError> {
    let dos = bytes_at(reader, 0, 64)?;
    let Ok(signature) = header::signature_offset(&dos) else { return Ok(None) };
    let file_header = bytes_at(reader, signature, FILE_HEADER_LENGTH)?;
    let extent = match header::extent(signature, &file_header) {
        Ok(extent) => extent,
        Err(Error::NotPe(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let headers = Headers::parse(&bytes_at(reader, extent.signature, extent.length)?)?;
    let Some(resource) = find(reader, &headers)? else { return Ok(None) };
    Ok(VersionInfo::parse(&resource)?.facts())
}

/// Up to `length` bytes at `offset`; fewer where the file ends. What is missing is found by whoever looks for it.
fn bytes_at(
    reader: &mut (impl Read + Seek),
    offset: usize,
    length: usize,
) -> Result<Vec<u8>, std::io::Error> {
    let mut bytes = Vec::new();
    reader.seek(SeekFrom::Start(offset as u64))?;
    reader.take(length as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The first version resource: its first name, and of that the first language.
fn find(reader: &mut (impl Read + Seek), headers: &Headers) -> Result<Option<Vec<u8>>, ReadError> {
    const VERSION: u32 = 16;
    const IS_DIRECTORY: u32 = 0x8000_0000;
    let Some(root) = headers.directory(Directory::Resource) else { return Ok(None) };
    let mut at = |rva: u32, length: usize| -> Result<Vec<u8>, ReadError> {
        let (offset, left) = headers.file_range(rva).ok_or(Error::Unmapped { what: WHAT, rva })?;
        Ok(bytes_at(reader, offset, length.min(left))?)
    };
    let mut next = IS_DIRECTORY;
    for level in 0..3 {
        if next & IS_DIRECTORY == 0 {
            return Err(
                Error::Malformed("the resource directory has fewer than three levels".to_owned()).into()
            );
        }
        let rva = root.rva.saturating_add(next & !IS_DIRECTORY);
        let head = at(rva, 16)?;
        let count = usize::from(bytes::u16(&head, 12, WHAT)?) + usize::from(bytes::u16(&head, 14, WHAT)?);
        let table = at(rva.saturating_add(16), 8 * count)?;
        let entry = table.chunks_exact(8).find(|entry| level > 0 || entry[..4] == VERSION.to_le_bytes());
        let Some(entry) = entry else { return Ok(None) };
        next = bytes::u32(entry, 4, WHAT)?;
    }
    let entry = at(root.rva.saturating_add(next), 8)?;
    let length = (bytes::u32(&entry, 4, WHAT)? as usize).min(MOST);
    Ok(Some(at(bytes::u32(&entry, 0, WHAT)?, length)?))
}
