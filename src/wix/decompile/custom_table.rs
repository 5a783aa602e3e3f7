//! Tables as `CustomTable`: those that the language knows nothing of, and rows of others that no element gives.

use super::layout::Layout;
use super::rows;
use super::tree::{Build, element};
use crate::compile::custom_table::{CATEGORIES, MODULARIZE};
use crate::compile::names::is_identifier;
use crate::link::modularized;
use crate::msi::schema::standard_table;
use crate::msi::{Cell, Column, ColumnKind, Table};
use crate::source::Element;
use std::collections::BTreeSet;

/// The declaration of `table` with the rows whose numbers are in `numbers`.
pub(super) fn custom_table(table: &Table, numbers: &BTreeSet<usize>, layout: &Layout) -> Element {
    let standard = standard_table(&table.name);
    let columns = table.columns.iter().zip(1..).map(|(column, number)| {
        let known =
            standard.as_ref().and_then(|standard| standard.columns.get(standard.column(&column.name)?));
        declared(&table.name, number, column, known)
    });
    let rows = numbers.iter().filter_map(|number| table.rows.get(*number));
    element("CustomTable")
        .with("Id", table.name.as_str())
        .holding(columns)
        .holding(rows.map(|cells| row(table, cells, layout)))
}

/// `Column`: `known` is what WiX has for a column of that name in that table.
fn declared(table: &str, number: usize, column: &Column, known: Option<&Column>) -> Element {
    let (kind, width, localizable) = match column.kind {
        ColumnKind::Int2 => ("int", Some(2), false),
        ColumnKind::Int4 => ("int", Some(4), false),
        ColumnKind::Str { width, localizable } => ("string", Some(i32::from(width)), localizable),
        ColumnKind::Stream => ("binary", None, false),
    };
    let rules = column.validation.as_ref().or(known.and_then(|known| known.validation.as_ref()));
    let category = rules.and_then(|rules| {
        let category = rules.category.as_deref()?;
        CATEGORIES.iter().find(|(_, known)| known.eq_ignore_ascii_case(category)).map(|(name, _)| *name)
    });
    // what another column is renamed like
    let renamed = match rules.and_then(|rules| Some((rules.key_table.as_deref()?, rules.key_column?))) {
        Some((other, at)) if !other.contains(';') => {
            modularized(other, usize::try_from(at).unwrap_or_default())
        }
        _ => modularized(table, number),
    };
    let renamed = MODULARIZE.iter().find(|(name, known)| Some(*known) == renamed && *name != "none");
    element("Column")
        .with("Id", column.name.as_str())
        .flag("PrimaryKey", column.key)
        .with("Type", kind)
        .with("Width", width)
        .flag("Nullable", column.nullable)
        .flag("Localizable", localizable)
        .with("Category", category)
        .with("Modularize", renamed.map(|(name, _)| *name))
        .with("MinValue", rules.and_then(|rules| rules.min).filter(|min| *min != i32::MIN))
        .with("MaxValue", rules.and_then(|rules| rules.max).filter(|max| *max != i32::MIN))
        .with("KeyTable", rules.and_then(|rules| rules.key_table.as_deref()))
        .with(
            "KeyColumn",
            rules.and_then(|rules| rules.key_column).map(i32::from).filter(|at| (1..=32).contains(at)),
        )
        .with("Set", rules.and_then(|rules| rules.set.as_deref()))
        .with("Description", rules.and_then(|rules| rules.description.as_deref()))
}

/// Whether the column is declared as one of identifiers.
fn is_identifier_column(table: &Table, column: &Column) -> bool {
    let is_one = |column: &Column| {
        column.validation.as_ref().is_some_and(|rules| rules.category.as_deref() == Some("Identifier"))
    };
    let standard = || {
        standard_table(&table.name)
            .and_then(|table| Some(is_one(&table.columns[table.column(&column.name)?])))
    };
    is_one(column) || (column.validation.is_none() && standard() == Some(true))
}

fn row(table: &Table, cells: &[Cell], layout: &Layout) -> Element {
    let data = table.columns.iter().zip(cells).filter_map(|(column, cell)| {
        let data = element("Data").with("Column", column.name.as_str());
        match cell {
            Cell::Null => None,
            Cell::Int(number) => Some(data.with("Value", *number)),
            // an identifier that is none passes as the value of a variable only
            Cell::Str(text)
                if is_identifier_column(table, column)
                    && !is_identifier(text)
                    && !text.contains(['(', ')']) =>
            {
                Some(data.with_variable("Value", format!("!(wix.Literally={text})")))
            }
            Cell::Str(text) => Some(data.with("Value", text.as_str())),
            Cell::Stream => Some(data.with("Value", layout.stream(&rows::stream(table, cells)))),
        }
    });
    element("Row").holding(data)
}
