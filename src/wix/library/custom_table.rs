//! Tables of an author's own in a library: a symbol for the table, one for each column, and one for each cell.

use super::document::Data;
use super::error::FieldError;
use super::row::Fields;
use super::unread::Made;
use crate::diag::{Diagnostic, Location};
use crate::msi::{Column, ColumnKind, Table, Validation};
use crate::report::Report;
use crate::symbol::{CustomCell, CustomRow, DeclaredColumn, Id, Kind, Section, Symbol};
use std::collections::BTreeMap;

/// The kinds of symbols that are taken together.
pub(super) const KINDS: [&str; 3] = ["WixCustomTable", "WixCustomTableCell", "WixCustomTableColumn"];

/// Bits of a column's attributes.
pub(super) const PRIMARY_KEY: i32 = 1;
pub(super) const LOCALIZABLE: i32 = 2;
pub(super) const NULLABLE: i32 = 4;

/// Types of columns.
const TEXT: i32 = 0;
const NUMBER: i32 = 2;
const PATH: i32 = 4;

/// Between the names of a table's columns.
const SEPARATOR: char = '\u{85}';

/// How merge modules rename what stands in a column, in the order of their numbers.
pub(super) const MODULARIZE: [&str; 9] = [
    "None",
    "Column",
    "CompanionFile",
    "Condition",
    "ControlEventArgument",
    "ControlText",
    "Icon",
    "Property",
    "SemicolonDelimited",
];

/// What a section has of tables.
#[derive(Default)]
pub(super) struct Tables {
    tables: Vec<(String, Vec<String>, bool, Location)>,
    columns: BTreeMap<(String, String), (Column, DeclaredColumn)>,
    /// Rows by table and number, in the order in which they were found.
    rows: Vec<((String, String), CustomRow, Location)>,
}

impl Tables {
    /// Takes a symbol of one of [`KINDS`].
    pub(super) fn take(
        &mut self,
        kind: &str,
        id: Option<&str>,
        fields: &Fields<'_>,
        at: &Location,
    ) -> Result<(), FieldError> {
        match kind {
            "WixCustomTable" => {
                let names = fields.required(0)?.split(SEPARATOR).map(str::to_owned).collect();
                self.tables.push((
                    id.ok_or(FieldError::Missing("id"))?.to_owned(),
                    names,
                    fields.flag(1)?,
                    at.clone(),
                ));
            }
            "WixCustomTableColumn" => {
                let column = column(fields)?;
                let number = usize::try_from(fields.number(12)?.unwrap_or(0)).unwrap_or(0);
                let modularize = MODULARIZE.get(number).copied().unwrap_or("None");
                let declared = DeclaredColumn { modularize, at: at.clone() };
                self.columns.insert((fields.required(0)?, column.name.clone()), (column, declared));
            }
            _ => {
                let key = (fields.required(0)?, fields.required(2)?);
                let cell = CustomCell { column: fields.required(1)?, value: fields.text(3)?, at: at.clone() };
                match self.rows.iter_mut().rev().find(|(known, ..)| *known == key) {
                    Some((_, row, _)) => row.cells.push(cell),
                    None => {
                        let row = CustomRow { table: key.0.clone(), cells: vec![cell] };
                        self.rows.push((key, row, at.clone()));
                    }
                }
            }
        }
        Ok(())
    }

    /// Adds the tables and rows to `section`.
    pub(super) fn finish(mut self, section: &mut Section, report: &Report) {
        for (name, names, unreal, at) in self.tables {
            let (mut columns, mut declared) = (Vec::new(), Vec::new());
            for column in &names {
                match self.columns.remove(&(name.clone(), column.clone())) {
                    Some((column, own)) => {
                        columns.push(column);
                        declared.push(own);
                    }
                    None => report.push(
                        Diagnostic::error(
                            "wix::library",
                            format!(
                                "table `{name}` of a library has no column `{column}`, which it says it has"
                            ),
                        )
                        .at(&at)
                        .help("get the library again, or build it again from its sources"),
                    ),
                }
            }
            let table = Table { name: name.clone(), columns, rows: Vec::new() };
            let kind = Kind::CustomTable { table, declared, unreal };
            section.symbols.push(Symbol { id: Some(Id::global(name)), at, kind });
        }
        let rows = self.rows.into_iter();
        section.symbols.extend(rows.map(|(_, row, at)| Symbol { id: None, at, kind: Kind::CustomRow(row) }));
    }
}

