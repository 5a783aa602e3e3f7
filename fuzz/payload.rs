//! Any bytes as a payload: an archive of whatever kind they look like, archives inside of it, images and signatures. Nothing
//! panics, every path that is shown stays inside, and no member is larger than the limits.

#![no_main]

use ancm_installer::archive::{self, File, Kind, Limits, Source, Visitor, relative, walk};
use ancm_installer::payload::inspect::Inspection;
use ancm_installer::product::Product;
use libfuzzer_sys::fuzz_target;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::LazyLock;

static PRODUCT: LazyLock<Product> = LazyLock::new(|| {
    Product::parse("ancm", "product.toml", include_str!("../wix/products/ancm/product.toml")).expect("our product")
});

/// Small enough that a bomb costs milliseconds.
const LIMITS: Limits = Limits { total: 16 << 20, members: 4096, memory: 8 << 20, ratio: 200, free: 4 << 20 };

struct Seen(u64);

impl Seen {
    fn look(&mut self, mut file: File<'_>) -> io::Result<()> {
        for name in file.inside.iter().map(String::as_str).chain([file.name]) {
            assert_eq!(relative(name).as_deref(), Ok(name), "a path that leads elsewhere");
        }
        self.0 += io::copy(&mut file.by_ref(), &mut io::sink())?;
        assert!(self.0 <= 2 * LIMITS.total, "more than the limit");
        Ok(())
    }
}

impl Visitor for Seen {
    fn enters(&mut self, _depth: usize) -> bool {
        true
    }

    fn archive(&mut self, file: File<'_>, _kind: Kind, _source: &Source) -> io::Result<()> {
        self.look(file)
    }

    fn file(&mut self, file: File<'_>) -> io::Result<()> {
        self.look(file)
    }

    fn problem(&mut self, _path: &str, error: archive::Error) {
        assert!(!error.to_string().is_empty());
    }
}

fuzz_target!(|input: &[u8]| {
    let path: PathBuf = std::env::temp_dir().join(format!("payload-{}", std::process::id()));
    std::fs::write(&path, input).expect("room");
    let _ = walk(&path, LIMITS, &mut Seen(0));
    let _ = Inspection::of(&[path.into()], &PRODUCT);
});
