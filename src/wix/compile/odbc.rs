//! `ODBCDriver`, `ODBCTranslator`, `ODBCDataSource` and their properties.

use super::Compiler;
use super::elements::{HostFile, Rule, Within};
use super::place::{Candidate, Host};
use crate::ids;
use crate::source::Element;
use crate::symbol::{Id, KeyPath, fields};

pub(super) const ELEMENTS: &[Rule] = &[
    ("ODBCDataSource", Within::KeyPath(|c, element, host| data_source(c, element, host, None))),
    ("ODBCDriver", Within::Component(|c, element, host| driver(c, element, host, None))),
    ("ODBCDriver", Within::File(|c, element, file| driver(c, element, file.host, Some(file)))),
    ("ODBCTranslator", Within::Component(|c, element, host| driver(c, element, host, None))),
    ("ODBCTranslator", Within::File(|c, element, file| driver(c, element, file.host, Some(file)))),
];

/// `ODBCDriver` and `ODBCTranslator`: <https://docs.firegiant.com/wix/schema/wxs/odbcdriver/>. `around` is the file
/// that the element stands in.
fn driver(c: &mut Compiler, element: &Element, host: &Host, around: Option<&HostFile<'_>>) {
    let a = c.attributes(element);
    let id = a.id("Id");
    let name = a.required("Name", a.text("Name"));
    let [file, setup] = ["File", "SetupFile"].map(|attribute| {
        let named = a.reference(attribute);
        if let Some(named) = &named {
            c.refer("File", named, a.at(attribute));
        }
        named.or_else(|| around.map(|file| file.id.to_owned()))
    });
    let id = id.unwrap_or_else(|| {
        let around = around.map_or("", |file| file.id);
        let setup = setup.as_deref().unwrap_or_default();
        Id::section(ids::identifier("odb", &[name.as_deref().unwrap_or_default(), around, setup]))
    });
    let is_driver = element.name == "ODBCDriver";
    c.children(element, |c, child| {
        match child.name.as_str() {
            "ODBCDataSource" if is_driver => drop(data_source(c, child, host, name.as_deref())),
            "Property" if is_driver => property(c, child, "ODBCAttribute", &id.name),
            _ => return false,
        }
        true
    });
    if file.is_none() {
        // WiX ends with an exception.
        let help = "add `File`, or write the element inside its `File`";
        c.ours("wix::odbc_without_file", &element.at, format!("`{}` names no file", element.name), help);
    }
    let (Some(name), Some(file)) = (name, file) else { return };
    let table = if is_driver { "ODBCDriver" } else { "ODBCTranslator" };
    let fields = fields![&id, &host.id, name, file, setup];
    c.row(table, Some(id), &element.at, fields);
}

/// `ODBCDataSource`: <https://docs.firegiant.com/wix/schema/wxs/odbcdatasource/>. `driver` is the name of the driver
/// that the element stands in.
fn data_source(c: &mut Compiler, element: &Element, host: &Host, driver: Option<&str>) -> Option<Candidate> {
    let a = c.attributes(element);
    let id = a.id("Id");
    let driver = a.text("DriverName").or_else(|| driver.map(str::to_owned));
    let chosen = a.yes_no("KeyPath");
    let name = a.text("Name");
    let registration = a.choice("Registration", &[("machine", 0), ("user", 1)]);
    let registration = a.required("Registration", registration);
    let id = id.unwrap_or_else(|| {
        let part = |text: &Option<String>| text.clone().unwrap_or_default();
        let number = registration.unwrap_or_default().to_string();
        Id::section(ids::identifier("odc", &[&part(&name), &part(&driver), &number]))
    });
    c.children(element, |c, child| {
        let known = child.name == "Property";
        if known {
            property(c, child, "ODBCSourceAttribute", &id.name);
        }
        known
    });
    let candidate = Candidate { path: KeyPath::OdbcDataSource(id.name.clone()), chosen };
    let fields = fields![&id, &host.id, name, driver, registration?];
    c.row("ODBCDataSource", Some(id), &element.at, fields);
    Some(candidate)
}

/// `Property` of a driver or data source: a row of `table`.
fn property(c: &mut Compiler, element: &Element, table: &'static str, parent: &str) {
    let a = c.attributes(element);
    let name = a.required("Id", a.text("Id"));
    let value = a.text("Value");
    c.no_children(element);
    let Some(name) = name else { return };
    let id = Id::section(format!("{parent}/{name}"));
    c.row(table, Some(id), &element.at, fields![parent, name, value]);
}
