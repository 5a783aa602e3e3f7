//! `SniSslCertificate` and `SslCertificate`: which certificate HTTP.SYS shows.

use super::HANDLE_EXISTING;
use crate::compile::Compiler;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::shape::{Cell, Reading, Shape, nothing_more};

pub(super) const ELEMENTS: &[Rule] =
    &[("SniSslCertificate", Within::ComponentRow(&SNI)), ("SslCertificate", Within::ComponentRow(&IP))];

const ACTIONS: &[&str] = &["Wix6SchedHttpCertificatesInstall", "Wix6SchedHttpCertificatesUninstall"];

fn parts(row: &Reading<'_>) -> Vec<String> {
    vec![row.component().to_owned(), row.text(1), row.text(2)]
}

/// <https://docs.firegiant.com/wix/schema/http/snisslcertificate/>: by the name that is asked for.
pub(super) static SNI: Shape = Shape {
    table: "Wix6HttpCertificate",
    cells: &[
        Cell::Id,
        Cell::Needed(&Cell::Text("Host")),
        Cell::Needed(&Cell::Text("Port")),
        Cell::Needed(&Cell::Text("Thumbprint")),
        Cell::Text("AppId"),
        Cell::Text("Store"),
        Cell::Choice("HandleExisting", HANDLE_EXISTING, Some(0)),
        Cell::Fixed(0),
        Cell::Component,
    ],
    id: Some(("sni", parts)),
    actions: ACTIONS,
    also: nothing_more,
};

/// <https://docs.firegiant.com/wix/schema/http/sslcertificate/>: by address and port.
pub(super) static IP: Shape = Shape {
    table: "Wix6HttpCertificate",
    cells: &[
        Cell::Id,
        Cell::Text("Host"),
        Cell::Needed(&Cell::Text("Port")),
        Cell::Needed(&Cell::Text("Thumbprint")),
        Cell::Text("AppId"),
        Cell::Text("Store"),
        Cell::Choice("HandleExisting", HANDLE_EXISTING, Some(0)),
        Cell::Fixed(1),
        Cell::Component,
    ],
    id: Some(("ips", parts)),
    actions: ACTIONS,
    also: without_host,
};

fn without_host(_: &mut Compiler, row: &mut Reading<'_>) {
    if row.a.has("Host") {
        row.a.illegal(56, "Host", "is for a `SniSslCertificate` only; remove it");
    }
}
