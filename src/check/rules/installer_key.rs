//! check::installer_key: what Windows Installer keeps for itself, where ICE53 does not look.

use super::ice53::{self, DATA, PARTS, POLICIES};
use crate::Subject;
use crate::rule::{Findings, Rule};

/// No registry value is written among Windows Installer's own, whatever the capitals, or into the product's own entry in
/// Apps & Features.
pub(super) const RULE: Rule = Rule {
    code: "check::installer_key",
    title: "no registry value is written among Windows Installer's own, whatever the capitals, or into the product's own entry in Apps & Features",
    explanation: "Keys are one whatever their capitals, and ICE53 compares them as they are written. The entry below Uninstall is Windows Installer's: it writes it at RegisterProduct, and removes it whole. https://learn.microsoft.com/windows/win32/msi/uninstall-registry-key",
    fix: "take the row out; what the entry shows comes from properties such as ARPHELPLINK",
    example: r"Registry: R | 2 | SOFTWARE\Policies\Microsoft\Windows\Installer | DisableMSI | #0 | App",
    check,
};

const ENTRIES: &str = r"software\microsoft\windows\currentversion\uninstall\";

fn check(package: &Subject<'_>, found: &mut Findings) {
    let code = package.property("ProductCode").unwrap_or_default().to_lowercase();
    for row in package.rows("Registry").filter(|row| matches!(row.int("Root"), Some(-1 | 1 | 2))) {
        let written = row.text("Key");
        let key = written.to_lowercase();
        let below = key.strip_prefix(&DATA.to_lowercase());
        let is_own = below
            .is_some_and(|rest| PARTS.iter().any(|part| rest.starts_with(&part.to_lowercase())))
            || key.starts_with(&POLICIES.to_lowercase());
        if is_own && !ice53::is_own(written) {
            found.error(row.at("Key"), format!("`{written}` is Windows Installer's own"));
        }
        let entry = key.strip_prefix(ENTRIES).and_then(|rest| rest.split('\\').next());
        if entry.is_some_and(|entry| entry == "[productcode]" || entry == code) {
            found.warning(
                row.at("Key"),
                format!("`{written}` is the product's own entry, which Windows Installer writes"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn keys_in_other_capitals_and_the_own_entry() {
        finds(&RULE, RULE.example, &["error Registry.Key[R]"]);
        let row = |key: &str| format!("Registry: R | 2 | {key} | a | b | App");
        for key in [
            r"software\microsoft\windows\currentversion\installer\PRODUCTS\x",
            r"SOFTWARE\Microsoft\Windows\CurrentVersion\Installer\Folders",
            r"Software\Microsoft\Windows\CurrentVersion\Installer\products\x",
        ] {
            finds(&RULE, &row(key), &["error Registry.Key[R]"]);
        }
        for key in [
            "[ProductCode]",
            "{5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E02}",
            r"{5c1a1b60-52b1-4c6e-8a57-6c7d0a9d1e02}\x",
        ] {
            let key = format!(r"Software\Microsoft\Windows\CurrentVersion\Uninstall\{key}");
            finds(&RULE, &row(&key), &["warning Registry.Key[R]"]);
        }
        // of other products, and what ICE53 tells
        finds(&RULE, &row(r"Software\Microsoft\Windows\CurrentVersion\Uninstall\Other"), &[]);
        finds(&RULE, &row(r"Software\Microsoft\Windows\CurrentVersion\Installer\Products\x"), &[]);
    }
}
