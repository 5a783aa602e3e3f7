//! What is in the package besides tables: files in cabinets, DLLs of custom actions.

use crate::cab;
use crate::diag::Severity;
use crate::id::FileVersion;
use crate::msi;
use crate::pe::{self, Directory, Image, Machine};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{self, Cursor, Read, Seek};
use std::sync::Arc;

/// A file is held in memory while it is looked at; larger ones are not looked at.
const LARGEST: u32 = 1 << 30;

/// Most bytes of a cabinet that are looked at, so that a small file which says that it unfolds without end is refused.
const MOST: u64 = 16 << 30;

/// What the bytes of a file say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFacts {
    /// Bytes.
    pub size: u64,
    /// MD5 as the four numbers of `MsiFileHash`, all 0 for no bytes.
    pub hash: [i32; 4],
    /// SHA-256.
    pub sha256: [u8; 32],
    /// The version resource; none for a file without one.
    pub version: Option<FileVersion>,
    /// The languages of the version resource.
    pub languages: Vec<u16>,
    /// What a PE file is for; none for other files.
    pub machine: Option<Machine>,
    /// Whether it has a second view, which x64 processes load (ARM64X).
    pub hybrid: bool,
    /// Whether it holds .NET code, which runs on other processors than the header says.
    pub managed: bool,
}

impl FileFacts {
    /// What `bytes` say. A broken version resource counts as none: Windows Installer cannot read it either.
    #[must_use]
    pub fn of(bytes: &[u8]) -> FileFacts {
        let image = Image::parse(bytes).ok();
        let version = pe::version::read(&mut Cursor::new(bytes)).ok().flatten();
        let managed = image.as_ref().is_some_and(|image| {
            let clr = image.native().headers().directory(Directory::Clr);
            clr.is_some_and(|clr| clr.size > 0)
        });
        FileFacts {
            size: bytes.len() as u64,
            hash: msi::FileHash::of(bytes),
            sha256: Sha256::digest(bytes).into(),
            version: version.as_ref().map(|facts| facts.version),
            languages: version.map(|facts| facts.languages).unwrap_or_default(),
            machine: image.as_ref().map(Image::machine),
            hybrid: image.is_some_and(|image| image.x64().is_some()),
            managed,
        }
    }
}

