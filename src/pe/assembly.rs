//! The identity of a .NET assembly: its name, version, culture and public key, out of its metadata.
//!
//! The format: ECMA-335, sixth edition, II.24 (metadata layout) and II.25.3.3 (CLI header).

use super::{Directory, Error, View, bytes};
use sha1::{Digest, Sha1};

/// What an assembly is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssemblyIdentity {
    /// Simple name.
    pub name: String,
    /// Major, minor, build and revision number.
    pub version: [u16; 4],
    /// Culture; empty for none.
    pub culture: String,
    /// Public key token, in the order in which it is written; none for an assembly without a strong name.
    pub public_key_token: Option<[u8; 8]>,
    /// `COMIMAGE_FLAGS_*` of the CLI header.
    pub flags: u32,
    /// Version of the runtime that the CLI header names, major and minor.
    pub runtime: (u16, u16),
}

/// `COMIMAGE_FLAGS_ILONLY`: there is no native code in it.
pub const IL_ONLY: u32 = 1;
/// `COMIMAGE_FLAGS_32BITREQUIRED`.
pub const REQUIRES_32_BIT: u32 = 2;

impl View<'_> {
    /// The identity of a .NET assembly; `None` where the image is none.
    ///
    /// # Errors
    /// The metadata is broken.
    pub fn assembly(&self) -> Result<Option<AssemblyIdentity>, Error> {
        read(self)
    }

    /// The manifest resources of a .NET assembly that lie in the image, by name; none where the image is no assembly.
    ///
    /// # Errors
    /// The metadata is broken, or says that there are more than anybody has.
    pub fn manifest_resources(&self) -> Result<Vec<(String, &[u8])>, Error> {
        resources(self)
    }
}

/// The identity; `None` where the image is no .NET assembly.
fn read(view: &View<'_>) -> Result<Option<AssemblyIdentity>, Error> {
    const HEADER: &str = "the CLI header";
    let Some(found) = view.headers().directory(Directory::Clr) else { return Ok(None) };
    let header = view.slice(found.rva, 72, HEADER)?;
    let runtime = (bytes::u16(header, 4, HEADER)?, bytes::u16(header, 6, HEADER)?);
    let flags = bytes::u32(header, 16, HEADER)?;
    let (rva, size) = (bytes::u32(header, 8, HEADER)?, bytes::u32(header, 12, HEADER)?);
    let metadata = view.slice(rva, size as usize, "the metadata")?;
    let identity = Metadata::parse(metadata)?.assembly()?;
    Ok(identity.map(|identity| AssemblyIdentity { flags, runtime, ..identity }))
}

/// The most resources that an assembly can have here, and the most bytes of a name.
const MOST_RESOURCES: u32 = 4096;
const MOST_NAME: usize = 1024;

/// What lies in the image as a manifest resource (II.22.24, II.24.2.7), by name. Those that other files have are left out.
fn resources<'v>(view: &'v View<'_>) -> Result<Vec<(String, &'v [u8])>, Error> {
    const HEADER: &str = "the CLI header";
    const DATA: &str = "the manifest resources";
    let Some(found) = view.headers().directory(Directory::Clr) else { return Ok(Vec::new()) };
    let header = view.slice(found.rva, 72, HEADER)?;
    let (rva, size) = (bytes::u32(header, 8, HEADER)?, bytes::u32(header, 12, HEADER)?);
    let metadata = Metadata::parse(view.slice(rva, size as usize, "the metadata")?)?;
    let rows = metadata.manifest_resources()?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let (rva, size) = (bytes::u32(header, 24, HEADER)?, bytes::u32(header, 28, HEADER)?);
    let data = view.slice(rva, size as usize, DATA)?;
    let read = |(name, offset): (String, u32)| {
        let length = bytes::u32(data, offset as usize, DATA)?;
        let start = (offset as usize).saturating_add(4);
        Ok((name, bytes::slice(data, start, length as usize, DATA)?))
    };
    rows.into_iter().map(read).collect()
}

/// The heaps and the tables.
struct Metadata<'m> {
    strings: &'m [u8],
    blobs: &'m [u8],
    /// The rows of all tables, one table after another.
    rows: &'m [u8],
    counts: [u32; 64],
    /// Widths of indices into the heaps of strings, GUIDs and blobs, in bytes.
    heap_widths: [usize; 3],
}

const WHAT: &str = "the metadata";

