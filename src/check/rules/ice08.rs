//! ICE08: component ids are unique.

use crate::Subject;
use crate::rule::{Findings, Rule};
use std::collections::BTreeMap;

/// No two components have the same ComponentId.
pub(super) const RULE: Rule = Rule {
    code: "ICE08",
    title: "no two components have the same ComponentId",
    explanation: "Windows Installer counts the clients of a component by its ComponentId; two components with one id are one to it, and removing either removes what belongs to both. https://learn.microsoft.com/windows/win32/msi/ice08",
    fix: "give one of them an id of its own",
    example: "Component: Data | {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E04} | INSTALLDIR | 256 |  |",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    let mut first: BTreeMap<&str, &str> = BTreeMap::new();
    for component in package.rows("Component").filter(|row| !row.is_null("ComponentId")) {
        let (name, id) = (component.text("Component"), component.text("ComponentId"));
        match first.get(id) {
            Some(other) => {
                found.error(
                    component.at("ComponentId"),
                    format!("`{name}` has {id}, which is that of `{other}`"),
                );
            }
            None => {
                first.insert(id, name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn the_second_component_is_named() {
        finds(&RULE, RULE.example, &["error Component.ComponentId[Data]"]);
        finds(
            &RULE,
            "Component: A |  | INSTALLDIR | 256
Component: B |  | INSTALLDIR | 256",
            &[],
        );
    }
}
