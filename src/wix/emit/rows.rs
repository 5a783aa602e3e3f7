//! Rows of symbols: one function for each kind that is more than cells.

use super::{Tables, optional, text, unknown_table};
use crate::bind::{Bound, Sequenced};
use crate::compat::Compat;
use crate::compile::names::is_short_name;
use crate::diag::Location;
use crate::ids;
use crate::msi::{Cell, ColumnKind, Row};
use crate::symbol::{
    Component, ComponentGuid, Directory, Field, KeyPath, Kind, Registry, RegistryValue, Symbol, Upgrade,
};
use std::collections::BTreeSet;

/// The bits of Component.Attributes that the key path and the bitness set.
const REGISTRY_KEY_PATH: i32 = 4;
const ODBC_DATA_SOURCE: i32 = 32;
const IS_64_BIT: i32 = 256;

/// Tables that every package has, if without rows.
const ALWAYS: [&str; 2] = ["File", "Media"];
/// Tables that bring others along, if without rows: Windows Installer's actions read both; a `ListBox` comes with dialogs
/// as WiX has it.
const COMPANIONS: [(&str, &str); 3] =
    [("AppSearch", "Signature"), ("Dialog", "ListBox"), ("ProgId", "Extension")];

/// Adds the rows of all symbols.
pub(super) fn symbols(tables: &mut Tables<'_>, bound: &Bound, compat: Compat) {
    for symbol in &bound.symbols {
        if let Kind::CustomTable { table, unreal: false, .. } = &symbol.kind {
            tables.tables.insert(table.name.clone(), table.clone());
        }
    }
    let unreal: Vec<&str> = bound
        .symbols
        .iter()
        .filter_map(|symbol| match &symbol.kind {
            Kind::CustomTable { table, unreal: true, .. } => Some(table.name.as_str()),
            _ => None,
        })
        .collect();
    let mut directories = BTreeSet::new();
    let mut ensured = Vec::new();
    for symbol in &bound.symbols {
        let id = symbol.id.as_ref().map_or("", |id| id.name.as_str());
        let at = Some(&symbol.at);
        match &symbol.kind {
            Kind::Row { table, .. } if unreal.contains(&table.as_ref()) => {}
            Kind::Row { table, fields } => row(tables, symbol, table, fields),
            Kind::Component(component) => tables.push("Component", component_row(id, component), at),
            Kind::Directory(directory) => {
                directory_rows(tables, id, directory, (at, compat), &mut directories)
            }
            Kind::Registry(registry) => tables.push("Registry", registry_row(id, registry), at),
            Kind::Property(property) => {
                if let Some(value) = property.value.as_ref().filter(|value| !value.is_empty()) {
                    tables.push("Property", vec![text(id), text(value)], at);
                }
            }
            Kind::Upgrade(upgrade) => tables.push("Upgrade", upgrade_row(upgrade), at),
            Kind::EnsureTable(table) => {
                ensured.push(table.as_str());
                if tables.table(table).is_none() && !unreal.contains(&table.as_str()) {
                    unknown_table(symbol, table, tables.report);
                }
            }
            // Not rows, or rows of their own stages.
            Kind::CustomTable { .. }
            | Kind::CustomRow(_)
            | Kind::File(_)
            | Kind::Harvest(_)
            | Kind::Media(_)
            | Kind::MediaTemplate(_)
            | Kind::Action(_)
            | Kind::Variable { .. }
            | Kind::Group(_)
            | Kind::Package(_)
            | Kind::Summary(_)
            | Kind::Foreign(_) => {}
        }
    }
    // Nobody needs a table without rows, unless somebody says so.
    tables.tables.retain(|name, table| !table.rows.is_empty() || ensured.contains(&name.as_str()));
    for (table, companion) in COMPANIONS {
        if tables.tables.contains_key(table) {
            tables.table(companion);
        }
    }
    for table in ALWAYS {
        tables.table(table);
    }
}

/// A row whose cells are in the order of the table's columns.
fn row(tables: &mut Tables<'_>, symbol: &Symbol, name: &str, fields: &[Field]) {
    let report = tables.report;
    let Some(table) = tables.table(name) else {
        unknown_table(symbol, name, report);
        return;
    };
    let mut cells = Row::with_capacity(table.columns.len());
    for (column, field) in table.columns.iter().zip(fields) {
        let number = matches!(column.kind, ColumnKind::Int2 | ColumnKind::Int4);
        cells.push(match field {
            Field::Null => Cell::Null,
            Field::Int(number) => Cell::Int(*number),
            Field::Text(value) if number && !value.is_empty() => match value.trim().parse() {
                Ok(number) => Cell::Int(number),
                Err(_) => {
                    let message =
                        format!("`{value}` is not a whole number, which {name}.{} must be", column.name);
                    report.error(8, &symbol.at, message);
                    Cell::Null
                }
            },
            Field::Text(value) => text(value),
            Field::Source(_) => Cell::Stream,
            // Linking and binding have replaced these.
            Field::TextFile(_) | Field::Feature(_) => Cell::Null,
            Field::Name { long, short, salt } => {
                let salt: Vec<&str> = salt.iter().map(String::as_str).collect();
                Cell::Str(name_cell(long, short.as_deref(), true, &salt))
            }
        });
    }
    // Columns that newer versions of a table have at its end.
    cells.resize(table.columns.len(), Cell::Null);
    tables.push(name, cells, Some(&symbol.at));
}

