//! A database in the JSON of `tests/judges/msi-tables.py`, which the reference tables are in.

use ancm_installer::id::hexadecimal;
use ancm_installer::msi::{Cell, Database, Stream, Table};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The database in the shape of `expected/NAME.json`.
pub fn shown(database: &Database) -> Value {
    let summary = &database.summary;
    let number = |value: i32| format!("{value} ({value:x})");
    let tables: serde_json::Map<String, Value> =
        database.tables.values().map(|table| (table.name.clone(), shown_table(table))).collect();
    let streams: serde_json::Map<String, Value> =
        database.streams.iter().map(|(name, stream)| (name.clone(), shown_stream(stream))).collect();
    json!({
        "summary": {
            "Title": summary.title,
            "Subject": summary.subject,
            "Author": summary.author,
            "Keywords": summary.keywords,
            "Comments": summary.comments,
            "Template": summary.template,
            "Revision number (UUID)": "*",
            "Created": "*",
            "Last saved": "*",
            "Version": number(summary.page_count),
            "Source": number(summary.word_count),
            "Application": summary.application,
            "Security": number(summary.security),
        },
        "codepage": database.codepage.to_string(),
        "streams": streams,
        "tables": tables,
    })
}

fn shown_table(table: &Table) -> Value {
    let columns: Vec<String> =
        table.columns.iter().map(|column| format!("{} {}", column.name, column.definition())).collect();
    let keys: Vec<&str> = table.columns.iter().filter(|c| c.key).map(|c| c.name.as_str()).collect();
    let mut rows: Vec<Vec<String>> = table
        .rows
        .iter()
        .map(|row| {
            let key: Vec<String> = table.key(row).iter().map(shown_cell).collect();
            let stream = format!("{}.{}", table.name, key.join("."));
            row.iter().map(|c| if *c == Cell::Stream { stream.clone() } else { shown_cell(c) }).collect()
        })
        .collect();
    rows.sort();
    json!({ "columns": columns, "keys": keys, "rows": rows })
}

fn shown_cell(cell: &Cell) -> String {
    match cell {
        Cell::Null | Cell::Stream => String::new(),
        Cell::Int(number) => number.to_string(),
        Cell::Str(text) => text.clone(),
    }
}

fn shown_stream(stream: &Stream) -> Value {
    let bytes = match stream {
        Stream::Bytes(bytes) => bytes.clone(),
        Stream::File(path) => std::fs::read(path).expect("a stream's file"),
        Stream::Cabinet(_) => return json!("cabinet"),
        Stream::InPackage { .. } => panic!("the engine reads no package"),
    };
    let hash = hexadecimal(&Sha256::digest(&bytes)[..8]);
    json!(format!("{} {hash}", bytes.len()))
}

/// What [`shown`] gives, as text that reads well in a diff: one row a line.
pub fn text(shown: &Value) -> String {
    let line = |value: &Value| value.to_string();
    let mut out = String::from("{\n");
    for part in ["summary", "streams"] {
        let entries: Vec<String> = shown[part]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(key, value)| format!("  {}: {}", json!(key), line(value)))
            .collect();
        out.push_str(&format!(" {}: {{\n{}\n }},\n", json!(part), entries.join(",\n")));
    }
    out.push_str(&format!(" \"codepage\": {},\n \"tables\": {{\n", shown["codepage"]));
    let tables: Vec<String> = shown["tables"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, table)| {
            let rows: Vec<String> = table["rows"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|row| format!("   {}", line(row)))
                .collect();
            format!(
                "  {}: {{\"columns\": {}, \"keys\": {}, \"rows\": [\n{}\n  ]}}",
                json!(name),
                table["columns"],
                table["keys"],
                rows.join(",\n")
            )
        })
        .collect();
    out.push_str(&tables.join(",\n"));
    out.push_str("\n }\n}\n");
    out
}
