//! ICE87: properties of the command line stay there.

use crate::Subject;
use crate::data;
use crate::rule::{Findings, Rule};

/// Properties that choose features on the command line are not authored.
pub(super) const RULE: Rule = Rule {
    code: "ICE87",
    title: "properties that choose features on the command line are not authored",
    explanation: "Authored, they hold in every run, and the product cannot be repaired or removed as a whole. https://learn.microsoft.com/windows/win32/msi/ice87",
    fix: "use Feature.Level instead",
    example: "Property: ADDLOCAL | ALL",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    for row in data::command_line_properties().filter_map(|name| package.find("Property", name)) {
        found.warning(row.at("Property"), format!("`{}` is authored", row.text("Property")));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn addlocal() {
        finds(&RULE, RULE.example, &["warning Property.Property[ADDLOCAL]"]);
    }
}
