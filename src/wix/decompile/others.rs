//! What libraries have otherwise than the package: files, actions.

use super::check::Compiled;
use super::extensions::Around;
use super::rows;
use super::sequence::Key;
use crate::msi::{Cell, Table};
use crate::stored;
use crate::variables::{Segment, parse};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Whether the bytes behind a cell of `row`, which a library gives, are others than the package has, and no variable that
/// `is_set` puts those in their place.
pub(super) fn is_other(
    around: &Around<'_>,
    compiled: &Compiled,
    (table, row): (&Table, &[Cell]),
    is_set: impl Fn(&str) -> bool,
) -> bool {
    if !row.contains(&Cell::Stream) {
        return false;
    }
    let key = row.first().and_then(Cell::as_str).unwrap_or_default();
    let stored = compiled.stored.get(&(table.name.clone(), key.to_owned()));
    let (Some(own), Some(stored)) = (around.stream(&rows::stream(table, row)), stored) else { return false };
    if variable(stored).is_some_and(|variable| is_set(&variable)) {
        return false;
    }
    !matches!(stored::bytes(stored, around.libraries()), Some(Ok(bytes)) if Sha256::digest(&bytes)[..] == own[..])
}

/// The variable that says what stands in the place of a file of a library.
pub(super) fn variable(stored: &str) -> Option<String> {
    parse(stored::before(stored)).into_iter().find_map(|(_, segment)| match segment {
        Segment::Wix { name, .. } => Some(name.to_owned()),
        _ => None,
    })
}

/// Says that the library that schedules the action, or another one in its sequence, does it otherwise.
pub(super) fn dispute(disputed: &mut BTreeMap<usize, String>, compiled: &Compiled, key: &Key) {
    let own = compiled.scheduled.get(key);
    let other = || compiled.scheduled.iter().find(|(other, _)| other.0 == key.0).map(|(_, library)| library);
    if let Some(library) = own.or_else(other) {
        let what = || format!("`{}[{}]`", key.0.table(), key.1);
        disputed.entry(*library).or_insert_with(what);
    }
}
