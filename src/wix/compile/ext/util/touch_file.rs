//! `TouchFile`: a file that gets the present time.

use crate::compile::Compiler;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::shape::{Cell, Reading, Shape};

pub(super) const ELEMENTS: &[Rule] = &[("TouchFile", Within::ComponentRow(&SHAPE))];

/// Bits of Attributes.
const ON_INSTALL: i32 = 1;
const ON_REINSTALL: i32 = 2;
const IS_64_BIT: i32 = 16;
const VITAL: i32 = 32;

/// <https://docs.firegiant.com/wix/schema/util/touchfile/>.
pub(super) static SHAPE: Shape = Shape {
    table: "Wix4TouchFile",
    cells: &[
        Cell::Id,
        Cell::Component,
        Cell::Needed(&Cell::Text("Path")),
        Cell::Bits(
            VITAL,
            &[
                ("OnInstall", ON_INSTALL, true),
                ("OnReinstall", ON_REINSTALL, true),
                ("OnUninstall", 4, true),
                ("Nonvital", VITAL, false),
            ],
        ),
    ],
    id: Some(("tf", |row| vec![row.text(2), row.text(3)])),
    actions: &["Wix4TouchFileDuringInstall"],
    also,
};

fn also(_: &mut Compiler, row: &mut Reading<'_>) {
    if !["OnInstall", "OnReinstall", "OnUninstall"].into_iter().any(|name| row.a.has(name)) {
        row.set_bits(3, ON_INSTALL | ON_REINSTALL);
    }
    if row.around.host.is_some_and(|host| host.is_64_bit) {
        row.set_bits(3, IS_64_BIT);
    }
}
