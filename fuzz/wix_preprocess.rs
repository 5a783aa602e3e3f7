//! The preprocessor and the parser on any bytes: they end, with a tree or with an error that says why not.

#![no_main]

mod wix;

use installer_wix::preprocess::preprocess;
use installer_wix::report::Report;
use libfuzzer_sys::fuzz_target;
use std::cell::OnceCell;

thread_local!(static FOLDER: OnceCell<wix::Folder> = const { OnceCell::new() });

fuzz_target!(|bytes: &[u8]| {
    FOLDER.with(|folder| {
        let source = folder.get_or_init(wix::Folder::new).source(bytes);
        let report = Report::default();
        let options = wix::options(source.parent().expect("a folder"));
        let tree = preprocess(&source, &options, &report);
        assert!(tree.is_some() || report.has_errors(), "no tree, and no word");
    });
});
