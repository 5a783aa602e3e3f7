//! Reading images and writing resources, held against Microsoft's own files and tools, LIEF, and `arm64x-view.py`.

use crate::support::{data, pe as judge, theirs};
use ancm_installer::id::FileVersion;
use ancm_installer::pe::{
    self, FixedFileInfo, Image, Machine, MessageTable, Resource, ResourceId, StringTable, Translation,
    VersionInfo, View, res,
};
use std::collections::BTreeSet;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::Path;

const REAL: [&str; 4] = [
    "aspnetcorev2_inprocess.8.0.29.dll",
    "aspnetcorev2_inprocess.10.0.10.dll",
    "aspnetcorev2_inprocess.10.0.14.dll",
    "arm64x/ServicingCommon.dll",
];

fn real(name: &str) -> Option<Vec<u8>> {
    Some(read(&theirs(&format!("data/real/{name}"))?))
}

/// A file of `tests/data/rc`, which Microsoft's compilers wrote from our sources.
fn compiled(name: &str) -> Vec<u8> {
    read(&data("rc").join(name))
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn microsofts_files_look_to_us_as_they_look_to_lief() {
    for name in REAL {
        let Some(bytes) = real(name) else { return };
        let Some(theirs) = judge::lief_facts(&bytes) else { return };
        pretty_eq(&judge::our_facts(&bytes), &theirs, name);
        let claimed = Image::parse(&bytes).expect("an image").native().headers().checksum;
        assert_eq!(pe::checksum(&bytes), Ok(claimed), "{name}: the linker set the checksum");
    }
}

/// Shows the first line that differs instead of two screens of text.
fn pretty_eq(ours: &str, theirs: &str, what: &str) {
    for (ours, theirs) in ours.lines().zip(theirs.lines()) {
        assert_eq!(ours, theirs, "{what}");
    }
    assert_eq!(ours.lines().count(), theirs.lines().count(), "{what}");
}

#[test]
fn both_views_of_a_genuine_arm64x_image_are_those_of_arm64x_view() {
    let Some(bytes) = real("arm64x/ServicingCommon.dll") else { return };
    let Some(expected) = judge::arm64x_view(&bytes) else { return };

    let image = Image::parse(&bytes).expect("an image");
    assert_eq!(
        image.views().map(|view| view.headers().machine).collect::<Vec<_>>(),
        [Machine::ARM64, Machine::AMD64]
    );
    let x64 = image.x64().expect("an x64 view");
    for (view, name) in [(image.native(), "native"), (x64, "x64")] {
        assert_eq!(judge::as_json(view), expected[name], "{name}");
    }
    let names = |view: &View<'_>| -> BTreeSet<Option<String>> {
        view.exports().expect("exports").entries.into_iter().map(|export| export.name).collect()
    };
    assert_eq!(names(x64).len(), 191);
    assert_eq!(names(image.native()), names(x64));
    if let Some(same) = judge::mapped_alike(&bytes, x64.bytes()) {
        assert!(same, "every byte of the mapped x64 view");
    }
    let patched = Image::parse(x64.bytes()).expect("the x64 view is an image of its own");
    assert_eq!(patched.machine(), Machine::AMD64);
    assert!(patched.x64().is_none());
}

/// The facts of `tests/data/rc/version.rc`. Its copyright sign is a byte that the resource compiler could not read
/// as UTF-8, so the compiled text has U+FFFD.
fn version_rc() -> VersionInfo {
    let strings = [
        ("CompanyName", "Acme"),
        ("FileDescription", "IIS ASP.NET Core Module V2 forwarder"),
        ("FileVersion", "20.0.26296.14"),
        ("InternalName", "aspnetcorev2.dll"),
        ("LegalCopyright", "Copyright \u{FFFD} Acme"),
        ("OriginalFilename", "aspnetcorev2.dll"),
        ("ProductName", "Odd"),
        ("ProductVersion", "20.0.26296.14"),
    ];
    let version = FileVersion([20, 0, 26296, 14]);
    VersionInfo {
        fixed: Some(FixedFileInfo {
            file_version: version,
            product_version: version,
            flags_mask: 0x3F,
            flags: 0,
            os: 0x40004,
            file_type: 2,
            file_subtype: 0,
            date: 0,
        }),
        tables: vec![StringTable {
            key: "040904b0".to_owned(),
            strings: strings.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        }],
        translations: vec![Translation { language: 0x409, code_page: 1200 }],
    }
}

/// The messages of `tests/data/rc/messages.mc`: severity in the top two bits of the id.
fn messages_mc() -> MessageTable {
    let messages = [
        (0xC000_03E8, "Application %1 failed to start, code %2.\r\n"),
        (0x4000_03E9, "Application %1 started.\r\n"),
        (0x8000_03F2, "A gap before this one: %%1 %n second line.\r\n"),
    ];
    MessageTable { messages: messages.map(|(id, text)| (id, text.to_owned())).into() }
}

fn english(kind: ResourceId, data: Vec<u8>) -> Resource<'static> {
    Resource { kind, name: ResourceId::Number(1), language: 0x409, data: data.into() }
}

