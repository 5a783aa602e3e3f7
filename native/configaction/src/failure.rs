//! Why an action fails.

use alloc::string::{String, ToString};

/// A failure, as the package's `Error` table has texts for it.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    /// What kind it is.
    pub(crate) kind: Kind,
    /// The file, or what else it is about.
    pub(crate) file: String,
    /// What is wrong there, and what to do.
    pub(crate) reason: String,
}

/// Kinds of failures; the numbers are rows of the `Error` table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A configuration cannot be read or edited.
    NotEditable = 25001,
    /// A file cannot be written.
    NotWritable = 25002,
    /// A shared configuration cannot be reached or written.
    Shared = 25003,
    /// The package, or what an action was handed, is damaged.
    Damaged = 25004,
    /// A DLL is not what can be swapped, or what it takes is not there.
    Unsuitable = 25005,
}

impl Failure {
    pub(crate) fn new(kind: Kind, file: &str, reason: &(impl ToString + ?Sized)) -> Self {
        Failure { kind, file: file.to_string(), reason: reason.to_string() }
    }
}
