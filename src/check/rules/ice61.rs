//! ICE61: upgrades find what they are to find.

use crate::Subject;
use crate::rule::{Findings, Rule};
use crate::subject::Row;
use std::collections::BTreeSet;

/// Rows of the Upgrade table set public, secure properties of their own, for sensible ranges of versions.
pub(super) const RULE: Rule = Rule {
    code: "ICE61",
    title: "rows of the Upgrade table set public, secure properties of their own, for sensible ranges of versions",
    explanation: "FindRelatedProducts sets the property of each row that matches. One that is authored, private, not secure or shared by rows says something else in the part that removes; a range that reaches the package's own version or beyond removes newer products. https://learn.microsoft.com/windows/win32/msi/ice61",
    fix: "correct the row; where same or newer versions are meant to be removed (AllowSameVersionUpgrades, AllowDowngrades), allow this finding with that reason",
    example: "Upgrade: {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E03} |  | 1.0.0 |  | 512 |  | OLDER
Property: SecureCustomProperties | OLDER",
    check,
};

/// `Upgrade.Attributes` (<https://learn.microsoft.com/windows/win32/msi/upgrade-table>).
const ONLY_DETECT: i32 = 2;
const MIN_INCLUSIVE: i32 = 0x100;
const MAX_INCLUSIVE: i32 = 0x200;

fn check(package: &Subject<'_>, found: &mut Findings) {
    let secure = package.property("SecureCustomProperties").unwrap_or_default();
    let secure: BTreeSet<&str> = secure.split(';').map(str::trim).collect();
    let own = package.property("UpgradeCode").unwrap_or_default();
    let product = package.property("ProductVersion").unwrap_or_default();
    let mut rows = package.rows("Upgrade").peekable();
    if rows.peek().is_some() {
        for name in
            ["UpgradeCode", "ProductVersion"].into_iter().filter(|name| package.property(name).is_none())
        {
            found.error("Property", format!("upgrades need the property `{name}`"));
        }
    }
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for row in rows {
        let property = row.text("ActionProperty");
        property_of(package, &row, &secure, seen.insert(property), found);
        let code = row.text("UpgradeCode");
        if code.chars().any(char::is_lowercase) {
            found.error(row.at("UpgradeCode"), format!("{code} must be in capital letters"));
        }
        let (min, max) = (row.text("VersionMin"), row.text("VersionMax"));
        if min.is_empty() && max.is_empty() {
            found.error(
                row.at("VersionMin"),
                format!("the row of `{property}` has no VersionMin and no VersionMax"),
            );
            continue;
        }
        for (column, version) in [("VersionMin", min), ("VersionMax", max)] {
            if !version.is_empty() && parsed(version).is_none() {
                found.error(row.at(column), format!("`{version}` is no product version"));
            }
        }
        let attributes = row.bits("Attributes");
        let (least, most) = (parsed(min), parsed(max));
        if let (Some(least), Some(most)) = (least, most) {
            let inclusive = MIN_INCLUSIVE | MAX_INCLUSIVE;
            if most < least {
                found.error(row.at("VersionMax"), format!("`{max}` is lower than `{min}`"));
            } else if most == least && attributes & inclusive != inclusive {
                found.error(
                    row.at("VersionMax"),
                    format!("`{max}` is both ends of the range, which does not include it"),
                );
            }
        }
        if code == own && attributes & ONLY_DETECT == 0 {
            match (most, parsed(product)) {
                (None, _) if max.is_empty() => {
                    found.warning(
                        row.at("VersionMax"),
                        format!("the row of `{property}` removes newer products, too: it has no VersionMax"),
                    );
                }
                (Some(most), Some(version))
                    if most > version || most == version && attributes & MAX_INCLUSIVE != 0 =>
                {
                    found.warning(row.at("VersionMax"), format!("the row of `{property}` removes products up to {max}, which is not below this one's {product}"));
                }
                _ => {}
            }
        }
    }
}

fn property_of(
    package: &Subject<'_>,
    row: &Row<'_>,
    secure: &BTreeSet<&str>,
    first: bool,
    found: &mut Findings,
) {
    let property = row.text("ActionProperty");
    let at = || row.at("ActionProperty");
    if package.property(property).is_some() {
        found.error(at(), format!("`{property}` must not be authored in the Property table"));
    }
    if property.chars().any(char::is_lowercase) {
        found.error(at(), format!("`{property}` must have no small letters"));
    }
    if !secure.contains(property) {
        found.error(at(), format!("`{property}` must be listed in SecureCustomProperties"));
    }
    if !first {
        found.error(at(), format!("`{property}` is the property of another row, too"));
    }
}

/// Up to three fields that count, and a fourth that does not.
fn parsed(version: &str) -> Option<[u64; 3]> {
    let mut fields = version.split('.');
    let mut parsed = [0; 3];
    for (slot, most) in parsed.iter_mut().zip([255, 255, 65_535]) {
        let Some(field) = fields.next() else { break };
        let digits = !field.is_empty() && field.bytes().all(|byte| byte.is_ascii_digit());
        *slot = field.parse().ok().filter(|number| digits && *number <= most)?;
    }
    (fields.count() <= 1).then_some(parsed)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    const SECURE: &str =
        "Property: SecureCustomProperties | OLDER\nUpgrade: {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E03} | ";

    #[track_caller]
    fn row(rest: &str, expected: &[&str]) {
        let shown = |place: &str| match place.split_once(' ') {
            Some((severity, column)) => {
                format!("{severity} Upgrade.{column}[{{5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E03}}/")
            }
            None => String::new(),
        };
        let found = crate::example::Example::new(&format!("{SECURE}{rest}")).findings(&RULE);
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.starts_with(&shown(expected)), "{found} {expected}");
        }
    }

    #[test]
    fn ranges_of_versions() {
        finds(
            &RULE,
            RULE.example,
            &["warning Upgrade.VersionMax[{5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E03}//1.0.0//512]"],
        );
        row(" | 1.0.0 |  | 0 |  | OLDER", &[]);
        row(" | 2.0.0 |  | 0 |  | OLDER", &["warning VersionMax"]);
        row("1.0.0 |  |  | 2 |  | OLDER", &[]);
        row("0.1 |  |  | 0 |  | OLDER", &["warning VersionMax"]);
        row(" |  |  | 0 |  | OLDER", &["error VersionMin"]);
        row("0.5 | 0.4 |  | 0 |  | OLDER", &["error VersionMax"]);
        row("0.5 | 0.5 |  | 256 |  | OLDER", &["error VersionMax"]);
        row("0.5 | 0.5 |  | 768 |  | OLDER", &[]);
        row("x | 0.5 |  | 768 |  | OLDER", &["error VersionMin"]);
    }

    #[test]
    fn properties_of_rows() {
        row(" | 1.0.0 |  | 0 |  | NEWER", &["error ActionProperty"]);
        row(" | 1.0.0 |  | 0 |  | Older", &["error ActionProperty", "error ActionProperty"]);
        row(" | 1.0.0 |  | 0 |  | OLDER\nProperty: OLDER | 1", &["error ActionProperty"]);
        row(
            " | 1.0.0 |  | 0 |  | OLDER\nUpgrade: {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E03} |  | 0.9 |  | 0 |  | OLDER",
            &["error ActionProperty"],
        );
    }
}
