//! ICE02: a key path is a row of its own component.

use crate::Subject;
use crate::rule::{Findings, Rule};

/// The key path of a component is a file, registry value or data source of that component.
pub(super) const RULE: Rule = Rule {
    code: "ICE02",
    title: "the key path of a component is a file, registry value or data source of that component",
    explanation: "Windows Installer tells by the key path whether a component is there. One that names a row of another component, or none, makes repair and removal follow the wrong file. https://learn.microsoft.com/windows/win32/msi/ice02",
    fix: "let KeyPath name a row whose Component_ is this component",
    example: "Component: Data | {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E05} | INSTALLDIR | 256 |  | app.exe",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    for component in package.rows("Component").filter(|row| !row.is_null("KeyPath")) {
        let (name, key_path) = (component.text("Component"), component.text("KeyPath"));
        let table = match component.bits("Attributes") {
            attributes if attributes & 4 != 0 => "Registry",
            attributes if attributes & 32 != 0 => "ODBCDataSource",
            _ => "File",
        };
        let at = component.at("KeyPath");
        match package.find(table, key_path) {
            _ if !package.has_table(table) => {
                found.error(
                    at,
                    format!("the key path `{key_path}` of `{name}` is of table `{table}`, which is missing"),
                );
            }
            None => {
                found.error(at, format!("the key path `{key_path}` of `{name}` is not in table `{table}`"))
            }
            Some(row) if row.text("Component_") != name => {
                let owner = row.text("Component_");
                found.error(
                    at,
                    format!("the key path `{key_path}` of `{name}` belongs to component `{owner}`"),
                );
            }
            Some(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn a_key_path_of_another_component_or_of_none() {
        finds(&RULE, RULE.example, &["error Component.KeyPath[Data]"]);
        finds(
            &RULE,
            "Component: Data | {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E05} | INSTALLDIR | 256 |  | gone",
            &["error Component.KeyPath[Data]"],
        );
        finds(
            &RULE,
            "Component: Data | {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E05} | INSTALLDIR | 4 |  | key",
            &["error Component.KeyPath[Data]"],
        );
        finds(
            &RULE,
            "Component: Data | {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E05} | INSTALLDIR | 4 |  | key
Registry: key | 2 | K | V | 1 | Data",
            &[],
        );
        finds(
            &RULE,
            "Component: Data | {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E05} | INSTALLDIR | 32 |  | key
ODBCDataSource: key | App | d | d | 0",
            &["error Component.KeyPath[Data]"],
        );
    }
}
