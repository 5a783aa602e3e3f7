//! `util:RemoveRegistryKey`: a key that goes with everything in it, if a condition holds.

use crate::compile::Compiler;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::shape::{Cell, Reading, Shape};

pub(super) const ELEMENTS: &[Rule] = &[("RemoveRegistryKey", Within::ComponentRow(&SHAPE))];

/// Roots, by number; [`ROOT_NAMES`] has what goes into ids.
const ROOTS: &[(&str, i32)] = &[("HKMU", -1), ("HKCR", 0), ("HKCU", 1), ("HKLM", 2), ("HKU", 3)];
const ROOT_NAMES: [(&str, &str); 5] = [
    ("-1", "MachineUser"),
    ("0", "ClassesRoot"),
    ("1", "CurrentUser"),
    ("2", "LocalMachine"),
    ("3", "Users"),
];

const UNINSTALL: i32 = 2;

/// <https://docs.firegiant.com/wix/schema/util/removeregistrykey/>.
static SHAPE: Shape = Shape {
    table: "Wix4RemoveRegistryKeyEx",
    cells: &[
        Cell::Id,
        Cell::Component,
        Cell::Needed(&Cell::Choice("Root", ROOTS, None)),
        Cell::Needed(&Cell::Text("Key")),
        Cell::Choice("On", &[("install", 1), ("uninstall", UNINSTALL)], Some(UNINSTALL)),
        Cell::Text("Condition"),
    ],
    id: Some(("rrx", |row| {
        let number = row.text(2);
        let root = ROOT_NAMES.iter().find(|(known, _)| *known == number).map_or("", |(_, name)| name);
        let on = if row.text(4) == "1" { "Install" } else { "Uninstall" };
        vec![row.component().to_owned(), row.text(5), root.to_owned(), row.text(3), on.to_owned()]
    })),
    actions: &["Wix4RemoveRegistryKeysEx"],
    also,
};

/// The action adds rows to these tables, which must be there for it.
fn also(c: &mut Compiler, row: &mut Reading<'_>) {
    c.ensure_table("Registry", &row.element.at);
    c.ensure_table("RemoveRegistry", &row.element.at);
}
