//! `RemoveFolderEx`: a folder that goes with everything in it.

use crate::compile::Compiler;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::shape::{Cell, Reading, Shape};

pub(super) const ELEMENTS: &[Rule] = &[("RemoveFolderEx", Within::ComponentRow(&SHAPE))];

const UNINSTALL: i32 = 2;

/// <https://docs.firegiant.com/wix/schema/util/removefolderex/>.
pub(super) static SHAPE: Shape = Shape {
    table: "Wix4RemoveFolderEx",
    cells: &[
        Cell::Id,
        Cell::Component,
        Cell::Needed(&Cell::Text("Property")),
        Cell::Choice("On", &[("install", 1), ("uninstall", UNINSTALL), ("both", 3)], Some(UNINSTALL)),
        Cell::Text("Condition"),
    ],
    id: Some(("wrf", |row| {
        let on = match row.text(3).as_str() {
            "1" => "Install",
            "3" => "Both",
            _ => "Uninstall",
        };
        vec![row.component().to_owned(), row.text(2), on.to_owned()]
    })),
    actions: &["Wix4RemoveFoldersEx"],
    also,
};

/// The action adds rows to a table, which must be there for it.
fn also(c: &mut Compiler, row: &mut Reading<'_>) {
    c.ensure_table("RemoveFile", &row.element.at);
}
