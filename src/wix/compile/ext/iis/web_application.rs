//! `WebApplication` and `WebApplicationExtension`.

use crate::compile::Compiler;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::shape::{Around, Cell, Reading, Shape};
use crate::source::Element;
use crate::symbol::Field;

pub(super) const ELEMENTS: &[Rule] = &[(
    "WebApplication",
    Within::Definition(|c, element| {
        web_application(c, element);
    }),
)];

const MOST_SHORT: i32 = i16::MAX as i32;

/// Columns.
const NAME: usize = 1;
const POOL: usize = 11;

pub(super) static SHAPE: Shape = Shape {
    table: "Wix4IIsWebApplication",
    cells: &[
        Cell::Id,
        Cell::Needed(&Cell::Text("Name")),
        Cell::Choice("Isolation", &[("low", 0), ("medium", 2), ("high", 1)], Some(0)),
        Cell::YesNoDefault("AllowSessions"),
        Cell::Number("SessionTimeout", 0, MOST_SHORT),
        Cell::YesNoDefault("Buffer"),
        Cell::YesNoDefault("ParentPaths"),
        Cell::Word("DefaultScript", &[("JScript", "JScript"), ("VBScript", "VBScript")], None),
        Cell::Number("ScriptTimeout", 0, MOST_SHORT),
        Cell::YesNoDefault("ServerDebugging"),
        Cell::YesNoDefault("ClientDebugging"),
        Cell::Ref("WebAppPool", "Wix4IIsAppPool"),
    ],
    id: Some(("wap", |row| vec![row.text(NAME), row.text(POOL)])),
    actions: &[],
    also: without_backslash,
};

fn without_backslash(_: &mut Compiler, row: &mut Reading<'_>) {
    if row.text(NAME).contains('\\') {
        row.a.illegal(5156, "Name", "cannot have a backslash in it");
    }
}

/// <https://docs.firegiant.com/wix/schema/iis/webapplication/>. Gives its id.
pub(super) fn web_application(c: &mut Compiler, element: &Element) -> String {
    let row = SHAPE.read(c, element, Around::default());
    let id = row.id().to_owned();
    c.children(element, |c, child| {
        let known = child.name == "WebApplicationExtension";
        if known {
            EXTENSION.row(c, child, Around { parent: Some(&id), ..Around::default() });
        }
        known
    });
    row.add(c);
    id
}

/// <https://docs.firegiant.com/wix/schema/iis/webapplicationextension/>.
pub(super) static EXTENSION: Shape = Shape {
    table: "Wix4IIsWebApplicationExtension",
    cells: &[
        Cell::Parent,
        Cell::Text("Extension"),
        Cell::Text("Verbs"),
        Cell::Text("Executable"),
        Cell::Bits(0, &[("Script", 1, true), ("CheckPath", 4, true)]),
    ],
    id: None,
    actions: &[],
    also: no_zero,
};

/// As WiX: what has no bit is null.
fn no_zero(_: &mut Compiler, row: &mut Reading<'_>) {
    if row.cells[4] == Field::Int(0) {
        row.cells[4] = Field::Null;
    }
}
