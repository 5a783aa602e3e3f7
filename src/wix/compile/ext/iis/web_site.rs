//! `WebSite`: a site, made by a component or only named.

use super::own::Own;
use super::parts::{self, Whole};
use super::{
    ATTRIBUTE_WITHOUT_COMPONENT, certificate, demand_configuration, element_without_component, web_dir,
    web_filter, web_virtual_dir,
};
use crate::compile::Compiler;
use crate::compile::component::Host;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::only_in_component;
use crate::compile::ext::shape::{Around, Cell, Reading, Shape};
use crate::source::Element;
use crate::symbol::Field;

pub(super) const ELEMENTS: &[Rule] = &[
    ("WebSite", Within::Component(|c, element, host| web_site(c, element, Some(host)))),
    ("WebSite", Within::Definition(|c, element| web_site(c, element, None))),
];

/// Columns.
const DESCRIPTION: usize = 2;
const STATE: usize = 5;
const ATTRIBUTES: usize = 6;
const KEY_ADDRESS: usize = 7;
const PROPERTIES: usize = 8;
const APPLICATION: usize = 9;
const SITE_ID: usize = 12;

/// State: whether the site is started, now and whenever the server is.
const STARTS_NOW: i32 = 1;
const STARTS_ALWAYS: i32 = 2;

/// Attributes of a site that stays as it is if it is there.
const DONT_CONFIGURE: i32 = 2;

const MOST_SHORT: i32 = i16::MAX as i32;

const OWN: Own = Own { application: APPLICATION, properties: PROPERTIES, both: 155 };

pub(super) static SHAPE: Shape = Shape {
    table: "Wix4IIsWebSite",
    cells: &[
        Cell::Id,
        Cell::Component,
        Cell::Needed(&Cell::Text("Description")),
        Cell::Number("ConnectionTimeout", 0, MOST_SHORT),
        Cell::Ref("Directory", "Directory"),
        Cell::Other,
        Cell::Other,
        Cell::Other,
        Cell::Text("DirProperties"),
        Cell::Text("WebApplication"),
        Cell::Number("Sequence", 1, MOST_SHORT),
        Cell::Ref("WebLog", "Wix4IIsWebLog"),
        Cell::Text("SiteId"),
    ],
    id: Some(("iws", |row| {
        vec![row.text(DESCRIPTION), row.component().to_owned(), row.text(SITE_ID), row.text(APPLICATION)]
    })),
    actions: &[],
    also,
};

/// What is made only with a component around it.
const MADE: [&str; 6] =
    ["AutoStart", "ConfigureIfExists", "DirProperties", "StartOnInstall", "WebApplication", "WebLog"];

fn also(c: &mut Compiler, row: &mut Reading<'_>) {
    if row.text(SITE_ID) == "*" {
        row.cells[SITE_ID] = "-1".into();
    }
    let (always, now) = (row.a.flag("AutoStart"), row.a.flag("StartOnInstall"));
    row.cells[STATE] = match (always, now) {
        (true, _) => Field::Int(STARTS_ALWAYS),
        (false, true) => Field::Int(STARTS_NOW),
        _ if row.a.has("AutoStart") || row.a.has("StartOnInstall") => Field::Int(0),
        _ => Field::Null,
    };
    if row.a.yes_no("ConfigureIfExists") == Some(false) {
        row.cells[ATTRIBUTES] = Field::Int(DONT_CONFIGURE);
    }
    if row.around.host.is_none() {
        only_in_component(c, &row.a, row.element, ATTRIBUTE_WITHOUT_COMPONENT, MADE);
    } else if !row.a.has("Directory") {
        c.report.error(5161, &row.element.at, "`WebSite` in a component needs `@Directory`");
    }
}

/// <https://docs.firegiant.com/wix/schema/iis/website/>.
fn web_site(c: &mut Compiler, element: &Element, host: Option<&Host>) {
    let mut row = SHAPE.read(c, element, Around { host, ..Around::default() });
    let id = row.id().to_owned();
    let inside = Around { host, parent: Some(&id), ..Around::default() };
    c.children(element, |c, child| {
        if host.is_none() && !["MimeMap", "WebAddress"].contains(&child.name.as_str()) {
            element_without_component(c, child);
        }
        match child.name.as_str() {
            "CertificateRef" => certificate::reference(c, child, &id),
            "WebAddress" => {
                let address = parts::web_address(c, child, &id);
                if !row.has(KEY_ADDRESS) {
                    row.cells[KEY_ADDRESS] = address.into();
                }
            }
            "WebDir" => web_dir::web_dir(c, child, inside),
            "WebFilter" => web_filter::in_site(c, child, inside),
            "WebVirtualDir" => web_virtual_dir::web_virtual_dir(c, child, inside, None),
            _ if OWN.take(c, child, &mut row, (element, host)) => {}
            _ => return parts::part(c, child, Whole::Site, &id),
        }
        true
    });
    if !row.has(KEY_ADDRESS) {
        c.report.error(63, &element.at, "`WebSite` needs a `WebAddress`: it is known by it");
    }
    for (column, table) in [(APPLICATION, "Wix4IIsWebApplication"), (PROPERTIES, "Wix4IIsWebDirProperties")] {
        if row.has(column) {
            c.refer(table, row.text(column), &element.at);
        }
    }
    if host.is_some() {
        demand_configuration(c, &element.at);
    }
    row.add(c);
}
