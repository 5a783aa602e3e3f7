//! What files say of themselves that the engine takes from them.

use crate::pe::version;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// What an extracted file has in its version resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileFacts {
    /// Whether it has a version, which counts whatever the source says.
    pub has_version: bool,
    /// Whether it has languages.
    pub has_languages: bool,
}

impl FileFacts {
    /// Those of the file at `path`; none of them for what is no image or cannot be read.
    #[must_use]
    pub fn read(path: &Path) -> FileFacts {
        let facts =
            File::open(path).ok().and_then(|file| version::read(&mut BufReader::new(file)).ok().flatten());
        facts.map_or_else(FileFacts::default, |facts| FileFacts {
            has_version: true,
            has_languages: !facts.languages.is_empty(),
        })
    }
}
