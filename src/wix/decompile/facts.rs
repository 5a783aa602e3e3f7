//! What files say of themselves that the engine takes from them.

use crate::bind::assembly::dotnet_names;
use crate::pe::version;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// The longest file that is looked at whole, to see whether it is an assembly.
const LONGEST: u64 = 64 << 20;

/// What an extracted file has in its version resource, and in its metadata.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileFacts {
    /// Whether it has a version, which counts whatever the source says.
    pub has_version: bool,
    /// Whether it has languages.
    pub has_languages: bool,
    /// What it is called as an assembly of .NET, by kinds of names; none if it is not one.
    pub names: Vec<(&'static str, String)>,
}

impl FileFacts {
    /// Those of the file at `path`; none of them for what is no image or cannot be read.
    #[must_use]
    pub fn read(path: &Path) -> FileFacts {
        let facts =
            File::open(path).ok().and_then(|file| version::read(&mut BufReader::new(file)).ok().flatten());
        let is_short = || std::fs::metadata(path).is_ok_and(|file| file.len() <= LONGEST);
        let own_version = facts.as_ref().map(|facts| facts.version.to_string());
        let names = || dotnet_names(&std::fs::read(path).ok()?, own_version.as_deref()).ok();
        let names = if is_short() { names().unwrap_or_default() } else { Vec::new() };
        FileFacts {
            has_version: facts.is_some(),
            has_languages: facts.is_some_and(|facts| !facts.languages.is_empty()),
            names,
        }
    }
}
