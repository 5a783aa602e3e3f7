//! What a site and a virtual directory can have: `HttpHeader`, `MimeMap`, `WebError`; and a site's `WebAddress`.

use super::ACTION;
use crate::compile::Compiler;
use crate::compile::ext::shape::{Around, Cell, Reading, Shape, nothing_more};
use crate::ids;
use crate::source::Element;
use crate::symbol::{Field, Id};

/// What a part is of.
#[derive(Clone, Copy)]
pub(super) enum Whole {
    Site = 2,
    VirtualDir = 1,
}

/// The column that says it.
const PARENT_TYPE: usize = 1;

/// <https://docs.firegiant.com/wix/schema/iis/httpheader/>.
pub(super) static HTTP_HEADER: Shape = Shape {
    table: "Wix4IIsHttpHeader",
    cells: &[
        Cell::Id,
        Cell::Other,
        Cell::Parent,
        Cell::Needed(&Cell::Text("Name")),
        Cell::Text("Value"),
        Cell::Fixed(0),
        Cell::Other,
    ],
    id: Some(("", |_| Vec::new())),
    actions: &[ACTION],
    also: named_header,
};

/// Without an id, its name makes one.
fn named_header(_: &mut Compiler, row: &mut Reading<'_>) {
    if row.id.is_none() {
        row.id = Some(Id::section(ids::identifier_of_name(&row.text(3))));
    }
}

/// <https://docs.firegiant.com/wix/schema/iis/mimemap/>.
pub(super) static MIME_MAP: Shape = Shape {
    table: "Wix4IIsMimeMap",
    cells: &[
        Cell::Id,
        Cell::Other,
        Cell::Parent,
        Cell::Needed(&Cell::Text("Type")),
        Cell::Needed(&Cell::Text("Extension")),
    ],
    id: Some(("imm", |row| vec![row.parent().to_owned(), row.text(3), row.text(4)])),
    actions: &[],
    also: with_period,
};

fn with_period(_: &mut Compiler, row: &mut Reading<'_>) {
    if row.has(4) && !row.text(4).starts_with('.') {
        row.a.illegal(5150, "Extension", "must begin with a period");
    }
}

/// <https://docs.firegiant.com/wix/schema/iis/weberror/>.
pub(super) static WEB_ERROR: Shape = Shape {
    table: "Wix4IIsWebError",
    cells: &[
        Cell::Needed(&Cell::Number("ErrorCode", 400, 599)),
        Cell::Needed(&Cell::Number("SubCode", 0, i32::MAX)),
        Cell::Other,
        Cell::Parent,
        Cell::Text("File"),
        Cell::Text("URL"),
    ],
    id: None,
    actions: &[ACTION],
    also: with_answer,
};

fn with_answer(c: &mut Compiler, row: &mut Reading<'_>) {
    if !row.has(4) && !row.has(5) {
        c.report.error(35, &row.element.at, "`WebError` needs `@File` or `@URL`: what is shown");
    }
}

/// Compiles `element`, if it is one of these, in the row `parent`.
pub(super) fn part(c: &mut Compiler, element: &Element, whole: Whole, parent: &str) -> bool {
    let (shape, column) = match element.name.as_str() {
        "HttpHeader" => (&HTTP_HEADER, PARENT_TYPE),
        "MimeMap" => (&MIME_MAP, PARENT_TYPE),
        "WebError" => (&WEB_ERROR, 2),
        _ => return false,
    };
    let mut row = shape.read(c, element, Around { parent: Some(parent), ..Around::default() });
    row.cells[column] = Field::Int(whole as i32);
    c.no_children(element);
    row.add(c);
    true
}

/// <https://docs.firegiant.com/wix/schema/iis/webaddress/>.
pub(super) static WEB_ADDRESS: Shape = Shape {
    table: "Wix4IIsWebAddress",
    cells: &[
        Cell::Id,
        Cell::Parent,
        Cell::Text("IP"),
        Cell::Needed(&Cell::Text("Port")),
        Cell::Text("Header"),
        Cell::Bits(0, &[("Secure", 1, true)]),
    ],
    id: Some(("iwa", |row| vec![row.parent().to_owned(), row.text(2), row.text(3)])),
    actions: &[],
    also: nothing_more,
};

/// `WebAddress` of the site `site`; gives its id.
pub(super) fn web_address(c: &mut Compiler, element: &Element, site: &str) -> String {
    let row = WEB_ADDRESS.read(c, element, Around { parent: Some(site), ..Around::default() });
    c.no_children(element);
    let id = row.id().to_owned();
    row.add(c);
    id
}
