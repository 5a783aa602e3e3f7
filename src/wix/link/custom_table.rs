//! Rows of tables of the author's own: each is matched with the columns of its table, wherever that is declared.

use crate::compile::names;
use crate::diag::{Diagnostic, Location};
use crate::msi::{Column, ColumnKind, Table};
use crate::report::Report;
use crate::symbol::{CustomCell, CustomRow, Field, Id, Kind, Symbol};
use std::collections::BTreeMap;

/// Turns every `CustomRow` into a row of its table; leaves out those of tables that do not reach the package.
pub(super) fn match_rows(symbols: &mut Vec<Symbol>, report: &Report) {
    let tables: BTreeMap<String, (Table, bool)> = symbols
        .iter()
        .filter_map(|symbol| match &symbol.kind {
            Kind::CustomTable { table, unreal, .. } => Some((table.name.clone(), (table.clone(), *unreal))),
            _ => None,
        })
        .collect();
    symbols.retain_mut(|symbol| {
        let Kind::CustomRow(row) = &mut symbol.kind else { return true };
        match tables.get(&row.table) {
            Some((_, true)) => false,
            Some((table, false)) => {
                let row = std::mem::replace(row, CustomRow { table: String::new(), cells: Vec::new() });
                let fields = fields(row, table, &symbol.at, report);
                symbol.id = Some(Id::section(key(table, &fields)));
                symbol.kind = Kind::row(table.name.clone(), fields);
                true
            }
            // The reference to the table has been reported already.
            None => false,
        }
    });
}

/// The cells of the primary key, joined as ids are.
fn key(table: &Table, fields: &[Field]) -> String {
    let cells =
        table.columns.iter().zip(fields).filter(|(column, _)| column.key).map(|(_, field)| match field {
            Field::Text(text) => text.clone(),
            Field::Int(number) => number.to_string(),
            _ => String::new(),
        });
    cells.collect::<Vec<_>>().join("/")
}

fn fields(row: CustomRow, table: &Table, at: &Location, report: &Report) -> Vec<Field> {
    let mut fields = vec![Field::Null; table.columns.len()];
    for cell in row.cells {
        match table.column(&cell.column) {
            Some(index) => fields[index] = field(cell, &table.columns[index], report),
            None => {
                let names: Vec<String> =
                    table.columns.iter().map(|column| format!("`{}`", column.name)).collect();
                let message = format!("table `{}` has no column `{}`", table.name, cell.column);
                let help = format!("its columns are {}", names.join(", "));
                report.push(Diagnostic::error("WIX0165", message).at(&cell.at).help(help));
            }
        }
    }
    for (column, field) in table.columns.iter().zip(&fields) {
        if !column.nullable && *field == Field::Null {
            let message =
                format!("a row of table `{}` needs a value for column `{}`", table.name, column.name);
            report.error(53, at, message);
        }
    }
    // As WiX: in a table that can have streams, numbers that were not given are 0.
    if table.columns.iter().any(|column| column.kind == ColumnKind::Stream) {
        for (column, field) in table.columns.iter().zip(&mut fields) {
            if matches!(column.kind, ColumnKind::Int2 | ColumnKind::Int4) && *field == Field::Null {
                *field = Field::Int(0);
            }
        }
    }
    fields
}

fn field(cell: CustomCell, column: &Column, report: &Report) -> Field {
    let Some(value) = cell.value.filter(|value| !value.is_empty()) else { return Field::Null };
    let is_identifier =
        column.validation.as_ref().is_some_and(|rules| rules.category.as_deref() == Some("Identifier"));
    match column.kind {
        ColumnKind::Stream => Field::Source(value),
        _ if names::is_variable(&value) => Field::Text(value),
        ColumnKind::Int2 | ColumnKind::Int4 => {
            let number = value.trim().parse::<i32>().ok();
            match number.filter(|n| column.kind == ColumnKind::Int4 || i16::try_from(*n).is_ok()) {
                Some(number) => Field::Int(number),
                None => {
                    let name = &column.name;
                    let message = format!("`{value}` is not a number that column `{name}` can hold");
                    report.error(8, &cell.at, message);
                    Field::Int(0)
                }
            }
        }
        ColumnKind::Str { .. } if is_identifier && !names::is_identifier(&value) => {
            let message = format!("`{value}` is not an identifier, which column `{}` needs", column.name);
            report.error(14, &cell.at, message);
            Field::Text(value)
        }
        ColumnKind::Str { .. } => Field::Text(value),
    }
}
