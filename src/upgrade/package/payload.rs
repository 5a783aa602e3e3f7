//! What is known of the bytes of a package's files.

use crate::cab;
use crate::id::{Arch, FileVersion};
use crate::msi;
use crate::pe;
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
    /// Whose processes load a PE file: `x86`, `x64`, `arm64`, or `arm64x` for one with both views of ARM64X.
    #[must_use]
    pub fn processor(&self) -> Option<&'static str> {
        Some(match self.machine? {
            Arch::X86 => "x86",
            Arch::X64 => "x64",
            Arch::Arm64 if self.hybrid => "arm64x",
            Arch::Arm64 => "arm64",
        })
    }

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
/// altogether, so that a small package cannot ask for much memory or time. Files outside the package are not looked at here;
/// the simulation takes them as the columns have them.
///
/// # Errors
/// A cabinet is missing or broken.
pub fn read_payload<R: Read + Seek>(package: &mut msi::Package<R>) -> Result<Payload, PayloadError> {
    let mut payload = Payload::new();
    for_each_file(
        package,
        |_| None::<std::io::Empty>,
        |name, bytes| {
            payload.insert(name.to_owned(), FileFacts::of(bytes));
        },
    )?;
    Ok(payload)
}

/// Gives `visit` the File key and the bytes of the files in the package's cabinets, within the bounds of [`read_payload`].
/// `beside` opens a cabinet that lies beside the package; one that it does not have is passed over, as is a file that goes on
/// in one.
///
/// # Errors
/// A cabinet is missing in the package, or broken.
pub fn for_each_file<R: Read + Seek, B: Read + Seek>(
    package: &mut msi::Package<R>,
    mut beside: impl FnMut(&str) -> Option<B>,
    mut visit: impl FnMut(&str, &[u8]),
) -> Result<(), PayloadError> {
    if package.database().tables.get("File").is_none_or(|files| files.rows.is_empty()) {
        return Ok(()); // nobody asks for its cabinets
    }
    let mut cabinets = cabinets(package.database()).into_iter();
    let mut budget = TOTAL;
    let mut open = |cabinet: &str| -> Result<Option<Box<dyn cab::Input + '_>>, PayloadError> {
        let Some(stream) = cabinet.strip_prefix('#') else {
            return Ok(beside(cabinet).map(|file| Box::new(file) as Box<dyn cab::Input>));
        };
        let missing = |source| PayloadError::Stream { cabinet: stream.to_owned(), source };
        Ok(Some(Box::new(package.stream(stream).map_err(missing)?)))
    };
    while let Some(mut cabinet) = cabinets.next() {
        let broken = |cabinet: &str, source| {
            let cabinet = cabinet.strip_prefix('#').unwrap_or(cabinet).to_owned();
            PayloadError::Cabinet { cabinet, source }
        };
        let Some(input) = open(&cabinet)? else { continue };
        let mut reader = cab::Reader::open(input).map_err(|source| broken(&cabinet, source))?;
        // what a file goes on in is the next cabinet of the package
        while reader.after().is_some()
            && let Some(next) = cabinets.next()
        {
            cabinet = next;
            let Some(input) = open(&cabinet)? else { break };
            reader.join(input).map_err(|source| broken(&cabinet, source))?;
        }
        visit_files(&mut reader, &mut budget, &mut visit).map_err(|source| broken(&cabinet, source))?;
    }
    Ok(())
}

/// Names of the cabinets of a package, each once, in the order of the Media table; those in it begin with `#`.
fn cabinets(database: &msi::Database) -> Vec<String> {
    let Some(media) = database.tables.get("Media") else { return Vec::new() };
    let Some(column) = media.column("Cabinet") else { return Vec::new() };
    let mut names: Vec<String> = Vec::new();
    for name in media.rows.iter().filter_map(|row| row.get(column)?.as_str()) {
        if !name.is_empty() && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// Gives `visit` the name and the bytes of the files in a cabinet, within the bounds of [`read_payload`].
///
/// # Errors
/// The cabinet is broken.
pub fn for_each_file_in(
    cabinet: impl Read + Seek,
    mut visit: impl FnMut(&str, &[u8]),
) -> Result<(), cab::ReadError> {
    visit_files(&mut cab::Reader::open(cabinet)?, &mut TOTAL.clone(), &mut visit)
}

fn visit_files(
    reader: &mut cab::Reader<impl Read + Seek>,
    budget: &mut u64,
    visit: &mut impl FnMut(&str, &[u8]),
) -> Result<(), cab::ReadError> {
    for index in 0..reader.files().len() {
        let cab::Entry { name, size, .. } = reader.files()[index].clone();
        // what is skipped is unpacked all the same, where something behind it in its folder is wanted
        let Some(left) = budget.checked_sub(u64::from(size)) else { break };
        *budget = left;
        if size > LARGEST || !reader.is_whole(index) {
            continue;
        }
        let mut bytes = Vec::with_capacity(size as usize);
        reader.extract(index, &mut bytes)?;
        visit(&name, &bytes);
    }
    Ok(())
}

impl FileFacts {
    /// What a file's bytes say. A broken version resource counts as none: Windows Installer cannot read it either.
    #[must_use]
    pub fn of(bytes: &[u8]) -> FileFacts {
        let version = pe::version::read(&mut Cursor::new(bytes)).ok().flatten();
        let image = pe::Image::parse(bytes).ok();
        FileFacts {
            version: version.as_ref().map(|facts| facts.version),
            version_range: None,
            languages: version.map(|facts| facts.languages.into_iter().collect()).unwrap_or_default(),
            hash: Some(msi::FileHash::of(bytes)),
            size: Some(bytes.len() as u64),
            machine: image.as_ref().and_then(|image| image.machine().arch()),
            hybrid: image.is_some_and(|image| image.x64().is_some()),
        }
    }
}
