//! How long a large bundle is looked through, and how long a package is unpacked, beside msiextract and 7-Zip in the same run.
//!
//! `cargo bench -p xtask --profile dev --bench payload` measures the program that `cargo xtask` runs. What was measured is in
//! `benches/README.md`.

#[path = "../tests/bundle/mod.rs"]
mod bundle;
#[path = "../tests/modules/mod.rs"]
mod modules;
#[path = "../../tests/support/mod.rs"]
mod support;

use modules::{VERSION, stand_in_files};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Real programs: what the packages in the bundle hold.
const PROGRAMS: &str = "/usr/lib/x86_64-linux-gnu/wine/x86_64-windows";
const PROGRAM_BYTES: u64 = 116_000_000;
const ROUNDS: usize = 3;
/// What is promised of the bundle.
const TIME: Duration = Duration::from_millis(1500);
const PEAK: u64 = 100 << 10;

fn main() {
    let programs = [PROGRAMS, "/usr/bin/wixl", "/usr/bin/msiextract", "/usr/bin/7z"];
    if let Some(missing) = programs.iter().find(|path| !Path::new(path).exists()) {
        return println!("skipped: `{missing}` is not there");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let package = path("programs.msi");
    let count = wixl(&package, &path("programs.wxs"));
    let programs = fs::read(&package).expect("made");
    let module = bundle::cabinet(&stand_in_files(VERSION));
    // a hosting bundle has as many bytes, and as many kinds: programs that are compressed already, twice, and the module
    let mut noise = 1_u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (noise >> 24) as u8
    })
    .take((120 << 20) - 2 * programs.len())
    .collect();
    let payloads =
        [("a.msi", programs.clone()), ("b.bin", noise), ("c.msi", programs), ("module.cab", module)];
    let payloads = payloads.map(|(name, bytes)| (name.to_owned(), bytes));
    let whole = path("hosting.exe");
    fs::write(&whole, bundle::bundle(&payloads)).expect("room");
    let size = fs::metadata(&whole).expect("made").len();
    let (time, peak) = best(|| command(&["payload", "inspect"], &[&whole]));
    println!("bundle of {size} bytes: {time:.2?}, peak {peak} KiB (promised: {TIME:?}, {PEAK} KiB)");

    let size = fs::metadata(&package).expect("made").len();
    let out = path("out");
    let unpacked = |program: &str| match program {
        "ours" => command(&["payload", "extract", "-o"], &[&out, &package]),
        "msiextract" => with("msiextract", &["-C"], &[&out, &package]),
        _ => with("7z", &["x", "-y", "-bd"], &[&PathBuf::from(format!("-o{}", out.display())), &package]),
    };
    for program in ["ours", "msiextract", "7z"] {
        let (time, peak) = best(|| {
            let _ = fs::remove_dir_all(&out);
            unpacked(program)
        });
        println!(
            "package of {count} programs, {size} bytes, unpacked by {program}: {time:.2?}, peak {peak} KiB"
        );
    }
}

fn command(arguments: &[&str], paths: &[&PathBuf]) -> Command {
    with(env!("CARGO_BIN_EXE_xtask"), arguments, paths)
}

fn with(program: &str, arguments: &[&str], paths: &[&PathBuf]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).args(paths).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// The shortest time of several runs, and the highest peak in KiB.
fn best(command: impl Fn() -> Command) -> (Duration, u64) {
    let mut best = (Duration::MAX, 0);
    for _ in 0..ROUNDS {
        let mut command = command();
        let start = Instant::now();
        let mut child = command.spawn().expect("it starts");
        let mut peak = 0;
        let status = loop {
            let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
            let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            peak = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(peak);
            if let Some(status) = child.try_wait().expect("it is ours") {
                break status;
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        assert!(status.success(), "{command:?}: {status}");
        best = (best.0.min(start.elapsed()), best.1.max(peak));
    }
    best
}

/// A package of Wine's programs by wixl; gives how many there are.
fn wixl(package: &Path, source: &Path) -> usize {
    let mut text = String::from(
        r#"<?xml version="1.0"?><Wix xmlns="http://schemas.microsoft.com/wix/2006/wi"><Product Id="*" Name="Bench"
 UpgradeCode="0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E11" Version="1.0.0" Manufacturer="Acme" Language="1033">
<Package InstallerVersion="500" Compressed="yes"/><Media Id="1" Cabinet="cab1.cab" EmbedCab="yes"/>
<Directory Id="TARGETDIR" Name="SourceDir">"#,
    );
    let all = fs::read_dir(PROGRAMS).expect("readable").map(|entry| entry.expect("readable").path());
    let mut all: Vec<PathBuf> = all.filter(|path| path.extension().is_some_and(|end| end == "dll")).collect();
    all.sort();
    let mut left = PROGRAM_BYTES;
    all.retain(|path| {
        let size = fs::metadata(path).expect("readable").len();
        let fits = size <= left;
        left -= if fits { size } else { 0 };
        fits
    });
    for (number, path) in all.iter().enumerate() {
        let name = path.file_name().expect("a file").to_string_lossy();
        write!(
            text,
            r#"<Component Id="C{number}" Guid="00000000-0000-0000-0000-{number:012X}"><File Id="F{number}" Name="{name}" Source="{name}"/></Component>"#
        )
        .expect("room");
    }
    text += r#"</Directory><Feature Id="All" Level="1">"#;
    (0..all.len()).for_each(|number| write!(text, r#"<ComponentRef Id="C{number}"/>"#).expect("room"));
    fs::write(source, text + "</Feature></Product></Wix>").expect("room");
    // it takes no absolute names
    let mut wixl = Command::new("wixl");
    let status = wixl.current_dir(PROGRAMS).arg("-o").arg(package).arg(source).status().expect("it starts");
    assert!(status.success());
    all.len()
}
