//! What is known beforehand: numbers, errors and words, and what to do about them.

pub mod codes;
pub mod errors;
pub(super) mod words;
