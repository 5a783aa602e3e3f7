//! Files that lie in libraries, where sources name files on the disk.

use crate::library::{Library, ZipError};
use crate::variables::{Segment, parse};

/// Begins the name of such a file. It is of Unicode's private use, so no path that an author wrote has it.
const MARK: char = '\u{F8F0}';

/// The name of the file `index` in the library `library`. `before` is what its path was until it was taken into the library;
/// variables in it may name another file to take its place.
pub(crate) fn name(library: usize, index: usize, before: Option<&str>) -> String {
    let before = before.filter(|before| before.contains("!(wix.")).unwrap_or_default();
    format!("{MARK}{library}/{index}/{before}")
}

/// The library and the number in it that `name` means.
pub(crate) fn numbers(name: &str) -> Option<(usize, usize)> {
    let mut parts = name.strip_prefix(MARK)?.splitn(3, '/');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// What the path of the file that `name` means was until it was taken into the library; empty if that does not matter.
pub(crate) fn before(name: &str) -> &str {
    name.splitn(3, '/').nth(2).unwrap_or_default()
}

/// What is to be read in the place of the file in a library that `name` means, where a variable says so that `is_defined`.
pub(crate) fn replaced(name: &str, is_defined: impl Fn(&str) -> bool) -> Option<&str> {
    let before = name.strip_prefix(MARK)?.splitn(3, '/').nth(2)?;
    let defined = |(_, segment): &(&str, Segment<'_>)| match segment {
        Segment::Wix { name, .. } => is_defined(name),
        _ => false,
    };
    parse(before).iter().any(defined).then_some(before)
}

/// The bytes of the file that `name` means; nothing if it is not one of a library.
///
/// # Errors
/// What is wrong with the library.
pub(crate) fn bytes(name: &str, libraries: &[Library]) -> Option<Result<Vec<u8>, ZipError>> {
    let (library, index) = numbers(name)?;
    libraries.get(library)?.file(index)
}
