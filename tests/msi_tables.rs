//! Tables of installer databases: how the standard ones are defined, and what two databases have differently.

use ancm_installer::msi::schema::{standard_table, standard_table_names};
use ancm_installer::msi::{Cell, Column, ColumnKind, Database, Difference, Table, compare};

#[test]
fn every_line_is_well_formed_and_keys_come_first() {
    // asking for a table panics where a line is not well-formed
    for name in standard_table_names() {
        let table = standard_table(name).expect("listed");
        let keys: Vec<bool> = table.columns.iter().map(|column| column.key).collect();
        assert!(keys[0] && keys.is_sorted_by(|a, b| a >= b), "{name}: {keys:?}");
    }
    assert_eq!(standard_table_names().count(), 125);
}

#[test]
fn the_file_table_is_as_windows_has_it() {
    let file = standard_table("File").expect("a standard table");
    let names: Vec<&str> = file.columns.iter().map(|column| column.name.as_str()).collect();
    let expected =
        ["File", "Component_", "FileName", "FileSize", "Version", "Language", "Attributes", "Sequence"];
    assert_eq!(names, expected);
    assert_eq!(file.columns[2].kind, ColumnKind::Str { width: 255, localizable: true });
    assert_eq!(file.columns[7].kind, ColumnKind::Int4);
    assert!(file.columns[4].nullable && !file.columns[3].nullable && file.columns[0].key);
    let validation = file.columns[1].validation.as_ref().expect("a standard column");
    assert_eq!(validation.key_table.as_deref(), Some("Component"));
    assert_eq!(validation.key_column, Some(1));
}

fn column(name: &str, key: bool) -> Column {
    let kind = ColumnKind::Str { width: 72, localizable: false };
    Column { name: name.to_owned(), kind, nullable: !key, key, validation: None }
}

fn database(rows: &[[&str; 2]]) -> Database {
    let columns = vec![column("Name", true), column("Value", false)];
    let rows = rows.iter().map(|row| row.iter().map(|cell| Cell::text(*cell)).collect()).collect();
    let table = Table { name: "T".to_owned(), columns, rows };
    Database { tables: [("T".to_owned(), table)].into(), ..Database::default() }
}

fn differences(first: &Database, second: &Database) -> Vec<String> {
    let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "-".to_owned());
    let one = |d: &Difference| format!("{d}: {} / {}", side(&d.first), side(&d.second));
    compare(first, second).iter().map(one).collect()
}

#[test]
fn rows_are_found_by_their_key_whatever_their_order() {
    let first = database(&[["a", "1"], ["b", "2"], ["c", ""]]);
    let second = database(&[["c", ""], ["b", "3"], ["d", "4"]]);
    assert_eq!(differences(&first, &second), ["T[a]: a|1 / -", "T[b].Value: 2 / 3", "T[d]: - / d|4"]);
    assert_eq!(compare(&first, &first), []);
}

#[test]
fn layouts_code_pages_and_summaries_count() {
    let first = database(&[["a", "1"]]);
    let mut second = first.clone();
    second.codepage = 1252;
    second.summary.page_count = 500;
    second.tables.get_mut("T").expect("a table").columns[1].nullable = false;
    second.tables.insert("U".to_owned(), Table { name: "U".to_owned(), columns: vec![], rows: vec![] });
    assert_eq!(
        differences(&first, &second),
        [
            "_ForceCodepage: 0 / 1252",
            "_SummaryInformation[Page Count]: 0 / 500",
            "T: Name s72 key, Value S72 / Name s72 key, Value s72",
            "U: - / 0 rows",
        ]
    );
}
