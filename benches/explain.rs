//! Reading a log of 1 GB, in a process of its own, beside `grep -c` on the same file.
//!
//! `cargo bench --bench explain`. The limits are 300 MB/s on one core, and 32 MiB.

#![allow(clippy::disallowed_methods, reason = "a benchmark starts processes and reads its arguments")]
#![allow(missing_docs, reason = "a benchmark has no users")]

use ancm_installer::explain;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const BYTES: u64 = 1 << 30;
const LIMIT: f64 = 300.0;
const PEAK: u64 = 32 << 10;
const ROUNDS: usize = 3;

fn main() -> io::Result<()> {
    if let [mode, log] = std::env::args().skip(1).collect::<Vec<_>>().as_slice()
        && mode == "--read"
    {
        return read(Path::new(log));
    }
    let folder = tempfile::tempdir()?;
    let log = folder.path().join("install.log");
    write(&log)?;
    let (mut ours, mut greps, mut said) = (Duration::MAX, Duration::MAX, String::new());
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let output = Command::new(std::env::current_exe()?).arg("--read").arg(&log).output()?;
        ours = ours.min(start.elapsed());
        said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let start = Instant::now();
        Command::new("grep").args(["-c", "Return value 3"]).arg(&log).output()?;
        greps = greps.min(start.elapsed());
    }
    let rate = |time: Duration| BYTES as f64 / 1e6 / time.as_secs_f64();
    writeln!(
        io::stdout(),
        "{BYTES} bytes: {ours:.2?}, {:.0} MB/s, peak {said} KiB; grep -c: {greps:.2?}, {:.0} MB/s",
        rate(ours),
        rate(greps)
    )?;
    let peak: u64 = said.parse().map_err(io::Error::other)?;
    if rate(ours) < LIMIT || peak > PEAK {
        return Err(io::Error::other(format!("promised: {LIMIT} MB/s and {PEAK} KiB")));
    }
    Ok(())
}

/// Reads the log, and says the peak in KiB.
fn read(log: &Path) -> io::Result<()> {
    let story = explain::read(File::open(log)?)?;
    assert!(story.bytes >= BYTES && !story.sessions.is_empty());
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0");
    writeln!(io::stdout(), "{}", peak.trim().trim_end_matches(" kB"))
}

/// A verbose log in the shapes that Windows Installer writes: an installation of a great many files and values, which ends
/// well.
fn write(log: &Path) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(log)?);
    writeln!(
        out,
        "=== Verbose logging started: 1/2/2024  10:00:00  Build type: SHIP UNICODE 5.00.10011.00  Calling process: C:\\Windows\\system32\\msiexec.exe ===\r"
    )?;
    writeln!(
        out,
        "MSI (s) (A4:10) [10:00:00:100]: ******* RunEngine:\r\n           ******* Product: C:\\Temp\\relay.msi\r\n           ******* Action: INSTALL\r\n           ******* CommandLine: **********\r"
    )?;
    writeln!(out, "Action start 10:00:01: InstallFiles.\r")?;
    let mut written = 0;
    let mut number = 0_u64;
    let mut lines = String::new();
    while written < BYTES {
        use std::fmt::Write as _;
        lines.clear();
        for _ in 0..1000 {
            number += 1;
            write!(
                lines,
                "MSI (s) (A4:10) [10:{:02}:{:02}:{:03}]: Executing op: ComponentRegister(ComponentId={{{number:08X}-0000-0000-0000-{number:012X}}},KeyPath=C:\\Program Files\\Relay\\file{number}.dll,State=3,,Disk=1,SharedDllRefCount=0,BinaryType=1)\r\n\
                 MSI (s) (A4:10) [10:{:02}:{:02}:{:03}]: Executing op: FileCopy(SourceName=file{number}.dll,SourceCabKey=f{number},DestName=file{number}.dll,Attributes=512,FileSize=4096,PerTick=65536,,VerifyMedia=1,,,,,CheckCRC=0,Version=1.0.0.0,Language=1033,InstallMode=58982400,,,,,,,)\r\n\
                 MSI (s) (A4:10) [10:{:02}:{:02}:{:03}]: File: C:\\Program Files\\Relay\\file{number}.dll;\tTo be installed;\tWon't patch;\tNo existing file\r\n\
                 InstallFiles: File: file{number}.dll,  Directory: C:\\Program Files\\Relay\\,  Size: 4096\r\n\
                 MSI (s) (A4:10) [10:{:02}:{:02}:{:03}]: Note: 1: 2318 2: C:\\Program Files\\Relay\\file{number}.dll \r\n",
                number / 60 % 60, number % 60, number % 1000, number / 60 % 60, number % 60, number % 1000,
                number / 60 % 60, number % 60, number % 1000, number / 60 % 60, number % 60, number % 1000,
            )
            .map_err(io::Error::other)?;
        }
        written += lines.len() as u64;
        out.write_all(lines.as_bytes())?;
    }
    writeln!(
        out,
        "Action ended 10:59:59: InstallFiles. Return value 1.\r\nAction ended 10:59:59: INSTALL. Return value 1.\r"
    )?;
    writeln!(
        out,
        "MSI (s) (A4:10) [10:59:59:900]: MainEngineThread is returning 0\r\n=== Verbose logging stopped: 1/2/2024  10:59:59 ===\r"
    )?;
    out.flush()
}
