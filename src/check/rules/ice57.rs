//! ICE57: a component is of the machine or of the user.

use crate::Subject;
use crate::directory::Directories;
use crate::rule::{Findings, Rule};
use std::collections::BTreeMap;

/// No component mixes what the machine has with what each user has.
pub(super) const RULE: Rule = Rule {
    code: "ICE57",
    title: "no component mixes what the machine has with what each user has",
    explanation: "What a user has is installed for the user who runs the installation; other users get the rest, and repair can give them only what the key path tells it to miss. https://learn.microsoft.com/windows/win32/msi/ice57",
    fix: "split the component: data of users with a key path below HKCU, data of the machine with a file or a value below HKLM",
    example: r#"Registry: R | 1 | Software\Acme | a | b | App"#,
    check,
};

#[derive(Default)]
struct Data {
    user: bool,
    machine: bool,
    either: bool,
}

fn check(package: &Subject<'_>, found: &mut Findings) {
    let directories = Directories::of(package);
    let mut data: BTreeMap<&str, Data> = BTreeMap::new();
    let folder =
        |component: &str| package.find("Component", component).map_or("", |row| row.text("Directory_"));
    for file in package.rows("File") {
        let component = file.text("Component_");
        let data = data.entry(component).or_default();
        if directories.is_in_profile(folder(component)) { data.user = true } else { data.machine = true }
    }
    for value in package.rows("Registry") {
        let data = data.entry(value.text("Component_")).or_default();
        match value.int("Root") {
            Some(-1) => data.either = true,
            Some(1) => data.user = true,
            Some(2) => data.machine = true,
            _ => {}
        }
    }
    // a shortcut to a feature is advertised, and Windows puts it where it belongs
    for shortcut in package.rows("Shortcut").filter(|row| row.text("Target").contains('[')) {
        let data = data.entry(shortcut.text("Component_")).or_default();
        if directories.is_in_profile(shortcut.text("Directory_")) {
            data.user = true
        } else {
            data.machine = true
        }
    }
    for component in package.rows("Component") {
        let name = component.text("Component");
        let Some(data) = data.get(name) else { continue };
        let root = if component.bits("Attributes") & 4 == 0 {
            None
        } else {
            package.find("Registry", component.text("KeyPath")).and_then(|row| row.int("Root"))
        };
        let of_machine = match root {
            None => !directories.is_in_profile(component.text("Directory_")),
            Some(root) => root == 2,
        };
        let at = || component.at("Component");
        if data.user && data.machine && root == Some(1) {
            found.warning(
                at(),
                format!("`{name}` has data of the machine and of users, and a key path below HKCU"),
            );
        } else if data.user && data.machine && of_machine {
            found.error(
                at(),
                format!("`{name}` has data of the machine and of users, and a key path of the machine"),
            );
        }
        if data.either && of_machine {
            found.warning(
                at(),
                format!(
                    "`{name}` has a registry value of the machine or of a user, and a key path of the machine"
                ),
            );
        }
        if data.user && root == Some(-1) {
            found.error(
                at(),
                format!("`{name}` has data of users, and a key path of the machine or of a user"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn mixtures() {
        finds(&RULE, RULE.example, &["error Component.Component[App]"]);
        finds(
            &RULE,
            r#"Registry: R | -1 | Software\Acme | a | b | App"#,
            &["warning Component.Component[App]"],
        );
        finds(
            &RULE,
            r#"Component: App | {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E04} | INSTALLDIR | 260 |  | R
Registry: R | 1 | Software\Acme | a | b | App"#,
            &["warning Component.Component[App]"],
        );
        finds(
            &RULE,
            r#"Component: U | {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E05} | INSTALLDIR | 260 |  | R
Registry: R | -1 | Software\Acme | a | b | U
Registry: S | 1 | Software\Acme | a | b | U"#,
            &["error Component.Component[U]"],
        );
        finds(
            &RULE,
            "Directory: DesktopFolder | TARGETDIR | .
Shortcut: S | DesktopFolder | s | App | [#app.exe]",
            &["error Component.Component[App]"],
        );
        finds(
            &RULE,
            "Directory: DesktopFolder | TARGETDIR | .
Shortcut: S | DesktopFolder | s | App | Main",
            &[],
        );
        finds(&RULE, r#"Registry: R | 2 | Software\Acme | a | b | App"#, &[]);
    }
}
