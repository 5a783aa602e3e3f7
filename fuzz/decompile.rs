//! Any bytes as a package, and any changes to the cells of packages that the engine makes: each is decompiled in the end,
//! nothing is extracted to a path that leads elsewhere, and the source is one that the engine can read.

#![no_main]

mod cells;
mod wix;

use cells::change;
use installer_msi::{Database, Package};
use installer_wix::decompile::{Extensions, Layout, Options, decompile, extract};
use libfuzzer_sys::fuzz_target;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};
use std::path::Path;

thread_local!(static MADE: OnceCell<Vec<Database>> = const { OnceCell::new() });

/// What the engine makes of the tests' sources.
fn made() -> Vec<Database> {
    let folder = wix::Folder::new();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data");
    let mut made = Vec::new();
    for collection in ["wix", "wix-core"].map(|name| data.join(name)) {
        let mut cases: Vec<_> = std::fs::read_dir(collection.join("cases")).expect("the tests' sources").flatten().collect();
        cases.sort_by_key(std::fs::DirEntry::path);
        for case in cases.into_iter().map(|case| case.path()).filter(|path| path.extension().is_some_and(|e| e == "wxs")) {
            let mut request = folder.request(case);
            request.bind_paths[0].folder = collection.join("payload");
            made.extend(installer_wix::build(&request).output.map(|output| output.database));
        }
    }
    made
}

fn check(database: &Database) {
    let layout = Layout::of(database, Some("x"));
    for path in layout.files().values().chain(layout.streams().values()) {
        let is_safe = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(['\\', ':', '\0']);
        assert!(path.split('/').count() == 2 && path.split('/').all(is_safe), "{path}");
    }
    let decompiled = decompile(database, &layout, &BTreeMap::new(), Options::default(), &Extensions::default());
    assert!(decompiled.source(&["--".to_owned()]).ends_with("</Wix>\n"));
}

fuzz_target!(|bytes: &[u8]| {
    if let Ok(mut package) = Package::open(Cursor::new(bytes.to_vec())) {
        let layout = Layout::of(package.database(), Some("x"));
        let mut write = |_: &str, bytes: &mut dyn Read| io::copy(bytes, &mut io::sink()).map(drop);
        extract(&mut package, &layout, Path::new("/nonexistent"), &mut write).expect("a sink");
        check(package.database());
    } else if let Some((which, changes)) = bytes.split_first() {
        MADE.with(|made| {
            let made = made.get_or_init(self::made);
            let mut database = made[usize::from(*which) % made.len()].clone();
            change(&mut database, &changes[..changes.len().min(60)]);
            check(&database);
        });
    }
});
