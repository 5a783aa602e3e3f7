//! ICE92: permanent components have an id.

use crate::Subject;
use crate::rule::{Findings, Rule};

/// A permanent component has a ComponentId, and is not removed when superseded.
pub(super) const RULE: Rule = Rule {
    code: "ICE92",
    title: "a permanent component has a ComponentId, and is not removed when superseded",
    explanation: "A component without id is not registered, so that there is nothing to be permanent; a permanent one is not removed by a patch that supersedes it. https://learn.microsoft.com/windows/win32/msi/ice92",
    fix: "give the component an id, or clear one of the bits 16 and 1024",
    example: "Component: App |  | INSTALLDIR | 272 |  | app.exe",
    check,
};

/// `Component.Attributes`.
const PERMANENT: i32 = 16;
const UNINSTALL_ON_SUPERSEDENCE: i32 = 0x400;

fn check(package: &Subject<'_>, found: &mut Findings) {
    for component in package.rows("Component").filter(|row| row.bits("Attributes") & PERMANENT != 0) {
        let name = component.text("Component");
        if component.is_null("ComponentId") {
            found.error(component.at("Component"), format!("`{name}` is permanent and has no ComponentId"));
        }
        if component.bits("Attributes") & UNINSTALL_ON_SUPERSEDENCE != 0 {
            found.warning(
                component.at("Component"),
                format!("`{name}` is permanent, so that it will not be removed when superseded"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn permanent_components() {
        finds(&RULE, RULE.example, &["error Component.Component[App]"]);
        finds(
            &RULE,
            "Component: App | {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E04} | INSTALLDIR | 1296 |  | app.exe",
            &["warning Component.Component[App]"],
        );
    }
}
