//! ICE40: odds and ends.

use crate::Subject;
use crate::rule::{Findings, Rule};

/// REINSTALLMODE is not authored, removed tags of .ini files are named, and old installers get an Error table.
pub(super) const RULE: Rule = Rule {
    code: "ICE40",
    title: "REINSTALLMODE is not authored, removed tags of .ini files are named, and old installers get an Error table",
    explanation: "REINSTALLMODE in the Property table changes the file rules of every run. RemoveIniFile with the action 4 removes a tag, and must say which. Before version 1.1, Windows Installer had no texts of its own for errors. https://learn.microsoft.com/windows/win32/msi/ice40",
    fix: "take REINSTALLMODE out; give the tag in RemoveIniFile.Value; raise the schema above 100",
    example: "Property: REINSTALLMODE | amus",
    check,
};

/// `RemoveIniFile.Action`: remove a tag.
const REMOVE_TAG: i32 = 4;

fn check(package: &Subject<'_>, found: &mut Findings) {
    if let Some(row) = package.find("Property", "REINSTALLMODE") {
        found.warning(
            row.at("Property"),
            "`REINSTALLMODE` is authored, and changes the file rules of every run",
        );
    }
    for row in package.rows("RemoveIniFile") {
        if row.int("Action") == Some(REMOVE_TAG) && row.is_null("Value") {
            found.error(
                row.at("RemoveIniFile"),
                format!("`{}` removes a tag and does not say which", row.text("RemoveIniFile")),
            );
        }
    }
    if package.schema() <= 100 && !package.has_table("Error") {
        found.warning("Error", "there is no Error table, which Windows Installer 1.0 needs for its messages");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn each_of_the_three() {
        finds(&RULE, RULE.example, &["warning Property.Property[REINSTALLMODE]"]);
        finds(
            &RULE,
            "RemoveIniFile: r | a.ini |  | S | K |  | 4 | App",
            &["error RemoveIniFile.RemoveIniFile[r]"],
        );
        finds(&RULE, "RemoveIniFile: r | a.ini |  | S | K | v | 4 | App", &[]);
        finds(&RULE, "Summary: Schema | 100", &["warning Error"]);
    }
}
