//! What comes out compiles, to the tables of what WiX makes of the same source.

use crate::support;
use ancm_installer::convert::{Options, convert};
use ancm_installer::id::Arch;
use ancm_installer::wix::{BindPath, Compat, Request, build, preprocess};
use std::num::NonZeroUsize;
use std::path::Path;

/// The tables of the package that `sources`, with files beside them, make.
fn tables(sources: &[(&str, Vec<u8>)]) -> serde_json::Value {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).expect("written");
    sources.iter().for_each(|(name, bytes)| write(name, bytes));
    ["a.txt", "english.dll", "license.rtf"].iter().for_each(|name| write(name, b"x"));
    let is_source = |name: &str| Path::new(name).extension().is_some_and(|ending| ending == "wxs");
    let outcome = build(&Request {
        sources: sources
            .iter()
            .filter(|(name, _)| is_source(name))
            .map(|(name, _)| folder.path().join(name))
            .collect(),
        localizations: Vec::new(),
        cultures: Vec::new(),
        preprocess: preprocess::Options {
            defines: [("Win64".to_owned(), "yes".to_owned())].into(),
            include_paths: Vec::new(),
            environment: Default::default(),
            arch: Arch::X64,
            current_dir: folder.path().to_path_buf(),
            timestamp: 1_700_000_000,
            compat: Compat::default(),
        },
        bind_paths: vec![BindPath { name: None, folder: folder.path().to_path_buf() }],
        bind_variables: Default::default(),
        timestamp: 1_700_000_000,
        application: "test".to_owned(),
        compression: Default::default(),
        effort: Default::default(),
        threads: NonZeroUsize::MIN,
        legacy_registry_guids: false,
        extension_libraries: Default::default(),
        extensions: Default::default(),
        libraries: Default::default(),
    });
    let output = outcome.output.unwrap_or_else(|| panic!("{:#?}", outcome.diagnostics));
    support::tables::shown(&output.database)
}

#[test]
fn packages_are_those_of_what_wix_converted() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/wix-convert");
    for name in ["conditions.wxs", "minimal.wxs"] {
        let old = std::fs::read(data.join("v3").join(name)).expect("readable");
        let theirs = std::fs::read(data.join("v4").join(name)).expect("readable");
        let ours = convert(name, &old, &Options::default()).bytes.expect("converted");
        // comments are the one thing that ours keeps
        let ours = String::from_utf8(ours).expect("UTF-8").replace(" Comments=\"none\"", "").into_bytes();
        assert_eq!(tables(&[(name, ours)]), tables(&[(name, theirs)]), "{name}");
    }
}
