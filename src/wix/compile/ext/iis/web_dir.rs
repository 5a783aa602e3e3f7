//! `WebDir`: a directory of a site, with properties of its own.

use super::own::Own;
use super::{demand_configuration, site_around};
use crate::compile::Compiler;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::shape::{Around, Cell, Shape};
use crate::source::Element;

pub(super) const ELEMENTS: &[Rule] =
    &[("WebDir", Within::Component(|c, element, host| web_dir(c, element, Around::component(host))))];

/// Columns.
const SITE: usize = 2;
const PROPERTIES: usize = 4;
const APPLICATION: usize = 5;

const OWN: Own = Own { application: APPLICATION, properties: PROPERTIES, both: 62 };

pub(super) static SHAPE: Shape = Shape {
    table: "Wix4IIsWebDir",
    cells: &[
        Cell::Id,
        Cell::Component,
        Cell::Other,
        Cell::Needed(&Cell::Text("Path")),
        Cell::Name("DirProperties"),
        Cell::Text("WebApplication"),
    ],
    id: Some(("iwd", |row| {
        vec![row.component().to_owned(), row.text(SITE), row.text(PROPERTIES), row.text(APPLICATION)]
    })),
    actions: &[],
    also: |c, row| {
        row.cells[SITE] = site_around(c, row, true).into();
    },
};

/// <https://docs.firegiant.com/wix/schema/iis/webdir/>. `around` has the site, if it stands in one.
pub(super) fn web_dir(c: &mut Compiler, element: &Element, around: Around<'_>) {
    let mut row = SHAPE.read(c, element, around);
    c.children(element, |c, child| OWN.take(c, child, &mut row, (element, around.host)));
    row.a.required("DirProperties", row.has(PROPERTIES).then_some(()));
    for (column, table) in [(PROPERTIES, "Wix4IIsWebDirProperties"), (APPLICATION, "Wix4IIsWebApplication")] {
        if row.has(column) {
            c.refer(table, row.text(column), &element.at);
        }
    }
    demand_configuration(c, &element.at);
    row.add(c);
}
