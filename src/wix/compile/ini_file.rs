//! `IniFile`: lines of `.ini` files, written or removed.

use super::Compiler;
use super::elements::{Rule, Within};
use super::place::Host;
use crate::ids;
use crate::source::Element;
use crate::symbol::{Field, Id, fields};

pub(super) const ELEMENTS: &[Rule] = &[("IniFile", Within::Component(ini_file))];

/// What `Action` says: the table, and the number in it (<https://learn.microsoft.com/windows/win32/msi/inifile-table>).
const ACTIONS: [(&str, (&str, i32)); 5] = [
    ("addLine", ("IniFile", 0)),
    ("addTag", ("IniFile", 3)),
    ("createLine", ("IniFile", 1)),
    ("removeLine", ("RemoveIniFile", 2)),
    ("removeTag", ("RemoveIniFile", 4)),
];

/// `IniFile`: <https://docs.firegiant.com/wix/schema/wxs/inifile/>.
fn ini_file(c: &mut Compiler, element: &Element, host: &Host) {
    let a = c.attributes(element);
    let id = a.id("Id");
    let action = a.required("Action", a.choice("Action", &ACTIONS));
    let directory = a.reference("Directory");
    let key = a.required("Key", a.text("Key"));
    let long = a.required("Name", a.long_name("Name"));
    let section = a.required("Section", a.text("Section"));
    let short = a.short_name("ShortName");
    let value = a.text("Value");
    if let Some(("IniFile", _)) = action {
        a.required("Value", value.as_ref());
    }
    c.no_children(element);
    let (Some((table, number)), Some(key), Some(long), Some(section)) = (action, key, long, section) else {
        return;
    };
    let id = id.unwrap_or_else(|| {
        let directory = directory.as_deref().unwrap_or_default();
        Id::section(ids::identifier("ini", &[directory, &long, &section, &key, &long]))
    });
    let name = Field::Name { long, short, salt: vec!["IniFile".to_owned(), host.id.clone()] };
    let fields = fields![&id, name, directory, section, key, value, number, &host.id];
    c.row(table, Some(id), &element.at, fields);
}
