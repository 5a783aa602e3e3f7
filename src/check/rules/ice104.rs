//! ICE104: permissions stand in one table, for things that are there.

use crate::Subject;
use crate::rule::{Findings, Rule};
use crate::sddl;

/// Permissions are in LockPermissions or in MsiLockPermissionsEx, for rows that are there.
pub(super) const RULE: Rule = Rule {
    code: "ICE104",
    title: "permissions are in LockPermissions or in MsiLockPermissionsEx, for rows that are there",
    explanation: "Windows Installer 5 reads one of the two tables. https://learn.microsoft.com/windows/win32/msi/msilockpermissionsex-table",
    fix: "move all rows into MsiLockPermissionsEx; correct the reference",
    example: "LockPermissions: INSTALLDIR | CreateFolder |  | Everyone | 1
MsiLockPermissionsEx: P | app.exe | File | D:P(A;;GA;;;BA) |",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    if !package.has_table("MsiLockPermissionsEx") {
        return;
    }
    if package.has_table("LockPermissions") {
        found
            .error("MsiLockPermissionsEx", "there is a table LockPermissions, too; only one of them is read");
    }
    for row in package.rows("MsiLockPermissionsEx") {
        let (table, object) = (row.text("Table"), row.text("LockObject"));
        if !package.has(table, object) {
            found.error(
                row.at("MsiLockPermissionsEx"),
                format!("there is no `{object}` in the table `{table}`"),
            );
        }
        if let Some(problem) = sddl::problem(row.text("SDDLText")) {
            found.error(row.at("SDDLText"), problem);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn two_tables_and_no_object() {
        finds(&RULE, RULE.example, &["error MsiLockPermissionsEx"]);
        finds(
            &RULE,
            "MsiLockPermissionsEx: P | gone | File | D:P(A;;GA;;;BA) |",
            &["error MsiLockPermissionsEx.MsiLockPermissionsEx[P]"],
        );
        finds(&RULE, "MsiLockPermissionsEx: P | app.exe | File | D:P(A;;GA;;;BA) |", &[]);
    }

    #[test]
    fn text_that_is_no_descriptor() {
        let row = "MsiLockPermissionsEx: P | app.exe | File | D:P(A;;GA;;;BA";
        finds(&RULE, row, &["error MsiLockPermissionsEx.SDDLText[P]"]);
    }
}
