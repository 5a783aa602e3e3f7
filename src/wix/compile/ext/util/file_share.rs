//! `FileShare`: a folder that others on the network see.

use crate::compile::component::Host;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::shape::{Around, Cell, Shape, nothing_more};
use crate::compile::{Compiler, permission};
use crate::source::Element;
use crate::symbol::fields;

pub(super) const ELEMENTS: &[Rule] = &[("FileShare", Within::Component(file_share))];

pub(super) static SHAPE: Shape = Shape {
    table: "Wix4FileShare",
    cells: &[
        Cell::Id,
        Cell::Needed(&Cell::Text("Name")),
        Cell::Component,
        Cell::Text("Description"),
        Cell::Directory,
    ],
    id: Some(("ufs", |row| vec![row.component().to_owned(), row.text(1)])),
    actions: &["Wix4ConfigureSmbInstall", "Wix4ConfigureSmbUninstall"],
    also: nothing_more,
};

/// <https://docs.firegiant.com/wix/schema/util/fileshare/>.
fn file_share(c: &mut Compiler, element: &Element, host: &Host) {
    let row = SHAPE.read(c, element, Around::component(host));
    let mut permissions = 0;
    c.children(element, |c, child| {
        let known = child.name == "FileSharePermission";
        if known {
            permissions += 1;
            file_share_permission(c, child, row.id());
        }
        known
    });
    if permissions == 0 {
        c.report.error(63, &element.at, "`FileShare` needs a `FileSharePermission`: who may use it");
    }
    row.add(c);
}

/// <https://docs.firegiant.com/wix/schema/util/filesharepermission/>.
fn file_share_permission(c: &mut Compiler, element: &Element, share: &str) {
    let a = c.attributes(element);
    let user = a.required("User", a.reference("User"));
    let rights = permission::rights(&a, permission::specific("CreateFolder"));
    c.no_children(element);
    permission::check_storable(c, element, rights);
    let Some(user) = user else { return };
    c.refer("Wix4User", &user, &element.at);
    c.row("Wix4FileSharePermissions", None, &element.at, fields![share, user, rights as i32]);
}
