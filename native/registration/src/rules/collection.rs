//! Collections: of the children `add`, `remove` and `clear`, read from the first to the last and section after section,
//! which entry of a key is in force in the end.
//!
//! <https://learn.microsoft.com/iis/get-started/planning-your-iis-architecture/deep-dive-into-iis-configuration-with-iis-7-and-iis-8>

use super::keys;
use crate::document::tree::Element;
use alloc::vec::Vec;

/// What a child does to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Adds an entry of it.
    Add,
    /// Takes out what came before.
    TakeOut,
}

/// Number of a section, and a position in its content.
pub(crate) type Spot = (usize, usize);

/// The entries of one key.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    /// The one in force.
    pub in_force: Option<Spot>,
    /// The others: those that IIS refuses as duplicates, and those that something behind takes out.
    pub others: Vec<Spot>,
    /// The first section at whose end a new entry would be in force.
    pub open: usize,
}

/// The children of a section that are about a key, with their positions.
pub(crate) fn children(section: &Element, key: &str, value: &str) -> impl Iterator<Item = (usize, Kind)> {
    let nodes = section.content.iter().enumerate();
    nodes.filter_map(move |(at, node)| {
        let element = node.element()?;
        let is_meant = || {
            let found = element.value(key);
            found.is_some_and(|found| keys::same(section.name(), element.name(), key, &found, value))
        };
        match element.name() {
            "add" if is_meant() => Some((at, Kind::Add)),
            "clear" => Some((at, Kind::TakeOut)),
            "remove" if is_meant() => Some((at, Kind::TakeOut)),
            _ => None,
        }
    })
}

/// What the sections, in the order in which IIS merges them, have of a key.
pub(crate) fn entries(sections: &[&Element], key: &str, value: &str) -> Entries {
    let mut entries = Entries::default();
    for (number, section) in sections.iter().enumerate() {
        for (at, kind) in children(section, key, value) {
            match (kind, entries.in_force) {
                (Kind::Add, None) => entries.in_force = Some((number, at)),
                (Kind::Add, Some(_)) => entries.others.push((number, at)),
                (Kind::TakeOut, found) => {
                    entries.others.extend(found);
                    entries.in_force = None;
                    entries.open = number;
                }
            }
        }
    }
    entries.others.sort_unstable();
    entries
}
