//! `util:RemoveRegistryKey`: a key that goes with everything in it, if a condition holds.

use crate::compile::Compiler;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::shape::{Cell, Reading, Shape};
use crate::ids::RegistryRoot;

pub(super) const ELEMENTS: &[Rule] = &[("RemoveRegistryKey", Within::ComponentRow(&SHAPE))];

/// Roots, by number.
const ROOTS: [(&str, i32); RegistryRoot::NAMES.len()] = {
    let mut roots = [("", 0); RegistryRoot::NAMES.len()];
    let mut index = 0;
    while index < roots.len() {
        let (name, root) = RegistryRoot::NAMES[index];
        roots[index] = (name, root.number());
        index += 1;
    }
    roots
};

const UNINSTALL: i32 = 2;

/// <https://docs.firegiant.com/wix/schema/util/removeregistrykey/>.
pub(super) static SHAPE: Shape = Shape {
    table: "Wix4RemoveRegistryKeyEx",
    cells: &[
        Cell::Id,
        Cell::Component,
        Cell::Needed(&Cell::Choice("Root", &ROOTS, None)),
        Cell::Needed(&Cell::Text("Key")),
        Cell::Choice("On", &[("install", 1), ("uninstall", UNINSTALL)], Some(UNINSTALL)),
        Cell::Text("Condition"),
    ],
    id: Some(("rrx", |row| {
        let root = row.text(2).parse().ok().and_then(RegistryRoot::from_number);
        let root = root.map_or(String::new(), |root| format!("{root:?}"));
        let on = if row.text(4) == "1" { "Install" } else { "Uninstall" };
        vec![row.component().to_owned(), row.text(5), root, row.text(3), on.to_owned()]
    })),
    actions: &["Wix4RemoveRegistryKeysEx"],
    also,
};

/// The action adds rows to these tables, which must be there for it.
fn also(c: &mut Compiler, row: &mut Reading<'_>) {
    c.ensure_table("Registry", &row.element.at);
    c.ensure_table("RemoveRegistry", &row.element.at);
}
