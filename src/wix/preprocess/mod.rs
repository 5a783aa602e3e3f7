//! Preprocessing: the text of a source file becomes a tree of elements, with `<?…?>` instructions carried out and
//! `$(…)` variables replaced (<https://docs.firegiant.com/wix/tools/preprocessor/>).
//!
//! Knows XML and the preprocessor's language; knows no element of the WiX language but `Include`.

mod decode;
mod expression;
mod instruction;
mod limits;
mod variables;
mod xml;

pub use decode::{DecodeError, Encoding, decode};

use self::variables::Variables;
use crate::compat::Compat;
use crate::diag::{Diagnostic, Location};
use crate::id::Arch;
use crate::report::Report;
use crate::source::Element;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What a source sees of the outside. The engine reads no environment itself.
#[derive(Clone, Debug)]
pub struct Options {
    /// `-d Name=Value`: variables that are defined before the first line.
    pub defines: BTreeMap<String, String>,
    /// `-i folder`: where `<?include?>` looks after the including file's own folder.
    pub include_paths: Vec<PathBuf>,
    /// What `$(env.Name)` gives.
    pub environment: BTreeMap<String, String>,
    /// What `$(sys.BUILDARCH)` gives.
    pub arch: Arch,
    /// What `$(sys.CURRENTDIR)` gives.
    pub current_dir: PathBuf,
    /// Seconds since 1970-01-01T00:00:00Z, for `$(fun.AutoVersion(…))`.
    pub timestamp: i64,
    /// The WiX that this engine is like.
    pub compat: Compat,
}

/// Reads and preprocesses the file at `path`. Problems go to `report`; nothing is given if there is no usable tree.
pub fn preprocess(path: &Path, options: &Options, report: &Report) -> Option<Element> {
    let text = match decode::read(path) {
        Ok(text) => text,
        Err(problem) => {
            let at = Location { file: path.to_string_lossy().into(), line: 0, column: 0 };
            let code = format!("WIX{:04}", problem.number);
            let help = "name a source (.wxs) that is there, in UTF-8 or UTF-16";
            report.push(Diagnostic::error(code, problem.message).at(&at).help(help));
            return None;
        }
    };
    let mut variables = Variables::new(options, path);
    xml::Source::new(path, &text, options, report).tree("", &mut variables, &mut limits::Budget::default())
}
