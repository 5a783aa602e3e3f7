//! Packages out of the JSON of `tests/judges/msi-tables.py`.

use crate::support;
use ancm_installer::msi::schema::standard_table;
use ancm_installer::msi::{Cell, Column, ColumnKind, Database, Table};
use ancm_installer::upgrade::{FileFacts, Package, Payload};
use serde_json::Value;

/// The package in `tests/data/FILE.json`, with the ProductCode `code`; each `(from, to)` changes its text first. Files are
/// what their columns say.
pub fn package(file: &str, code: &str, changes: &[(&str, &str)]) -> Package {
    let text = std::fs::read_to_string(support::data(&format!("{file}.json"))).expect(file);
    let mut text = text.replace("{PRODUCTCODE}", code);
    for (from, to) in changes {
        text = text.replace(from, to);
    }
    let document: Value = serde_json::from_str(&text).expect(file);
    let mut database = Database::default();
    let summary = document["summary"]["Template"].as_str().expect("a template");
    database.summary.template = summary.to_owned();
    for (name, table) in document["tables"].as_object().expect("tables") {
        database.tables.insert(name.clone(), read(name, table));
    }
    let name = file.rsplit('/').next().unwrap_or(file);
    let claimed = Package::load(name, &database, &Payload::new()).expect(file);
    let facts = claimed
        .files()
        .map(|(_, file)| (file.key.clone(), FileFacts { version: file.version, ..FileFacts::default() }));
    Package::load(name, &database, &facts.collect()).expect(file)
}

fn read(name: &str, table: &Value) -> Table {
    let list = |value: &Value| -> Vec<String> {
        let cells = value.as_array().expect("a list").iter();
        cells.map(|cell| cell.as_str().expect("a text").to_owned()).collect()
    };
    let keys = list(&table["keys"]);
    let column = |definition: &String| {
        let (name, kind) = definition.split_once(' ').expect("name and type");
        let kind = match kind.as_bytes()[0].to_ascii_lowercase() {
            b'i' => ColumnKind::Int4,
            _ => ColumnKind::Str { width: 0, localizable: false },
        };
        let key = keys.contains(&name.to_owned());
        Column { name: name.to_owned(), kind, nullable: !key, key, validation: None }
    };
    let own = || list(&table["columns"]).iter().map(column).collect();
    let columns: Vec<Column> = standard_table(name).map_or_else(own, |table| table.columns);
    let rows = table["rows"].as_array().expect("rows").iter().map(|row| {
        let cells = list(row);
        let cell = |(column, text): (&Column, String)| match column.kind {
            _ if text.is_empty() => Cell::Null,
            ColumnKind::Int2 | ColumnKind::Int4 => Cell::Int(text.parse().expect("a number")),
            _ => Cell::text(text),
        };
        columns.iter().zip(cells).map(cell).collect()
    });
    let rows = rows.collect();
    Table { name: name.to_owned(), columns, rows }
}
