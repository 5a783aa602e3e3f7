//! What is known of the bytes of a package's files.

use crate::id::{Arch, FileVersion};
use std::collections::{BTreeMap, BTreeSet};

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
