//! `CustomTable`: tables of the author's own, and rows for them.

use super::Compiler;
use super::elements::{Rule, Within};
use crate::diag::Diagnostic;
use crate::msi::{Column, ColumnKind, Table, Validation};
use crate::source::{Element, Node};
use crate::symbol::{CustomCell, CustomRow, DeclaredColumn, Id, Kind};

pub(super) const ELEMENTS: &[Rule] = &[
    ("CustomTable", Within::Definition(custom_table)),
    ("CustomTableRef", Within::Definition(custom_table_ref)),
];

/// The longest name that a table can have.
const MOST_NAME: usize = 31;

/// Categories, as the language and as `_Validation` spells them
/// (<https://learn.microsoft.com/windows/win32/msi/column-data-types>).
pub(crate) const CATEGORIES: [(&str, &str); 26] = [
    ("anyPath", "AnyPath"),
    ("binary", "Binary"),
    ("cabinet", "Cabinet"),
    ("condition", "Condition"),
    ("customSource", "CustomSource"),
    ("defaultDir", "DefaultDir"),
    ("doubleInteger", "DoubleInteger"),
    ("filename", "Filename"),
    ("formatted", "Formatted"),
    ("formattedSddl", "FormattedSDDLText"),
    ("guid", "Guid"),
    ("identifier", "Identifier"),
    ("integer", "Integer"),
    ("language", "Language"),
    ("lowerCase", "LowerCase"),
    ("path", "Path"),
    ("paths", "Paths"),
    ("property", "Property"),
    ("regPath", "RegPath"),
    ("shortcut", "Shortcut"),
    ("template", "Template"),
    ("text", "Text"),
    ("timeDate", "TimeDate"),
    ("upperCase", "UpperCase"),
    ("version", "Version"),
    ("wildCardFilename", "WildCardFilename"),
];

/// How merge modules rename what stands in a column, as the language and as WiX's messages spell it.
pub(crate) const MODULARIZE: [(&str, &str); 9] = [
    ("column", "Column"),
    ("companionFile", "CompanionFile"),
    ("condition", "Condition"),
    ("controlEventArgument", "ControlEventArgument"),
    ("controlText", "ControlText"),
    ("icon", "Icon"),
    ("none", "None"),
    ("property", "Property"),
    ("semicolonDelimited", "SemicolonDelimited"),
];

/// `CustomTable`: <https://docs.firegiant.com/wix/schema/wxs/customtable/>.
pub(super) fn custom_table(c: &mut Compiler, element: &Element) {
    let a = c.attributes(element);
    let name = a.required("Id", a.reference("Id"));
    let unreal = a.flag("Unreal");
    if let Some(name) = name.as_ref().filter(|name| name.len() > MOST_NAME) {
        let problem = format_args!("has {} characters; expected at most {MOST_NAME}", name.len());
        a.illegal(109, "Id", problem);
    }
    let (mut columns, mut count) = (Vec::new(), 0);
    c.children(element, |c, child| {
        match child.name.as_str() {
            "Column" => {
                count += 1;
                columns.extend(column(c, child));
            }
            "Row" => row(c, child, name.as_deref()),
            _ => return false,
        }
        true
    });
    if count == 0 {
        c.report.error(63, &element.at, "`CustomTable` needs a `Column` inside; add one");
    } else if columns.len() == count && !columns.iter().any(|(column, _): &(Column, _)| column.key) {
        let message = "the table has no primary key";
        c.report.push(
            Diagnostic::error("WIX0111", message)
                .at(&element.at)
                .help("mark at least one `Column` with `PrimaryKey=\"yes\"`"),
        );
    }
    let Some(name) = name else { return };
    let (columns, declared) = columns.into_iter().unzip();
    let table = Table { name: name.clone(), columns, rows: Vec::new() };
    c.add(Some(Id::global(name)), &element.at, Kind::CustomTable { table, declared, unreal });
}

