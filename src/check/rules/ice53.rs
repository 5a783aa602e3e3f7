//! ICE53: what Windows Installer keeps for itself is left alone.

use crate::Subject;
use crate::rule::{Findings, Rule};

/// No registry value is written where Windows Installer keeps its own data or policies.
pub(super) const RULE: Rule = Rule {
    code: "ICE53",
    title: "no registry value is written where Windows Installer keeps its own data or policies",
    explanation: "Such values break the registration of this or other products, and policies are the administrator's. https://learn.microsoft.com/windows/win32/msi/ice53",
    fix: "take the row out",
    example: r#"Registry: R | 2 | Software\Policies\Microsoft\Windows\Installer | DisableMSI | #0 | App"#,
    check,
};

/// What Windows Installer has: its data, with the parts of it that nobody may write to, and the administrator's policies.
pub(super) const DATA: &str = r"Software\Microsoft\Windows\CurrentVersion\Installer\";
pub(super) const PARTS: [&str; 5] = ["Products", "Components", "DriveMapping", "Folders", "Rollback"];
pub(super) const POLICIES: &str = r"Software\Policies\Microsoft\Windows\Installer";

fn check(package: &Subject<'_>, found: &mut Findings) {
    for row in package.rows("Registry").filter(|row| matches!(row.int("Root"), Some(-1 | 1 | 2))) {
        let key = row.text("Key");
        if is_own(key) {
            found.error(row.at("Registry"), format!("`{key}` is Windows Installer's own"));
        }
    }
}

/// Whether Microsoft's evaluator takes `key` for Windows Installer's own: as it is written, and by its beginning.
pub(super) fn is_own(key: &str) -> bool {
    let below = key.strip_prefix(DATA);
    below.is_some_and(|rest| PARTS.iter().any(|part| rest.starts_with(part))) || key.starts_with(POLICIES)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn keys_of_the_installer() {
        finds(&RULE, RULE.example, &["error Registry.Registry[R]"]);
        finds(
            &RULE,
            r#"Registry: R | 2 | Software\Microsoft\Windows\CurrentVersion\Installer\ProductsX | a | b | App"#,
            &["error Registry.Registry[R]"],
        );
        finds(&RULE, r#"Registry: R | 0 | Software\Policies\Microsoft\Windows\Installer | a | b | App"#, &[]);
        finds(
            &RULE,
            r#"Registry: R | 2 | Software\Microsoft\Windows\CurrentVersion\Uninstall\x | a | b | App"#,
            &[],
        );
    }
}
