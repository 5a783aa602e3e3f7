//! How large a package may be to be played.
//!
//! 50 MB of the shortest rows, some 600,000, would have 430 bytes each in 256 MiB, with both packages. The database alone takes some
//! 300 for a value of the registry while it is read (six cells of 24 bytes, the list of them, and a piece of memory for each text), and
//! a row that is played some 1,500: its names on three machines (before, after, a clean one), its events, its fate. So 50 MB are
//! played where rows are long, and short rows are counted. Who trusts a package that needs more gives it more.

use crate::msi::{Cell, Database, Table};
use std::collections::BTreeMap;

/// What a row takes in memory while a package is played over an older release with as many rows, in bytes, rounded up from what
/// `benches/upgrade_bounds.rs` measures.
const COSTS: [(&str, u64); 8] = [
    ("Component", 2_400),
    ("DuplicateFile", 2_400),
    ("Environment", 2_000),
    ("FeatureComponents", 400),
    ("File", 2_400),
    ("MsiFileHash", 400),
    ("Registry", 2_000),
    ("Shortcut", 2_400),
];

/// Rows of other tables.
const OTHER: u64 = 1_200;

/// How often a byte of text is in memory, at the most: in the database, in two packages, and where a session has properties of its
/// own. Texts of the Registry table are kept once. What a row takes has so much text in it already.
const COPIES: u64 = 5;
const COPIES_OF_VALUES: u64 = 3;
const TEXT_OF_A_ROW: u64 = 64;

/// What a byte of a condition counts, without what the condition repeats: some 30 were measured, for conditions are kept in parts, and
/// the rest is margin. Those of known packages have some thousands of bytes together.
const CONDITION: u64 = 64;

/// How much memory playing a package may take; 256 MiB unless whoever plays it allows more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    mebibytes: u64,
}

impl Default for Memory {
    fn default() -> Memory {
        Memory::of_mebibytes(256)
    }
}

/// A package is too large to be played in the memory that it may take.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TooLarge {
    /// By its rows.
    #[error(
        "it is too large to be played: over a release of its size it would take some {needed} MiB, of {most} at most; \
         its table `{table}` alone has {rows} rows"
    )]
    Rows {
        /// MiB that it would take.
        needed: u64,
        /// MiB that it may take.
        most: u64,
        /// The table that takes most.
        table: String,
        /// That table's rows.
        rows: u64,
    },
    /// By its texts.
    #[error(
        "its texts are too long to be played: over a release of its size it would take some {needed} MiB, of {most} at \
         most; those of its table `{table}` alone have {length} bytes"
    )]
    Texts {
        /// MiB that it would take.
        needed: u64,
        /// MiB that it may take.
        most: u64,
        /// The table that takes most.
        table: String,
        /// Bytes of that table's texts.
        length: u64,
    },
    /// By its conditions.
    #[error(
        "its conditions are too long to be played: they would take {needed} MiB or more, of {most} at most; \
         without what they repeat they have {length} bytes or more"
    )]
    Conditions {
        /// MiB that those up to the one that is too much would take.
        needed: u64,
        /// MiB that it may take.
        most: u64,
        /// Bytes of its conditions up to the one that is too much, without what they repeat.
        length: u64,
    },
}

impl TooLarge {
    /// MiB that it would take, by what is known before it is played.
    #[must_use]
    pub fn needed(&self) -> u64 {
        match self {
            TooLarge::Rows { needed, .. }
            | TooLarge::Texts { needed, .. }
            | TooLarge::Conditions { needed, .. } => *needed,
        }
    }
}

fn cost_of_rows(table: &str, count: u64) -> u64 {
    let cost = COSTS.iter().find(|(name, _)| *name == table).map_or(OTHER, |(_, cost)| *cost);
    count.saturating_mul(cost)
}

impl Memory {
    /// So many MiB.
    #[must_use]
    pub const fn of_mebibytes(mebibytes: u64) -> Memory {
        Memory { mebibytes }
    }

    /// How many MiB.
    #[must_use]
    pub const fn mebibytes(self) -> u64 {
        self.mebibytes
    }

    /// What is needed of `bytes`, in MiB, where that is more than there may be.
    fn exceeded(self, bytes: u64) -> Option<u64> {
        let needed = bytes.div_ceil(1 << 20);
        (needed > self.mebibytes).then_some(needed)
    }

    /// Whether a package whose tables have so many `rows` can be played, by what was measured.
    ///
    /// # Errors
    /// Why not.
    pub fn admits(self, rows: &BTreeMap<&str, u64>) -> Result<(), TooLarge> {
        let costs = rows.iter().map(|(name, count)| (cost_of_rows(name, *count), *name, *count));
        let total = costs.clone().fold(0, |total: u64, (cost, ..)| total.saturating_add(cost));
        match (self.exceeded(total), costs.max()) {
            (Some(needed), Some((_, table, rows))) => {
                Err(TooLarge::Rows { needed, most: self.mebibytes, table: table.to_owned(), rows })
            }
            _ => Ok(()),
        }
    }

    /// As [`Memory::admits`], for a package that has been read: its texts must not be too long either.
    pub(super) fn admits_database(self, database: &Database) -> Result<(), TooLarge> {
        self.admits(
            &database.tables.values().map(|table| (table.name.as_str(), table.rows.len() as u64)).collect(),
        )?;
        let text = |table: &Table| -> u64 {
            table.rows.iter().flatten().filter_map(Cell::as_str).map(|text| text.len() as u64).sum()
        };
        let cost = |table: &Table| {
            let copies = if table.name == "Registry" { COPIES_OF_VALUES } else { COPIES };
            let rows = table.rows.len() as u64;
            cost_of_rows(&table.name, rows) + text(table).saturating_sub(rows * TEXT_OF_A_ROW) * copies
        };
        let costs = database.tables.values().map(|table| (cost(table), table));
        let total: u64 = costs.clone().map(|(cost, _)| cost).sum();
        match (self.exceeded(total), costs.max_by_key(|(cost, _)| *cost)) {
            (Some(needed), Some((_, table))) => Err(TooLarge::Texts {
                needed,
                most: self.mebibytes,
                table: table.name.clone(),
                length: text(table),
            }),
            _ => Ok(()),
        }
    }

    /// Whether conditions that have so many bytes without what they repeat can be played.
    pub(super) fn admits_conditions(self, length: u64) -> Result<(), TooLarge> {
        match self.exceeded(length * CONDITION) {
            Some(needed) => Err(TooLarge::Conditions { needed, most: self.mebibytes, length }),
            None => Ok(()),
        }
    }
}
