//! Names that nobody can foresee, for what waits beside a file for a moment.

use super::trouble::Trouble;
use crate::advapi;
use crate::session::{narrow, wide};
use alloc::string::String;
use alloc::vec::Vec;
use windows_sys::Win32::Foundation::{ERROR_NOT_READY, INVALID_HANDLE_VALUE};
use windows_sys::Win32::Storage::FileSystem::{FindClose, FindFirstFileW, FindNextFileW, WIN32_FIND_DATAW};

/// Ends the name of a new content.
pub(super) const NEW: &str = "new";
/// Ends the name of the old one, while the new one moves in.
pub(super) const OLD: &str = "old";

/// Hexadecimal digits of a nonce.
const DIGITS: usize = 32;

/// More files than ever stand beside a configuration; a list that does not end is left.
const MOST: usize = 10_000;

/// 128 random bits, as hexadecimal digits.
pub(crate) fn nonce() -> Result<String, Trouble> {
    let bytes = advapi::random().ok_or(Trouble::Windows(ERROR_NOT_READY))?;
    Ok(bytes.iter().map(|byte| alloc::format!("{byte:02x}")).collect())
}

/// A name beside a file.
pub(super) fn beside(path: &str, ending: &str) -> Result<String, Trouble> {
    Ok(alloc::format!("{path}.{}.{ending}", nonce()?))
}

/// The files beside a file whose names were made so: what processes left that ended.
pub(super) fn leftovers(path: &str, ending: &str) -> Result<Vec<String>, Trouble> {
    let Some((folder, name)) = path.rsplit_once('\\') else { return Ok(Vec::new()) };
    let found = matching(&alloc::format!("{path}.*.{ending}")).into_iter();
    let ours = found.filter(|found| is_ours(&found.name, name, ending));
    Ok(ours.map(|found| alloc::format!(r"{folder}\{}", found.name)).collect())
}

/// Something in a folder.
pub(super) struct Found {
    pub(super) name: String,
    pub(super) attributes: u32,
}

/// What matches a pattern, but for the folder itself and the one above.
pub(super) fn matching(pattern: &str) -> Vec<Found> {
    let mut data = WIN32_FIND_DATAW::default();
    let mut found = Vec::new();
    // SAFETY: the pattern ends in zero, the data has its place, and the search is closed
    unsafe {
        let search = FindFirstFileW(wide(pattern).as_ptr(), &mut data);
        if search == INVALID_HANDLE_VALUE {
            return found;
        }
        for _ in 0..MOST {
            let name = narrow(&data.cFileName);
            if !matches!(name.as_str(), "." | "..") {
                found.push(Found { name, attributes: data.dwFileAttributes });
            }
            if FindNextFileW(search, &mut data) == 0 {
                break;
            }
        }
        FindClose(search);
    }
    found
}

/// Whether a name is that of the file, or of something that stands beside it, with a nonce and the ending behind.
fn is_ours(found: &str, name: &str, ending: &str) -> bool {
    let is_beside = found.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    let mut parts = found.rsplit('.');
    let (last, nonce) = (parts.next(), parts.next().unwrap_or_default());
    is_beside
        && last == Some(ending)
        && nonce.len() == DIGITS
        && nonce.bytes().all(|digit| digit.is_ascii_hexdigit())
}
