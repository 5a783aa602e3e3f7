//! Any bytes as a WiX source: it is refused with an error or built, never both, and what is built can be written and read.

#![no_main]

mod wix;

use installer_diag::Severity;
use libfuzzer_sys::fuzz_target;
use std::cell::OnceCell;
use std::io::Cursor;
use std::num::NonZeroUsize;

thread_local!(static FOLDER: OnceCell<wix::Folder> = const { OnceCell::new() });

fuzz_target!(|bytes: &[u8]| {
    FOLDER.with(|folder| {
        let folder = folder.get_or_init(wix::Folder::new);
        let outcome = installer_wix::build(&folder.request(folder.source(bytes)));
        let refused = outcome.diagnostics.iter().any(|finding| finding.severity == Severity::Error);
        assert_eq!(outcome.output.is_none(), refused, "{:?}", outcome.diagnostics);
        let Some(output) = outcome.output else { return };
        let mut file = Cursor::new(Vec::new());
        if installer_msi::write(&output.database, NonZeroUsize::MIN, &mut file).is_ok() {
            installer_msi::Package::open(file).expect("what we wrote is readable");
        }
    });
});
