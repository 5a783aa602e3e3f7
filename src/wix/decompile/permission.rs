//! `Permission` and `PermissionEx`.

use super::tree::{Build, element};
use super::work::Work;
use crate::compile::permission::{GENERIC, STANDARD, specific};

/// What permissions may stand in.
const OBJECTS: [&str; 4] = ["CreateFolder", "File", "Registry", "ServiceInstall"];

/// Attributes that stand for many bits.
const ALL: [(&str, u32); 2] = [("FileAllRights", 0x001f_01ff), ("SpecificRightsAll", 0x0000_ffff)];

/// Rows of LockPermissions and MsiLockPermissionsEx, put into the elements of what they protect.
pub(super) fn permissions(work: &mut Work<'_>) {
    for row in work.rows("LockPermissions") {
        let Some(table) = OBJECTS.into_iter().find(|table| row.text("Table") == Some(table)) else {
            continue;
        };
        let bits = row.or_zero("Permission").cast_unsigned();
        let permission =
            element("Permission").with("Domain", row.text("Domain")).with("User", row.text("User"));
        let all = ALL.into_iter().find(|(_, all)| bits & all == *all);
        let permission = permission.with(all.map_or("", |(name, _)| name), all.map(|_| "yes"));
        let rest = bits & !all.map_or(0, |(_, all)| all);
        let names = [(0, specific(table)), (16, &STANDARD[..]), (28, &GENERIC[..])];
        let names = names.into_iter().flat_map(|(first, names)| names.iter().zip(first..));
        // the place of `FileAllRights` is that of a bit without a name
        let set = names.filter(|(name, bit)| rest & (1 << bit) != 0 && **name != "FileAllRights");
        let permission = set.fold(permission, |permission, (name, _)| permission.flag(name, true));
        work.put(table, row.or_empty("LockObject"), permission);
    }
    for row in work.rows("MsiLockPermissionsEx") {
        let Some(table) = OBJECTS.into_iter().find(|table| row.text("Table") == Some(table)) else {
            continue;
        };
        let permission = element("PermissionEx")
            .with("Id", row.text("MsiLockPermissionsEx"))
            .with("Sddl", row.text("SDDLText"))
            .with("Condition", row.text("Condition"));
        work.put(table, row.or_empty("LockObject"), permission);
    }
}
