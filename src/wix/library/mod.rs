//! Libraries (`.wixlib`): what sources were compiled to, with their files and texts, to be linked into a package where
//! something in it is referred to.
//!
//! A library is a zip file with an intermediate document ([`document`]) and the files that were bound into it.

mod custom_table;
mod document;
mod read;
mod row;
mod shapes;
mod special;
mod texts;
mod zip;

pub(crate) use texts::{Culture, Origin};

use crate::diag::{Diagnostic, Location};
use crate::report::Report;
use crate::symbol::Section;
use std::path::Path;
use std::sync::Arc;

/// The most bytes that the file of a library can have.
const MOST: u64 = 2 << 30;

/// A library, read.
#[derive(Debug)]
pub(crate) struct Library {
    /// What it was compiled from.
    pub sections: Vec<Section>,
    /// Its texts, by culture.
    pub texts: Vec<Culture>,
    files: zip::Zip,
}

impl Library {
    /// Reads the library at `path`, whose files are known by `number`. Problems go to `report`.
    pub(crate) fn open(path: &Path, number: usize, origin: Origin, report: &Report) -> Option<Library> {
        let read = std::fs::metadata(path).and_then(|facts| match facts.len() > MOST {
            true => Err(std::io::Error::other(format!("it is larger than {MOST} bytes"))),
            false => std::fs::read(path),
        });
        let name: Arc<str> = path.display().to_string().into();
        match read {
            Ok(bytes) => Library::read(bytes, &name, number, origin, report),
            Err(error) => {
                let message = format!("cannot read the library `{name}`: {error}");
                report.push(Diagnostic::error("WIX0103", message).help("check the path"));
                None
            }
        }
    }

    /// Reads a library from its bytes; see [`Library::open`].
    pub(crate) fn read(
        bytes: Vec<u8>,
        name: &Arc<str>,
        number: usize,
        origin: Origin,
        report: &Report,
    ) -> Option<Library> {
        let opened =
            zip::Zip::open(bytes).and_then(|zip| read::document(&zip).map(|document| (zip, document)));
        let (zip, document) = match opened {
            Ok(opened) => opened,
            Err(problem) => {
                let message = format!("`{name}` is no library that can be read: {problem}");
                let at = Location { file: name.clone(), line: 0, column: 0 };
                let help = "give a .wixlib that WiX 4 or a newer one, or this engine, wrote";
                report.push(Diagnostic::error("wix::library", message).at(&at).help(help));
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
        Some(Library { sections, texts, files: zip })
    }

    /// The file with the number `index`, which [`crate::stored`] has in its name; nothing if there is none.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn file(&self, index: usize) -> Option<Result<Vec<u8>, String>> {
        self.files.read(self.files.names().nth(index)?)
    }
}
