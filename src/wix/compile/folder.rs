//! `CreateFolder`, `RemoveFolder`, `RemoveFile` and `ReserveCost`.

use super::elements::{self, Rule, Within};
use super::place::Host;
use super::{Attributes, Compiler, directory};
use crate::ids;
use crate::source::Element;
use crate::symbol::{Field, Id, fields};

pub(super) const ELEMENTS: &[Rule] = &[
    ("CreateFolder", Within::Component(create_folder)),
    ("RemoveFile", Within::Component(remove_file)),
    ("RemoveFolder", Within::Component(remove_folder)),
    ("ReserveCost", Within::Component(reserve_cost)),
];

/// `CreateFolder`: <https://docs.firegiant.com/wix/schema/wxs/createfolder/>.
pub(super) fn create_folder(c: &mut Compiler, element: &Element, host: &Host) {
    let a = c.attributes(element);
    let folder = directory::optional(c, &a, Some(host.directory.clone()));
    let Some(folder) = folder else { return };
    c.open_children(element, |c, child| elements::in_folder(c, child, host, &folder));
    c.row("CreateFolder", None, &element.at, fields![&folder, &host.id]);
}

/// `RemoveFile`: <https://docs.firegiant.com/wix/schema/wxs/removefile/>.
pub(super) fn remove_file(c: &mut Compiler, element: &Element, host: &Host) {
    let a = c.attributes(element);
    let id = a.id("Id");
    let long = a.required("Name", a.wildcard_name("Name"));
    let short = a.text("ShortName");
    let (Some((on, folder)), Some(long)) = (removal(c, &a, host), long) else { return };
    c.no_children(element);
    let id = id.unwrap_or_else(|| {
        let short = ids::lower(short.as_deref().unwrap_or_default());
        Id::section(ids::identifier("rmf", &[&folder, &short, &ids::lower(&long), &on.to_string()]))
    });
    let salt = vec!["RemoveFile".to_owned(), host.id.clone()];
    let fields = fields![&id, &host.id, Field::Name { long, short, salt }, folder, on];
    c.row("RemoveFile", Some(id), &element.at, fields);
}

/// `RemoveFolder`: <https://docs.firegiant.com/wix/schema/wxs/removefolder/>.
pub(super) fn remove_folder(c: &mut Compiler, element: &Element, host: &Host) {
    let a = c.attributes(element);
    let id = a.id("Id");
    let Some((on, folder)) = removal(c, &a, host) else { return };
    c.no_children(element);
    let id = id.unwrap_or_else(|| Id::section(ids::identifier("rmf", &[&folder, &on.to_string()])));
    let fields = fields![&id, &host.id, Field::Null, folder, on];
    c.row("RemoveFile", Some(id), &element.at, fields);
}

/// When something is removed (InstallMode) and from where: a directory or a property.
fn removal(c: &mut Compiler, a: &Attributes<'_>, host: &Host) -> Option<(i32, String)> {
    let on = a.required("On", a.choice("On", &[("install", 1), ("uninstall", 2), ("both", 3)]));
    let property = a.reference("Property");
    a.exclusive("Property", "Directory");
    a.exclusive("Property", "Subdirectory");
    let folder = match property {
        Some(property) => {
            a.leave_rest();
            Some(property)
        }
        None => directory::optional(c, a, Some(host.directory.clone())),
    };
    Some((on?, folder?))
}

/// `ReserveCost`: <https://docs.firegiant.com/wix/schema/wxs/reservecost/>.
pub(super) fn reserve_cost(c: &mut Compiler, element: &Element, host: &Host) {
    let a = c.attributes(element);
    let id = a.id("Id");
    let local = a.required("RunLocal", a.integer("RunLocal", 0..=i32::MAX));
    let source = a.required("RunFromSource", a.integer("RunFromSource", 0..=i32::MAX));
    let folder = directory::optional(c, &a, Some(host.directory.clone()));
    c.no_children(element);
    let (Some(local), Some(source), Some(folder)) = (local, source, folder) else { return };
    let id = id.unwrap_or_else(|| Id::section(ids::identifier("rc", &[&host.id, &folder])));
    let fields = fields![&id, &host.id, folder, local, source];
    c.row("ReserveCost", Some(id), &element.at, fields);
}
