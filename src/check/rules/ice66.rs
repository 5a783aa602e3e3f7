//! ICE66: the schema has what the tables use.

use crate::Subject;
use crate::data;
use crate::rule::{Findings, Rule};
use std::collections::BTreeSet;

/// The schema (page count) is not below what the tables need.
pub(super) const RULE: Rule = Rule {
    code: "ICE66",
    title: "the schema (page count) is not below what the tables need",
    explanation: "Older versions of Windows Installer than the schema allows do not know the table or column, and pass over it. https://learn.microsoft.com/windows/win32/msi/ice66",
    fix: "raise the schema in the summary information (InstallerVersion)",
    example: "Summary: Schema | 400
MsiEmbeddedUI: UI | ui.dll | 1 | 1 | x",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    let schema = package.schema();
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for (table, column, least, version) in data::schemas() {
        let there = package.table(table).is_some_and(|table| table.column(column).is_some());
        if there && schema < least && told.insert(table) {
            found.warning(
                table,
                format!("`{table}.{column}` needs Windows Installer {version}, and the schema is {schema}"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn a_table_of_a_later_schema() {
        finds(&RULE, RULE.example, &["warning MsiEmbeddedUI"]);
        finds(&RULE, "MsiEmbeddedUI: UI | ui.dll | 1 | 1 | x", &[]);
        finds(
            &RULE,
            "Summary: Schema | 101
Upgrade: a | b | c | d | 1 | e | f",
            &["warning Upgrade"],
        );
    }
}
