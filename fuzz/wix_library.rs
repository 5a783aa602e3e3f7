//! Any bytes as a library, as the document in one, as a package of NuGet and as an assembly of .NET: each is refused with an
//! error or taken, never both, and a library that is taken can be written again.

#![no_main]

mod wix;

use installer_diag::{Diagnostic, Severity};
use installer_pe::Image;
use installer_wix::{ExtensionPackage, Request};
use libfuzzer_sys::fuzz_target;
use rawzip::ZipArchiveWriter;
use std::cell::OnceCell;
use std::io::Write;

thread_local!(static FOLDER: OnceCell<wix::Folder> = const { OnceCell::new() });

/// A package that wants something of a library.
const SOURCE: &[u8] = br#"<Wix xmlns="http://wixtoolset.org/schemas/v4/wxs"><Package Name="n" Manufacturer="m" Version="1.0"
UpgradeCode="{0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E11}"><ComponentGroupRef Id="Tools" /><UIRef Id="AcmeUI" />
<CustomActionRef Id="AcmeApply" /></Package></Wix>"#;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(image) = Image::parse(bytes) {
        let _ = image.native().manifest_resources();
    }
    if let Ok(package) = ExtensionPackage::read(bytes.to_vec()) {
        let leads_out = |name: &str| name.starts_with('/') || name.split(['/', '\\']).any(|part| part == "..");
        assert!(!package.files.iter().any(|(name, _)| leads_out(name)), "{:?}", package.id);
    }
    FOLDER.with(|folder| {
        let folder = folder.get_or_init(wix::Folder::new);
        taken(folder, bytes);
        if let Some(library) = with_document(bytes) {
            taken(folder, &library);
        }
    });
});

/// A library whose document is `bytes`, and which has one file.
fn with_document(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut archive = ZipArchiveWriter::new(Vec::new());
    for (name, bytes) in [("wix-ir.json", bytes), ("wix-ir/a.txt", b"a")] {
        let (mut entry, config) = archive.new_file(name).start().ok()?;
        let mut writer = config.wrap(&mut entry);
        writer.write_all(bytes).ok()?;
        let (_, sums) = writer.finish().ok()?;
        entry.finish(sums).ok()?;
    }
    archive.finish().ok()
}

fn taken(folder: &wix::Folder, library: &[u8]) {
    let path = folder.library(library);
    let request = Request { libraries: vec![path], ..folder.request(folder.source(SOURCE)) };
    let outcome = installer_wix::build(&request);
    assert_eq!(outcome.output.is_none(), refused(&outcome.diagnostics), "{:?}", outcome.diagnostics);
    let alone = Request { sources: Vec::new(), ..request.clone() };
    let made = installer_wix::library(&alone, false);
    assert_eq!(made.library.is_none(), refused(&made.diagnostics), "{:?}", made.diagnostics);
    let Some(again) = made.library else { return };
    let alone = Request { libraries: vec![folder.library(&again)], ..alone };
    let again = installer_wix::library(&alone, false);
    assert!(again.library.is_some(), "{:?}", again.diagnostics);
}

fn refused(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|finding| finding.severity == Severity::Error)
}
