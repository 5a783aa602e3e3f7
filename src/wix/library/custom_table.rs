//! Tables of an author's own in a library: a symbol for the table, one for each column, and one for each cell.

use super::row::Fields;
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
    ) -> Result<(), String> {
        match kind {
            "WixCustomTable" => {
                let names = fields.required(0)?.split('\t').map(str::to_owned).collect();
                self.tables.push((id.ok_or("it has no id")?.to_owned(), names, fields.flag(1)?, at.clone()));
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

fn column(fields: &Fields<'_>) -> Result<Column, String> {
    let bits = fields.number(3)?.unwrap_or(0);
    let width = fields.number(4)?.unwrap_or(0);
    let kind = match fields.text(2)?.as_deref() {
        Some("Number") if width == 2 => ColumnKind::Int2,
        Some("Number") => ColumnKind::Int4,
        Some("Path") => ColumnKind::Stream,
        Some("String") | None => {
            ColumnKind::Str { width: u8::try_from(width).unwrap_or(0), localizable: bits & LOCALIZABLE != 0 }
        }
        Some(other) => return Err(format!("its type is `{other}`; expected Number, Path or String")),
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
fn category(fields: &Fields<'_>) -> Result<Option<String>, String> {
    let Some(text) = fields.text(9)? else { return Ok(None) };
    if let Some(known) = text.parse::<usize>().ok().and_then(|number| CATEGORIES.get(number)) {
        return Ok(Some((*known).to_owned()));
    }
    let text = if text == "FormattedSddl" { "FormattedSDDLText".to_owned() } else { text };
    Ok(Some(text))
}