/// Why a cabinet of a package cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum CabinetError {
    /// It is not beside the package, or cannot be opened.
    #[error("{0}")]
    Beside(#[from] io::Error),
    /// It is not in the package.
    #[error("{0}")]
    Stream(#[from] msi::ReadError),
    /// It is broken.
    #[error("{0}")]
    Broken(#[from] cab::ReadError),
    /// Its last file goes on in another one.
    #[error("it goes on in `{name}`: {problem}")]
    Next {
        /// The other cabinet.
        name: String,
        /// What is wrong with that one.
        problem: Box<CabinetError>,
    },
    /// It says that it unfolds to more than any package has.
    #[error("its files have {total} bytes, more than are looked at ({MOST})")]
    TooLarge {
        /// Bytes of all its files.
        total: u64,
    },
    /// A file of it is larger than is held in memory.
    #[error("its file `{name}` has {size} bytes, more than are looked at ({LARGEST})")]
    LargeFile {
        /// The file.
        name: String,
        /// Its bytes.
        size: u32,
    },
}

/// What is known of a package's bytes.
#[derive(Clone, Debug, Default)]
pub struct Contents {
    /// Cabinets by the name that Media has for them, with the File keys that they hold, in their order; or why they
    /// cannot be read.
    pub(super) cabinets: BTreeMap<String, Result<Vec<String>, Arc<CabinetError>>>,
    /// Files in cabinets, by File key.
    pub(super) files: BTreeMap<String, FileFacts>,
    /// Streams of the Binary table, by key.
    pub(super) binaries: BTreeMap<String, FileFacts>,
    /// What is wrong with the file itself.
    pub(super) container: Vec<(Severity, String)>,
}

impl Contents {
    /// Looks into the streams of `package`. `beside` opens a cabinet that lies beside it; it is given the name that the
    /// package has for it, which is not to be trusted.
    pub fn read<R: Read + Seek, B: Read + Seek>(
        package: &mut msi::Package<R>,
        mut beside: impl FnMut(&str) -> io::Result<B>,
    ) -> Contents {
        let mut contents = Contents::default();
        let mut names: Vec<String> = Vec::new();
        for name in keys(package.database(), "Media", "Cabinet") {
            if !name.is_empty() && !names.contains(&name) {
                names.push(name);
            }
        }
        let mut open = |name: &str| -> Result<Box<dyn cab::Input + '_>, CabinetError> {
            Ok(match name.strip_prefix('#') {
                Some(stream) => Box::new(package.stream(stream)?),
                None => Box::new(beside(name)?),
            })
        };
        let mut names = names.into_iter();
        while let Some(name) = names.next() {
            let mut set = vec![name];
            let read = joined(&mut set, &mut names, &mut open)
                .and_then(|reader| files(reader, set.len(), &mut contents.files));
            match read {
                Ok(parts) => contents.cabinets.extend(set.into_iter().zip(parts.into_iter().map(Ok))),
                Err(problem) => {
                    let problem = Arc::new(problem);
                    contents.cabinets.extend(set.into_iter().map(|name| (name, Err(problem.clone()))));
                }
            }
        }
        for name in keys(package.database(), "Binary", "Name") {
            let Ok(mut stream) = package.stream(&format!("Binary.{name}")) else { continue };
            let mut bytes = Vec::new();
            if stream.read_to_end(&mut bytes).is_ok() {
                contents.binaries.insert(name, FileFacts::of(&bytes));
            }
        }
        contents
    }

    /// What is wrong with the file that holds the package, as [`msi::inspect`] says.
    #[must_use]
    pub fn with_container(mut self, problems: Vec<(Severity, String)>) -> Contents {
        self.container = problems;
        self
    }

    /// Files in cabinets, by File key.
    #[must_use]
    pub fn files(&self) -> &BTreeMap<String, FileFacts> {
        &self.files
    }

    /// Streams of the Binary table, by key.
    #[must_use]
    pub fn binaries(&self) -> &BTreeMap<String, FileFacts> {
        &self.binaries
    }
}

fn keys(database: &msi::Database, table: &str, column: &str) -> Vec<String> {
    let Some(table) = database.tables.get(table) else { return Vec::new() };
    let Some(column) = table.column(column) else { return Vec::new() };
    table.rows.iter().filter_map(|row| Some(row.get(column)?.as_str()?.to_owned())).collect()
}

/// The cabinet that `set` names, joined with those of `next` in which its files go on; they are added to `set`.
fn joined<'a>(
    set: &mut Vec<String>,
    next: &mut impl Iterator<Item = String>,
    open: &mut impl FnMut(&str) -> Result<Box<dyn cab::Input + 'a>, CabinetError>,
) -> Result<cab::Reader<Box<dyn cab::Input + 'a>>, CabinetError> {
    let mut reader = cab::Reader::open(open(&set[0])?)?;
    while reader.after().is_some()
        && let Some(name) = next.next()
    {
        let joined = open(&name).and_then(|input| Ok(reader.join(input)?));
        joined.map_err(|problem| CabinetError::Next { name: name.clone(), problem: Box::new(problem) })?;
        set.push(name);
    }
    Ok(reader)
}

/// Looks at the files of `parts` cabinets, and gives the names of those that begin in each.
fn files(
    mut reader: cab::Reader<impl Read + Seek>,
    parts: usize,
    found: &mut BTreeMap<String, FileFacts>,
) -> Result<Vec<Vec<String>>, CabinetError> {
    let total: u64 = reader.files().iter().map(|entry| u64::from(entry.size)).sum();
    if total > MOST {
        return Err(CabinetError::TooLarge { total });
    }
    let mut names = vec![Vec::new(); parts];
    for index in 0..reader.files().len() {
        let cab::Entry { name, size, .. } = reader.files()[index].clone();
        if size > LARGEST {
            return Err(CabinetError::LargeFile { name, size });
        }
        let mut bytes = Vec::new();
        reader.extract(index, &mut bytes)?;
        found.insert(name.clone(), FileFacts::of(&bytes));
        let part = reader.place(index).map_or(0, |place| place.part);
        names[part].push(name);
    }
    Ok(names)
}
