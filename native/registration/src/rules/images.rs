//! Paths of DLLs, as configurations spell them.

use alloc::string::String;

/// Names for the folders of programs, which are one folder here: what goes there goes from both
/// (<https://learn.microsoft.com/windows/win32/winprog64/wow64-implementation-details>).
const PROGRAM_FILES: [&str; 7] = [
    "%programfiles%",
    "%programw6432%",
    "%programfiles(x86)%",
    "%systemdrive%\\program files (x86)",
    "%systemdrive%\\program files",
    "program files (x86)",
    "program files",
];

/// Whether both mean the same DLL, however it is spelled: on whatever drive, for worker processes of either bitness.
pub(crate) fn same(a: &str, b: &str) -> bool {
    plain(a) == plain(b)
}

fn plain(path: &str) -> String {
    let path = path.trim().replace('/', "\\").to_ascii_lowercase();
    let path = path.strip_prefix("\\\\?\\").unwrap_or(&path);
    // the drive
    let rest = match path.as_bytes() {
        [drive, b':', b'\\', ..] if drive.is_ascii_alphabetic() => &path[3..],
        _ => path,
    };
    let below = |folder: &&str| rest.strip_prefix(*folder).filter(|rest| rest.starts_with('\\'));
    match PROGRAM_FILES.iter().find_map(below) {
        Some(rest) => String::from("%programfiles%") + rest,
        None => path.into(),
    }
}
