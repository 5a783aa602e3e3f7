//! What two databases have differently that the language could not say.

use super::settle::Settled;
use crate::diag::{Diagnostic, Place};
use crate::msi::{self, Cell, Database, Difference, Table};

/// Properties of the summary information that every build makes anew.
const MADE_ANEW: [&str; 4] =
    ["Create Time/Date", "Creating Application", "Last Saved Time/Date", "Revision Number"];

/// What `again`, which a source of `original` gave, has otherwise, as warnings: tables, code page and summary information, but
/// not what every build makes anew. Streams are not looked into.
#[must_use]
pub fn differences(original: &Database, again: &Database) -> Vec<Diagnostic> {
    let found = msi::compare(original, again).into_iter();
    found
        .filter(|d| d.table != "_SummaryInformation" || !MADE_ANEW.contains(&d.key.as_str()))
        .map(|d| lost(&d))
        .collect()
}

/// A difference as a finding.
#[must_use]
pub fn lost(difference: &Difference) -> Diagnostic {
    let Difference { table, key, column, first, second } = difference;
    let row: Vec<String> =
        if key.is_empty() { Vec::new() } else { key.split('|').map(str::to_owned).collect() };
    let place = Place { table: table.clone(), column: column.clone(), row };
    let message = match (first, second) {
        (Some(first), Some(second)) => {
            format!("`{place}` is `{second}` once it is compiled again, and was `{first}`")
        }
        (Some(first), None) => format!("`{place}` is gone once it is compiled again; it was `{first}`"),
        (None, Some(second)) => {
            format!("`{place}` is there once it is compiled again, and was not: `{second}`")
        }
        (None, None) => format!("`{place}` differs once it is compiled again"),
    };
    Diagnostic::warning("wix::not_carried_over", message).place(place)
}

/// What a source gives otherwise than `database` has it, as far as no file has a part in it.
pub(super) fn of_settled(database: &Database, settled: &Settled) -> Vec<Diagnostic> {
    let Some(compiled) = &settled.compiled else {
        let errors = settled.errors.iter().map(|error| {
            let message = format!("the source will not compile: {}", error.message);
            Diagnostic::warning("wix::not_carried_over", message)
        });
        return errors.collect();
    };
    let mut again = Database { tables: compiled.tables.clone(), ..database.clone() };
    for ((sequence, action), (condition, number)) in &compiled.actions {
        let name = sequence.table();
        let empty = || database.tables.get(name).map(|table| Table { rows: Vec::new(), ..table.clone() });
        let table = again.tables.get(name).cloned().or_else(empty);
        let Some(mut table) = table.or_else(|| msi::schema::standard_table(name)) else { continue };
        let condition = condition.as_deref().map_or(Cell::Null, Cell::text);
        table.rows.push(vec![Cell::text(action.as_str()), condition, Cell::Int(*number)]);
        again.tables.insert(name.to_owned(), table);
    }
    let without_files = |database: &Database| {
        let mut database = database.clone();
        database.tables.retain(|name, _| !super::compared::OF_FILES.contains(&name.as_str()));
        database
    };
    differences(&without_files(database), &without_files(&again))
}
