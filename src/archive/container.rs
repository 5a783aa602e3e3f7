//! What all archives have in common.

use super::name::folded;
use super::{Error, Source};
use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;

/// A file in an archive or folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    /// Its path in the archive, with `/` between names; checked.
    pub(super) path: String,
    /// Length in bytes, as the archive states it.
    pub(super) size: u64,
    /// Where its entry or its data is in the archive; 0 in a folder.
    pub(super) offset: u64,
}

/// An archive, or a folder.
pub(super) trait Container {
    /// The files. More may come while siblings are looked for.
    fn members(&self) -> &[Member];

    /// The bytes of a member.
    fn open(&mut self, index: usize) -> Result<Box<dyn Read + '_>, Error>;

    /// Where the bytes of a member stand as they are; nothing where they are compressed.
    fn window(&mut self, index: usize) -> Option<Source>;

    /// The member at `relative` from the folder of the member `index`; capitals don't count.
    fn beside(&mut self, index: usize, relative: &str) -> Option<usize> {
        find(self.members(), index, relative)
    }

    /// The file on the disk, where the member is one.
    fn on_disk(&self, _index: usize) -> Option<&Path> {
        None
    }

    /// What was refused while the archive was opened; each is told once.
    fn refused(&mut self) -> Vec<Error> {
        Vec::new()
    }

    /// How many bytes must be read again to open the member `index` after the member `after`.
    fn rewind(&self, _index: usize, _after: Option<usize>) -> u64 {
        0
    }
}

/// What an archive asks of what lies beside it.
pub(super) trait Beside {
    /// The file at `path` from the archive's folder, to be read as a part of the archive; nothing where there is none.
    fn take(&mut self, path: &str) -> Result<Option<Source>, Error>;

    /// Whether there is a file at `path` from the archive's folder. It stays a file of its own.
    fn is_there(&mut self, path: &str) -> bool;
}

/// The member at `relative` from the folder of the member `index`.
pub(super) fn find(members: &[Member], index: usize, relative: &str) -> Option<usize> {
    let wanted = folded(&match members.get(index)?.path.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{relative}"),
        None => relative.to_owned(),
    });
    members.iter().position(|member| folded(&member.path) == wanted)
}

/// Names that were given already.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// Gives `path`, which must be new.
    pub(super) fn give(&mut self, path: &str, offset: u64) -> Result<(), Error> {
        match self.0.insert(folded(path)) {
            true => Ok(()),
            false => Err(Error::Duplicate { name: path.to_owned(), offset }),
        }
    }
}
