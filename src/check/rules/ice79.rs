//! ICE79: conditions ask for components and features that are there.

use crate::Subject;
use crate::condition::Condition;
use crate::rule::{Findings, Rule};

/// Conditions ask for components and features of the package.
pub(super) const RULE: Rule = Rule {
    code: "ICE79",
    title: "conditions ask for components and features of the package",
    explanation: "`$`, `?` and `&`, `!` ask for the state of a component or feature; one that is not there is never installed, so that the condition is always the same. https://learn.microsoft.com/windows/win32/msi/ice79",
    fix: "correct the name",
    example: "InstallExecuteSequence: RemoveFiles | $Gone=2 | 3500",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    for table in ["Component", "Feature"].into_iter().filter(|table| !package.has_table(table)) {
        found.warning(
            "",
            format!("the table `{table}` is missing, so that conditions cannot be held against it"),
        );
    }
    for column in package.validation().filter(|row| row.text("Category") == "Condition") {
        let (table, column) = (column.text("Table"), column.text("Column"));
        for row in package.rows(table).filter(|row| !row.is_null(column)) {
            let Ok(condition) = row.text(column).parse::<Condition>() else { continue };
            for (prefix, name) in condition.references() {
                let (what, kind) = match prefix {
                    Some('$' | '?') => ("Component", "component"),
                    Some('&' | '!') => ("Feature", "feature"),
                    _ => continue,
                };
                if !package.has(what, name) {
                    found.error(
                        row.at(column),
                        format!("`{}{name}`: there is no {kind} `{name}`", prefix.unwrap_or_default()),
                    );
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn names_that_are_not_there() {
        finds(&RULE, RULE.example, &["error InstallExecuteSequence.Condition[RemoveFiles]"]);
        finds(&RULE, "InstallExecuteSequence: RemoveFiles | $App=2 AND &Main=3 | 3500", &[]);
        finds(
            &RULE,
            "Component: App | {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E04} | INSTALLDIR | 256 | !App=3 | app.exe",
            &["error Component.Condition[App]"],
        );
    }
}
