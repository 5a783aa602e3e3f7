//! `WebDirProperties`: what may be done in a directory of a site.

use crate::compile::Compiler;
use crate::compile::component::Host;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::shape::{Around, Cell, Reading, Shape};
use crate::source::Element;
use crate::symbol::Field;

pub(super) const ELEMENTS: &[Rule] = &[(
    "WebDirProperties",
    Within::Definition(|c, element| {
        web_dir_properties(c, element, None);
    }),
)];

/// The column of `CacheControlMaxAge`.
const MAX_AGE: usize = 10;

pub(super) static SHAPE: Shape = Shape {
    table: "Wix4IIsWebDirProperties",
    cells: &[
        Cell::Id,
        Cell::BitsIfAny(&[
            ("Read", 1, true),
            ("Write", 2, true),
            ("Execute", 4, true),
            ("Script", 512, true),
        ]),
        Cell::BitsIfAny(&[
            ("AnonymousAccess", 1, true),
            ("BasicAuthentication", 2, true),
            ("WindowsAuthentication", 4, true),
            ("DigestAuthentication", 16, true),
            ("PassportAuthentication", 64, true),
        ]),
        Cell::Ref("AnonymousUser", "Wix4User"),
        Cell::Bits(0, &[("IIsControlledPassword", 1, true)]),
        Cell::YesNo("LogVisits"),
        Cell::YesNo("Index"),
        Cell::Text("DefaultDocuments"),
        Cell::YesNo("AspDetailedError"),
        Cell::Text("HttpExpires"),
        Cell::Other,
        Cell::Text("CacheControlCustom"),
        Cell::YesNo("ClearCustomError"),
        Cell::BitsIfAny(&[
            ("AccessSSL", 8, true),
            ("AccessSSLNegotiateCert", 32, true),
            ("AccessSSLRequireCert", 64, true),
            ("AccessSSLMapCert", 128, true),
            ("AccessSSL128", 256, true),
        ]),
        Cell::Text("AuthenticationProviders"),
    ],
    id: Some(("wdp", |row| vec![row.component().to_owned()])),
    actions: &[],
    also,
};

/// A number of 32 bits without sign, stored as one with: 4294967295 is without end.
fn also(_: &mut Compiler, row: &mut Reading<'_>) {
    let Some(text) = row.a.text("CacheControlMaxAge") else { return };
    match text.trim().parse::<u32>() {
        Ok(number) => row.cells[MAX_AGE] = Field::Int(number as i32),
        Err(_) => {
            let problem = format_args!("is `{text}`; expected a whole number, 0 to {}", u32::MAX);
            row.a.illegal(8, "CacheControlMaxAge", problem);
        }
    }
}

/// <https://docs.firegiant.com/wix/schema/iis/webdirproperties/>. Gives its id.
pub(super) fn web_dir_properties(c: &mut Compiler, element: &Element, host: Option<&Host>) -> String {
    let row = SHAPE.read(c, element, Around { host, ..Around::default() });
    if host.is_none() {
        row.a.required::<()>("Id", None);
    }
    c.no_children(element);
    let id = row.id().to_owned();
    row.add(c);
    id
}
