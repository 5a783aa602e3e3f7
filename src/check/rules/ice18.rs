//! ICE18: a folder that is a key path is made.

use crate::Subject;
use crate::rule::{Findings, Rule};
use std::collections::BTreeSet;

/// A component whose key path is its folder, and that puts nothing into it, creates it.
pub(super) const RULE: Rule = Rule {
    code: "ICE18",
    title: "a component whose key path is its folder, and that puts nothing into it, creates it",
    explanation: "Windows Installer removes folders that become empty. Where one is the key path and nobody creates it, the component is missing after every install, and every start of an advertised shortcut repairs. https://learn.microsoft.com/windows/win32/msi/ice18",
    fix: "add a CreateFolder row for the component and its directory, or give the component another key path",
    example: "Component: Empty | {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E05} | INSTALLDIR | 256 |  |
FeatureComponents: Main | Empty",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    let filled: BTreeSet<&str> = package.rows("File").map(|file| file.text("Component_")).collect();
    let pairs = |table: &str, column: &str| -> BTreeSet<(&str, &str)> {
        package.rows(table).map(|row| (row.text("Component_"), row.text(column))).collect()
    };
    let holders = [
        pairs("CreateFolder", "Directory_"),
        pairs("RemoveFile", "DirProperty"),
        pairs("DuplicateFile", "DestFolder"),
        pairs("MoveFile", "DestFolder"),
    ];
    for component in package.rows("Component").filter(|row| row.is_null("KeyPath")) {
        let (name, directory) = (component.text("Component"), component.text("Directory_"));
        if !filled.contains(name) && !holders.iter().any(|pairs| pairs.contains(&(name, directory))) {
            let message =
                format!("the key path of `{name}` is the folder `{directory}`, which nothing creates");
            found.error(component.at("Directory_"), message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn files_or_rows_for_the_folder_do() {
        finds(&RULE, RULE.example, &["error Component.Directory_[Empty]"]);
        finds(
            &RULE,
            "Component: Empty | {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E05} | INSTALLDIR | 256 |  |
CreateFolder: INSTALLDIR | Empty",
            &[],
        );
        finds(
            &RULE,
            "Component: Empty | {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E05} | INSTALLDIR | 256 |  |
CreateFolder: TARGETDIR | Empty",
            &["error Component.Directory_[Empty]"],
        );
        finds(&RULE, "Component: App | {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E04} | INSTALLDIR | 256 |  |", &[]);
    }
}
