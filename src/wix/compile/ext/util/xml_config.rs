//! `XmlConfig`: a change of an XML file with a beginning and an end; `XmlConfig` in it adds to what it makes.

use crate::compile::Compiler;
use crate::compile::component::Host;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::shape::{Around, Cell, Reading, Shape, Words};
use crate::source::Element;

pub(super) const ELEMENTS: &[Rule] =
    &[("XmlConfig", Within::Component(|c, element, host| xml_config(c, element, host, false)))];

/// What goes into Flags.
const WORDS: [(&str, Words); 3] = [
    ("Action", &[("create", 0x10), ("delete", 0x20)]),
    ("Node", &[("element", 1), ("value", 2), ("document", 4)]),
    ("On", &[("install", 0x100), ("uninstall", 0x200)]),
];

/// Columns.
const ELEMENT_ID: usize = 2;
const ELEMENT_PATH: usize = 3;
const FLAGS: usize = 7;

pub(super) static SHAPE: Shape = Shape {
    table: "Wix4XmlConfig",
    cells: &[
        Cell::Id,
        Cell::Needed(&Cell::Text("File")),
        Cell::Text("ElementId"),
        Cell::Text("ElementPath"),
        Cell::Text("VerifyPath"),
        Cell::Text("Name"),
        Cell::Text("Value"),
        Cell::Bits(0, &[("PreserveModifiedDate", 0x1000, true)]),
        Cell::Component,
        Cell::Number("Sequence", 1, i16::MAX as i32),
    ],
    id: Some(("uxc", |row| {
        vec![row.component().to_owned(), row.text(1), row.text(ELEMENT_ID), row.text(ELEMENT_PATH)]
    })),
    actions: &["Wix4SchedXmlConfig"],
    also,
};

fn also(c: &mut Compiler, row: &mut Reading<'_>) {
    if row.has(ELEMENT_ID) {
        row.a.exclusive("ElementId", "ElementPath");
        c.refer("Wix4XmlConfig", row.text(ELEMENT_ID), &row.element.at);
    } else if !row.has(ELEMENT_PATH) {
        c.report.error(44, &row.element.at, "`XmlConfig` needs `@ElementId` or `@ElementPath`");
    }
}

/// <https://docs.firegiant.com/wix/schema/util/xmlconfig/>.
fn xml_config(c: &mut Compiler, element: &Element, host: &Host, is_nested: bool) {
    let mut row = SHAPE.read(c, element, Around::component(host));
    for (name, words) in WORDS {
        if is_nested && row.a.has(name) {
            let _ = row.a.text_or_empty(name);
            row.a.illegal(62, name, "is what the `XmlConfig` around it says; remove it");
            continue;
        }
        if let Some(bits) = row.a.choice(name, words) {
            row.set_bits(FLAGS, bits);
        }
    }
    if row.has(ELEMENT_ID) && row.text(FLAGS) != "0" {
        let message =
            "`@ElementId` adds to what another `XmlConfig` makes; remove `@Action`, `@Node` and `@On`";
        c.report.error(36, &element.at, message);
    }
    c.children(element, |c, child| {
        let known = child.name == "XmlConfig" && !is_nested;
        if known {
            xml_config(c, child, host, true);
        }
        known
    });
    row.add(c);
}
