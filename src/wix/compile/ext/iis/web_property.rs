//! `WebProperty`: a setting of the whole server.

use super::ACTION;
use crate::compile::Compiler;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::shape::{Cell, Reading, Shape};

pub(super) const ELEMENTS: &[Rule] = &[("WebProperty", Within::ComponentRow(&SHAPE))];

/// The settings, and whether they have a value.
const SETTINGS: &[(&str, bool)] = &[
    ("ETagChangeNumber", true),
    ("IIs5IsolationMode", false),
    ("LogInUTF8", false),
    ("MaxGlobalBandwidth", true),
];

/// <https://docs.firegiant.com/wix/schema/iis/webproperty/>.
pub(super) static SHAPE: Shape = Shape {
    table: "Wix4IIsProperty",
    cells: &[Cell::Id, Cell::Component, Cell::Fixed(0), Cell::Text("Value")],
    id: Some(("", |_| Vec::new())),
    actions: &[ACTION],
    also,
};

fn also(_: &mut Compiler, row: &mut Reading<'_>) {
    match row.a.choice("Id", SETTINGS) {
        Some(true) => {
            row.a.required("Value", row.has(3).then_some(()));
        }
        Some(false) if row.a.has("Value") => {
            row.a.illegal(35, "Value", "is not a part of this setting; remove it");
        }
        Some(false) => {}
        None if row.a.has("Id") => {}
        None => row.a.illegal(21, "Id", "is missing; it says which setting is meant"),
    }
}
