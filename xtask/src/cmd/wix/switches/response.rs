//! Files with words of a command line: `@file`.

use crate::exit::Outcome;
use std::path::Path;

/// The words of the response file at `path`: split at white space, `"` around a word with blanks, `\"` for a quote.
///
/// # Errors
/// A file that cannot be read, and a quote that is not closed.
pub fn words(path: &Path) -> Outcome<Vec<String>> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        super::usage(format!("cannot read the response file `{}`: {error}", path.display()))
    })?;
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if letters.peek() == Some(&'"') => word.get_or_insert_default().extend(letters.next()),
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            letter if letter.is_whitespace() && !quoted => words.extend(word.take()),
            letter => word.get_or_insert_default().push(letter),
        }
    }
    if quoted {
        return Err(super::usage(format!(
            "the response file `{}` has a quote that is not closed",
            path.display()
        )));
    }
    words.extend(word);
    Ok(words)
}
