//! `RestartResource`: what the Restart Manager is to know of.

use crate::compile::Compiler;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::shape::{Cell, Reading, Shape};
use crate::symbol::Field;

pub(super) const ELEMENTS: &[Rule] =
    &[("RestartResource", Within::ComponentRow(&SHAPE)), ("RestartResource", Within::DefinitionRow(&SHAPE))];

/// What Resource is, by attribute: the number in Attributes, and the name that goes into ids.
const KINDS: [(&str, i32, &str); 3] =
    [("Path", 1, "Filename"), ("ProcessName", 2, "ProcessName"), ("ServiceName", 3, "ServiceName")];

/// Columns.
const RESOURCE: usize = 2;
const ATTRIBUTES: usize = 3;

/// <https://docs.firegiant.com/wix/schema/util/restartresource/>.
pub(super) static SHAPE: Shape = Shape {
    table: "Wix4RestartResource",
    cells: &[Cell::Id, Cell::Component, Cell::Other, Cell::Other],
    id: Some(("wrr", |row| {
        let number = row.text(ATTRIBUTES);
        let kind =
            KINDS.iter().find(|(_, known, _)| known.to_string() == number).map_or("", |(.., name)| name);
        vec![row.component().to_owned(), row.text(RESOURCE), kind.to_owned()]
    })),
    actions: &["Wix4RegisterRestartResources"],
    also,
};

/// As WiX: of several, the one that stands last counts.
fn also(c: &mut Compiler, row: &mut Reading<'_>) {
    for attribute in &row.element.attributes {
        let Some((name, number, _)) = KINDS.iter().find(|(name, ..)| *name == attribute.name) else {
            continue;
        };
        row.cells[RESOURCE] = row.a.text(name).into();
        row.cells[ATTRIBUTES] = Field::Int(*number);
    }
    if !row.has(ATTRIBUTES) {
        let message = "`RestartResource` needs one of `@Path`, `@ProcessName` and `@ServiceName`";
        c.report.error(44, &row.element.at, message);
    }
}
