//! `Binary` and `Icon`, and other elements that stand for streams: `EmbeddedUI`, certificates.

use super::tree::{Build, element};
use super::work::Work;
use crate::compile::embedded::MESSAGES;

/// Rows of Binary, Icon, MsiEmbeddedUI, MsiEmbeddedChainer, MsiPackageCertificate and MsiPatchCertificate.
pub(super) fn streams(work: &mut Work<'_>) {
    for table in ["Icon", "Binary"] {
        for row in work.rows(table) {
            let stream = element(table)
                .with("Id", row.text("Name"))
                .with("SourceFile", work.layout.stream(&row.stream()));
            work.put("Package", "", stream);
        }
    }
    embedded_ui(work);
    for row in work.rows("MsiEmbeddedChainer") {
        let source = match row.or_zero("Type") {
            0x2 => Some("BinarySource"),
            0x12 => Some("FileSource"),
            0x32 => Some("PropertySource"),
            _ => None,
        };
        let Some(source) = source else { continue };
        let chainer = element("EmbeddedChainer")
            .with("Id", row.text("MsiEmbeddedChainer"))
            .with(source, row.text("Source"))
            .with("CommandLine", row.text("CommandLine"))
            .with("Condition", row.text("Condition"));
        work.put("Package", "", chainer);
    }
    for (table, id, name) in [
        ("MsiPackageCertificate", "PackageCertificate", "PackageCertificates"),
        ("MsiPatchCertificate", "PatchCertificate", "PatchCertificates"),
    ] {
        let rows: Vec<_> =
            work.rows(table).filter_map(|row| row.text("DigitalCertificate_").or(row.text(id))).collect();
        let layout = work.layout;
        let certificates = rows.into_iter().map(|id| {
            let source = layout.stream(&format!("MsiDigitalCertificate.{id}"));
            element("DigitalCertificate").with("Id", id).with("SourceFile", source)
        });
        let certificates: Vec<_> = certificates.collect();
        if !certificates.is_empty() {
            work.put("Package", "", element(name).holding(certificates));
        }
    }
}

/// `EmbeddedUI`: the row with the entry point; the others are its resources.
fn embedded_ui(work: &mut Work<'_>) {
    const ENTRY_POINT: i32 = 1;
    const HANDLES_BASIC: i32 = 2;
    let layout = work.layout;
    let file = |name: &str, row: super::rows::Row<'_>| {
        element(name)
            .with("Id", row.text("MsiEmbeddedUI"))
            .with("Name", row.text("FileName"))
            .with("SourceFile", layout.stream(&row.stream()))
    };
    let rows: Vec<_> = work.rows("MsiEmbeddedUI").collect();
    let Some(main) = rows.iter().find(|row| row.or_zero("Attributes") & ENTRY_POINT != 0).copied() else {
        return;
    };
    let ignored = !main.or_zero("MessageFilter");
    let resources = rows.iter().filter(|row| row.or_zero("Attributes") & ENTRY_POINT == 0);
    let resources = resources.map(|row| file("EmbeddedUIResource", *row)).collect::<Vec<_>>();
    let ui = file("EmbeddedUI", main).flag("SupportBasicUI", main.or_zero("Attributes") & HANDLES_BASIC != 0);
    let ui = super::work::flags(ui, ignored, &MESSAGES).holding(resources);
    work.put("UI", "", ui);
}
