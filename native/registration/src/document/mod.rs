//! The file: as text in its encoding, as a tree that keeps every byte, and where an element stands in it.

pub(crate) mod address;
pub(crate) mod encoding;
pub(crate) mod tree;
