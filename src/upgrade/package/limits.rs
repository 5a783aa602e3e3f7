//! How large a package may be to be played.

use crate::msi::Database;
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

/// So much memory is taken, in bytes.
const MOST: u64 = 256 << 20;

/// Conditions are kept in parts, some ten times their length; all of a package together have so many bytes, and known packages
/// have some thousands.
const CONDITIONS: usize = 4 << 20;

/// Whether a package whose tables have so many `rows` can be played in the memory that a machine has, by what was measured.
///
/// # Errors
/// Why not.
pub fn admits(rows: &BTreeMap<&str, u64>) -> Result<(), String> {
    let cost = |name: &str| COSTS.iter().find(|(table, _)| *table == name).map_or(OTHER, |(_, cost)| *cost);
    let costs = rows.iter().map(|(name, count)| (count.saturating_mul(cost(name)), *name, *count));
    let total = costs.clone().fold(0, |total: u64, (cost, ..)| total.saturating_add(cost));
    match costs.max() {
        Some((_, name, count)) if total > MOST => Err(format!(
            "it is too large to be played: over a release of its size it would take some {} MiB, of {} at most; \
             its table `{name}` alone has {count} rows",
            total >> 20,
            MOST >> 20
        )),
        _ => Ok(()),
    }
}

/// As [`admits`], for a package that has been read; its conditions must not be too long either.
pub(super) fn admits_database(database: &Database) -> Result<(), String> {
    admits(&database.tables.values().map(|table| (table.name.as_str(), table.rows.len() as u64)).collect())?;
    let conditions = database.tables.values().filter_map(|table| Some((table, table.column("Condition")?)));
    let lengths = conditions.flat_map(|(table, column)| {
        table.rows.iter().filter_map(move |row| Some(row.get(column)?.as_str()?.len()))
    });
    match lengths.sum::<usize>() {
        length if length > CONDITIONS => Err(format!(
            "its conditions have {length} characters altogether: at most {CONDITIONS} are played"
        )),
        _ => Ok(()),
    }
}
