//! Names of members. They are data, and become paths only here.

use std::fmt;

/// Why a name is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameError {
    name: String,
    why: &'static str,
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.name.escape_debug(), self.why)
    }
}

impl std::error::Error for NameError {}

/// Longest path, in characters; Windows takes up to 32,767 with the prefix for literal paths.
const LONGEST: usize = 4096;

/// Names that Windows gives to devices, whatever extension follows
/// (<https://learn.microsoft.com/windows/win32/fileio/naming-a-file>).
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// `stored` as a path below some folder, with `/` between names; both separators are understood.
///
/// # Errors
/// It is absolute, climbs, or has a name that is none on Windows: a device, a stream, a trailing dot or blank, control
/// or forbidden characters.
pub fn relative(stored: &str) -> Result<String, NameError> {
    let refuse = |why| NameError { name: stored.chars().take(120).collect(), why };
    if stored.is_empty() {
        return Err(refuse("is empty"));
    }
    if stored.starts_with(['/', '\\']) || stored.as_bytes().get(1) == Some(&b':') {
        return Err(refuse("is an absolute path"));
    }
    if stored.chars().count() > LONGEST {
        return Err(refuse("is too long"));
    }
    let mut parts = Vec::new();
    for part in stored.split(['/', '\\']) {
        match part {
            "" => return Err(refuse("has an empty name in it")),
            "." => continue,
            ".." => return Err(refuse("climbs out of its folder")),
            _ => parts.push(part),
        }
        if let Some(why) = problem(part) {
            return Err(refuse(why));
        }
    }
    if parts.is_empty() {
        return Err(refuse("names no file"));
    }
    Ok(parts.join("/"))
}

/// Longest name of a file or folder, in units of UTF-16 on Windows and in bytes elsewhere.
const LONGEST_NAME: usize = 255;

/// What keeps `part` from being the name of a file or folder on every host.
fn problem(part: &str) -> Option<&'static str> {
    if part.chars().any(|c| c.is_control() || matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*')) {
        return Some("has characters that no name on Windows can have");
    }
    if part.len() > LONGEST_NAME {
        return Some("has a name of more than 255 bytes, which no file can have");
    }
    if part.ends_with(['.', ' ']) {
        return Some("ends in a dot or blank, which Windows cuts off");
    }
    let stem = part.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let numbered = stem.strip_prefix("com").or(stem.strip_prefix("lpt"));
    let is_port = numbered.is_some_and(|rest| {
        matches!(rest, "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "0" | "¹" | "²" | "³")
    });
    (is_port || DEVICES.contains(&stem.as_str())).then_some("is the name of a device on Windows")
}

/// Whether `name` is the name of a file in the same folder, and nothing else.
#[must_use]
pub fn is_one_name(name: &str) -> bool {
    relative(name).is_ok_and(|path| path == name && !path.contains('/'))
}

/// What Windows compares: two paths are one where this is equal.
pub(super) fn folded(path: &str) -> String {
    path.replace('\\', "/").to_lowercase()
}
