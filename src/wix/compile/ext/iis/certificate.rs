//! `Certificate` and `CertificateRef`.

use crate::compile::Compiler;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::shape::{Cell, Reading, Shape};
use crate::source::Element;
use crate::symbol::fields;

pub(super) const ELEMENTS: &[Rule] = &[("Certificate", Within::ComponentRow(&SHAPE))];

/// Bits of Attributes.
const BINARY_DATA: i32 = 2;
const VITAL: i32 = 8;

/// Columns.
const ATTRIBUTES: usize = 5;
const BINARY: usize = 6;
const PATH: usize = 7;

/// <https://docs.firegiant.com/wix/schema/iis/certificate/>.
pub(super) static SHAPE: Shape = Shape {
    table: "Wix4Certificate",
    cells: &[
        Cell::Id,
        Cell::Component,
        Cell::Needed(&Cell::Text("Name")),
        Cell::Needed(&Cell::Choice(
            "StoreLocation",
            &[
                ("currentUser", 1),
                ("localMachine", 2),
                ("services", 3),
                ("users", 4),
                ("userPolicy", 5),
                ("localMachinePolicy", 6),
                ("localMachineEnterprise", 7),
            ],
            None,
        )),
        Cell::Needed(&Cell::Word(
            "StoreName",
            &[
                ("my", "MY"),
                ("personal", "MY"),
                ("ca", "CA"),
                ("request", "REQUEST"),
                ("root", "Root"),
                ("otherPeople", "AddressBook"),
                ("trustedPeople", "TrustedPeople"),
                ("trustedPublisher", "TrustedPublisher"),
            ],
            None,
        )),
        Cell::Bits(VITAL, &[("Request", 1, true), ("Overwrite", 4, true), ("Vital", VITAL, true)]),
        Cell::Ref("BinaryRef", "Binary"),
        Cell::Text("CertificatePath"),
        Cell::Text("PFXPassword"),
    ],
    id: Some(("crt", |row| vec![row.component().to_owned(), row.text(BINARY), row.text(PATH)])),
    actions: &["Wix4InstallCertificates", "Wix4UninstallCertificates"],
    also,
};

fn also(c: &mut Compiler, row: &mut Reading<'_>) {
    row.a.exclusive("BinaryRef", "CertificatePath");
    if row.a.has("BinaryRef") {
        row.set_bits(ATTRIBUTES, BINARY_DATA);
    } else if !row.a.has("CertificatePath") {
        c.report.error(44, &row.element.at, "`Certificate` needs `@BinaryRef` or `@CertificatePath`");
    }
    // The actions keep hashes there.
    c.ensure_table("Wix4CertificateHash", &row.element.at);
}

/// <https://docs.firegiant.com/wix/schema/iis/certificateref/>: a certificate of the site `site`.
pub(super) fn reference(c: &mut Compiler, element: &Element, site: &str) {
    let a = c.attributes(element);
    let id = a.required("Id", a.reference("Id"));
    c.no_children(element);
    let Some(id) = id else { return };
    c.refer("Wix4Certificate", &id, &element.at);
    c.row("Wix4IIsWebSiteCertificates", None, &element.at, fields![site, id]);
}
