//! ICE52: properties of searches are public.

use crate::Subject;
use crate::rule::{Findings, Rule};

/// AppSearch sets public properties.
pub(super) const RULE: Rule = Rule {
    code: "ICE52",
    title: "AppSearch sets public properties",
    explanation: "Only public properties (no small letters) reach the part of the installation that changes the machine. https://learn.microsoft.com/windows/win32/msi/ice52",
    fix: "write the property in capital letters, and list it in SecureCustomProperties",
    example: "AppSearch: FoundIt | Signature1",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    for search in package.rows("AppSearch") {
        let property = search.text("Property");
        if property.chars().any(char::is_lowercase) {
            found.warning(search.at("Property"), format!("the property `{property}` is private"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn a_private_property() {
        finds(&RULE, RULE.example, &["warning AppSearch.Property[FoundIt/Signature1]"]);
        finds(&RULE, "AppSearch: FOUND_IT | Signature1", &[]);
    }
}
