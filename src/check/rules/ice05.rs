//! ICE05: required properties are there.

use crate::Subject;
use crate::data;
use crate::rule::{Findings, Rule};

/// A package has the properties without which nothing can be installed.
pub(super) const RULE: Rule = Rule {
    code: "ICE05",
    title: "a package has the properties without which nothing can be installed",
    explanation: "ProductCode, ProductName, ProductVersion, ProductLanguage and Manufacturer are required of every package. https://learn.microsoft.com/windows/win32/msi/ice05",
    fix: "add the row to the Property table",
    example: "- Property: Manufacturer",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    let mut missing: Vec<&str> = Vec::new();
    for (table, key) in data::required_rows() {
        if !package.has_table(table) {
            if !missing.contains(&table) {
                found.error(table, format!("the table `{table}` is missing, and all that is required of it"));
                missing.push(table);
            }
        } else if !package.has(table, key) {
            found.error(table, format!("`{key}` is required"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn a_missing_row_or_the_whole_table() {
        finds(&RULE, RULE.example, &["error Property"]);
        finds(&RULE, "- Property", &["error Property"]);
    }
}
