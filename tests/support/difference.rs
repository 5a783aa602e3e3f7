//! How a database differs from what is expected of it, both in the JSON of `tests/judges/msi-tables.py`.

use serde_json::Value;

/// Wine's msi, through which WiX asked for the languages of a file, gives the first; Windows' gives all of them, and so do
/// we. `twolang.dll` is the file with two.
const LANGUAGES: (&str, &str) = ("1033,1031", "1033");

/// What differs, in words; nothing if nothing does.
pub fn differences(expected: Value, ours: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for part in ["summary", "codepage", "streams"] {
        if expected[part] != ours[part] {
            found.push(format!(
                "{part}: expected {}\n      {} {}",
                expected[part],
                " ".repeat(part.len()),
                ours[part]
            ));
        }
    }
    let empty = serde_json::Map::new();
    let object = |value: &Value| value["tables"].as_object().cloned().unwrap_or_else(|| empty.clone());
    let (theirs, own) = (object(&expected), object(ours));
    for table in own.keys().filter(|table| !theirs.contains_key(*table)) {
        found.push(format!("table {table} is there, and not expected"));
    }
    for (table, expected) in &theirs {
        let Some(ours) = own.get(table) else {
            found.push(format!("table {table} is missing"));
            continue;
        };
        for part in ["columns", "keys"] {
            if expected[part] != ours[part] {
                found.push(format!("{table}: {part} are {}, expected {}", ours[part], expected[part]));
            }
        }
        let rows = |value: &Value| value["rows"].as_array().cloned().unwrap_or_default();
        let (expected, ours) = (rows(expected), rows(ours));
        let missing = expected.iter().filter(|row| !ours.iter().any(|own| same(row, own)));
        found.extend(missing.map(|row| format!("- {table} {row}")));
        let surplus = ours.iter().filter(|own| !expected.iter().any(|row| same(row, own)));
        found.extend(surplus.map(|row| format!("+ {table} {row}")));
        if expected.len() != ours.len() {
            found.push(format!("{table}: {} rows, expected {}", ours.len(), expected.len()));
        }
    }
    found
}

/// Whether a row is the expected one; `*` at the end of a cell stands for what differs from build to build.
fn same(expected: &Value, own: &Value) -> bool {
    let cells = |row: &Value| row.as_array().cloned().unwrap_or_default();
    let text = |cell: &Value| cell.as_str().unwrap_or_default().to_owned();
    let (expected, own) = (cells(expected), cells(own));
    expected.len() == own.len()
        && expected.iter().zip(&own).all(|(expected, own)| match text(expected).strip_suffix('*') {
            Some(start) => expected == own || (text(own).starts_with(start) && text(own).len() > start.len()),
            None => {
                expected == own || (text(own), text(expected)) == (LANGUAGES.0.into(), LANGUAGES.1.into())
            }
        })
}
