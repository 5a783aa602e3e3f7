//! `Permission` and `PermissionEx`: who may do what with a file, folder or registry key.

use super::elements::{Rule, Within};
use super::{Attributes, Compiler};
use crate::ids;
use crate::source::Element;
use crate::symbol::{Id, fields};

pub(super) const ELEMENTS: &[Rule] = &[
    ("Permission", Within::File(|c, element, file| permission(c, element, file.id, "File"))),
    ("Permission", Within::Folder(|c, element, _, folder| permission(c, element, folder, "CreateFolder"))),
    ("PermissionEx", Within::File(|c, element, file| permission_ex(c, element, file.id, "File"))),
    (
        "PermissionEx",
        Within::Folder(|c, element, _, folder| permission_ex(c, element, folder, "CreateFolder")),
    ),
];

/// Rights of any object, from bit 16 and 28 (<https://learn.microsoft.com/windows/win32/secauthz/access-mask>).
pub(crate) const STANDARD: [&str; 5] =
    ["Delete", "ReadPermission", "ChangePermission", "TakeOwnership", "Synchronize"];
pub(crate) const GENERIC: [&str; 4] = ["GenericAll", "GenericExecute", "GenericWrite", "GenericRead"];

/// Rights of one kind of object, from bit 0.
pub(crate) fn specific(table: &str) -> &'static [&'static str] {
    match table {
        "CreateFolder" => &[
            "Read",
            "CreateFile",
            "CreateChild",
            "ReadExtendedAttributes",
            "WriteExtendedAttributes",
            "Traverse",
            "DeleteChild",
            "ReadAttributes",
            "WriteAttributes",
        ],
        "File" => &[
            "Read",
            "Write",
            "Append",
            "ReadExtendedAttributes",
            "WriteExtendedAttributes",
            "Execute",
            "FileAllRights",
            "ReadAttributes",
            "WriteAttributes",
        ],
        "ServiceInstall" => &[
            "ServiceQueryConfig",
            "ServiceChangeConfig",
            "ServiceQueryStatus",
            "ServiceEnumerateDependents",
            "ServiceStart",
            "ServiceStop",
            "ServicePauseContinue",
            "ServiceInterrogate",
            "ServiceUserDefinedControl",
        ],
        _ => &["Read", "Write", "CreateSubkeys", "EnumerateSubkeys", "Notify", "CreateLink"],
    }
}

/// `Permission` of `object`, a row of `table`: <https://docs.firegiant.com/wix/schema/wxs/permission/>.
pub(super) fn permission(c: &mut Compiler, element: &Element, object: &str, table: &'static str) {
    let a = c.attributes(element);
    let domain = a.text("Domain");
    let user = a.required("User", a.text("User"));
    let mut bits = 0_u32;
    // As WiX: it counts that these two are there, not what they say.
    for (name, all) in [("FileAllRights", 0x001f_01ff), ("SpecificRightsAll", 0x0000_ffff)] {
        if a.text_or_empty(name).is_some() {
            bits |= all;
        }
    }
    bits |= rights(&a, specific(table));
    c.no_children(element);
    check_storable(c, element, bits);
    let Some(user) = user else { return };
    c.row("LockPermissions", None, &element.at, fields![object, table, domain, user, bits as i32]);
}

/// The rights that attributes say `yes` to; `specific` are those of the kind of object.
pub(super) fn rights(a: &Attributes<'_>, specific: &[&str]) -> u32 {
    let mut bits = 0;
    for (first, names) in [(0, specific), (16, &STANDARD[..]), (28, &GENERIC[..])] {
        for (index, name) in names.iter().enumerate().filter(|(_, name)| **name != "FileAllRights") {
            if a.flag(name) {
                bits |= 1 << (first + index);
            }
        }
    }
    bits
}

/// WIX0067 for rights that a four-byte integer cannot have: its null is this value.
pub(super) fn check_storable(c: &Compiler, element: &Element, rights: u32) {
    if rights == 0x8000_0000 {
        let message = "`GenericRead` alone cannot be stored; add another right, such as `Read`";
        c.report.error(67, &element.at, message);
    }
}

/// `PermissionEx` of `object`, a row of `table`: <https://docs.firegiant.com/wix/schema/wxs/permissionex/>.
pub(super) fn permission_ex(c: &mut Compiler, element: &Element, object: &str, table: &'static str) {
    let a = c.attributes(element);
    let id = a.id("Id");
    let condition = a.text("Condition");
    let sddl = a.required("Sddl", a.text("Sddl"));
    c.no_children(element);
    let Some(sddl) = sddl else { return };
    let id = id.unwrap_or_else(|| Id::section(ids::identifier("pme", &[object, table, &sddl])));
    let fields = fields![&id, object, table, sddl, condition];
    c.row("MsiLockPermissionsEx", Some(id), &element.at, fields);
}
