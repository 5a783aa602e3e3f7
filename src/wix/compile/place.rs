//! Where an element stands: what its place and its component give it, and what it may give its component.

use crate::symbol::{Container, KeyPath};

/// What an element's place in directories and groups gives to the components and files inside.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    /// The directory's id.
    pub directory: Option<String>,
    /// `DiskId`.
    pub disk: Option<i32>,
    /// Folder that sources are in, with its final separator; empty for none.
    pub source: String,
    /// The feature or group that they are members of.
    pub parent: Option<(Container, String)>,
}

/// The component that an element stands in.
#[derive(Clone, Debug)]
pub(super) struct Host {
    /// Its id; a placeholder while the key path that it is named after is not known.
    pub id: String,
    /// Its directory's id.
    pub directory: String,
    /// `DiskId`.
    pub disk: Option<i32>,
    /// Folder that sources are in.
    pub source: String,
    /// Whether it is a 64-bit one.
    pub is_64_bit: bool,
    /// Whether its GUID is not to be computed.
    pub has_own_guid: bool,
}

/// What a child offers as its component's key path.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    /// The key path.
    pub path: KeyPath,
    /// What `KeyPath` says, if anything.
    pub chosen: Option<bool>,
}

/// `source` with a separator at its end.
pub(super) fn folder_path(source: &str) -> String {
    if source.ends_with(['/', '\\']) { source.to_owned() } else { format!("{source}\\") }
}
