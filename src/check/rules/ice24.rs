//! ICE24: product properties are well-formed.

use crate::Subject;
use crate::form;
use crate::rule::cell;
use crate::rule::{Findings, Rule};

/// ProductCode, UpgradeCode, ProductVersion and ProductLanguage have the form that Windows Installer wants.
pub(super) const RULE: Rule = Rule {
    code: "ICE24",
    title: "ProductCode, UpgradeCode, ProductVersion and ProductLanguage have the form that Windows Installer wants",
    explanation: "GUIDs are compared as text in capital letters; a version has fields up to 255, 255 and 65535, of which only three are compared; a language is a decimal LANGID. https://learn.microsoft.com/windows/win32/msi/ice24",
    fix: "write `{8-4-4-4-12}` in capitals, `major.minor.build`, or a number such as 1033",
    example: "Property: ProductVersion | 2024.1.0",
    check,
};

/// Whether a value is well-formed.
type Form = fn(&str) -> bool;

const GUID: &str = "a GUID in capital letters and braces";
/// The properties: whether they are required, and what they look like.
const FORMS: [(&str, bool, Form, &str); 4] = [
    ("ProductCode", true, form::is_guid, GUID),
    (
        "ProductVersion",
        true,
        form::is_product_version,
        "a version such as 1.2.3, fields up to 255, 255 and 65535",
    ),
    ("ProductLanguage", true, form::is_language, "a decimal language id"),
    ("UpgradeCode", false, form::is_guid, GUID),
];

fn check(package: &Subject<'_>, found: &mut Findings) {
    if !package.has_table("Property") {
        found.error("Property", "the table `Property` is missing, and all that is required of it");
        return;
    }
    for (name, required, is_well_formed, expected) in FORMS {
        match package.property(name) {
            None if required => found.error("Property", format!("there is no `{name}`")),
            Some(value) if !is_well_formed(value) => {
                found.error(
                    cell("Property", "Value", &[name]),
                    format!("`{name}` is `{value}`, expected {expected}"),
                );
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn each_property_has_its_form() {
        finds(&RULE, RULE.example, &["error Property.Value[ProductVersion]"]);
        finds(&RULE, "- Property: ProductCode", &["error Property"]);
        finds(&RULE, "- Property: UpgradeCode", &[]);
        finds(&RULE, "Property: ProductLanguage | en", &["error Property.Value[ProductLanguage]"]);
        finds(
            &RULE,
            "Property: ProductCode | {5c1a1b60-52b1-4c6e-8a57-6c7d0a9d1e02}",
            &["error Property.Value[ProductCode]"],
        );
        finds(&RULE, "Property: ProductVersion | 1.2", &["error Property.Value[ProductVersion]"]);
        finds(&RULE, "Property: ProductVersion | 255.255.65535.99999", &[]);
        finds(&RULE, "Property: ProductVersion | 1.256.0", &["error Property.Value[ProductVersion]"]);
    }
}
