//! ICE32: foreign keys are of the kind of their keys.

use crate::Subject;
use crate::msi::Column;
use crate::rule::cell;
use crate::rule::{Findings, Rule};

/// A column that refers to another has its type and width.
pub(super) const RULE: Rule = Rule {
    code: "ICE32",
    title: "a column that refers to another has its type and width",
    explanation: "A reference of another type never matches its key, and a narrower one cannot hold it. https://learn.microsoft.com/windows/win32/msi/ice32",
    fix: "define both columns alike",
    example: "",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    for row in package.validation().filter(|row| !row.is_null("KeyTable") && !row.is_null("KeyColumn")) {
        let (table, column) = (row.text("Table"), row.text("Column"));
        let Some(own) = definition(package, table, |other, _| other.name == column) else { continue };
        let number = row.bits("KeyColumn");
        for key_table in row.text("KeyTable").split(';') {
            let key = definition(package, key_table, |_, at| i32::try_from(at + 1) == Ok(number));
            let Some(key) = key.filter(|key| *key != own) else { continue };
            let message = format!(
                "`{table}.{column}` is {own}, and column {number} of `{key_table}`, to which it refers, {key}"
            );
            found.error(cell(table, column, &[]), message);
        }
    }
}

/// The type of the first column that `is` meant, in small letters, since a reference may be null where a key is not.
fn definition(package: &Subject<'_>, table: &str, is: impl Fn(&Column, usize) -> bool) -> Option<String> {
    let columns = &package.table(table)?.columns;
    let (_, column) = columns.iter().enumerate().find(|(at, column)| is(column, *at))?;
    Some(column.definition().to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    use crate::example::Example;
    use crate::msi::ColumnKind;

    #[test]
    fn a_reference_that_is_narrower_than_its_key() {
        finds(&RULE, "", &[]);
        let mut example = Example::new("");
        let file = example.database.tables.get_mut("File").expect("a table of the example");
        file.columns[1].kind = ColumnKind::Str { width: 38, localizable: false };
        assert_eq!(example.findings(&RULE), ["error File.Component_"]);
        file_of_numbers(&mut example);
        assert_eq!(example.findings(&RULE), ["error File.Component_"]);
    }

    fn file_of_numbers(example: &mut Example) {
        example.database.tables.get_mut("File").expect("a table").columns[1].kind = ColumnKind::Int2;
    }

    #[test]
    fn the_standard_tables_agree_with_themselves() {
        let mut example = Example::new("");
        for table in crate::msi::schema::standard_table_names() {
            let table = crate::msi::schema::standard_table(table).expect("listed");
            example.database.tables.entry(table.name.clone()).or_insert(table);
        }
        // five tables of patch creation refer to a number with a text
        let found: Vec<String> =
            example.findings(&RULE).into_iter().filter(|found| !found.ends_with(".FTK")).collect();
        assert_eq!(found, [""; 0]);
    }
}
