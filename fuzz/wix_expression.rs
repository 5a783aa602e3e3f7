//! The conditions of `<?if?>` and the texts of variables, on any text.

#![no_main]

mod wix;

use installer_wix::preprocess::preprocess;
use installer_wix::report::Report;
use libfuzzer_sys::fuzz_target;
use std::cell::OnceCell;

thread_local!(static FOLDER: OnceCell<wix::Folder> = const { OnceCell::new() });

fuzz_target!(|text: &str| {
    if text.contains("?>") || text.contains(|c: char| c.is_control() && c != '\n' && c != '\t') {
        return;
    }
    FOLDER.with(|folder| {
        let inside = format!("<Wix><?if {text}?><Yes /><?else?><No /><?endif?><?define X = {text}?><?foreach Y in {text}?><Z /><?endforeach?></Wix>");
        let source = folder.get_or_init(wix::Folder::new).source(inside.as_bytes());
        let report = Report::default();
        let options = wix::options(source.parent().expect("a folder"));
        let tree = preprocess(&source, &options, &report);
        assert!(tree.is_some() || report.has_errors(), "no tree, and no word");
    });
});
