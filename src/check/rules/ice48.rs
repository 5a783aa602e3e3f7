//! ICE48: folders are not fixed to a drive.

use crate::Subject;
use crate::rule::{Findings, Rule};

/// No directory has a full path in the Property table.
pub(super) const RULE: Rule = Rule {
    code: "ICE48",
    title: "no directory has a full path in the Property table",
    explanation: "A directory whose property holds a path of one machine goes there on every machine. https://learn.microsoft.com/windows/win32/msi/ice48",
    fix: "let the directory stand below a standard folder, and take the property out",
    example: r#"Property: INSTALLDIR | C:\Acme"#,
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    for directory in package.rows("Directory") {
        let name = directory.text("Directory");
        let Some(value) = package.property(name) else { continue };
        let drive = matches!(value.as_bytes(), [letter, b':', b'\\', ..] if letter.is_ascii_alphabetic());
        if drive || value.starts_with(r"\\") {
            found.warning(directory.at("Directory"), format!("the folder `{name}` is fixed to `{value}`"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn full_paths() {
        finds(&RULE, RULE.example, &["warning Directory.Directory[INSTALLDIR]"]);
        finds(&RULE, "Property: INSTALLDIR | [WindowsFolder]x", &[]);
        finds(&RULE, r#"Property: OTHER | C:\x"#, &[]);
    }
}
