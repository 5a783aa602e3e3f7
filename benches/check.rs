//! Checking a package of 10,000 files, from its bytes to the findings; best of several rounds.
//!
//! `cargo bench --bench check`. The limit is one second.

#![allow(missing_docs, reason = "a benchmark has no users")]

mod made;

use ancm_installer::cab::Source;
use ancm_installer::check::{self, Contents};
use ancm_installer::msi;
use made::Made;
use std::io::{self, Cursor, Write};
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

const FILES: usize = 10_000;
const ROUNDS: usize = 7;
const LIMIT: Duration = Duration::from_secs(1);

fn main() -> io::Result<()> {
    let bytes = package()?;
    let mut best = Duration::MAX;
    let mut count = 0;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let mut package = msi::Package::open(Cursor::new(&bytes)).map_err(io::Error::other)?;
        let container = msi::inspect(&mut package).map_err(io::Error::other)?;
        let none =
            |_: &str| -> std::io::Result<Cursor<Vec<u8>>> { Err(std::io::Error::other("it is not there")) };
        let contents = Contents::read(&mut package, none).with_container(container);
        count = check::check(package.database(), package.validation(), &contents).len();
        best = best.min(start.elapsed());
    }
    writeln!(io::stdout(), "{FILES} files, {} bytes: {best:.0?}, {count} findings", bytes.len())?;
    if best > LIMIT { Err(io::Error::other("that is too slow")) } else { Ok(()) }
}

/// A package of small files, each in a component of its own.
fn package() -> io::Result<Vec<u8>> {
    let mut made = Made::new();
    for number in 1..=FILES {
        let bytes = format!("the small file number {number}\n").repeat(5).into_bytes();
        let name = format!("{number:08}.TXT|file{number:05}.txt");
        made.file(&name, bytes.len() as u64, Source::Bytes(bytes))?;
    }
    let mut out = Cursor::new(Vec::new());
    made.write(NonZeroUsize::MIN, &mut out)?;
    Ok(out.into_inner())
}
