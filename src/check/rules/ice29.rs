//! ICE29: stream names stay unique.

use crate::Subject;
use crate::msi::ColumnKind;
use crate::rule::{Findings, Rule};
use std::collections::BTreeMap;

/// The first 62 characters of stream names are unique in their table.
pub(super) const RULE: Rule = Rule {
    code: "ICE29",
    title: "the first 62 characters of stream names are unique in their table",
    explanation: "The bytes of a row stand in a stream that is called Table.Key; a compound file holds 62 characters of it, so that longer keys that begin alike name one stream. https://learn.microsoft.com/windows/win32/msi/ice29",
    fix: "shorten the key: 55 characters in the table Binary, 57 in Icon",
    example: "Binary: ABinaryWithANameThatIsMuchLongerThanWhatACompoundFileCanHold1 | x
Binary: ABinaryWithANameThatIsMuchLongerThanWhatACompoundFileCanHold2 | x",
    check,
};

/// Characters of a stream's name that a compound file holds.
const HELD: usize = 62;

fn check(package: &Subject<'_>, found: &mut Findings) {
    for table in package.tables() {
        for column in table.columns.iter().filter(|column| column.kind == ColumnKind::Stream) {
            let mut first: BTreeMap<String, String> = BTreeMap::new();
            for row in package.rows(&table.name).filter(|row| !row.is_null(&column.name)) {
                let name = format!("{}.{}", table.name, row.key().join("."));
                let held: String = name.chars().take(HELD).collect();
                if let Some(other) = first.get(&held) {
                    let message =
                        format!("the stream `{name}` begins with the same {HELD} characters as `{other}`");
                    found.error(row.at(&column.name), message);
                } else {
                    first.insert(held, name);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn long_names_that_begin_alike() {
        finds(
            &RULE,
            RULE.example,
            &["error Binary.Data[ABinaryWithANameThatIsMuchLongerThanWhatACompoundFileCanHold2]"],
        );
        finds(
            &RULE,
            "Binary: B1 | x
Binary: B2 | x",
            &[],
        );
    }
}