impl<'m> Metadata<'m> {
    fn parse(metadata: &'m [u8]) -> Result<Metadata<'m>, Error> {
        if !metadata.starts_with(b"BSJB") {
            return Err(Error::Malformed("the metadata has no signature".to_owned()));
        }
        let mut at = 16 + bytes::u32(metadata, 12, WHAT)? as usize;
        let count = bytes::u16(metadata, at.saturating_add(2), WHAT)?;
        at = at.saturating_add(4);
        let (mut strings, mut blobs, mut tables) = (&[][..], &[][..], &[][..]);
        for _ in 0..count {
            let (offset, size) = (bytes::u32(metadata, at, WHAT)?, bytes::u32(metadata, at + 4, WHAT)?);
            let rest = metadata.get(at + 8..).unwrap_or_default();
            let name: Vec<u8> = rest.iter().take(32).take_while(|byte| **byte != 0).copied().collect();
            let stream = bytes::slice(metadata, offset as usize, size as usize, "a stream of the metadata")?;
            match name.as_slice() {
                b"#Strings" => strings = stream,
                b"#Blob" => blobs = stream,
                b"#~" | b"#-" => tables = stream,
                _ => {}
            }
            at += 8 + (name.len() + 1).next_multiple_of(4);
        }
        let heap_sizes = *bytes::slice(tables, 6, 1, WHAT)?.first().unwrap_or(&0);
        let valid = bytes::u64(tables, 8, WHAT)?;
        let mut counts = [0; 64];
        let mut at = 24;
        for (table, count) in counts.iter_mut().enumerate().filter(|(table, _)| valid >> table & 1 == 1) {
            let _ = table;
            *count = bytes::u32(tables, at, WHAT)?;
            at += 4;
        }
        // An edited assembly has four more bytes here.
        at += if heap_sizes & 0x40 != 0 { 4 } else { 0 };
        let width = |bit: u8| if heap_sizes & bit != 0 { 4 } else { 2 };
        let rows = tables.get(at..).unwrap_or_default();
        Ok(Metadata { strings, blobs, rows, counts, heap_widths: [width(1), width(2), width(4)] })
    }

    /// The one row of the Assembly table (II.22.2).
    fn assembly(&self) -> Result<Option<AssemblyIdentity>, Error> {
        const ASSEMBLY: usize = 0x20;
        if self.counts[ASSEMBLY] == 0 {
            return Ok(None);
        }
        let at = self.start(ASSEMBLY)?;
        let field = |offset: usize| bytes::u16(self.rows, at.saturating_add(offset), "the Assembly table");
        let version = [field(4)?, field(6)?, field(8)?, field(10)?];
        let [string, _, blob] = self.heap_widths;
        let index = |offset: usize, width: usize| {
            let low = field(offset)?;
            let high = if width == 4 { field(offset + 2)? } else { 0 };
            Ok::<_, Error>(usize::from(low) | usize::from(high) << 16)
        };
        let key = self.blob(index(16, blob)?)?;
        Ok(Some(AssemblyIdentity {
            name: self.string(index(16 + blob, string)?),
            culture: self.string(index(16 + blob + string, string)?),
            version,
            public_key_token: token(key),
            flags: 0,
            runtime: (0, 0),
        }))
    }

    /// Where the rows of a table begin.
    fn start(&self, table: usize) -> Result<usize, Error> {
        let before = ROWS.iter().zip(self.counts).take(table);
        let before: u64 = before.map(|(row, count)| self.width(row) * u64::from(count)).sum();
        usize::try_from(before).map_err(|_| Error::Malformed("the metadata is too large".to_owned()))
    }

    /// Names and offsets in the rows of the ManifestResource table (II.22.24) that lie in this file.
    fn manifest_resources(&self) -> Result<Vec<(String, u32)>, Error> {
        const RESOURCE: usize = 0x28;
        const WHAT: &str = "the ManifestResource table";
        let count = self.counts[RESOURCE];
        if count > MOST_RESOURCES {
            return Err(Error::Malformed(format!("it has more than {MOST_RESOURCES} manifest resources")));
        }
        let string = self.heap_widths[0];
        let implementation = self.index_width(2, IMPLEMENTATION);
        let width = 8 + string + implementation;
        let start = self.start(RESOURCE)?;
        let mut found = Vec::new();
        for row in 0..count as usize {
            let at = start.saturating_add(row * width);
            let cells = bytes::slice(self.rows, at, width, WHAT)?;
            let index = |offset: usize, width: usize| match width {
                4 => bytes::u32(cells, offset, WHAT),
                _ => bytes::u16(cells, offset, WHAT).map(u32::from),
            };
            if index(8 + string, implementation)? == 0 {
                found.push((self.string(index(8, string)? as usize), bytes::u32(cells, 0, WHAT)?));
            }
        }
        Ok(found)
    }

    fn string(&self, at: usize) -> String {
        let text: Vec<u8> = self
            .strings
            .get(at..)
            .unwrap_or_default()
            .iter()
            .take(MOST_NAME)
            .take_while(|byte| **byte != 0)
            .copied()
            .collect();
        String::from_utf8_lossy(&text).into_owned()
    }

    /// A blob, whose length stands before it in one, two or four bytes (II.24.2.4).
    fn blob(&self, at: usize) -> Result<&'m [u8], Error> {
        let byte = |offset: usize| self.blobs.get(at + offset).copied().map_or(0, usize::from);
        let (length, header) = match byte(0) {
            first if first & 0x80 == 0 => (first, 1),
            first if first & 0x40 == 0 => ((first & 0x3F) << 8 | byte(1), 2),
            first => ((first & 0x1F) << 24 | byte(1) << 16 | byte(2) << 8 | byte(3), 4),
        };
        if at == 0 { Ok(&[]) } else { bytes::slice(self.blobs, at + header, length, "a public key") }
    }

