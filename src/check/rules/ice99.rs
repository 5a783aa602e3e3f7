//! ICE99: directories are not called like properties of Windows Installer.

use crate::Subject;
use crate::data;
use crate::rule::{Findings, Rule};
use std::collections::BTreeSet;

/// No directory has the name of a property that Windows Installer sets or reads.
pub(super) const RULE: Rule = Rule {
    code: "ICE99",
    title: "no directory has the name of a property that Windows Installer sets or reads",
    explanation: "The directory sets the property to a path, and Windows Installer takes the path for what the property means. https://learn.microsoft.com/windows/win32/msi/ice99",
    fix: "rename the directory",
    example: "Directory: REBOOT | TARGETDIR | Boot",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    let reserved: BTreeSet<&str> = data::public_properties().collect();
    for directory in package.rows("Directory").filter(|row| reserved.contains(row.text("Directory"))) {
        found.error(
            directory.at("Directory"),
            format!("`{}` is a property of Windows Installer", directory.text("Directory")),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn a_reserved_name() {
        finds(&RULE, RULE.example, &["error Directory.Directory[REBOOT]"]);
    }
}
