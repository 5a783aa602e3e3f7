//! Names and texts of a package that mean something else on a disk, or in a source, than they do in its tables.

use ancm_installer::msi::schema::standard_table;
use ancm_installer::msi::{Cell, Database};
use ancm_installer::wix::decompile::Layout;
use ancm_installer::wix::{Compat, build};

use crate::support::reference;
use crate::wix_decompile::there_and_back;

/// The path of the one file, whose key is `key`, below the folder of files.
fn path(key: &str) -> String {
    let mut table = standard_table("File").expect("known");
    let mut row = vec![Cell::Null; table.columns.len()];
    row[0] = Cell::Str(key.to_owned());
    table.rows.push(row);
    let mut database = Database::default();
    database.tables.insert("File".to_owned(), table);
    let layout = Layout::of(&database, None);
    layout.files()[key].strip_prefix("File/").expect("in the table's folder").to_owned()
}

#[test]
fn names_stay_in_their_folder() {
    for (name, expected) in [
        ("App.exe", "App.exe"),
        ("..", "_.._"),
        ("../../etc/passwd", "_.._.._etc_passwd"),
        ("C:\\x", "C__x"),
        ("NUL.txt", "_NUL.txt"),
        ("com7", "_com7"),
        ("", "_"),
        ("ends.", "ends._"),
        ("größe", "gr__e"),
    ] {
        assert_eq!(path(name), expected);
    }
    assert_eq!(path(&"x".repeat(300)).len(), 100);
}

#[test]
fn texts_that_look_like_variables_mean_themselves() {
    let [wix, _] = reference::all();
    let request = wix.request("cases", "minimal", Compat::Wix6);
    let mut output = build(&request).output.expect("built");
    let texts = ["plain !(x)", "!(loc.A)", "a!(wix.B)!(bind.x.y)c", "!!(loc.A)", "x!!!(loc.A)", "!(loc.open"];
    let properties = output.database.tables.get_mut("Property").expect("there");
    for (at, text) in texts.iter().enumerate() {
        properties.rows.push(vec![Cell::Str(format!("P{at}")), Cell::text(*text)]);
    }
    let (lost, source) = there_and_back(&output, &request);
    assert_eq!(lost, [""; 0], "{source}");
}
