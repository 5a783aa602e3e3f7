//! What a package holds, as its bytes say.

use crate::id::{FileVersion, hexadecimal};
use crate::msi;
use crate::pe::{Signed, authenticode};
use crate::upgrade::matrix::{Accident, Tally};
use crate::upgrade::{FileFacts, Package, PayloadError, for_each_file};
use sha1::Sha1;
use sha2::Digest;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Cursor, Read, Seek};

/// Longest stream of the Binary table that is read, in bytes.
const LONGEST: u64 = 64 << 20;

/// A package, read.
#[derive(Clone, Debug)]
pub struct Subject {
    /// What it installs, and the programs of its custom actions, by path.
    pub files: Vec<Held>,
    /// The publisher.
    pub manufacturer: String,
    /// Whether it installs for all users.
    pub per_machine: bool,
    /// The language of its texts, as Windows numbers them.
    pub language: u16,
    /// Public properties that whoever installs it may set.
    pub settable: Vec<String>,
    /// What it says where it refuses to be installed.
    pub refusals: Vec<String>,
    /// Upgrades to it, as the simulator played them.
    pub upgrades: Vec<Played>,
    /// What its own signature says.
    pub signed: Signed,
}

/// A file in a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The path that it is installed to, its root in brackets; `Binary\NAME` for what is run and not installed.
    pub path: String,
    /// The version of an image.
    pub version: Option<FileVersion>,
    /// Length in bytes.
    pub size: u64,
    /// SHA-1, in lower-case hexadecimal digits, which SPDX asks for.
    pub sha1: String,
    /// SHA-256, likewise.
    pub sha256: String,
    /// What its signature says.
    pub signed: Signed,
}

/// The upgrade from one package that shipped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Played {
    /// The package's name.
    pub from: String,
    /// What happened on the machine before, and what came of the upgrade then; nothing where the old package refuses to be
    /// installed there.
    pub cells: Vec<(Accident, Option<Tally>)>,
}

/// Why what a package holds cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SubjectError {
    /// A file of it.
    #[error(transparent)]
    Files(#[from] PayloadError),
    /// A stream that is not there.
    #[error(transparent)]
    Stream(#[from] msi::ReadError),
    /// A stream that is broken.
    #[error("the stream `{stream}`: {source}")]
    Io {
        /// Its name.
        stream: String,
        /// What went wrong.
        source: io::Error,
    },
}

impl Held {
    fn of(path: String, bytes: &[u8]) -> Held {
        Held {
            path,
            version: FileFacts::of(bytes).version,
            size: bytes.len() as u64,
            sha1: hexadecimal(Sha1::digest(bytes)),
            sha256: crate::release::sha256(bytes),
            signed: authenticode::read(&mut Cursor::new(bytes)).unwrap_or(Signed::Unsigned),
        }
    }
}

impl Subject {
    /// Reads the package `msi`, whose tables say what `package` says; `upgrades` is what the simulator played, and `signed`
    /// what its own signature says.
    ///
    /// # Errors
    /// A file in it cannot be read.
    pub fn read<R: Read + Seek>(
        msi: &mut msi::Package<R>,
        package: &Package,
        upgrades: Vec<Played>,
        signed: Signed,
    ) -> Result<Subject, SubjectError> {
        let paths: BTreeMap<&str, String> = package
            .files()
            .map(|(component, file)| (file.key.as_str(), package.path(component, file)))
            .collect();
        let mut files = Vec::new();
        for_each_file(
            msi,
            |_| None::<std::io::Empty>,
            |key, bytes| {
                let path = paths.get(key).cloned().unwrap_or_else(|| key.to_owned());
                files.push(Held::of(path, bytes));
            },
        )?;
        let binaries: Vec<String> = msi
            .database()
            .tables
            .get("Binary")
            .into_iter()
            .flat_map(|t| &t.rows)
            .filter_map(|row| row.first().and_then(msi::Cell::as_str).map(str::to_owned))
            .collect();
        for name in binaries {
            let stream = format!("Binary.{name}");
            let mut bytes = Vec::new();
            let read = msi.stream(&stream)?.take(LONGEST).read_to_end(&mut bytes);
            read.map_err(|source| SubjectError::Io { stream, source })?;
            if authenticode::is_image(&bytes) {
                files.push(Held::of(format!("Binary\\{name}"), &bytes));
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Subject {
            files,
            manufacturer: package.properties.get("Manufacturer").cloned().unwrap_or_default(),
            per_machine: package.per_machine,
            language: package.language,
            settable: settable(package),
            refusals: package
                .launch_conditions
                .iter()
                .map(|(_, text)| with_properties(text, package))
                .collect(),
            upgrades,
            signed,
        })
    }
}

/// The public properties that reach the elevated half of the installation and that the package does not set itself.
fn settable(package: &Package) -> Vec<String> {
    let searched = package.searches.iter().map(|search| search.property.as_str());
    let found = package.upgrades.iter().map(|row| row.property.as_str());
    let own: BTreeSet<&str> = searched.chain(found).collect();
    package.secure.iter().filter(|name| !own.contains(name.as_str())).cloned().collect()
}

/// A text of the package with the properties that its Property table has in their places.
fn with_properties(text: &str, package: &Package) -> String {
    let properties = package.properties.in_order().into_iter();
    properties.fold(text.to_owned(), |text, (name, value)| text.replace(&format!("[{name}]"), value))
}
