//! `util:PermissionEx`: who may do what, set by a custom action.

use crate::compile::elements::{Rule, Within};
use crate::compile::ext::demand_action;
use crate::compile::{Compiler, permission};
use crate::source::Element;
use crate::symbol::fields;

pub(super) const ELEMENTS: &[Rule] = &[
    (
        "PermissionEx",
        Within::File(|c, element, file| permission_ex(c, element, file.id, &file.host.id, "File")),
    ),
    (
        "PermissionEx",
        Within::Folder(|c, element, host, folder| {
            permission_ex(c, element, folder, &host.id, "CreateFolder");
        }),
    ),
    (
        "PermissionEx",
        Within::Registry(|c, element, around| match around.id {
            Some(id) => permission_ex(c, element, id, around.component, "Registry"),
            None => {
                let message = "permissions of a key need `ForceCreateOnInstall=\"yes\"` on it";
                c.report.error(5063, &element.at, message);
            }
        }),
    ),
    (
        "PermissionEx",
        Within::Service(|c, element, service| {
            permission_ex(c, element, service.id, &service.host.id, "ServiceInstall");
        }),
    ),
];

/// Attributes of rights that what is inside of the object gets, too.
const INHERITABLE: i32 = 1;

/// <https://docs.firegiant.com/wix/schema/util/permissionex/>, of `object`, a row of `table`.
fn permission_ex(c: &mut Compiler, element: &Element, object: &str, component: &str, table: &'static str) {
    let a = c.attributes(element);
    let domain = a.text("Domain");
    let user = a.required("User", a.text("User"));
    let attributes = if a.yes_no("Inheritable") == Some(false) { 0 } else { INHERITABLE };
    let rights = permission::rights(&a, permission::specific(table));
    c.no_children(element);
    permission::check_storable(c, element, rights);
    demand_action(c, "Wix4SchedSecureObjects", &element.at);
    let fields = fields![object, table, domain, user, attributes, rights as i32, component];
    c.row("Wix4SecureObject", None, &element.at, fields);
}
