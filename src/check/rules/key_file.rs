//! check::unversioned_key_file: key files have versions.

use crate::Subject;
use crate::directory::file_name;
use crate::rule::{Findings, Rule};

/// A program or DLL that is a key file has a version.
pub(super) const RULE: Rule = Rule {
    code: "check::unversioned_key_file",
    title: "a program or DLL that is a key file has a version",
    explanation: "A component is not installed where its key file is already there in a higher version, and one without version never replaces one with a version: the component is registered, and its files are not there. https://learn.microsoft.com/windows/win32/msi/file-versioning-rules",
    fix: "give the file a version resource, or let a versioned file be the key file",
    example: "File: app.exe | App | app.exe | 1024 |  |  | 512 | 1",
    check,
};

/// Names of files that have version resources.
const VERSIONED: [&str; 6] = [".exe", ".dll", ".sys", ".ocx", ".cpl", ".mui"];

fn check(package: &Subject<'_>, found: &mut Findings) {
    for component in package.rows("Component").filter(|row| row.bits("Attributes") & (4 | 32) == 0) {
        let Some(file) = package.find("File", component.text("KeyPath")) else { continue };
        let name = file_name(file.text("FileName"), true);
        let lower = name.to_lowercase();
        if file.is_null("Version") && VERSIONED.iter().any(|ending| lower.ends_with(ending)) {
            found.warning(
                file.at("Version"),
                format!("`{name}`, the key file of `{}`, has no version", component.text("Component")),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn a_program_without_version() {
        finds(&RULE, RULE.example, &["warning File.Version[app.exe]"]);
        finds(&RULE, "File: app.exe | App | app.txt | 1024 |  |  | 512 | 1", &[]);
    }
}
