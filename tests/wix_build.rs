//! Properties of every build by the embedded engine that no reference is needed for: one small package of our own as
//! a golden file, the same bytes anywhere, and codes that follow the contents.

use crate::support;
use ancm_installer::cab::{self, Effort};
use ancm_installer::id::Arch;
use ancm_installer::msi;
use ancm_installer::wix::symbol::Compression;
use ancm_installer::wix::{BindPath, Compat, Output, Request, build, part_name, preprocess};
use std::collections::BTreeMap;
use std::io::Cursor;
use std::num::NonZeroUsize;
use std::path::Path;

/// A folder with the source of `tests/golden/wix/small.wxs` and its file.
fn sources(readme: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("small.wxs"), include_str!("golden/wix/small.wxs")).expect("written");
    std::fs::write(folder.path().join("readme.txt"), readme).expect("written");
    folder
}

fn request(folder: &Path, threads: usize) -> Request {
    Request {
        sources: vec![folder.join("small.wxs")],
        libraries: Vec::new(),
        extension_libraries: Vec::new(),
        localizations: Vec::new(),
        extensions: Vec::new(),
        cultures: Vec::new(),
        preprocess: preprocess::Options {
            defines: BTreeMap::new(),
            include_paths: Vec::new(),
            environment: BTreeMap::new(),
            arch: Arch::X64,
            current_dir: folder.to_path_buf(),
            timestamp: 1_700_000_000,
            compat: Compat::default(),
        },
        bind_paths: vec![BindPath { name: None, folder: folder.to_path_buf() }],
        bind_variables: BTreeMap::new(),
        timestamp: 1_700_000_000,
        application: "test".to_owned(),
        compression: Default::default(),
        effort: Default::default(),
        threads: NonZeroUsize::new(threads).expect("not zero"),
        legacy_registry_guids: false,
    }
}

fn output(request: &Request) -> Output {
    let outcome = build(request);
    outcome.output.unwrap_or_else(|| panic!("{:#?}", outcome.diagnostics))
}

fn bytes(request: &Request) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    msi::write(&output(request).database, request.threads, &mut out).expect("written");
    out.into_inner()
}

/// ProductCode and package code.
fn codes(request: &Request) -> (String, String) {
    let database = output(request).database;
    let row = database.tables["Property"].rows.iter().find(|row| row[0].as_str() == Some("ProductCode"));
    let product = row.and_then(|row| row[1].as_str()).expect("a product code").to_owned();
    (product, database.summary.revision_number)
}

#[test]
fn the_small_package_has_the_tables_of_its_golden_file() {
    let folder = sources("read me\n");
    let shown = support::tables::shown(&output(&request(folder.path(), 1)).database);
    support::golden::check("wix/small.json", &(serde_json::to_string_pretty(&shown).expect("JSON") + "\n"));
}

#[test]
fn the_bytes_depend_neither_on_the_folder_nor_on_the_threads() {
    let (one, other) = (sources("read me\n"), sources("read me\n"));
    assert!(bytes(&request(one.path(), 1)) == bytes(&request(other.path(), 5)));
}

#[test]
fn codes_follow_the_contents_and_only_the_package_code_the_time() {
    let folder = sources("read me\n");
    let first = codes(&request(folder.path(), 1));
    let changed = sources("Read me\n");
    let second = codes(&request(changed.path(), 1));
    assert_ne!(first.0, second.0, "one letter of a file changed, and so did the product");
    assert_ne!(first.1, second.1);
    let mut later = request(folder.path(), 1);
    later.timestamp += 60;
    let third = codes(&later);
    assert_eq!(first.0, third.0, "the same contents are the same product");
    assert_ne!(first.1, third.1, "two different files never share a package code");
}

/// How the cabinet of the small package is compressed where its `MediaTemplate` says `authored`.
fn method(authored: &str, default: Compression, effort: Effort) -> String {
    let folder = sources("read me\n");
    let source = folder.path().join("small.wxs");
    let text = std::fs::read_to_string(&source).expect("readable");
    let template = r#"<MediaTemplate EmbedCab="yes""#;
    assert!(text.contains(template), "{text}");
    std::fs::write(&source, text.replace(template, &format!("{template} {authored}"))).expect("written");
    let mut request = request(folder.path(), 1);
    (request.compression, request.effort) = (default, effort);
    let mut package = msi::Package::open(Cursor::new(bytes(&request))).expect("ours");
    let reader = cab::Reader::open(package.stream("cab1.cab").expect("embedded")).expect("a cabinet");
    reader.methods().collect::<Vec<_>>().join(" ")
}

#[test]
fn cabinets_are_compressed_as_authored() {
    // What `CabCBegin` of WiX 6 makes of each level.
    let levels =
        [("none", "stored"), ("low", "LZX:15"), ("medium", "LZX:18"), ("high", "LZX:21"), ("mszip", "MSZIP")];
    for (level, expected) in levels {
        let authored = format!("CompressionLevel=\"{level}\"");
        assert_eq!(method(&authored, Compression::None, Effort::Fast), expected, "{level}");
        // `-dcl`, where the authoring does not say.
        let default = level.parse().expect("a level");
        assert_eq!(method("", default, Effort::Max), expected, "{level}");
    }
    assert_eq!(method("", Compression::default(), Effort::Fast), "LZX:18");
    assert!("best".parse::<Compression>().is_err());
}

#[test]
fn the_package_code_follows_the_compression_and_the_product_code_does_not() {
    let folder = sources("read me\n");
    let plain = request(folder.path(), 1);
    let mut harder = plain.clone();
    harder.effort = Effort::Max;
    let mut otherwise = plain.clone();
    otherwise.compression = Compression::Mszip;
    let [plain, harder, otherwise] = [plain, harder, otherwise].map(|request| codes(&request));
    assert_eq!((&plain.0, &plain.0), (&harder.0, &otherwise.0));
    assert_ne!(plain.1, harder.1);
    assert_ne!(plain.1, otherwise.1);
}

#[test]
fn parts_are_named_as_by_wix() {
    let names = [0, 1, 26, 27, 28, 52, 53, 676].map(|number| part_name("cab1.cab", number));
    let expected = ["cab1", "cab1a", "cab1z", "cab1aa", "cab1ab", "cab1az", "cab1ba", "cab1yz"];
    assert_eq!(names, expected.map(|stem| format!("{stem}.cab")));
    assert_eq!([part_name("cab", 1), part_name("größe", 1)], ["caba.cab", "ga.cab"]);
}
