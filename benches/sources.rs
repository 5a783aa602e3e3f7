//! Building a package of 10,000 files out of 500 sources: the embedded engine from text to the written .msi, in a process
//! of its own for each round.
//!
//! `cargo bench --bench sources`. What was measured is in `benches/README.md`.

#![allow(clippy::disallowed_methods, reason = "a benchmark starts processes and reads its arguments")]
#![allow(missing_docs, reason = "a benchmark has no users")]

use ancm_installer::id::Arch;
use ancm_installer::msi;
use ancm_installer::wix::{BindPath, Compat, Request, build, preprocess};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

const SOURCES: usize = 500;
const FILES: usize = 20;
const ROUNDS: usize = 7;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [mode, folder] = arguments.as_slice()
        && mode == "--build"
    {
        return run(Path::new(folder));
    }
    let folder = tempfile::tempdir()?;
    write_sources(folder.path())?;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let mut child = Command::new(std::env::current_exe()?);
        let said = child.arg("--build").arg(folder.path()).stderr(Stdio::inherit()).output()?;
        rounds.push(String::from_utf8_lossy(&said.stdout).trim().to_owned());
    }
    rounds.sort();
    let size = fs::metadata(folder.path().join("out.msi"))?.len();
    let name = format!("{} files in {SOURCES} sources, {size} bytes", SOURCES * FILES);
    writeln!(io::stdout(), "{name}; median of {ROUNDS}: {}", rounds[ROUNDS / 2])
}

/// A package, and fragments with a group of components each, as a harvester writes them.
fn write_sources(folder: &Path) -> io::Result<()> {
    let wix =
        |inside: &str| format!("<Wix xmlns=\"http://wixtoolset.org/schemas/v4/wxs\">\n{inside}</Wix>\n");
    let mut package = String::from(
        "<Package Name=\"Bench\" Manufacturer=\"Acme\" Version=\"1.0\" UpgradeCode=\"{7E0B6C55-9B0E-4A6B-8B5D-0C9C8F7B6A02}\">\n\
         <MediaTemplate EmbedCab=\"yes\" />\n<MajorUpgrade DowngradeErrorMessage=\"newer\" />\n\
         <StandardDirectory Id=\"ProgramFiles64Folder\"><Directory Id=\"INSTALLFOLDER\" Name=\"Bench\" /></StandardDirectory>\n\
         <Feature Id=\"Main\">\n",
    );
    for source in 0..SOURCES {
        let _ = writeln!(package, "<ComponentGroupRef Id=\"Group{source}\" />");
        let below = folder.join(format!("files/d{source}"));
        fs::create_dir_all(&below)?;
        let mut text = format!(
            "<Fragment>\n  <DirectoryRef Id=\"INSTALLFOLDER\"><Directory Id=\"D{source}\" Name=\"d{source}\" /></DirectoryRef>\n\
             </Fragment>\n<Fragment>\n  <ComponentGroup Id=\"Group{source}\" Directory=\"D{source}\">\n"
        );
        for file in 0..FILES {
            fs::write(below.join(format!("f{file}.txt")), format!("{source} {file}\n").repeat(40))?;
            let _ = writeln!(
                text,
                "    <Component Id=\"C{source}.{file}\">\n      <File Id=\"F{source}.{file}\" KeyPath=\"yes\" \
                 Source=\"d{source}\\f{file}.txt\" />\n    </Component>"
            );
        }
        text += "  </ComponentGroup>\n</Fragment>\n";
        fs::write(folder.join(format!("s{source}.wxs")), wix(&text))?;
    }
    package += "</Feature>\n</Package>\n";
    fs::write(folder.join("package.wxs"), wix(&package))
}

/// Builds, and prints milliseconds elapsed, processor time and peak memory.
fn run(folder: &Path) -> io::Result<()> {
    let begin = Instant::now();
    let mut sources: Vec<PathBuf> =
        (0..SOURCES).map(|source| folder.join(format!("s{source}.wxs"))).collect();
    sources.push(folder.join("package.wxs"));
    let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let request = Request {
        sources,
        libraries: Vec::new(),
        extension_libraries: Vec::new(),
        extensions: Vec::new(),
        localizations: Vec::new(),
        cultures: Vec::new(),
        preprocess: preprocess::Options {
            defines: BTreeMap::new(),
            include_paths: Vec::new(),
            environment: BTreeMap::new(),
            arch: Arch::X64,
            current_dir: folder.to_owned(),
            timestamp: 1_700_000_000,
            compat: Compat::default(),
        },
        bind_paths: vec![BindPath { name: None, folder: folder.join("files") }],
        bind_variables: BTreeMap::new(),
        timestamp: 1_700_000_000,
        application: "bench".to_owned(),
        compression: Default::default(),
        effort: Default::default(),
        threads,
        legacy_registry_guids: false,
    };
    let outcome = build(&request);
    let output = outcome.output.ok_or_else(|| io::Error::other(format!("{:?}", outcome.diagnostics)))?;
    let built = begin.elapsed();
    let mut out =
        File::options().read(true).write(true).create(true).truncate(true).open(folder.join("out.msi"))?;
    msi::write(&output.database, threads, &mut out).map_err(io::Error::other)?;
    let all = begin.elapsed();
    let ticks = |stat: String| -> u64 {
        let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
        after.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum()
    };
    let processor = ticks(fs::read_to_string("/proc/self/stat").unwrap_or_default()) * 10;
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or(" ?");
    writeln!(
        io::stdout(),
        "{:4} ms ({} ms compiled), processor time {processor} ms, peak {}",
        all.as_millis(),
        built.as_millis(),
        peak.trim()
    )
}
