//! How merge modules would rename what stands in a column (`Column/@Modularize`): a column that refers to another one is
//! to be renamed as that one is (WIX1156).

use crate::diag::Diagnostic;
use crate::msi::Column;
use crate::msi::schema::standard_table;
use crate::report::Report;
use crate::symbol::{DeclaredColumn, Kind, Symbol};
use std::collections::BTreeMap;

/// Columns of standard tables, by number, that are renamed otherwise than their category says.
const OTHERWISE: [(&str, usize, &str); 18] = [
    ("BBControl", 2, "None"),
    ("Class", 2, "None"),
    ("Condition", 1, "None"),
    ("Control", 2, "None"),
    ("ControlCondition", 2, "None"),
    ("ControlEvent", 2, "None"),
    ("ControlEvent", 4, "ControlEventArgument"),
    ("EventMapping", 2, "None"),
    ("EventMapping", 3, "None"),
    ("Feature", 1, "None"),
    ("FeatureComponents", 1, "None"),
    ("Icon", 1, "Icon"),
    ("InstallExecuteSequence", 1, "None"),
    ("InstallUISequence", 1, "None"),
    ("LockPermissions", 2, "None"),
    ("MsiPatchHeaders", 1, "None"),
    ("TextStyle", 1, "None"),
    ("_Validation", 1, "None"),
];

/// Warns of columns of the author's tables that are not renamed as the columns that they refer to.
pub(super) fn check(symbols: &[Symbol], report: &Report) {
    let tables = symbols.iter().filter_map(|symbol| match &symbol.kind {
        Kind::CustomTable { table, declared, .. } => Some((table.name.as_str(), (table, declared))),
        _ => None,
    });
    let tables: BTreeMap<_, _> = tables.collect();
    for (name, (table, declared)) in &tables {
        for (column, own) in table.columns.iter().zip(*declared) {
            let rules = column.validation.as_ref();
            let key = rules.and_then(|rules| Some((rules.key_table.as_deref()?, rules.key_column?)));
            let Some((other, number)) = key.filter(|(other, _)| !other.contains(';')) else { continue };
            let number = usize::try_from(number).unwrap_or_default();
            let theirs = match tables.get(other) {
                Some((_, declared)) => {
                    number.checked_sub(1).and_then(|at| declared.get(at)).map(|c| c.modularize)
                }
                None => standard(other, number),
            };
            let Some(theirs) = theirs.filter(|theirs| *theirs != own.modularize) else { continue };
            if own.modularize != "CompanionFile" {
                report.push(differs((name, column, own), (other, number, theirs)));
            }
        }
    }
}

fn differs(
    (table, column, own): (&str, &Column, &DeclaredColumn),
    (other, number, theirs): (&str, usize, &str),
) -> Diagnostic {
    let message = format!(
        "`{table}.{}` refers to column {number} of `{other}`, which merge modules rename as `{theirs}`, and is itself \
         renamed as `{}`",
        column.name, own.modularize
    );
    let written = format!("{}{}", theirs[..1].to_lowercase(), &theirs[1..]);
    let finding = Diagnostic::warning("WIX1156", message).at(&own.at);
    finding.help(format!("write `Modularize=\"{written}\"`; it makes no difference to a package"))
}

/// How column `number` of a standard table is renamed.
pub(crate) fn standard(table: &str, number: usize) -> Option<&'static str> {
    let known = OTHERWISE.iter().find(|(name, column, _)| (*name, *column) == (table, number));
    if let Some((_, _, kind)) = known {
        return Some(kind);
    }
    let columns = standard_table(table)?.columns;
    let rules = columns.get(number.checked_sub(1)?)?.validation.as_ref();
    Some(match rules.and_then(|rules| rules.category.as_deref()).unwrap_or_default() {
        "Identifier" | "CustomSource" => "Column",
        "Condition" => "Condition",
        "AnyPath" | "Formatted" | "FormattedSDDLText" | "Path" | "Paths" | "RegPath" | "Shortcut"
        | "Template" => "Property",
        _ => "None",
    })
}
