//! What Windows Installer compares files without a version by.

use md5::{Digest, Md5};

/// The hash of a file that is read in parts: MD5 as four numbers, little endian, and zeros for a file without bytes, as
/// `MsiGetFileHash` gives them (<https://learn.microsoft.com/windows/win32/msi/msifilehash-table>).
#[derive(Clone, Debug, Default)]
pub struct FileHash {
    md5: Md5,
    has_bytes: bool,
}

impl FileHash {
    /// Goes on with `bytes`.
    pub fn update(&mut self, bytes: &[u8]) {
        self.has_bytes |= !bytes.is_empty();
        self.md5.update(bytes);
    }

    /// `HashPart1` to `HashPart4` of all that came.
    #[must_use]
    pub fn parts(self) -> [i32; 4] {
        let digest = self.md5.finalize();
        let mut parts = [0; 4];
        if self.has_bytes {
            for (part, bytes) in parts.iter_mut().zip(digest.as_chunks::<4>().0) {
                *part = i32::from_le_bytes(*bytes);
            }
        }
        parts
    }

    /// The same of a file that is in memory.
    #[must_use]
    pub fn of(bytes: &[u8]) -> [i32; 4] {
        let mut hash = FileHash::default();
        hash.update(bytes);
        hash.parts()
    }
}
