//! `WebFilter`: an ISAPI filter.

use super::{ACTION, site_around};
use crate::compile::Compiler;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::shape::{Around, Cell, Reading, Shape};
use crate::source::Element;

pub(super) const ELEMENTS: &[Rule] = &[("WebFilter", Within::ComponentRow(&SHAPE))];

/// Columns.
const NAME: usize = 1;
const PATH: usize = 3;
const SITE: usize = 4;
const FLAGS: usize = 6;
const LOAD_ORDER: usize = 7;

/// <https://docs.firegiant.com/wix/schema/iis/webfilter/>.
pub(super) static SHAPE: Shape = Shape {
    table: "Wix4IIsFilter",
    cells: &[
        Cell::Id,
        Cell::Needed(&Cell::Text("Name")),
        Cell::Component,
        Cell::Needed(&Cell::Text("Path")),
        Cell::Other,
        Cell::Text("Description"),
        Cell::Number("Flags", 0, i32::MAX),
        Cell::Other,
    ],
    id: Some(("ifl", |row| vec![row.text(NAME), row.component().to_owned(), row.text(PATH), row.text(SITE)])),
    actions: &[ACTION],
    also,
};

fn also(c: &mut Compiler, row: &mut Reading<'_>) {
    row.cells[SITE] = site_around(c, row, false).into();
    if !row.has(FLAGS) {
        row.cells[FLAGS] = 0.into();
    }
    let order = match row.a.value("LoadOrder") {
        Some("first") => row.a.text("LoadOrder").map(|_| 0),
        Some("last") => row.a.text("LoadOrder").map(|_| -1),
        _ => row.a.integer("LoadOrder", 1..=i32::from(i16::MAX)),
    };
    row.cells[LOAD_ORDER] = order.into();
}

/// `WebFilter` of a site.
pub(super) fn in_site(c: &mut Compiler, element: &Element, around: Around<'_>) {
    SHAPE.row(c, element, around);
}
