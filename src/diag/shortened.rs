//! Texts of files that may have megabytes where people write a line.

use std::borrow::Cow;

/// `text`, without its end where it has more than `limit` bytes; whole characters are left off.
#[must_use]
pub fn shortened(text: &str, limit: usize) -> Cow<'_, str> {
    if text.len() <= limit {
        return Cow::Borrowed(text);
    }
    let end = (0..=limit).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    Cow::Owned(format!("{}…", &text[..end]))
}
