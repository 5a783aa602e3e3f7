//! The text of the ledger with entries added; everything else stays as its author wrote it.

use super::{Component, KeyPath};
use crate::id::Flavour;
use std::fmt::{Display, Write as _};
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, TomlError, Value};

/// `text` with `components` of `flavour` added, each under the comment `note`. Active ones go before the first retired
/// one, retired ones to the end.
///
/// # Errors
/// The text is no TOML.
pub fn with_components(
    text: &str,
    flavour: Flavour,
    components: &[Component],
    note: &str,
) -> Result<String, TomlError> {
    let mut document: DocumentMut = text.parse()?;
    if components.is_empty() {
        return Ok(text.to_owned());
    }
    let of_flavour = document.entry(&flavour.to_string()).or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    let list = of_flavour.as_table_mut().and_then(|of_flavour| {
        let none = || Item::ArrayOfTables(ArrayOfTables::new());
        of_flavour.entry("component").or_insert_with(none).as_array_of_tables_mut()
    });
    let list = list.expect("a ledger that was read has tables there, or nothing");
    let mut tables: Vec<Table> = list.iter().cloned().collect();
    for component in components {
        let retired = |table: &Table| table.get("status").and_then(|s| s.as_str()) == Some("retired");
        let place = match component.active {
            true => tables.iter().position(retired).unwrap_or(tables.len()),
            false => tables.len(),
        };
        tables.insert(place, table(component, note)?);
    }
    *list = tables.into_iter().collect::<ArrayOfTables>();
    Ok(document.to_string())
}

fn table(component: &Component, note: &str) -> Result<Table, TomlError> {
    let mut entry: DocumentMut = entry(component).parse()?;
    entry.decor_mut().set_prefix(format!("\n# {note}\n"));
    // none: it follows the table before it
    entry.set_position(None);
    Ok(entry.as_table().clone())
}

/// An entry in the ledger's own style.
fn entry(component: &Component) -> String {
    let mut text = format!("arch = {}\n", list(&component.arches));
    let mut pair = |key: &str, value: &str| {
        let _ = writeln!(text, "{key} = {}", Value::from(value));
    };
    match &component.key_path {
        KeyPath::File { path, file } => {
            pair("path", path);
            pair("file", file);
        }
        KeyPath::Registry { key, value } => {
            pair("registry", key);
            pair("value", value);
        }
    }
    pair("holds", &component.holds.to_string());
    pair("id", component.id.to_string().trim_matches(['{', '}']));
    pair("component", &component.key);
    let _ = writeln!(text, "bits = {}", component.bits);
    if !component.shipped.is_empty() {
        let _ = writeln!(text, "shipped = {}", list(&component.shipped));
    }
    let _ = writeln!(text, "status = \"{}\"", if component.active { "active" } else { "retired" });
    text
}

fn list(values: &[impl Display]) -> String {
    let quoted: Vec<String> = values.iter().map(|value| format!("\"{value}\"")).collect();
    format!("[{}]", quoted.join(", "))
}
