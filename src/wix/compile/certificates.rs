//! `PackageCertificates`, `PatchCertificates` and `DigitalSignature`: certificates that Windows Installer checks patches
//! and cabinets against (<https://learn.microsoft.com/windows/win32/msi/digital-signatures-and-windows-installer>).

use super::Compiler;
use super::elements::{Rule, Within};
use crate::source::Element;
use crate::symbol::{Field, Id, fields};

pub(super) const ELEMENTS: &[Rule] = &[
    (
        "PackageCertificates",
        Within::Definition(|c, element| certificates(c, element, "MsiPackageCertificate")),
    ),
    ("PatchCertificates", Within::Definition(|c, element| certificates(c, element, "MsiPatchCertificate"))),
];

/// The id makes up most of a stream's name.
const MOST_NAME: usize = 40;

/// `PackageCertificates`: <https://docs.firegiant.com/wix/schema/wxs/packagecertificates/>. Rows of `table`.
fn certificates(c: &mut Compiler, element: &Element, table: &'static str) {
    let _ = c.attributes(element);
    c.children(element, |c, child| {
        if child.name == "DigitalCertificate"
            && let Some(id) = digital_certificate(c, child)
        {
            c.row(table, None, &element.at, fields![&id, &id]);
        }
        child.name == "DigitalCertificate"
    });
}

/// `DigitalCertificate`: <https://docs.firegiant.com/wix/schema/wxs/digitalcertificate/>.
fn digital_certificate(c: &mut Compiler, element: &Element) -> Option<String> {
    let a = c.attributes(element);
    let id = a.required("Id", a.id("Id"));
    let source = a.required("SourceFile", a.text("SourceFile"));
    c.no_children(element);
    let (id, source) = (id?, source?);
    if id.name.len() > MOST_NAME {
        let length = id.name.len();
        a.illegal(13, "Id", format_args!("has {length} characters; expected at most {MOST_NAME}"));
        return None;
    }
    let name = id.name.clone();
    c.row("MsiDigitalCertificate", Some(id), &element.at, fields![&name, Field::Source(source)]);
    Some(name)
}

/// `DigitalSignature` of the disk `disk`: <https://docs.firegiant.com/wix/schema/wxs/digitalsignature/>.
pub(super) fn digital_signature(c: &mut Compiler, element: &Element, disk: &str) {
    let a = c.attributes(element);
    let hash = a.text("SourceFile").map(Field::Source);
    let mut certificate = None;
    c.children(element, |c, child| {
        if child.name == "DigitalCertificate" {
            certificate = digital_certificate(c, child);
        }
        child.name == "DigitalCertificate"
    });
    let has_one = element.children.iter().any(
        |node| matches!(node, crate::source::Node::Element(child) if child.name == "DigitalCertificate"),
    );
    if !has_one {
        c.report.error(63, &element.at, "`DigitalSignature` needs a `DigitalCertificate` inside; add one");
    }
    let Some(certificate) = certificate else { return };
    let id = Id::global(format!("Media/{disk}"));
    c.row("MsiDigitalSignature", Some(id), &element.at, fields!["Media", disk, certificate, hash]);
}