/// `CustomTableRef`: <https://docs.firegiant.com/wix/schema/wxs/customtableref/>.
pub(super) fn custom_table_ref(c: &mut Compiler, element: &Element) {
    let a = c.attributes(element);
    let name = a.required("Id", a.reference("Id"));
    if let Some(name) = &name {
        c.refer("WixCustomTable", name, &element.at);
        c.ensure_table(name, &element.at);
    }
    c.children(element, |c, child| {
        if child.name == "Row" {
            row(c, child, name.as_deref());
        }
        child.name == "Row"
    });
}

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Type {
    Integer,
    Text,
    Stream,
}

/// `Column`: <https://docs.firegiant.com/wix/schema/wxs/column/>.
fn column(c: &mut Compiler, element: &Element) -> Option<(Column, DeclaredColumn)> {
    let a = c.attributes(element);
    let name = a.required("Id", a.reference("Id"));
    let types = [("binary", Type::Stream), ("int", Type::Integer), ("string", Type::Text)];
    let kind = a.required("Type", a.choice("Type", &types));
    let width = a.integer("Width", 0..=i32::MAX).unwrap_or(0);
    let localizable = a.flag("Localizable");
    let category = a.choice("Category", &CATEGORIES);
    let validation = Validation {
        min: a.integer("MinValue", i32::MIN + 1..=i32::MAX),
        max: a.integer("MaxValue", i32::MIN + 1..=i32::MAX),
        key_table: a.text("KeyTable"),
        key_column: a.integer("KeyColumn", 1..=32).and_then(|column| i16::try_from(column).ok()),
        category: category.or((kind == Some(Type::Stream)).then_some("Binary")).map(str::to_owned),
        set: a.text("Set"),
        description: a.text("Description"),
    };
    let modularize = a.choice("Modularize", &MODULARIZE).unwrap_or("None");
    let (nullable, key) = (a.flag("Nullable"), a.flag("PrimaryKey"));
    if a.flag("Unreal") {
        a.illegal(6, "Unreal", "is not supported by this engine; remove it, or build with WiX itself");
    }
    c.no_children(element);
    let kind = match kind? {
        Type::Integer if width == 2 => ColumnKind::Int2,
        Type::Integer if width == 4 => ColumnKind::Int4,
        Type::Integer => {
            a.illegal(110, "Width", format_args!("is {width}; an `int` is 2 or 4 bytes wide"));
            return None;
        }
        Type::Text => ColumnKind::Str { width: u8::try_from(width).unwrap_or(0), localizable },
        Type::Stream => {
            if category.is_some_and(|category| category != "Binary") {
                a.illegal(208, "Category", "must be `binary` for a column of that type");
            }
            ColumnKind::Stream
        }
    };
    let declared = DeclaredColumn { modularize, at: element.at.clone() };
    Some((Column { name: name?, kind, nullable, key, validation: Some(validation) }, declared))
}

/// `Row` and the `Data` in it. Linking matches it with the table's columns, which may stand in another source.
fn row(c: &mut Compiler, element: &Element, table: Option<&str>) {
    let _ = c.attributes(element);
    let mut cells = Vec::new();
    c.children(element, |c, child| {
        if child.name == "Data" {
            cells.extend(data(c, child));
        }
        child.name == "Data"
    });
    let Some(table) = table else { return };
    c.add(None, &element.at, Kind::CustomRow(CustomRow { table: table.to_owned(), cells }));
}

/// `Data`: <https://docs.firegiant.com/wix/schema/wxs/data/>.
fn data(c: &mut Compiler, element: &Element) -> Option<CustomCell> {
    let a = c.attributes(element);
    let column = a.required("Column", a.text("Column"));
    let value = a.text("Value");
    for node in &element.children {
        match node {
            Node::Text { at, .. } => c.report.push(
                // WiX drops it without a word; the row is as WiX makes it, but not in silence.
                Diagnostic::warning("wix::ignored_text", "text inside `Data` is not its value")
                    .at(at)
                    .help("write `Value=\"…\"` instead"),
            ),
            Node::Element(child) => {
                let message = format!("`{}` is not known inside `Data`", child.name);
                c.report.error(5, &child.at, message);
            }
        }
    }
    Some(CustomCell { column: column?, value, at: element.at.clone() })
}
