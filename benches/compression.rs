//! One cabinet of the files named, in their order, by every method: its size, and how fast on one thread and on two.
//!
//! `cargo bench --bench compression -- [METHOD...] -- FILE...`, where a method is `mszip` or `lzx:21:fast`.
//! `benches/marks.py` gives it what the encoder is measured by; `docs/compression.md` has the numbers.

#![allow(clippy::disallowed_methods, reason = "a benchmark reads its arguments and the clock")]
#![allow(missing_docs, reason = "a benchmark has no users")]

use ancm_installer::cab::{self, Cabinet, CabinetFile, Effort, Method, Source, Window};
use std::io::{self, Cursor};
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Instant;

const ROUNDS: usize = 3;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let (methods, files) = match arguments.iter().position(|argument| argument == "--") {
        Some(at) => (&arguments[..at], &arguments[at + 1..]),
        None => (&[][..], &arguments[..]),
    };
    if files.is_empty() {
        println!("no files; skipped. `python3 benches/marks.py` names some");
        return Ok(());
    }
    let every = ["mszip", "lzx:21:fast", "lzx:21:balanced", "lzx:21:max"].map(str::to_owned);
    let methods = if methods.is_empty() { &every[..] } else { methods };
    let files = files.iter().map(|path| {
        let bytes = std::fs::read(path)?;
        let name = Path::new(path).file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(CabinetFile { name, size: bytes.len() as u64, modified: 0, source: Source::Bytes(bytes) })
    });
    let files: Vec<CabinetFile> = files.collect::<io::Result<_>>()?;
    let size: u64 = files.iter().map(|file| file.size).sum();
    println!("{} files, {size} bytes", files.len());
    for name in methods {
        let method = method(name).ok_or_else(|| io::Error::other(format!("`{name}` is not a method")))?;
        let cabinet = Cabinet { method, files: files.clone() };
        let mut made = 0;
        let speeds = [1, 2].map(|threads| {
            let threads = NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN);
            let times = (0..ROUNDS).map(|_| {
                let mut out = Cursor::new(Vec::new());
                let start = Instant::now();
                made = cab::write(&cabinet, threads, &mut out).expect("within the limits");
                start.elapsed().as_secs_f64()
            });
            size as f64 / 1e6 / times.fold(f64::MAX, f64::min)
        });
        println!(
            "{name:<18} {made:>11} bytes  {:>6.1} MB/s  {:>6.1} MB/s on two threads",
            speeds[0], speeds[1]
        );
    }
    Ok(())
}

fn method(name: &str) -> Option<Method> {
    let mut parts = name.split(':');
    match (parts.next()?, parts.next(), parts.next()) {
        ("stored", None, None) => Some(Method::Stored),
        ("mszip", None, None) => Some(Method::MsZip),
        ("lzx", Some(exponent), Some(effort)) => {
            let effort: Effort = effort.parse().ok()?;
            Some(Method::Lzx { window: Window::new(exponent.parse().ok()?)?, effort })
        }
        _ => None,
    }
}
