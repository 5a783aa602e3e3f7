//! ICE56: there is one root, the target folder.

use crate::Subject;
use crate::directory::Directories;
use crate::rule::{Findings, Rule};
use std::collections::BTreeSet;

/// All files are below TARGETDIR, whose source is SourceDir.
pub(super) const RULE: Rule = Rule {
    code: "ICE56",
    title: "all files are below TARGETDIR, whose source is SourceDir",
    explanation: "An administrative image puts everything below TARGETDIR; files below another root go wherever that root is on the machine that makes it. https://learn.microsoft.com/windows/win32/msi/ice56",
    fix: "put the other root below TARGETDIR, with `.` as DefaultDir",
    example: "Directory: OTHERDIR |  | Other
Component: App | {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E04} | OTHERDIR | 256 |  | app.exe",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    let directories = Directories::of(package);
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for file in package.rows("File") {
        if let Some(component) = package.find("Component", file.text("Component_")) {
            used.insert(component.text("Directory_"));
        }
    }
    let roots: BTreeSet<&str> = used.iter().map(|directory| directories.root(directory)).collect();
    for directory in package.rows("Directory") {
        let (name, parent) = (directory.text("Directory"), directory.text("Directory_Parent"));
        if !(parent.is_empty() || parent == name) {
            continue;
        }
        if name == "TARGETDIR" {
            let source = directory.text("DefaultDir");
            if !source.eq_ignore_ascii_case("SourceDir") {
                found.error(
                    directory.at("Directory"),
                    format!("the DefaultDir of `TARGETDIR` is `{source}`, expected `SourceDir`"),
                );
            }
        } else if roots.contains(name) {
            found.error(
                directory.at("Directory"),
                format!("there are files below the root `{name}`, which is not `TARGETDIR`"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn another_root_and_another_source() {
        finds(&RULE, RULE.example, &["error Directory.Directory[OTHERDIR]"]);
        finds(&RULE, "Directory: TARGETDIR |  | Temp", &["error Directory.Directory[TARGETDIR]"]);
        finds(
            &RULE,
            "Directory: TARGETDIR |  | SOURCEDIR
Directory: EMPTY |  | x",
            &[],
        );
        finds(
            &RULE,
            "Directory: OTHERDIR | OTHERDIR | Other
Component: App | {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E04} | OTHERDIR | 256 |  | app.exe",
            &["error Directory.Directory[OTHERDIR]"],
        );
    }
}
