//! `XmlFile`: one change of an XML file.

use crate::compile::Compiler;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::shape::{Cell, Reading, Shape, Words};
use crate::symbol::Field;

pub(super) const ELEMENTS: &[Rule] = &[("XmlFile", Within::ComponentRow(&SHAPE))];

/// Bits of Flags.
const CREATE_ELEMENT: i32 = 1;
pub(super) const BULK_SET_VALUE: i32 = 4;
pub(super) const PRESERVE_MODIFIED_DATE: i32 = 0x1000;

const ACTIONS: Words = &[
    ("createElement", CREATE_ELEMENT),
    ("deleteValue", 2),
    ("setValue", 0),
    ("bulkSetValue", BULK_SET_VALUE),
];
const LANGUAGES: Words = &[("XPath", 0x100), ("XSLPattern", 0)];

/// Columns.
const FLAGS: usize = 5;

/// The custom action that makes the changes.
pub(super) const ACTION: &str = "Wix4SchedXmlFile";

/// <https://docs.firegiant.com/wix/schema/util/xmlfile/>.
pub(super) static SHAPE: Shape = Shape {
    table: "Wix4XmlFile",
    cells: &[
        Cell::Id,
        Cell::Needed(&Cell::Text("File")),
        Cell::Needed(&Cell::Text("ElementPath")),
        Cell::Text("Name"),
        Cell::Text("Value"),
        Cell::Bits(
            0,
            &[("Permanent", 0x10000, true), ("PreserveModifiedDate", PRESERVE_MODIFIED_DATE, true)],
        ),
        Cell::Component,
        Cell::Number("Sequence", 1, i16::MAX as i32),
    ],
    id: Some(("uxf", |row| vec![row.component().to_owned(), row.text(1), row.text(2), row.text(3)])),
    actions: &[ACTION],
    also,
};

fn also(_: &mut Compiler, row: &mut Reading<'_>) {
    if let Some(action) = row.a.choice("Action", ACTIONS) {
        row.set_bits(FLAGS, action);
    }
    if let Some(language) = row.a.choice("SelectionLanguage", LANGUAGES) {
        row.set_bits(FLAGS, language);
    }
    if row.has_bit(FLAGS, CREATE_ELEMENT) && row.cells[3] == Field::Null {
        row.a.illegal(37, "Action", "needs `@Name`: what the new element is called");
    }
}
