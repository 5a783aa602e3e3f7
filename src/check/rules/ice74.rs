//! ICE74: the package has an UpgradeCode.

use crate::Subject;
use crate::form;
use crate::rule::{Findings, Rule};

/// UpgradeCode is there and well-formed, and FASTOEM is not authored.
pub(super) const RULE: Rule = Rule {
    code: "ICE74",
    title: "UpgradeCode is there and well-formed, and FASTOEM is not authored",
    explanation: "Without UpgradeCode, no later package can find this one and replace it. FASTOEM is for the command line of manufacturers. https://learn.microsoft.com/windows/win32/msi/ice74",
    fix: "set UpgradeCode to a GUID in capital letters that all versions of the product share",
    example: "- Property: UpgradeCode",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    if let Some(row) = package.find("Property", "FASTOEM") {
        found.error(row.at("Property"), "`FASTOEM` cannot be authored");
    }
    match package.find("Property", "UpgradeCode") {
        None => found.warning("Property", "there is no `UpgradeCode`: no later version will find this one"),
        Some(row) if !form::is_guid(row.text("Value")) => {
            found.error(row.at("Value"), format!("`{}` is no UpgradeCode", row.text("Value")));
        }
        Some(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn upgrade_code_and_fastoem() {
        finds(&RULE, RULE.example, &["warning Property"]);
        finds(&RULE, "Property: UpgradeCode | {}", &["error Property.Value[UpgradeCode]"]);
        finds(&RULE, "Property: FASTOEM | 1", &["error Property.Property[FASTOEM]"]);
    }
}
