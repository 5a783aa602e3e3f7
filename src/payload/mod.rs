//! The binaries that we package and did not build: what was found, what each file is, and what is missing.
//!
//! Takes folders, and archives of every kind that `archive` knows, or files in memory (the stand-in payload). A file is recognised by what it is: machine,
//! exports, version resource, XML content. Never trusts a name over the bytes, and never decides what a package
//! needs beyond [`Product::needed_by`](crate::product::Product::needed_by).

pub mod inspect;
mod recognise;
mod resolver;
mod scan;

use crate::diag::Diagnostic;
use crate::id::{Arch, FileVersion, Role};
use crate::pe::Signed;
use crate::product::Product;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

pub use recognise::{Ignored, Recognised, recognise};
pub use resolver::searches_folder_of_handler;
pub use scan::refusal;

/// The bytes of a file, or where they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// The whole of a file on disk.
    File(PathBuf),
    /// In memory.
    Bytes(Arc<[u8]>),
}

impl Content {
    /// The bytes.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn read(&self) -> io::Result<Arc<[u8]>> {
        match self {
            Content::File(path) => std::fs::read(path).map(Arc::from),
            Content::Bytes(bytes) => Ok(bytes.clone()),
        }
    }
}

/// A file that packages are made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PayloadFile {
    /// What it is for.
    pub role: Role,
    /// Where it was found: below the payload's folder, or in an archive after its name (its address, where it was fetched)
    /// and `!`, with `/` between names.
    pub path: String,
    /// The version of a DLL; the schema has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<FileVersion>,
    /// Whether its version resource says that it is a stand-in.
    #[serde(skip_serializing_if = "is_false")]
    pub stand_in: bool,
    /// Whether it certainly loads the handler so that Windows looks for what the handler needs beside the handler. Read
    /// off the code of the module for x64; false elsewhere, and where it cannot be told.
    #[serde(skip_serializing_if = "is_false")]
    pub searches_handler_folder: bool,
    /// What its Authenticode signature says.
    pub signed: Signed,
    /// Length in bytes.
    pub size: u64,
    /// SHA-256 of the bytes, in lower-case hexadecimal digits.
    pub sha256: String,
    /// The bytes.
    #[serde(skip)]
    pub content: Content,
}

/// A folder or archive to look through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// Where it is.
    pub path: PathBuf,
    /// The address that it was fetched from, up to its name.
    pub from: Option<String>,
}

impl From<PathBuf> for Given {
    fn from(path: PathBuf) -> Given {
        Given { path, from: None }
    }
}

/// Where a payload came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Folders and archives that the user named.
    Paths(Vec<PathBuf>),
    /// Made here, so that a fresh machine can build complete packages. Never for use.
    StandIn,
}

/// A file that was seen and not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IgnoredFile {
    /// Where it is, below the payload's folder, with `/` between names.
    pub path: String,
    /// Why it was not taken.
    #[serde(flatten)]
    pub why: Ignored,
}

/// A payload, with the report of how it was found. It may be incomplete, or have problems: see [`Payload::missing`]
/// and [`Payload::problems`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Payload {
    /// Where it came from.
    pub source: Source,
    /// What was taken.
    #[serde(serialize_with = "values")]
    pub files: BTreeMap<Role, PayloadFile>,
    /// What was not, sorted by path.
    pub ignored: Vec<IgnoredFile>,
    /// Findings that keep packages from being made: codes `payload::…`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Diagnostic>,
    /// What deserves a look and stops nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Diagnostic>,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

fn values<S: serde::Serializer>(files: &BTreeMap<Role, PayloadFile>, s: S) -> Result<S::Ok, S::Error> {
    s.collect_seq(files.values())
}

impl Payload {
    /// The roles that packages of `product` for `arches` need and nothing fills, sorted.
    #[must_use]
    pub fn missing(&self, product: &Product, arches: &[Arch]) -> Vec<Role> {
        let mut needed: Vec<Role> = arches.iter().flat_map(|arch| product.needed_by(*arch)).collect();
        needed.sort();
        needed.dedup();
        needed.retain(|role| !self.files.contains_key(role));
        needed
    }

    /// What goes into no package of `product` for `arches`, by path: what was not taken, and what is for other processors.
    /// Nothing of stand-ins that were made here.
    #[must_use]
    pub fn unused(&self, product: &Product, arches: &[Arch]) -> Vec<IgnoredFile> {
        if self.source == Source::StandIn {
            return Vec::new();
        }
        let needed: Vec<Role> = arches.iter().flat_map(|arch| product.needed_by(*arch)).collect();
        let others = self.files.values().filter(|file| !needed.contains(&file.role));
        let others = others
            .map(|file| IgnoredFile { path: file.path.clone(), why: Ignored::NotAsked { role: file.role } });
        let mut unused: Vec<IgnoredFile> = self.ignored.iter().cloned().chain(others).collect();
        unused.sort_by(|a, b| a.path.cmp(&b.path));
        unused
    }

    /// Whether the packages must be marked as made of stand-ins: one is enough.
    #[must_use]
    pub fn is_stand_in(&self) -> bool {
        self.source == Source::StandIn || self.files.values().any(|file| file.stand_in)
    }
}
