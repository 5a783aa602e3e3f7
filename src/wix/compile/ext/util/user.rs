//! `User`: a user of the machine or of a domain.

use crate::compile::component::Host;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::shape::{Around, Bits, Cell, Reading, Shape};
use crate::compile::ext::{demand_action, only_in_component};
use crate::compile::{Attributes, Compiler};
use crate::source::Element;
use crate::symbol::{Field, fields};

pub(super) const ELEMENTS: &[Rule] = &[
    ("User", Within::Component(|c, element, host| user(c, element, Some(host)))),
    ("User", Within::Definition(|c, element| user(c, element, None))),
];

/// Bits of Attributes that groups have, too.
pub(super) const FAIL_IF_EXISTS: i32 = 16;
pub(super) const UPDATE_IF_EXISTS: i32 = 32;
pub(super) const DONT_REMOVE: i32 = 256;
pub(super) const DONT_CREATE: i32 = 512;
pub(super) const NOT_VITAL: i32 = 1024;
pub(super) const REMOVE_COMMENT: i32 = 2048;

/// Bits of Attributes.
const ATTRIBUTES: Bits = &[
    ("PasswordNeverExpires", 1, true),
    ("CanNotChangePassword", 2, true),
    ("PasswordExpired", 4, true),
    ("Disabled", 8, true),
    ("FailIfExists", FAIL_IF_EXISTS, true),
    ("UpdateIfExists", UPDATE_IF_EXISTS, true),
    ("LogonAsService", 64, true),
    ("LogonAsBatchJob", 128, true),
    ("RemoveOnUninstall", DONT_REMOVE, false),
    ("CreateUser", DONT_CREATE, false),
    ("Vital", NOT_VITAL, false),
    ("RemoveComment", REMOVE_COMMENT, true),
];

pub(super) static SHAPE: Shape = Shape {
    table: "Wix4User",
    cells: &[
        Cell::Id,
        Cell::Component,
        Cell::Needed(&Cell::Text("Name")),
        Cell::Text("Domain"),
        Cell::Text("Password"),
        Cell::Text("Comment"),
        Cell::Bits(0, ATTRIBUTES),
    ],
    id: Some(("usr", |row| vec![row.component().to_owned(), row.text(2)])),
    actions: &[],
    also,
};

fn also(c: &mut Compiler, row: &mut Reading<'_>) {
    let comment = row.has(5).then(|| row.text(5));
    let Field::Int(attributes) = row.cells[6] else { return };
    check_comment(&row.a, comment.as_ref(), attributes);
    if row.around.host.is_none() {
        check_is_made(c, &row.a, row.element, ATTRIBUTES);
    } else {
        demand_action(c, "Wix4ConfigureUsers", &row.element.at);
    }
}

/// <https://docs.firegiant.com/wix/schema/util/user/>. Outside of a component it names a user who is there.
fn user(c: &mut Compiler, element: &Element, host: Option<&Host>) {
    let around = Around { host, ..Around::default() };
    let row = SHAPE.read(c, element, around);
    c.children(element, |c, child| {
        if child.name != "GroupRef" {
            return false;
        }
        if host.is_none() {
            let message = "a user outside of a component is not made, and cannot be put into a group";
            c.report.error(5051, &child.at, message);
        }
        if let Some(group) = group_ref(c, child) {
            c.row("Wix4UserGroup", None, &child.at, fields![row.id(), group]);
        }
        true
    });
    row.add(c);
}

/// `GroupRef`: <https://docs.firegiant.com/wix/schema/util/groupref/>. Gives the group's id.
pub(super) fn group_ref(c: &mut Compiler, element: &Element) -> Option<String> {
    let a = c.attributes(element);
    let group = a.required("Id", a.reference("Id"));
    c.no_children(element);
    c.refer("Wix4Group", group.as_deref()?, &element.at);
    group
}

/// WIX0035 for a comment that is both written and removed.
pub(super) fn check_comment(a: &Attributes<'_>, comment: Option<&String>, attributes: i32) {
    if comment.is_some() && attributes & REMOVE_COMMENT != 0 {
        a.illegal(35, "Comment", "cannot be used together with `@RemoveComment`; remove one of them");
    }
}

/// WIX5050 for attributes of what is not made, because no component does.
pub(super) fn check_is_made(c: &Compiler, a: &Attributes<'_>, element: &Element, bits: Bits) {
    let names = bits.iter().map(|(name, ..)| *name).chain(["Comment"]);
    only_in_component(c, a, element, 5050, names.filter(|name| *name != "RemoveComment"));
}
