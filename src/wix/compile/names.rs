//! Which texts are identifiers, GUIDs, file names and variables.

use crate::id::Guid;

/// Whether `text` is an identifier: a letter or `_`, then letters, digits, `_` and `.`
/// (<https://learn.microsoft.com/windows/win32/msi/identifier>).
pub fn is_identifier(text: &str) -> bool {
    let first = text.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    first && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.')
}

/// The GUID in `text`, in any of the forms that .NET reads: plain, in braces or in parentheses, and without hyphens.
pub fn guid(text: &str) -> Option<Guid> {
    let text = text.trim();
    let inside = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    if let Some(bare) = inside {
        return if bare.starts_with('{') { None } else { bare.parse().ok() };
    }
    if text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let parts = [&text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..]];
        return parts.join("-").parse().ok();
    }
    text.parse().ok()
}

/// Whether `text` has a `!(loc.…)`, `!(wix.…)` or `!(bind.…)` variable in it.
pub fn is_variable(text: &str) -> bool {
    ["!(loc.", "!(wix.", "!(bind."]
        .iter()
        .any(|start| text.find(start).is_some_and(|at| text[at..].contains(')')))
}

/// Whether `text` is a version: `v` or nothing, one to four numbers with dots between, then a label after `-` or `+`
/// or nothing.
pub fn is_version(text: &str) -> bool {
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let (numbers, label) =
        text.find(['-', '+']).map_or((text, None), |at| (&text[..at], Some(&text[at + 1..])));
    let fields: Vec<&str> = numbers.split('.').collect();
    fields.len() <= 4
        && fields.iter().all(|f| f.bytes().all(|b| b.is_ascii_digit()) && f.parse::<u32>().is_ok())
        && label.is_none_or(|label| !label.is_empty())
}

/// Whether `text` looks like a short name that Windows makes up: six characters, `~` and a digit.
pub fn is_ambiguous(text: &str) -> bool {
    let mut rest = text.chars().skip(6);
    rest.next() == Some('~') && rest.next().is_some_and(|c| c.is_ascii_digit())
}

fn is_name_without(text: &str, illegal: &str) -> bool {
    let length = text.encode_utf16().count();
    (1..=259).contains(&length) && !text.bytes().all(|b| b == b'.') && !text.contains(|c| illegal.contains(c))
}

/// Whether `text` can be the long name of a file.
pub fn is_long_name(text: &str) -> bool {
    is_name_without(text, "\\/?*|><:\"")
}

/// Whether `text` can be the long name of files, with `*` and `?`.
pub fn is_wildcard_name(text: &str) -> bool {
    is_name_without(text, "\\/|><:\"")
}

/// Whether `text` is a path below something: names with `\` or `/` between them, none of them `..`.
pub fn is_relative_path(text: &str) -> bool {
    is_name_without(text, "?*|><:\"") && !text.split(['\\', '/']).any(|part| part == "..")
}

/// Whether `text` is a name of eight characters and three after a dot
/// (<https://learn.microsoft.com/windows/win32/msi/filename>).
pub fn is_short_name(text: &str) -> bool {
    const ILLEGAL: &str = "\\?|><:/*\"+,;=[]. ";
    let legal = |part: &str, most: usize| {
        (1..=most).contains(&part.chars().count()) && !part.contains(|c| ILLEGAL.contains(c))
    };
    match text.split_once('.') {
        None => legal(text, 8),
        Some((stem, extension)) => legal(stem, 8) && (extension.is_empty() || legal(extension, 3)),
    }
}
