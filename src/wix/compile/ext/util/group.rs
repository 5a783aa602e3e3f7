//! `Group`: a group of users.

use super::user;
use crate::compile::Compiler;
use crate::compile::component::Host;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::demand_action;
use crate::compile::ext::shape::{Around, Bits, Cell, Shape, nothing_more, read_bits};
use crate::source::Element;
use crate::symbol::fields;

pub(super) const ELEMENTS: &[Rule] = &[
    ("Group", Within::Component(|c, element, host| group(c, element, Some(host)))),
    ("Group", Within::Definition(|c, element| group(c, element, None))),
];

pub(super) static SHAPE: Shape = Shape {
    table: "Wix4Group",
    cells: &[Cell::Id, Cell::Component, Cell::Needed(&Cell::Text("Name")), Cell::Text("Domain")],
    id: Some(("ugr", |row| vec![row.component().to_owned(), row.text(3), row.text(2)])),
    actions: &[],
    also: nothing_more,
};

/// Bits of Attributes.
pub(crate) const ATTRIBUTES: Bits = &[
    ("FailIfExists", user::FAIL_IF_EXISTS, true),
    ("UpdateIfExists", user::UPDATE_IF_EXISTS, true),
    ("RemoveOnUninstall", user::DONT_REMOVE, false),
    ("CreateGroup", user::DONT_CREATE, false),
    ("Vital", user::NOT_VITAL, false),
    ("RemoveComment", user::REMOVE_COMMENT, true),
];

/// <https://docs.firegiant.com/wix/schema/util/group/>. Outside of a component it names a group that is there.
fn group(c: &mut Compiler, element: &Element, host: Option<&Host>) {
    let around = Around { host, ..Around::default() };
    let row = SHAPE.read(c, element, around);
    let comment = row.a.text("Comment");
    let attributes = read_bits(&row.a, 0, ATTRIBUTES);
    user::check_comment(&row.a, comment.as_ref(), attributes);
    if host.is_none() {
        user::check_is_made(c, &row.a, element, ATTRIBUTES);
    } else {
        demand_action(c, "Wix6ConfigureGroups", &element.at);
    }
    c.children(element, |c, child| {
        if child.name != "GroupRef" {
            return false;
        }
        let parent = user::group_ref(c, child);
        demand_action(c, "Wix6AddGroupMembership", &child.at);
        if let Some(parent) = parent {
            c.row("Wix6GroupGroup", None, &child.at, fields![parent, row.id()]);
        }
        true
    });
    let (id, key) = (row.id.clone(), row.id().to_owned());
    row.add(c);
    c.row("Wix6Group", id, &element.at, fields![key, comment, attributes]);
}
