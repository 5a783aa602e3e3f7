//! ICE16: the product name is not too long.

use crate::Subject;
use crate::rule::cell;
use crate::rule::{Findings, Rule};

/// ProductName has at most 259 characters, 63 for Windows Installer before 3.0.
pub(super) const RULE: Rule = Rule {
    code: "ICE16",
    title: "ProductName has at most 259 characters, 63 for Windows Installer before 3.0",
    explanation: "Longer names cannot be registered. https://learn.microsoft.com/windows/win32/msi/ice16",
    fix: "shorten ProductName",
    example: "Summary: Schema | 200
Property: ProductName | A product whose name is a little longer than the sixty-three characters that fit",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    let Some(name) = package.property("ProductName") else {
        found.error("Property", "there is no `ProductName`");
        return;
    };
    let (length, most) = (name.encode_utf16().count(), if package.schema() < 300 { 63 } else { 259 });
    if length > most {
        let place = cell("Property", "Value", &["ProductName"]);
        found.error(place, format!("`ProductName` has {length} characters, more than {most}"));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn the_limit_depends_on_the_schema() {
        finds(&RULE, RULE.example, &["error Property.Value[ProductName]"]);
        finds(&RULE, "- Property: ProductName", &["error Property"]);
        finds(
            &RULE,
            "Property: ProductName | A product whose name is a little longer than the sixty-three characters that fit",
            &[],
        );
    }
}