    fn width(&self, row: &[Column]) -> u64 {
        let columns = row.iter().map(|column| match column {
            Column::Fixed(width) => *width,
            Column::String => self.heap_widths[0],
            Column::Guid => self.heap_widths[1],
            Column::Blob => self.heap_widths[2],
            Column::Index(table) => self.index_width(0, &[*table]),
            Column::Coded(bits, tables) => self.index_width(*bits, tables),
        });
        columns.sum::<usize>() as u64
    }

    /// How wide an index is that can go into any of `tables`, with `bits` that tell them apart.
    fn index_width(&self, bits: u32, tables: &[u8]) -> usize {
        let most = tables.iter().map(|table| self.counts[usize::from(*table)]).max().unwrap_or(0);
        if u64::from(most) < 1 << (16 - bits) { 2 } else { 4 }
    }
}

/// The token of a public key: the last eight bytes of its hash, from the last on (ECMA-335, II.6.2.1.3).
fn token(key: &[u8]) -> Option<[u8; 8]> {
    if key.is_empty() {
        return None;
    }
    if let Ok(token) = key.try_into() {
        return Some(token);
    }
    let hash: [u8; 20] = Sha1::digest(key).into();
    let mut token = [0; 8];
    for (to, from) in token.iter_mut().zip(hash.iter().rev()) {
        *to = *from;
    }
    Some(token)
}

/// A column of a table, as far as its width goes.
enum Column {
    Fixed(usize),
    String,
    Guid,
    Blob,
    Index(u8),
    /// One of several tables, told apart by as many bits (II.24.2.6).
    Coded(u32, &'static [u8]),
}

use Column::{Blob as B, Coded, Fixed, Guid as G, Index, String as S};

const TYPE_DEF_OR_REF: Column = Coded(2, &[0x02, 0x01, 0x1B]);
const METHOD_DEF_OR_REF: Column = Coded(1, &[0x06, 0x0A]);
const HAS_ATTRIBUTE: &[u8] = &[
    0x06, 0x04, 0x01, 0x02, 0x08, 0x09, 0x0A, 0x00, 0x0E, 0x17, 0x14, 0x11, 0x1A, 0x1B, 0x20, 0x23, 0x26,
    0x27, 0x28, 0x2A, 0x2B, 0x2C,
];

/// The tables that an Implementation goes into.
const IMPLEMENTATION: &[u8] = &[0x26, 0x23, 0x27];

/// The columns of the tables that stand before ManifestResource, by number (II.22).
const ROWS: [&[Column]; 0x28] = [
    &[Fixed(2), S, G, G, G],
    &[Coded(2, &[0x00, 0x1A, 0x23, 0x01]), S, S],
    &[Fixed(4), S, S, TYPE_DEF_OR_REF, Index(0x04), Index(0x06)],
    &[Index(0x04)],
    &[Fixed(2), S, B],
    &[Index(0x06)],
    &[Fixed(8), S, B, Index(0x08)],
    &[Index(0x08)],
    &[Fixed(4), S],
    &[Index(0x02), TYPE_DEF_OR_REF],
    &[Coded(3, &[0x02, 0x01, 0x1A, 0x06, 0x1B]), S, B],
    &[Fixed(2), Coded(2, &[0x04, 0x08, 0x17]), B],
    &[Coded(5, HAS_ATTRIBUTE), Coded(3, &[0x06, 0x0A]), B],
    &[Coded(1, &[0x04, 0x08]), B],
    &[Fixed(2), Coded(2, &[0x02, 0x06, 0x20]), B],
    &[Fixed(6), Index(0x02)],
    &[Fixed(4), Index(0x04)],
    &[B],
    &[Index(0x02), Index(0x14)],
    &[Index(0x14)],
    &[Fixed(2), S, TYPE_DEF_OR_REF],
    &[Index(0x02), Index(0x17)],
    &[Index(0x17)],
    &[Fixed(2), S, B],
    &[Fixed(2), Index(0x06), Coded(1, &[0x14, 0x17])],
    &[Index(0x02), METHOD_DEF_OR_REF, METHOD_DEF_OR_REF],
    &[S],
    &[B],
    &[Fixed(2), Coded(1, &[0x04, 0x06]), S, Index(0x1A)],
    &[Fixed(4), Index(0x04)],
    &[Fixed(8)],
    &[Fixed(4)],
    &[Fixed(16), B, S, S],
    &[Fixed(4)],
    &[Fixed(12)],
    &[Fixed(12), B, S, S, B],
    &[Fixed(4), Index(0x23)],
    &[Fixed(12), Index(0x23)],
    &[Fixed(4), S, B],
    &[Fixed(8), S, S, Coded(2, IMPLEMENTATION)],
];
