//! ICE69: texts refer to their own component.

use crate::Subject;
use crate::msi::Column;
use crate::msi::schema::standard_table;
use crate::rule::{Findings, Rule};
use std::collections::{BTreeMap, BTreeSet};

/// Formatted texts of a component name its own folders and files.
pub(super) const RULE: Rule = Rule {
    code: "ICE69",
    title: "formatted texts of a component name its own folders and files",
    explanation: "`[$component]` and `[#file]` are empty where that component is not being installed, so that a reference across components breaks repair, and an upgrade that changes one of the two. https://learn.microsoft.com/windows/win32/msi/ice69",
    fix: "refer to the row's own component, or to the directory",
    example: r#"Component: Data | {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E05} | INSTALLDIR | 260 |  | R
FeatureComponents: Main | Data
Registry: R | 2 | Software\Acme | Path | [#app.exe] | Data"#,
    check,
};

/// Tables whose texts are looked at, in the columns that are formatted.
const TABLES: [&str; 10] = [
    "Class",
    "Environment",
    "Extension",
    "IniFile",
    "Registry",
    "RemoveIniFile",
    "RemoveRegistry",
    "ServiceControl",
    "ServiceInstall",
    "Shortcut",
];

fn check(package: &Subject<'_>, found: &mut Findings) {
    let mut features: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in package.rows("FeatureComponents") {
        features.entry(row.text("Component_")).or_default().insert(row.text("Feature_"));
    }
    let none = BTreeSet::new();
    let of = |component: &str| features.get(component).unwrap_or(&none);
    let share = |one: &str, other: &str| !of(one).is_disjoint(of(other));
    let columns =
        TABLES.into_iter().flat_map(|table| formatted(table).into_iter().map(move |name| (table, name)));
    for (table, name) in columns {
        let name = name.as_str();
        for row in package.rows(table) {
            let owner = row.text("Component_");
            for (what, key) in references(row.text(name)) {
                let Some(target) = target(package, what, key) else {
                    found.error(row.at(name), format!("`[{what}{key}]`: there is no such file"));
                    continue;
                };
                if target == owner {
                    continue;
                }
                let at = row.at(name);
                let message = format!("`[{what}{key}]` is of component `{target}`, and the row of `{owner}`");
                if share(owner, target) {
                    found.warning(at, format!("{message}, in one feature"));
                } else {
                    found.error(at, format!("{message}, in different features"));
                }
            }
        }
    }
    through(package, "Verb", ("Extension", "Extension", "Extension_"), found);
    through(package, "AppId", ("Class", "AppId_", "AppId"), found);
}

/// Tables without components of their own: rows of `others` that refer to them, or that they refer to, have them.
fn through(
    package: &Subject<'_>,
    table: &str,
    (others, column, key): (&str, &str, &str),
    found: &mut Findings,
) {
    if !package.has_table(table) {
        return;
    }
    let mut owners: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in package.rows(others).filter(|row| !row.is_null(column)) {
        owners.entry(row.text(column)).or_default().insert(row.text("Component_"));
    }
    for name in &formatted(table) {
        for row in package.rows(table) {
            for (what, reference) in references(row.text(name)) {
                let Some(target) = target(package, what, reference) else {
                    found.error(row.at(name), format!("`[{what}{reference}]`: there is no such file"));
                    continue;
                };
                if !owners.get(row.text(key)).is_some_and(|owners| owners.contains(target)) {
                    found.warning(row.at(name), format!("`[{what}{reference}]` is of component `{target}`, which has no row in `{others}` for this"));
                }
            }
        }
    }
}

/// The columns of a standard table that hold formatted texts.
fn formatted(table: &str) -> Vec<String> {
    let columns = standard_table(table).map(|table| table.columns).unwrap_or_default();
    let is_formatted = |column: &Column| {
        let category = column.validation.as_ref().and_then(|validation| validation.category.as_deref());
        matches!(category, Some("Formatted" | "RegPath" | "Shortcut"))
    };
    columns.into_iter().filter(is_formatted).map(|column| column.name).collect()
}

/// The component that a reference is to; nothing for a file that is not there.
fn target<'a>(package: &Subject<'a>, what: char, key: &'a str) -> Option<&'a str> {
    if what == '$' { Some(key) } else { package.find("File", key).map(|file| file.text("Component_")) }
}

/// `[$component]`, `[#file]` and `[!file]` in `text`.
fn references(text: &str) -> impl Iterator<Item = (char, &str)> {
    text.split('[').skip(1).filter_map(|part| {
        let (inside, _) = part.split_once(']')?;
        let what = inside.chars().next().filter(|what| matches!(what, '$' | '#' | '!'))?;
        Some((what, &inside[1..]))
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn references_across_components() {
        finds(&RULE, RULE.example, &["warning Registry.Value[R]"]);
        finds(
            &RULE,
            r#"Component: Data | {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E05} | INSTALLDIR | 260 |  | R
Registry: R | 2 | Software\Acme | Path | [$App] | Data"#,
            &["error Registry.Value[R]"],
        );
        finds(
            &RULE,
            r#"Registry: R | 2 | Software\Acme | Path | [#app.exe][!app.exe][$App][INSTALLDIR] | App"#,
            &[],
        );
        finds(
            &RULE,
            r#"Registry: R | 2 | Software\Acme | Path | [#gone.exe] | App"#,
            &["error Registry.Value[R]"],
        );
        finds(
            &RULE,
            "Verb: acm | open | 1 | x | [$App]
Extension: acm | Data | p | m | Main",
            &["warning Verb.Argument[acm/open]"],
        );
        finds(
            &RULE,
            "Verb: acm | open | 1 | x | [$App]
Extension: acm | App | p | m | Main",
            &[],
        );
    }
}
