//! A field of a line, without tabs and line breaks: `\t`, `\n`, `\r` and `\\` stand for what they mean in Rust.

use alloc::string::String;

/// The field as it is written.
#[must_use]
pub fn escape(field: &str) -> String {
    let mut text = String::with_capacity(field.len());
    for character in field.chars() {
        match character {
            '\\' => text.push_str(r"\\"),
            '\t' => text.push_str(r"\t"),
            '\n' => text.push_str(r"\n"),
            '\r' => text.push_str(r"\r"),
            other => text.push(other),
        }
    }
    text
}

/// The field that was written; nothing where it is anything else.
#[must_use]
pub fn unescape(text: &str) -> Option<String> {
    let mut field = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        field.push(match character {
            '\\' => match characters.next()? {
                '\\' => '\\',
                't' => '\t',
                'n' => '\n',
                'r' => '\r',
                _ => return None,
            },
            other => other,
        });
    }
    Some(field)
}
