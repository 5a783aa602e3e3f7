//! `SqlFileSpec` and `SqlLogFileSpec`: where a database keeps its data.

use crate::compile::Compiler;
use crate::compile::ext::shape::{Around, Cell, Shape, nothing_more};
use crate::source::Element;

/// Columns.
const NAME: usize = 1;
const FILENAME: usize = 2;

pub(super) static SHAPE: Shape = Shape {
    table: "Wix4SqlFileSpec",
    cells: &[
        Cell::Id,
        Cell::Needed(&Cell::Text("Name")),
        Cell::Needed(&Cell::Text("Filename")),
        Cell::Text("Size"),
        Cell::Text("MaxSize"),
        Cell::Text("GrowthSize"),
    ],
    id: Some(("sfs", |row| vec![row.parent().to_owned(), row.text(NAME), row.text(FILENAME)])),
    actions: &[],
    also: nothing_more,
};

/// <https://docs.firegiant.com/wix/schema/sql/sqlfilespec/>. Gives its id.
pub(super) fn file_spec(c: &mut Compiler, element: &Element, database: &str) -> String {
    let row = SHAPE.read(c, element, Around { parent: Some(database), ..Around::default() });
    c.no_children(element);
    let id = row.id().to_owned();
    row.add(c);
    id
}
