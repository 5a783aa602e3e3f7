//! `SqlScript` and `SqlString`: what is run in a database.

use super::ACTIONS;
use crate::compile::Compiler;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::shape::{Around, Bits, Cell, Reading, Shape, read_bits};
use crate::diag::Location;
use crate::source::Element;
use crate::symbol::Field;

pub(super) const ELEMENTS: &[Rule] =
    &[("SqlScript", Within::ComponentRow(&SCRIPT)), ("SqlString", Within::ComponentRow(&STRING))];

/// Bits of Attributes: when it is run.
pub(crate) const EXECUTE: Bits =
    &[("ExecuteOnInstall", 1, true), ("ExecuteOnUninstall", 2, true), ("ExecuteOnReinstall", 16, true)];
/// The same for what is run when an installation is rolled back.
pub(crate) const ROLLBACK: Bits =
    &[("RollbackOnInstall", 9, true), ("RollbackOnUninstall", 10, true), ("RollbackOnReinstall", 24, true)];
pub(crate) const ON_ERROR: Bits = &[("ContinueOnError", 4, true)];

/// Columns.
const DATABASE: usize = 1;
const WHAT: usize = 3;
const ATTRIBUTES: usize = 5;

/// <https://docs.firegiant.com/wix/schema/sql/sqlscript/>.
pub(super) static SCRIPT: Shape = Shape {
    table: "Wix4SqlScript",
    cells: &[
        Cell::Id,
        Cell::Other,
        Cell::Component,
        Cell::Needed(&Cell::Ref("BinaryRef", "Binary")),
        Cell::Ref("User", "Wix4User"),
        Cell::Other,
        Cell::Number("Sequence", 1, i16::MAX as i32),
    ],
    id: Some(("ssc", parts)),
    actions: ACTIONS,
    also,
};

/// <https://docs.firegiant.com/wix/schema/sql/sqlstring/>.
pub(super) static STRING: Shape = Shape {
    table: "Wix4SqlString",
    cells: &[
        Cell::Id,
        Cell::Other,
        Cell::Component,
        Cell::Needed(&Cell::Text("SQL")),
        Cell::Ref("User", "Wix4User"),
        Cell::Other,
        Cell::Number("Sequence", 1, i16::MAX as i32),
    ],
    id: Some(("sst", parts)),
    actions: ACTIONS,
    also,
};

fn parts(row: &Reading<'_>) -> Vec<String> {
    vec![row.component().to_owned(), row.text(WHAT), row.text(DATABASE)]
}

fn also(c: &mut Compiler, row: &mut Reading<'_>) {
    let named = row.a.reference("SqlDb");
    match row.around.parent {
        Some(database) => {
            if row.a.has("SqlDb") {
                row.a.illegal(62, "SqlDb", "is the database around it; remove it");
            }
            row.cells[DATABASE] = database.into();
        }
        None => {
            let database = row.a.required("SqlDb", named);
            if let Some(database) = &database {
                c.refer("Wix4SqlDatabase", database, &row.element.at);
            }
            row.cells[DATABASE] = database.into();
        }
    }
    let executes = read_bits(&row.a, 0, EXECUTE);
    let rolls_back = ROLLBACK.iter().filter(|(name, ..)| row.a.flag(name));
    let rolls_back = rolls_back.fold(0, |bits, (_, bit, _)| bits | bit);
    let said = |bits: Bits| bits.iter().any(|(name, ..)| row.a.has(name));
    let at: &Location = &row.element.at;
    let bits = executes | rolls_back | read_bits(&row.a, 0, ON_ERROR);
    if said(EXECUTE) && said(ROLLBACK) {
        c.report.error(36, at, "`@ExecuteOn…` and `@RollbackOn…` cannot be used together; remove some");
    }
    if bits == 0 {
        let message = format!("`{}` needs `@ExecuteOnInstall` or another time to run", row.element.name);
        c.report.error(44, at, message);
    }
    row.cells[ATTRIBUTES] = Field::Int(bits);
}

/// `SqlScript` or `SqlString` in the database with this id.
pub(super) fn in_database(c: &mut Compiler, element: &Element, around: Around<'_>, database: &str) {
    let shape = if element.name == "SqlScript" { &SCRIPT } else { &STRING };
    shape.row(c, element, Around { parent: Some(database), ..around });
}
