//! Changes to the cells of a database.

use installer_msi::{Cell, Database};

/// Texts that are something to somebody.
const TEXTS: [&str; 16] = [
    "", ".", "..\\..\\x", "TARGETDIR", "a|b|c", "#x", "[~]", "!(wix.A)", "!!(loc.B)", "$(C)", "\u{1}", "-", "0", "{}", "NUL", "x y",
];

/// Changes cells, three bytes for each: which, and to what.
pub fn change(database: &mut Database, bytes: &[u8]) {
    let names: Vec<String> = database.tables.keys().cloned().collect();
    for [at, row, what] in bytes.as_chunks::<3>().0 {
        let Some(table) = names.get(usize::from(*at) % names.len().max(1)).and_then(|name| database.tables.get_mut(name)) else {
            return;
        };
        let (rows, columns) = (table.rows.len(), table.columns.len());
        if rows == 0 {
            continue;
        }
        let cell = usize::from(*row) % (rows * columns);
        let (row, column) = (cell / columns, cell % columns);
        let new = match what {
            0..16 => Cell::text(TEXTS[usize::from(*what)]),
            16 => Cell::Null,
            17..40 => Cell::Int(1 << (what - 17)),
            40..48 => Cell::Int(i32::from(*what) - 44),
            what => table.rows[usize::from(*what) % rows][column].clone(),
        };
        // columns hold what they are for
        let old = &mut table.rows[row][column];
        let is_number = |cell: &Cell| matches!(cell, Cell::Int(_));
        if is_number(old) == is_number(&new) && *old != Cell::Stream && new != Cell::Stream {
            *old = new;
        }
    }
}
