//! Texts of files that may have megabytes where people write a line.

use std::borrow::Cow;

/// `text`, without its end where it has more than `limit` bytes; whole characters are left off.
#[must_use]
pub fn shortened(text: &str, limit: usize) -> Cow<'_, str> {
    if text.len() <= limit {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("{}…", &text[..floor(text, limit)]))
}

/// The largest character boundary that is not above `limit`.
#[must_use]
pub fn floor(text: &str, limit: usize) -> usize {
    let mut at = text.len().min(limit);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
