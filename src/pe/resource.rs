//! The resource tree: three levels, by type, name and language
//! (<https://learn.microsoft.com/windows/win32/debug/pe-format#the-rsrc-section>).

use super::{Directory, Error, View, bytes};
use std::borrow::Cow;
use std::fmt;

const DIRECTORY: &str = "the resource directory";
/// Entries of all directories together; the largest modules of Windows have some thousands. Without this and the limits
/// of [`Tree`], directories, names or data that overlap would take many times the file's length.
const MOST_ENTRIES: usize = 65_536;

/// A resource's type or name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ResourceId {
    /// A text; Windows compares it without regard to case.
    Text(String),
    /// A number.
    Number(u16),
}

impl ResourceId {
    /// The type of a message table, `RT_MESSAGETABLE`.
    pub const MESSAGE_TABLE: ResourceId = ResourceId::Number(11);
    /// The type of a version resource, `RT_VERSION`.
    pub const VERSION: ResourceId = ResourceId::Number(16);
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ResourceId::Text(text) => write!(f, "`{text}`"),
            ResourceId::Number(number) => number.fmt(f),
        }
    }
}

/// One resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource<'a> {
    /// The type.
    pub kind: ResourceId,
    /// The name.
    pub name: ResourceId,
    /// The language, a `LANGID`; 0 for neutral.
    pub language: u16,
    /// The content.
    pub data: Cow<'a, [u8]>,
}

impl Resource<'_> {
    /// The same resource with content of its own.
    #[must_use]
    pub fn into_owned(self) -> Resource<'static> {
        Resource { data: Cow::Owned(self.data.into_owned()), ..self }
    }
}

/// An entry of a directory: what it is called, and what it leads to.
struct Entry {
    id: ResourceId,
    /// Offset in the resource section; the top bit says directory.
    leads_to: u32,
}

const IS_DIRECTORY: u32 = 0x8000_0000;

struct Tree<'v, 'a> {
    view: &'v View<'a>,
    root: u32,
    entries_left: usize,
    /// How many bytes all names may have together, each copy counted, and how many all data.
    text_left: usize,
    data_left: usize,
}

impl View<'_> {
    /// Every resource, in the order of the tree.
    ///
    /// # Errors
    /// The resource directory is broken.
    pub fn resources(&self) -> Result<Vec<Resource<'_>>, Error> {
        read(self)
    }
}

fn read<'v>(view: &'v View<'_>) -> Result<Vec<Resource<'v>>, Error> {
    let Some(directory) = view.headers().directory(Directory::Resource) else { return Ok(Vec::new()) };
    let most = view.bytes().len();
    let mut tree =
        Tree { view, root: directory.rva, entries_left: MOST_ENTRIES, text_left: most, data_left: most };
    let mut found = Vec::new();
    for kind in tree.directory(IS_DIRECTORY)? {
        for name in tree.directory(kind.leads_to)? {
            for language in tree.directory(name.leads_to)? {
                let ResourceId::Number(number) = language.id else {
                    return Err(Error::Malformed(format!("resource {}: its language is a text", name.id)));
                };
                found.push(Resource {
                    kind: tree.copy(&kind.id)?,
                    name: tree.copy(&name.id)?,
                    language: number,
                    data: Cow::Borrowed(tree.data(language.leads_to)?),
                });
            }
        }
    }
    Ok(found)
}

impl<'v> Tree<'v, '_> {
    fn at(&self, offset: u32) -> Result<u32, Error> {
        self.root.checked_add(offset).ok_or(Error::Unmapped { what: DIRECTORY, rva: offset })
    }

    fn directory(&mut self, leads_to: u32) -> Result<Vec<Entry>, Error> {
        if leads_to & IS_DIRECTORY == 0 {
            return Err(Error::Malformed(format!("{DIRECTORY} has data where a directory is expected")));
        }
        let at = self.at(leads_to & !IS_DIRECTORY)?;
        let header = self.view.slice(at, 16, DIRECTORY)?;
        let count =
            usize::from(bytes::u16(header, 12, DIRECTORY)?) + usize::from(bytes::u16(header, 14, DIRECTORY)?);
        self.entries_left = self
            .entries_left
            .checked_sub(count)
            .ok_or(Error::TooMuch { what: "entries of the resource directory", limit: MOST_ENTRIES })?;
        let table = self.view.slice(at, 16 + 8 * count, DIRECTORY)?;
        (0..count)
            .map(|index| {
                let id = bytes::u32(table, 16 + 8 * index, DIRECTORY)?;
                Ok(Entry { id: self.id(id)?, leads_to: bytes::u32(table, 20 + 8 * index, DIRECTORY)? })
            })
            .collect()
    }

    fn id(&mut self, id: u32) -> Result<ResourceId, Error> {
        const WHAT: &str = "the name of a resource";
        if id & IS_DIRECTORY == 0 {
            return u16::try_from(id)
                .map(ResourceId::Number)
                .map_err(|_| Error::Malformed(format!("a resource has the number {id}, more than 16 bits")));
        }
        let at = self.at(id & !IS_DIRECTORY)?;
        let length = 2 * usize::from(self.view.u16(at, WHAT)?);
        self.charge(length)?;
        let units = &self.view.slice(at, 2 + length, WHAT)?[2..];
        let units: Vec<u16> =
            units.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        Ok(ResourceId::Text(String::from_utf16_lossy(&units)))
    }

    fn charge(&mut self, length: usize) -> Result<(), Error> {
        let limit = self.view.bytes().len();
        self.text_left = self
            .text_left
            .checked_sub(length)
            .ok_or(Error::TooMuch { what: "bytes of names of resources", limit })?;
        Ok(())
    }

    fn copy(&mut self, id: &ResourceId) -> Result<ResourceId, Error> {
        if let ResourceId::Text(text) = id {
            self.charge(text.len())?;
        }
        Ok(id.clone())
    }

    fn data(&mut self, leads_to: u32) -> Result<&'v [u8], Error> {
        const WHAT: &str = "a resource";
        if leads_to & IS_DIRECTORY != 0 {
            return Err(Error::Malformed(format!("{DIRECTORY} has more than three levels")));
        }
        let at = self.at(leads_to)?;
        let entry = self.view.slice(at, 16, WHAT)?;
        let length = bytes::u32(entry, 4, WHAT)? as usize;
        self.data_left = self
            .data_left
            .checked_sub(length)
            .ok_or(Error::TooMuch { what: "bytes of resources", limit: self.view.bytes().len() })?;
        self.view.slice(bytes::u32(entry, 0, WHAT)?, length, WHAT)
    }
}