/// `short|long`, or only the long name where it is short enough
/// (<https://learn.microsoft.com/windows/win32/msi/filename>).
pub(super) fn name_cell(long: &str, short: Option<&str>, keep_extension: bool, salt: &[&str]) -> String {
    match short {
        Some(short) if short.eq_ignore_ascii_case(long) => long.to_owned(),
        Some(short) => format!("{short}|{long}"),
        None if is_short_name(long) => long.to_owned(),
        None => format!("{}|{long}", ids::short_name(long, keep_extension, salt)),
    }
}

fn component_row(id: &str, component: &Component) -> Row {
    let guid = match &component.guid {
        ComponentGuid::Text(guid) => text(guid),
        ComponentGuid::None | ComponentGuid::Computed => Cell::Null,
    };
    let (key_path, bit) = match &component.key_path {
        KeyPath::Directory => (Cell::Null, 0),
        KeyPath::File(id) => (text(id), 0),
        KeyPath::Registry(id) => (text(id), REGISTRY_KEY_PATH),
        KeyPath::OdbcDataSource(id) => (text(id), ODBC_DATA_SOURCE),
    };
    let bits = if component.is_64_bit { IS_64_BIT } else { 0 };
    let attributes = Cell::Int(component.attributes | bit | bits);
    vec![
        text(id),
        guid,
        text(&component.directory),
        attributes,
        optional(component.condition.as_ref()),
        key_path,
    ]
}

/// A row for a directory, and one for each folder on the way to it if its name is a path.
fn directory_rows(
    tables: &mut Tables<'_>,
    id: &str,
    directory: &Directory,
    (at, compat): (Option<&Location>, Compat),
    done: &mut BTreeSet<String>,
) {
    let authored = directory.parent.as_deref();
    let mut parent = match authored {
        Some(parent) => Some(parent.to_owned()),
        None if id == "TARGETDIR" => None,
        None => Some("TARGETDIR".to_owned()),
    };
    let salt = ["Directory", authored.unwrap_or_default()];
    let folders: Vec<&str> = directory.name.split(['\\', '/']).filter(|folder| !folder.is_empty()).collect();
    let (last, before) = folders.split_last().map_or((".", &[][..]), |(last, before)| (*last, before));
    let mut path = String::new();
    for folder in before {
        path = if path.is_empty() { (*folder).to_owned() } else { format!("{path}\\{folder}") };
        let parts = [authored.unwrap_or_default(), &path, "", "", ""];
        // WiX 7 makes the id as that of a directory of its own.
        let count = if compat == Compat::Wix7 { parts.len() } else { 2 };
        let folder_id = ids::identifier("d", &parts[..count]);
        if done.insert(folder_id.clone()) {
            let name = name_cell(folder, None, false, &salt);
            tables.push("Directory", vec![text(&folder_id), optional(parent.as_ref()), text(&name)], at);
        }
        parent = Some(folder_id);
    }
    let cell = |name: &str, short: Option<&String>| match name {
        "." | "SourceDir" => name.to_owned(),
        _ => name_cell(name, short.map(String::as_str), false, &salt),
    };
    let target = cell(last, directory.short_name.as_ref());
    let source = directory.source_name.as_ref().map(|name| cell(name, directory.short_source_name.as_ref()));
    let both = match source {
        Some(source) if source != target => format!("{target}:{source}"),
        _ => target,
    };
    if done.insert(id.to_owned()) {
        tables.push("Directory", vec![text(id), optional(parent.as_ref()), text(&both)], at);
    }
}

/// The prefix of a value tells its type (<https://learn.microsoft.com/windows/win32/msi/registry-table>, Value).
fn registry_row(id: &str, registry: &Registry) -> Row {
    let value = registry.value.as_ref().map(|value| match value {
        RegistryValue::String(value) if value.starts_with('#') => format!("#{value}"),
        RegistryValue::String(value) => value.clone(),
        RegistryValue::Expandable(value) => format!("#%{value}"),
        RegistryValue::Integer(value) => format!("#{value}"),
        RegistryValue::Binary(value) => format!("#x{value}"),
        RegistryValue::MultiString(value) if value.contains("[~]") => value.clone(),
        RegistryValue::MultiString(value) => format!("[~]{value}[~]"),
        RegistryValue::Append(value) => format!("[~]{value}"),
        RegistryValue::Prepend(value) => format!("{value}[~]"),
    });
    vec![
        text(id),
        Cell::Int(registry.root.number()),
        text(&registry.key),
        optional(registry.name.as_ref()),
        optional(value.as_ref()),
        text(&registry.component),
    ]
}

fn upgrade_row(upgrade: &Upgrade) -> Row {
    vec![
        text(&upgrade.code),
        optional(upgrade.minimum.as_ref()),
        optional(upgrade.maximum.as_ref()),
        optional(upgrade.language.as_ref()),
        Cell::Int(upgrade.attributes),
        optional(upgrade.remove.as_ref()),
        text(&upgrade.property),
    ]
}

/// Adds the rows of the sequence tables.
pub(super) fn actions(tables: &mut Tables<'_>, actions: &[Sequenced]) {
    for action in actions {
        let number = Cell::Int(action.number.into());
        let row = vec![text(&action.action), optional(action.condition.as_ref()), number];
        tables.push(action.sequence.table(), row, None);
    }
}
