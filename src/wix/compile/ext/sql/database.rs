//! `SqlDatabase`: a database, made by a component or only named.

use super::{ACTIONS, file_spec, script};
use crate::compile::Compiler;
use crate::compile::component::Host;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::shape::{Around, Bits, Cell, Reading, Shape, read_bits};
use crate::compile::ext::{demand_action, only_in_component};
use crate::compile::property::first_property;
use crate::source::Element;
use crate::symbol::Field;

pub(super) const ELEMENTS: &[Rule] = &[
    ("SqlDatabase", Within::Component(|c, element, host| sql_database(c, element, Some(host)))),
    ("SqlDatabase", Within::Definition(|c, element| sql_database(c, element, None))),
];

/// Bits of Attributes.
pub(crate) const BITS: Bits = &[
    ("CreateOnInstall", 1, true),
    ("DropOnUninstall", 2, true),
    ("ContinueOnError", 4, true),
    ("DropOnInstall", 8, true),
    ("CreateOnUninstall", 16, true),
    ("ConfirmOverwrite", 32, true),
    ("CreateOnReinstall", 64, true),
    ("DropOnReinstall", 128, true),
];

/// Columns.
const DATABASE: usize = 3;
const USER: usize = 5;
const FILE_SPEC: usize = 6;
const LOG_FILE_SPEC: usize = 7;
const ATTRIBUTES: usize = 8;

/// The longest name of a database.
const LONGEST: usize = 128;

pub(super) static SHAPE: Shape = Shape {
    table: "Wix4SqlDatabase",
    cells: &[
        Cell::Id,
        Cell::Needed(&Cell::Text("Server")),
        Cell::Text("Instance"),
        Cell::Needed(&Cell::Text("Database")),
        Cell::Component,
        Cell::Text("User"),
        Cell::Other,
        Cell::Other,
        Cell::Other,
    ],
    id: Some(("sdb", |row| vec![row.component().to_owned(), row.text(1), row.text(DATABASE)])),
    actions: &[],
    also,
};

fn also(c: &mut Compiler, row: &mut Reading<'_>) {
    let (name, user) = (row.text(DATABASE), row.text(USER));
    if name.chars().count() > LONGEST {
        row.a.illegal(304, "Database", format_args!("is longer than {LONGEST} characters"));
    }
    if row.has(USER) && first_property(&user).is_none() {
        row.cells[USER] = row.a.reference("User").into();
        c.refer("Wix4User", user, &row.element.at);
    }
    let bits = read_bits(&row.a, 0, BITS);
    if bits != 0 {
        row.cells[ATTRIBUTES] = Field::Int(bits);
    }
    let (at, is_made) = (&row.element.at, row.around.host.is_some());
    if is_made && bits == 0 {
        let message =
            "a `SqlDatabase` in a component needs `@CreateOnInstall`, `@DropOnUninstall` or another of them";
        c.report.error(5102, at, message);
    }
    if !is_made {
        only_in_component(c, &row.a, row.element, 5100, BITS.iter().map(|(name, ..)| *name));
    }
}

/// <https://docs.firegiant.com/wix/schema/sql/sqldatabase/>.
fn sql_database(c: &mut Compiler, element: &Element, host: Option<&Host>) {
    let around = Around { host, ..Around::default() };
    let mut row = SHAPE.read(c, element, around);
    c.children(element, |c, child| {
        let specs = [("SqlFileSpec", FILE_SPEC), ("SqlLogFileSpec", LOG_FILE_SPEC)];
        let column = specs.iter().find(|(name, _)| *name == child.name).map(|(_, column)| *column);
        if column.is_none() && !["SqlScript", "SqlString"].contains(&child.name.as_str()) {
            return false;
        }
        if host.is_none() {
            let message = format!("`{}` needs a component around the database", child.name);
            c.report.error(5101, &child.at, message);
        }
        match column {
            None => script::in_database(c, child, around, row.id()),
            Some(column) => {
                if row.has(column) {
                    let message = format!("`SqlDatabase` can have one `{}` only", child.name);
                    c.report.error(207, &element.at, message);
                }
                row.cells[column] = file_spec::file_spec(c, child, row.id()).into();
            }
        }
        true
    });
    if host.is_some() {
        ACTIONS.iter().for_each(|action| demand_action(c, action, &element.at));
    }
    row.add(c);
}
