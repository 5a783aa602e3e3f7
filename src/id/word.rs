//! Texts that must be one of a few words.

use std::borrow::Cow;

/// A text is none of the words that there are for something.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {what}: expected {expected}")]
pub struct UnknownWord {
    text: String,
    what: &'static str,
    expected: Cow<'static, str>,
}

impl UnknownWord {
    /// `text` is not `what` ("an architecture"); it had to be one of those that `expected` lists.
    pub fn new(text: &str, what: &'static str, expected: impl Into<Cow<'static, str>>) -> UnknownWord {
        UnknownWord { text: text.to_owned(), what, expected: expected.into() }
    }
}
