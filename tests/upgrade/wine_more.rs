//! More pairs for Wine: brothers of the reported ones, each a small step beside one of them.

use super::fixture::{Msi, guid};

/// Makes one side of a pair, the new one or the old one, with ids from a number on.
type Change<'c> = &'c dyn Fn(u32, Msi, bool) -> Msi;

fn text(msi: Msi, key: &str, id: u32, name: &str, bytes: i32) -> Msi {
    msi.key_file(key, &guid(id), 256, name, "", bytes)
}

/// The new package has a component whose condition does not hold.
pub(super) fn disabled(id: u32, msi: Msi, new: bool) -> Msi {
    let msi = text(text(msi, "C", id, "a.txt", 1), "D", id + 1, "d.txt", 2);
    if new { msi.set("Component", "D", "Condition", "NEVER") } else { msi }
}

/// Two components have each other's ComponentId in the new package.
pub(super) fn swapped(id: u32, msi: Msi, new: bool) -> Msi {
    let swapped = u32::from(new);
    text(text(msi, "C", id + swapped, "a.txt", 1), "D", id + 1 - swapped, "d.txt", 2)
}

/// Adds those with the old product removed at `at`, which is called `schedule`.
pub(super) fn pairs(add: &mut dyn FnMut(String, Change<'_>), schedule: &str, at: i32) {
    let mut pair = |name: &str, change: Change<'_>| {
        add(format!("{name}, {schedule}"), &|id, msi, new| {
            let msi = change(id, msi, new);
            if new { msi.removes_at(at) } else { msi }
        });
    };
    // late, Wine keeps the files of these two: `known_differences`
    if at < 6500 {
        pair("the new component's condition does not hold", &disabled);
        pair("ids are swapped", &swapped);
    }
    pair("the new component's feature is not chosen", &|id, msi, new| {
        let msi = text(text(msi, "C", id, "a.txt", 1), "D", id + 1, "d.txt", 2);
        match new {
            true => msi
                .with("Feature", &["Extra", "", "", "", "2", "200", "", "0"])
                .without_membership("D")
                .with("FeatureComponents", &["Extra", "D"]),
            false => msi,
        }
    });
    pair("a permanent component is dropped", &|id, msi, new| {
        let msi = text(msi, "C", id, "a.txt", 1);
        if new { msi } else { msi.key_file("D", &guid(id + 1), 256 + 16, "kept.txt", "", 2) }
    });
    pair("the new name differs in case only, under the same id", &|id, msi, new| {
        text(msi, "C", id, if new { "Name.txt" } else { "NAME.TXT" }, 1)
    });
    pair("a second file of the component is lower", &|id, msi, new| {
        let (version, bytes) = if new { ("1.0.0.0", 3) } else { ("2.0.0.0", 2) };
        text(msi, "C", id, "a.txt", 1).file("C", "b.dll", version, bytes)
    });
    pair("the key path is the folder", &|id, msi, new| {
        msi.component("C", &guid(id), 256).file("C", "a.txt", "", if new { 2 } else { 1 })
    });
    pair("two components of the old package become one", &|id, msi, new| {
        let msi = text(msi, "C", id, "a.txt", 1);
        if new { msi.file("C", "d.txt", "", 2) } else { text(msi, "D", id + 1, "d.txt", 2) }
    });
    pair("one component of the old package becomes two", &|id, msi, new| {
        let msi = text(msi, "C", id, "a.txt", 1);
        if new { text(msi, "D", id + 1, "d.txt", 2) } else { msi.file("C", "d.txt", "", 2) }
    });
    pair("a registry value gets other data", &|id, msi, new| {
        let value = if new { "2" } else { "1" };
        text(msi, "C", id, "a.txt", 1)
            .with("Registry", &["r", "2", &format!(r"Software\Acme\{id}"), "v", value, "C"])
    });
    pair("a registry value moves to another component", &|id, msi, new| {
        let owner = if new { "D" } else { "C" };
        text(text(msi, "C", id, "a.txt", 1), "D", id + 1, "d.txt", 2)
            .with("Registry", &["r", "2", &format!(r"Software\Acme\{id}"), "v", "1", owner])
    });
    pair("a file moves to another folder under a new id", &|id, msi, new| {
        let msi = msi.with("Directory", &["SUB", "APPDIR", "sub"]);
        let msi = text(msi, "C", id, "a.txt", 1);
        let msi = text(msi, "D", id + 1 + u32::from(new), "d.txt", 2);
        if new { msi.set("Component", "D", "Directory_", "SUB") } else { msi }
    });
}
