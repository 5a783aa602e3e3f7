//! `WebVirtualDir`: a virtual directory of a site, or of another virtual directory.

use super::own::Own;
use super::parts::{self, Whole};
use super::{demand_configuration, site_around};
use crate::compile::Compiler;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::shape::{Around, Cell, Reading, Shape};
use crate::source::Element;

pub(super) const ELEMENTS: &[Rule] = &[(
    "WebVirtualDir",
    Within::Component(|c, element, host| web_virtual_dir(c, element, Around::component(host), None)),
)];

/// Columns.
const SITE: usize = 2;
const ALIAS: usize = 3;
const DIRECTORY: usize = 4;
const PROPERTIES: usize = 5;
const APPLICATION: usize = 6;

const OWN: Own = Own { application: APPLICATION, properties: PROPERTIES, both: 62 };

pub(super) static SHAPE: Shape = Shape {
    table: "Wix4IIsWebVirtualDir",
    cells: &[
        Cell::Id,
        Cell::Component,
        Cell::Other,
        Cell::Needed(&Cell::Text("Alias")),
        Cell::Needed(&Cell::Ref("Directory", "Directory")),
        Cell::Text("DirProperties"),
        Cell::Text("WebApplication"),
    ],
    id: Some(("wvd", |row| {
        [ALIAS, DIRECTORY, PROPERTIES, APPLICATION, SITE].into_iter().map(|column| row.text(column)).collect()
    })),
    actions: &[],
    also,
};

fn also(c: &mut Compiler, row: &mut Reading<'_>) {
    row.cells[SITE] = site_around(c, row, true).into();
    if row.text(ALIAS).contains('\\') {
        row.a.illegal(5156, "Alias", "cannot have a backslash in it");
    }
}

/// <https://docs.firegiant.com/wix/schema/iis/webvirtualdir/>. `around` has the site, if it stands in one, and `outer` is the
/// alias of the virtual directory around it.
pub(super) fn web_virtual_dir(c: &mut Compiler, element: &Element, around: Around<'_>, outer: Option<&str>) {
    let mut row = SHAPE.read(c, element, around);
    if let Some(outer) = outer {
        row.cells[ALIAS] = format!("{outer}/{}", row.text(ALIAS)).into();
    }
    let (id, alias, site) = (row.id().to_owned(), row.text(ALIAS), row.text(SITE));
    c.children(element, |c, child| {
        match child.name.as_str() {
            "WebVirtualDir" => {
                let inside = Around { parent: Some(&site), ..around };
                web_virtual_dir(c, child, inside, Some(&alias));
            }
            _ if OWN.take(c, child, &mut row, (element, around.host)) => {}
            _ => return parts::part(c, child, Whole::VirtualDir, &id),
        }
        true
    });
    for (column, table) in [(PROPERTIES, "Wix4IIsWebDirProperties"), (APPLICATION, "Wix4IIsWebApplication")] {
        if row.has(column) {
            c.refer(table, row.text(column), &element.at);
        }
    }
    demand_configuration(c, &element.at);
    row.add(c);
}
