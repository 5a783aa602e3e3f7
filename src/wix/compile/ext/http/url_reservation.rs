//! `UrlReservation`: who may listen at a URL.

use super::HANDLE_EXISTING;
use crate::compile::Compiler;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::shape::{Around, Cell, Shape, Words, nothing_more};
use crate::source::Element;
use crate::symbol::{Id, fields};

pub(super) const ELEMENTS: &[Rule] = &[
    (
        "UrlReservation",
        Within::Component(|c, element, host| url_reservation(c, element, Around::component(host))),
    ),
    (
        "UrlReservation",
        Within::Service(|c, element, service| url_reservation(c, element, Around::service(service))),
    ),
];

/// Rights of HTTP.SYS: to listen, and to let others
/// (<https://learn.microsoft.com/windows/win32/http/add-urlacl>).
pub(crate) const RIGHTS: Words = &[("all", ALL), ("register", 0x2000_0000), ("delegate", 0x4000_0000)];
const ALL: i32 = 0x1000_0000;

pub(super) static SHAPE: Shape = Shape {
    table: "Wix4HttpUrlReservation",
    cells: &[
        Cell::Id,
        Cell::Choice("HandleExisting", HANDLE_EXISTING, Some(0)),
        Cell::Text("Sddl"),
        Cell::Needed(&Cell::Text("Url")),
        Cell::Component,
    ],
    id: Some(("url", |row| {
        vec![row.component().to_owned(), principal(row.around).unwrap_or_default(), row.text(3)]
    })),
    actions: &["Wix4SchedHttpUrlReservationsInstall", "Wix4SchedHttpUrlReservationsUninstall"],
    also: nothing_more,
};

/// The account of the service around it.
fn principal(around: Around<'_>) -> Option<String> {
    around.service.filter(|name| !name.is_empty()).map(|name| format!("NT SERVICE\\{name}"))
}

/// <https://docs.firegiant.com/wix/schema/http/urlreservation/>.
fn url_reservation(c: &mut Compiler, element: &Element, around: Around<'_>) {
    let row = SHAPE.read(c, element, around);
    let has_sddl = row.a.has("Sddl");
    let mut entries = 0;
    c.children(element, |c, child| {
        if child.name != "UrlAce" {
            return false;
        }
        entries += 1;
        if has_sddl {
            let message = "`@Sddl` and `UrlAce` cannot be used together; remove one of them";
            c.report.error(155, &element.at, message);
        }
        url_ace(c, child, row.id(), around);
        true
    });
    if !has_sddl && entries == 0 {
        c.report.error(6701, &element.at, "`UrlReservation` needs `@Sddl` or a `UrlAce`: who may listen");
    }
    row.add(c);
}

/// <https://docs.firegiant.com/wix/schema/http/urlace/>.
fn url_ace(c: &mut Compiler, element: &Element, reservation: &str, around: Around<'_>) {
    let a = c.attributes(element);
    let id = a.id("Id");
    let authored = a.text("SecurityPrincipal");
    let who = authored.or_else(|| if a.has("SecurityPrincipal") { None } else { principal(around) });
    let who = a.required("SecurityPrincipal", who);
    let word = a.value("Rights").unwrap_or_default();
    let rights = a.choice("Rights", RIGHTS).unwrap_or(ALL);
    c.no_children(element);
    let Some(who) = who else { return };
    let id = id.unwrap_or_else(|| Id::section(crate::ids::identifier("ace", &[reservation, &who, word])));
    let fields = fields![&id, reservation, who, rights];
    c.row("Wix4HttpUrlAce", Some(id), &element.at, fields);
}
