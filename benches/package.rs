//! Building a package, whole process, beside wixl: same payload, same run, rounds interleaved, medians.
//!
//! `cargo bench --bench package`. What was measured, and what follows from it, is in `benches/README.md`.

#![allow(clippy::disallowed_methods, reason = "a benchmark starts processes and reads its arguments")]
#![allow(missing_docs, reason = "a benchmark has no users")]

mod made;

use ancm_installer::cab::Source;
use ancm_installer::msi::Cell;
use made::Made;
use std::fs;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Real programs in several sizes, which the tests need anyway.
const PROGRAMS: &str = "/usr/lib/x86_64-linux-gnu/wine/x86_64-windows";

const ROUNDS: usize = 9;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [mode, payload, output] = arguments.as_slice()
        && mode == "--build"
    {
        return build(Path::new(payload), Path::new(output));
    }
    let folder = tempfile::tempdir()?;
    beside_wixl(&folder.path().join("small"), "19 programs", 19, 3_300_000)?;
    beside_wixl(&folder.path().join("large"), "large programs", 400, 115_000_000)?;
    many_small_files(&folder.path().join("many"))
}

/// The tables and the cabinet that wixl makes of the same files, and `_Validation`.
fn build(payload: &Path, output: &Path) -> io::Result<()> {
    let mut made = Made::new();
    for (number, path) in (1..).zip(names(payload)?) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        made.file(&format!("{number:08}.DLL|{name}"), fs::metadata(&path)?.len(), Source::File(path))?;
    }
    for (sequence, action) in (1..).zip(["CostInitialize", "FileCost", "CostFinalize", "InstallFiles"]) {
        made.add("InstallExecuteSequence", vec![Cell::text(action), Cell::Null, Cell::Int(sequence * 100)]);
    }
    let mut out = fs::File::options().read(true).write(true).create(true).truncate(true).open(output)?;
    made.write(std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN), &mut out)?;
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or(" ?");
    writeln!(io::stdout(), "{}", peak.trim())
}

fn names(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut names: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    names.sort();
    Ok(names)
}

/// At most `count` programs of about `total` bytes together; gives how many bytes they really have.
fn programs(folder: &Path, count: usize, total: u64) -> io::Result<u64> {
    fs::create_dir_all(folder)?;
    let mut all = Vec::new();
    for path in
        names(Path::new(PROGRAMS))?.into_iter().filter(|path| path.extension().is_some_and(|e| e == "dll"))
    {
        all.push((fs::metadata(&path)?.len(), path));
    }
    all.sort();
    let average = total / count as u64;
    let middle = all.partition_point(|(size, _)| *size < average);
    let mut left = total;
    // Outwards from the average, larger and smaller in turn.
    let (smaller, larger) = all.split_at(middle);
    for ((size, path), number) in smaller.iter().rev().zip(larger).flat_map(|(a, b)| [b, a]).zip(0..count) {
        fs::copy(path, folder.join(format!("f{number:03}.dll")))?;
        left = left.saturating_sub(*size);
        if left == 0 {
            break;
        }
    }
    names(folder)?.iter().map(|path| Ok(fs::metadata(path)?.len())).sum()
}

fn wixl_source(payload: &Path, source: &Path) -> io::Result<()> {
    let mut text = String::from(
        r#"<?xml version="1.0"?><Wix xmlns="http://schemas.microsoft.com/wix/2006/wi"><Product Id="*" Name="Bench"
 UpgradeCode="0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E11" Version="1.0.0" Manufacturer="Acme" Language="1033">
<Package InstallerVersion="500" Compressed="yes"/><Media Id="1" Cabinet="cab1.cab" EmbedCab="yes"/>
<Directory Id="TARGETDIR" Name="SourceDir">"#,
    );
    let names = names(payload)?;
    for (number, path) in (1..).zip(&names) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        text += &format!(
            r#"<Component Id="C{number}" Guid="00000000-0000-0000-0000-{number:012X}"><File Id="F{number}" Name="{name}" Source="{name}"/></Component>"#
        );
    }
    text += r#"</Directory><Feature Id="All" Level="1">"#;
    (1..=names.len()).for_each(|number| text += &format!(r#"<ComponentRef Id="C{number}"/>"#));
    fs::write(source, text + "</Feature></Product></Wix>")
}

/// Wall time of a process, and what it says.
fn timed(command: &mut Command) -> io::Result<(Duration, String)> {
    let start = Instant::now();
    let output = command.stderr(Stdio::inherit()).output()?;
    let time = start.elapsed();
    if !output.status.success() {
        return Err(io::Error::other(format!("{command:?}: {}", output.status)));
    }
    Ok((time, String::from_utf8_lossy(&output.stdout).trim().to_owned()))
}

fn ours(payload: &Path, output: &Path) -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--build").arg(payload).arg(output);
    Ok(command)
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1e3
}

fn beside_wixl(folder: &Path, what: &str, count: usize, total: u64) -> io::Result<()> {
    if !Path::new(PROGRAMS).is_dir() || Command::new("wixl").arg("--version").output().is_err() {
        return writeln!(io::stdout(), "skipped: {what}: wixl or the programs in {PROGRAMS} are missing");
    }
    let payload = folder.join("payload");
    let bytes = programs(&payload, count, total)?;
    let (source, theirs, mine) = (folder.join("x.wxs"), folder.join("wixl.msi"), folder.join("ours.msi"));
    wixl_source(&payload, &source)?;
    let (mut our_times, mut their_times, mut peak) = (Vec::new(), Vec::new(), String::new());
    for _ in 0..if total > 50_000_000 { 3 } else { ROUNDS } {
        their_times
            .push(timed(Command::new("wixl").current_dir(&payload).arg("-o").arg(&theirs).arg(&source))?.0);
        let (time, said) = timed(&mut ours(&payload, &mine)?)?;
        our_times.push(time);
        peak = said;
    }
    let (our_time, their_time) = (median(our_times), median(their_times));
    let (our_size, their_size) = (fs::metadata(&mine)?.len(), fs::metadata(&theirs)?.len());
    writeln!(
        io::stdout(),
        "{what}, {bytes} bytes: ours {our_time:.1} ms, {our_size} bytes, peak {peak}; \
         wixl {their_time:.1} ms, {their_size} bytes; time {:.2}, size {:.3}",
        our_time / their_time,
        our_size as f64 / their_size as f64,
    )
}

fn many_small_files(folder: &Path) -> io::Result<()> {
    let payload = folder.join("payload");
    fs::create_dir_all(&payload)?;
    for number in 0..10_000 {
        fs::write(
            payload.join(format!("file{number:05}.txt")),
            format!("the small file number {number}\n").repeat(5),
        )?;
    }
    let mut times = Vec::new();
    let mut peak = String::new();
    for _ in 0..ROUNDS {
        let (time, said) = timed(&mut ours(&payload, &folder.join("ours.msi"))?)?;
        times.push(time);
        peak = said;
    }
    writeln!(io::stdout(), "10,000 small files: {:.1} ms, peak {peak}", median(times))
}