/// Categories in the order of their numbers, which are those of the language.
#[rustfmt::skip]
pub(super) const CATEGORIES: [&str; 26] = [
    "Text", "UpperCase", "LowerCase", "Integer", "DoubleInteger", "TimeDate", "Identifier", "Property", "Filename",
    "WildCardFilename", "Path", "Paths", "AnyPath", "DefaultDir", "RegPath", "Formatted", "FormattedSDDLText", "Template",
    "Condition", "Guid", "Version", "Language", "Binary", "CustomSource", "Cabinet", "Shortcut",
];

fn column(fields: &Fields<'_>) -> Result<Column, FieldError> {
    let bits = fields.number(3)?.unwrap_or(0);
    let width = fields.number(4)?.unwrap_or(0);
    let kind = match fields.number(2)?.unwrap_or(TEXT) {
        NUMBER if width == 2 => ColumnKind::Int2,
        NUMBER => ColumnKind::Int4,
        PATH => ColumnKind::Stream,
        TEXT => {
            ColumnKind::Str { width: u8::try_from(width).unwrap_or(0), localizable: bits & LOCALIZABLE != 0 }
        }
        other => return Err(FieldError::ColumnType { found: other, expected: [TEXT, NUMBER, PATH] }),
    };
    let key_column = fields.number(8)?.and_then(|column| i16::try_from(column).ok());
    Ok(Column {
        name: fields.required(1)?,
        kind,
        nullable: bits & NULLABLE != 0,
        key: bits & PRIMARY_KEY != 0,
        validation: Some(Validation {
            min: fields.number(5)?,
            max: fields.number(6)?,
            key_table: fields.text(7)?,
            key_column,
            category: category(fields)?,
            set: fields.text(10)?,
            description: fields.text(11)?,
        }),
    })
}

/// A category, which is a name or a number.
fn category(fields: &Fields<'_>) -> Result<Option<String>, FieldError> {
    let Some(text) = fields.text(9)? else { return Ok(None) };
    if let Some(known) = text.parse::<usize>().ok().and_then(|number| CATEGORIES.get(number)) {
        return Ok(Some((*known).to_owned()));
    }
    let text = if text == "FormattedSddl" { "FormattedSDDLText".to_owned() } else { text };
    Ok(Some(text))
}

/// The fields of a table's symbol.
pub(super) fn write_table(table: &Table, unreal: bool) -> Made {
    let mut made = Made::new("SB");
    let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    made.text(0, &names.join(&SEPARATOR.to_string()));
    made.flag(1, unreal);
    made
}

/// The fields of a column's symbol.
pub(super) fn write_column(table: &str, column: &Column, modularize: &str) -> Made {
    let mut made = Made::new("SSSNNSSSSSSSN");
    made.text(0, table);
    made.text(1, &column.name);
    let (kind, width, localizable) = match column.kind {
        ColumnKind::Int2 => (NUMBER, 2, false),
        ColumnKind::Int4 => (NUMBER, 4, false),
        ColumnKind::Stream => (PATH, 0, false),
        ColumnKind::Str { width, localizable } => (TEXT, i32::from(width), localizable),
    };
    made.number(2, kind);
    let bits = [(column.key, PRIMARY_KEY), (localizable, LOCALIZABLE), (column.nullable, NULLABLE)];
    made.number(3, bits.into_iter().filter(|(set, _)| *set).map(|(_, bit)| bit).sum());
    made.number(4, width);
    if let Some(rules) = &column.validation {
        let numbers = [(5, rules.min), (6, rules.max), (8, rules.key_column.map(i32::from))];
        for (at, number) in numbers {
            number.iter().for_each(|number| made.number(at, *number));
        }
        let category = rules.category.as_deref();
        let category = category.and_then(|name| CATEGORIES.iter().position(|known| *known == name));
        category.iter().for_each(|number| made.set(9, Data::Number(*number as i64)));
        let texts = [(7, &rules.key_table), (10, &rules.set), (11, &rules.description)];
        texts.into_iter().for_each(|(at, text)| made.optional(at, text.as_ref()));
    }
    let number = MODULARIZE.iter().position(|known| *known == modularize).unwrap_or_default();
    made.set(12, Data::Number(number as i64));
    made
}

/// The fields of a cell's symbol.
pub(super) fn write_cell(table: &str, row: &str, cell: &CustomCell) -> Made {
    let mut made = Made::new("SSSS");
    made.text(0, table);
    made.text(1, &cell.column);
    made.text(2, row);
    made.optional(3, cell.value.as_ref());
    made
}
