//! Libraries (`.wixlib`): what sources were compiled to, with their files and texts, to be linked into a package where
//! something in it is referred to.
//!
//! A library is a zip file with an intermediate document ([`document`]) and the files that were bound into it.

mod custom_table;
mod document;
mod error;
mod extension;
mod extension_shapes;
mod files;
mod kinds;
mod read;
mod row;
mod shape;
mod shapes;
mod special;
mod texts;
mod unread;
mod write;
mod zip;

pub use error::{LibraryError, MemberProblem, ZipError};
pub use extension::Package;
pub(crate) use texts::{Culture, Origin};

use crate::diag::{Diagnostic, Location};
use crate::paths::BindPath;
use crate::report::Report;
use crate::symbol::Section;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use files::{Bytes, Files};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// A library, read.
#[derive(Debug)]
pub(crate) struct Library {
    /// What it was compiled from.
    pub sections: Vec<Section>,
    /// Its texts, by culture.
    pub texts: Vec<Culture>,
    /// Nothing for an extension without a library.
    files: Option<zip::Zip>,
}

impl Library {
    /// Reads the library at `path`, or in the extension there: a `.nupkg`, a folder, or an assembly. Its files are known by
    /// `number`. Problems go to `report`.
    pub(crate) fn open(path: &Path, number: usize, origin: Origin, report: &Report) -> Option<Library> {
        let name: Arc<str> = path.display().to_string().into();
        match extension::library(path) {
            Ok(Some(zip)) => Library::read(zip, &name, number, origin, report),
            Ok(None) => Some(Library { sections: Vec::new(), texts: Vec::new(), files: None }),
            Err(problem) => {
                unreadable(&name, &problem, report);
                None
            }
        }
    }

    /// Reads a library; see [`Library::open`].
    fn read(
        zip: zip::Zip,
        name: &Arc<str>,
        number: usize,
        origin: Origin,
        report: &Report,
    ) -> Option<Library> {
        let document = match read::document(&zip) {
            Ok(document) => document,
            Err(problem) => {
                unreadable(name, &problem, report);
                return None;
            }
        };
        let mut reader = read::Reader {
            zip: &zip,
            library: number,
            file: name.clone(),
            report,
            files: Default::default(),
        };
        let sections = reader.sections(document.sections);
        let texts =
            document.localizations.into_iter().map(|texts| Culture::of(texts, origin, name)).collect();
        Some(Library { sections, texts, files: Some(zip) })
    }

    /// The name of the file with the number `index`.
    fn name(&self, index: usize) -> Option<&str> {
        self.files.as_ref()?.names().nth(index)
    }

    /// The file with the number `index`, which [`crate::stored`] has in its name; nothing if there is none.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn file(&self, index: usize) -> Option<Result<Vec<u8>, ZipError>> {
        self.files.as_ref()?.read(self.name(index)?)
    }
}

/// Says that `name` is no library.
fn unreadable(name: &Arc<str>, problem: &LibraryError, report: &Report) {
    let message = format!("`{name}` is no library or extension that can be read: {problem}");
    let at = Location { file: name.clone(), line: 0, column: 0 };
    let help =
        "give a .wixlib that WiX 4 or a newer one, or this engine, wrote, or an extension of such a WiX";
    report.push(Diagnostic::error("wix::library", message).at(&at).help(help));
}

/// What a library is written from.
pub(crate) struct Contents<'c> {
    pub sections: &'c [Section],
    /// Texts by culture.
    pub texts: &'c [Culture],
    /// Whether files go into the library; otherwise their paths do.
    pub bind_files: bool,
    pub bind_paths: &'c [BindPath],
    /// `!(wix.Name)` variables.
    pub bind_variables: &'c BTreeMap<String, String>,
    /// Libraries that become part of this one.
    pub libraries: &'c [Library],
    /// Seconds since 1970-01-01T00:00:00Z: when it is said to be made.
    pub timestamp: i64,
}

/// The bytes of a library, the same for the same contents. Problems go to `report`.
pub(crate) fn write(contents: &Contents<'_>, report: &Report) -> Option<Vec<u8>> {
    let Contents { bind_files, bind_paths, bind_variables, libraries, .. } = *contents;
    let mut files = Files::new(bind_files, bind_paths, bind_variables, libraries, report);
    let texts = contents.texts.iter().map(Culture::written).collect();
    let mut document = write::document(contents.sections, texts, &mut files, report);
    if report.has_errors() {
        return None;
    }
    let members = std::mem::take(&mut files.members);
    let written = || -> std::io::Result<Vec<u8>> {
        let mut zip = zip::Zipper::new(contents.timestamp);
        let mut hasher = Sha256::new_with_prefix(serde_json::to_vec(&document)?);
        for (name, bytes) in members {
            let bytes = match bytes {
                Bytes::File(path) => std::fs::read(&path).map_err(|error| {
                    std::io::Error::new(error.kind(), format!("{}: {error}", path.display()))
                })?,
                Bytes::Stored(bytes) => bytes,
            };
            hasher.update(Sha256::digest(&bytes));
            zip.add(&name, bytes.as_slice())?;
        }
        // as long as those of WiX, which are drawn; this one follows from the contents
        let id = STANDARD_NO_PAD.encode(&hasher.finalize()[..16]);
        document.id = id.replace('+', ".").replace('/', "_");
        zip.add(document::DOCUMENT, serde_json::to_vec(&document)?.as_slice())?;
        zip.finish()
    };
    written()
        .map_err(|error| {
            let finding = Diagnostic::error("wix::library", format!("cannot write the library: {error}"));
            report.push(finding.help("check the file that is named"));
        })
        .ok()
}
