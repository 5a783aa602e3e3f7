//! `NativeImage`: an assembly that `ngen` compiles.

use crate::compile::Compiler;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::shape::{Around, Cell, Reading, Shape, Words};

pub(super) const ELEMENTS: &[Rule] =
    &[("NativeImage", Within::File(|c, element, file| SHAPE.row(c, element, Around::file(file))))];

/// Bits of Attributes: for which processors.
const PLATFORMS: Words = &[("32bit", 8), ("64bit", 16), ("all", 24)];
const ONLY_32_BIT: i32 = 8;

const ATTRIBUTES: usize = 3;

/// <https://docs.firegiant.com/wix/schema/netfx/nativeimage/>.
pub(super) static SHAPE: Shape = Shape {
    table: "Wix4NetFxNativeImage",
    cells: &[
        Cell::Id,
        Cell::File,
        Cell::Number("Priority", 0, 3),
        Cell::Bits(0, &[("Debug", 1, true), ("Dependencies", 2, false), ("Profile", 4, true)]),
        Cell::Text("AssemblyApplication"),
        Cell::Text("AppBaseDirectory"),
    ],
    id: Some(("nni", |row| vec![row.text(1)])),
    actions: &["Wix4NetFxScheduleNativeImage"],
    also,
};

/// The least urgent one: when the machine has nothing else to do.
const IDLE: i32 = 3;

fn also(c: &mut Compiler, row: &mut Reading<'_>) {
    let platform = row.a.choice("Platform", PLATFORMS).unwrap_or(ONLY_32_BIT);
    row.set_bits(ATTRIBUTES, platform);
    if !row.has(2) {
        row.cells[2] = IDLE.into();
    }
    for (column, table) in [(4, "File"), (5, "Directory")] {
        let text = row.text(column);
        if row.has(column) && !text.contains('[') {
            c.refer(table, text, &row.element.at);
        }
    }
}
