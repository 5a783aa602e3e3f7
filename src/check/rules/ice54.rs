//! ICE54: key files are no companions.

use crate::Subject;
use crate::rule::{Findings, Rule};

/// The key file of a component has a version of its own.
pub(super) const RULE: Rule = Rule {
    code: "ICE54",
    title: "the key file of a component has a version of its own",
    explanation: "A companion file follows the version of another one. As a key file it would have the component installed or not by a file that may belong to somebody else. https://learn.microsoft.com/windows/win32/msi/ice54",
    fix: "let the versioned file be the key file, and this one its companion",
    example: "Component: Doc | {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E05} | INSTALLDIR | 256 |  | doc
File: doc | Doc | doc.txt | 1 | app.exe |  | 512 | 1",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    for component in package.rows("Component").filter(|row| row.bits("Attributes") & (4 | 32) == 0) {
        let (name, key_path) = (component.text("Component"), component.text("KeyPath"));
        let Some(file) = package.find("File", key_path) else { continue };
        let version = file.text("Version");
        if !version.is_empty() && package.has("File", version) {
            let message =
                format!("the key file `{key_path}` of `{name}` has the version of the file `{version}`");
            found.warning(component.at("KeyPath"), message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn a_companion_as_key_file() {
        finds(&RULE, RULE.example, &["warning Component.KeyPath[Doc]"]);
        finds(&RULE, "File: doc | App | doc.txt | 1 | app.exe |  | 512 | 1", &[]);
    }
}
