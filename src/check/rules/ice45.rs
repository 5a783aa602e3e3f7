//! ICE45: reserved bits are not set.

use crate::Subject;
use crate::data::{self, UsedBits};
use crate::rule::{Findings, Rule};

/// Columns of bits set only bits that mean something.
pub(super) const RULE: Rule = Rule {
    code: "ICE45",
    title: "columns of bits set only bits that mean something",
    explanation: "Bits that mean nothing today may mean something tomorrow; bits that a later schema has do nothing for the installers that this one is for. https://learn.microsoft.com/windows/win32/msi/ice45",
    fix: "clear the bits, or raise the schema to the one that has them",
    example: "Component: App | {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E04} | INSTALLDIR | 4352 |  | app.exe",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    let schema = package.schema();
    let all: Vec<UsedBits> = data::used_bits().collect();
    for used in all.iter().filter(|used| (used.min..=used.max).contains(&schema)) {
        let later = |other: &&UsedBits| {
            (other.table, other.column, &other.types) == (used.table, used.column, &used.types)
                && other.min > schema
        };
        let later: i32 = all.iter().filter(later).fold(0, |bits, other| bits | other.bits);
        for row in package.rows(used.table) {
            if !used.types.is_empty() && !used.types.contains(&row.text("Type")) {
                continue;
            }
            let reserved = row.bits(used.column) & !used.bits;
            if reserved == 0 {
                continue;
            }
            let at = row.at(used.column);
            if reserved & !later == 0 {
                found.warning(
                    at,
                    format!("the bits {reserved:#x} mean something in later schemas, not in {schema}"),
                );
            } else if used.error {
                found.error(at, format!("the bits {reserved:#x} are reserved"));
            } else {
                found.warning(at, format!("the bits {reserved:#x} are reserved"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn reserved_bits_and_bits_of_later_schemas() {
        finds(&RULE, RULE.example, &["error Component.Attributes[App]"]);
        finds(
            &RULE,
            "Summary: Schema | 150
Component: App | {5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E04} | INSTALLDIR | 512 |  | app.exe",
            &["warning Component.Attributes[App]"],
        );
        finds(
            &RULE,
            "Dialog: D | 50 | 50 | 370 | 270 | 3 | x | T
Control: D | T | Text | 1 | 1 | 1 | 1 | 1048576
Control: D | M | Other | 1 | 1 | 1 | 1 | 1048576",
            &[],
        );
        finds(
            &RULE,
            "Dialog: D | 50 | 50 | 370 | 270 | 3 | x | T
Control: D | M | MaskedEdit | 1 | 1 | 1 | 1 | 16",
            &["warning Control.Attributes[D/M]"],
        );
    }
}