#[test]
fn resources_are_written_as_microsofts_compilers_write_them() {
    let version_res = compiled("version.res");
    assert_eq!(res::write(&[english(ResourceId::VERSION, version_rc().to_bytes())]), version_res);

    let bin = compiled("MSG00409.bin");
    let messages_res = compiled("messages.res");
    assert_eq!(messages_mc().to_bytes(), bin);
    assert_eq!(res::write(&[english(ResourceId::MESSAGE_TABLE, messages_mc().to_bytes())]), messages_res);
    assert_eq!(MessageTable::parse(&bin), Ok(messages_mc()));
}

#[test]
fn a_version_resource_survives_reading_and_writing() {
    assert_eq!(VersionInfo::parse(&version_rc().to_bytes()), Ok(version_rc()));
    for name in REAL {
        let Some(bytes) = real(name) else { return };
        let image = Image::parse(&bytes).expect("an image");
        let resources = image.native().resources().expect("resources");
        let resource = resources.iter().find(|r| r.kind == ResourceId::VERSION).expect("a version");
        let info = VersionInfo::parse(&resource.data).expect("readable");
        let written = info.to_bytes();
        let (theirs, padding) = resource.data.split_at(written.len());
        assert_eq!(written, theirs, "{name}: Microsoft's compiler wrote the same");
        assert!(padding.iter().all(|byte| *byte == 0), "{name}: only padding follows");
    }
}

#[test]
fn resource_names_that_are_texts_are_written_in_full() {
    let resource = Resource {
        kind: ResourceId::Text("KIND".to_owned()),
        name: ResourceId::Text("A".to_owned()),
        language: 0,
        data: vec![1, 2, 3].into(),
    };
    let file = res::write(&[resource]);
    let (marker, entry) = file.split_at(32);
    assert_eq!(marker, res::write(&[]));
    let header: &[u8] = b"\x03\0\0\0\x28\0\0\0K\0I\0N\0D\0\0\0A\0\0\0\0\0";
    assert_eq!(&entry[..header.len()], header, "length, header length, KIND, A, padding to 4 bytes");
    assert_eq!(entry.len(), 0x28 + 4, "the data is padded to 4 bytes");
}

/// Counts the bytes that are read.
struct Counting<R> {
    inner: R,
    read: usize,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read += count;
        Ok(count)
    }
}

impl<R: Seek> Seek for Counting<R> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.inner.seek(to)
    }
}

#[test]
fn the_version_of_a_large_file_is_found_without_reading_it() {
    let expected = [
        ("aspnetcorev2_inprocess.8.0.29.dll", [18, 0, 26176, 29]),
        ("aspnetcorev2_inprocess.10.0.10.dll", [20, 0, 26177, 10]),
        ("aspnetcorev2_inprocess.10.0.14.dll", [20, 0, 26296, 14]),
        ("arm64x/ServicingCommon.dll", [10, 0, 26100, 4654]),
    ];
    for (name, version) in expected {
        let Some(bytes) = real(name) else { return };
        let mut reader = Counting { inner: Cursor::new(&bytes), read: 0 };
        let facts = pe::version::read(&mut reader).expect("readable").expect("a version");
        assert_eq!((facts.version, facts.languages), (FileVersion(version), vec![0x409]), "{name}");
        assert!(reader.read < 4096, "{name}: {} bytes were read of {}", reader.read, bytes.len());
    }
}

#[test]
fn what_is_no_image_has_no_version_and_is_named_as_what_it_is() {
    for (bytes, why) in [
        (&b""[..], "not a PE image: it does not begin with `MZ`"),
        (b"#!/bin/sh\n", "not a PE image: it does not begin with `MZ`"),
        (b"MZ", "not a PE image: the DOS header is cut short"),
        (
            &[b"MZ".as_slice(), &[0xFF; 62]].concat(),
            "not a PE image: the `PE` signature lies beyond the end of the file",
        ),
    ] {
        assert_eq!(Image::parse(bytes).expect_err("no image").to_string(), why);
    }
    for text in [&b""[..], b"plain text", b"MZ"] {
        assert_eq!(pe::version::read(&mut Cursor::new(text)).expect("no error"), None);
    }
}

#[test]
fn a_file_that_is_cut_short_is_an_error_that_says_so() {
    let Some(bytes) = real("aspnetcorev2_inprocess.10.0.14.dll") else { return };
    let cut = &bytes[..bytes.len() / 2];
    let image = Image::parse(cut).expect("the headers are whole");
    let error = image.native().resources().expect_err("the resources are gone").to_string();
    assert!(error.starts_with("the file is cut short: the resource directory at offset 0x"), "{error}");
    assert!(pe::version::read(&mut Cursor::new(cut)).is_err());
}

#[test]
fn broken_variants_of_microsofts_files_are_errors_never_panics() {
    for name in REAL {
        let Some(bytes) = real(name) else { return };
        judge::read_broken_variants(&bytes, 1500);
    }
}
