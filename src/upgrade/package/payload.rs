//! What is known of the bytes of a package's files.

use crate::cab;
use crate::id::{Arch, FileVersion};
use crate::msi;
use crate::pe;
use md5::{Digest, Md5};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read, Seek};

/// What is known of one file's bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileFacts {
    /// The version resource; none for a file without one.
    pub version: Option<FileVersion>,
    /// Lowest and highest version that the file may have, where `version` only stands for many (baselines).
    pub version_range: Option<(FileVersion, FileVersion)>,
    /// The languages of the version resource.
    pub languages: BTreeSet<u16>,
    /// MD5 as four little-endian numbers; none where the bytes are not known.
    pub hash: Option<[i32; 4]>,
    /// Bytes; none where not known.
    pub size: Option<u64>,
    /// The processor of a PE file; none for other files, or where not known.
    pub machine: Option<Arch>,
    /// Whether a PE file has a second view, which x64 processes load (ARM64X).
    pub hybrid: bool,
}

impl FileFacts {
    /// Lowest and highest version that the file may have; nothing where it has none.
    #[must_use]
    pub fn versions(&self) -> Option<(FileVersion, FileVersion)> {
        self.version.map(|version| self.version_range.unwrap_or((version, version)))
    }

    /// Whether both files hold the same bytes; nothing where that cannot be said.
    #[must_use]
    pub fn same_bytes(&self, other: &FileFacts) -> Option<bool> {
        let differ = |a: Option<u64>, b: Option<u64>| matches!((a, b), (Some(a), Some(b)) if a != b);
        match (self.hash, other.hash) {
            (Some(a), Some(b)) => Some(a == b),
            _ if differ(self.size, other.size) => Some(false),
            _ if matches!((self.machine, other.machine), (Some(a), Some(b)) if a != b) => Some(false),
            _ if self.version != other.version => Some(false),
            _ => None,
        }
    }
}

/// Facts by File key, read from the cabinets; files not in it have what the columns claim.
pub type Payload = BTreeMap<String, FileFacts>;

/// Why the files of a package could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum PayloadError {
    /// A cabinet that is not there, or not in the package.
    #[error("cannot read the cabinet `{cabinet}`")]
    Stream {
        /// Its name.
        cabinet: String,
        /// What went wrong.
        source: msi::ReadError,
    },
    /// A cabinet that is broken.
    #[error("the cabinet `{cabinet}` is broken")]
    Cabinet {
        /// Its name.
        cabinet: String,
        /// What went wrong.
        source: cab::ReadError,
    },
}

/// Bytes of a file that is held in memory while its version is read; a larger one is not looked at.
const LARGEST: u32 = 128 << 20;

/// Bytes of all files of a package that are looked at; what comes after is taken as the File table has it.
const TOTAL: u64 = 512 << 20;

/// Reads the facts of the files in the package's embedded cabinets: of all that are no larger than 128 MiB, up to 512 MiB
/// altogether, so that a small package cannot ask for much memory or time. Files outside the package are not looked at here
/// ([`cabinets_beside`] names their cabinets); the simulation takes them as the columns have them.
///
/// # Errors
/// A cabinet is missing or broken.
pub fn read_payload<R: Read + Seek>(package: &mut msi::Package<R>) -> Result<Payload, PayloadError> {
    let mut payload = Payload::new();
    for_each_file(package, |name, bytes| {
        payload.insert(name.to_owned(), FileFacts::of(bytes));
    })?;
    Ok(payload)
}

/// Gives `visit` the File key and the bytes of the files in the package's embedded cabinets, within the bounds of
/// [`read_payload`].
///
/// # Errors
/// A cabinet is missing or broken.
pub fn for_each_file<R: Read + Seek>(
    package: &mut msi::Package<R>,
    mut visit: impl FnMut(&str, &[u8]),
) -> Result<(), PayloadError> {
    let mut cabinets = Vec::new();
    if package.database().tables.get("File").is_none_or(|files| files.rows.is_empty()) {
        return Ok(()); // nobody asks for its cabinets
    }
    if let Some(media) = package.database().tables.get("Media")
        && let Some(column) = media.column("Cabinet")
    {
        let names = media.rows.iter().filter_map(|row| row.get(column)?.as_str()?.strip_prefix('#'));
        cabinets.extend(names.map(str::to_owned));
    }
    let mut budget = TOTAL;
    for cabinet in cabinets {
        let stream = package
            .stream(&cabinet)
            .map_err(|source| PayloadError::Stream { cabinet: cabinet.clone(), source })?;
        visit_files(&cabinet, stream, &mut budget, &mut visit)?;
    }
    Ok(())
}

/// Names of the cabinets that lie beside the package `database`, not in it.
#[must_use]
pub fn cabinets_beside(database: &msi::Database) -> Vec<String> {
    let Some(media) = database.tables.get("Media") else { return Vec::new() };
    let Some(column) = media.column("Cabinet") else { return Vec::new() };
    let names = media.rows.iter().filter_map(|row| row.get(column)?.as_str());
    names.filter(|name| !name.is_empty() && !name.starts_with('#')).map(str::to_owned).collect()
}

/// Gives `visit` the File key and the bytes of the files in the cabinet `stream`, which is called `cabinet`, within the
/// bounds of [`read_payload`].
///
/// # Errors
/// The cabinet is broken.
pub fn for_each_file_in(
    cabinet: &str,
    stream: impl Read + Seek,
    mut visit: impl FnMut(&str, &[u8]),
) -> Result<(), PayloadError> {
    visit_files(cabinet, stream, &mut TOTAL.clone(), &mut visit)
}

fn visit_files(
    cabinet: &str,
    stream: impl Read + Seek,
    budget: &mut u64,
    visit: &mut impl FnMut(&str, &[u8]),
) -> Result<(), PayloadError> {
    let broken = |source| PayloadError::Cabinet { cabinet: cabinet.to_owned(), source };
    let mut reader = cab::Reader::open(stream).map_err(broken)?;
    for index in 0..reader.files().len() {
        let cab::Entry { name, size, .. } = reader.files()[index].clone();
        // what is skipped is unpacked all the same, where something behind it in its folder is wanted
        let Some(left) = budget.checked_sub(u64::from(size)) else { break };
        *budget = left;
        if size > LARGEST {
            continue;
        }
        let mut bytes = Vec::with_capacity(size as usize);
        reader.extract(index, &mut bytes).map_err(broken)?;
        visit(&name, &bytes);
    }
    Ok(())
}

impl FileFacts {
    /// What a file's bytes say. A broken version resource counts as none: Windows Installer cannot read it either.
    #[must_use]
    pub fn of(bytes: &[u8]) -> FileFacts {
        let version = pe::version::read(&mut Cursor::new(bytes)).ok().flatten();
        let digest: [u8; 16] = Md5::digest(bytes).into();
        let part =
            |at: usize| i32::from_le_bytes([digest[at], digest[at + 1], digest[at + 2], digest[at + 3]]);
        let hash = if bytes.is_empty() { [0; 4] } else { [part(0), part(4), part(8), part(12)] };
        let image = pe::Image::parse(bytes).ok();
        FileFacts {
            version: version.as_ref().map(|facts| facts.version),
            version_range: None,
            languages: version.map(|facts| facts.languages.into_iter().collect()).unwrap_or_default(),
            hash: Some(hash),
            size: Some(bytes.len() as u64),
            machine: image.as_ref().and_then(|image| image.machine().arch()),
            hybrid: image.is_some_and(|image| image.x64().is_some()),
        }
    }
}
