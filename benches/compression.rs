//! One cabinet of the files named, in their order, by every method: its size, and how fast on one thread and on two.
//!
//! `cargo bench -p installer-cab -- [METHOD...] -- FILE...`, where a method is `mszip` or `lzx:21:fast`. `marks.py` beside
//! this gives it what the encoder is measured by; `docs/compression.md` has the numbers.
//!
//! The speed on one thread goes by the processor's time where the system tells it (Linux), so that others may use the
//! machine; the speed on two threads goes by the clock.

#![allow(clippy::disallowed_methods, reason = "a benchmark reads its arguments and the clock")]
#![allow(missing_docs, reason = "a benchmark has no users")]

use installer_cab::{self as cab, Cabinet, CabinetFile, Effort, Method, Source, Window};
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
        let [one, two] = [1, 2].map(|threads| {
            let threads = NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN);
            let rounds = (0..ROUNDS).map(|_| {
                let mut out = Cursor::new(Vec::new());
                let (processor, start) = (processor_time(), Instant::now());
                made = cab::write(&cabinet, threads, &mut out).expect("within the limits");
                let elapsed = start.elapsed().as_secs_f64();
                [processor.zip(processor_time()).map_or(elapsed, |(before, after)| after - before), elapsed]
            });
            let best =
                rounds.fold([f64::MAX; 2], |best, round| [best[0].min(round[0]), best[1].min(round[1])]);
            best.map(|seconds| size as f64 / 1e6 / seconds)
        });
        println!(
            "{name:<18} {made:>11} bytes  {:>6.2} MB/s by the processor, {:>6.2} by the clock, {:>6.2} on two threads",
            one[0], one[1], two[1]
        );
    }
    Ok(())
}

/// Seconds that the processor has worked for this process, on one thread at least; none where the system does not tell.
fn processor_time() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    let nanoseconds: u64 = text.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds as f64 / 1e9)
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
