//! The native views, run on an ARM64 machine: Debian's Wine under qemu-system-aarch64 (`native/vm`).
//!
//! Not part of the ordinary tests: making and starting the machine takes minutes and 1.5 GB of downloads and disk.
//! `ANCM_ARM64_VM=FOLDER cargo test -p xtask --test suite arm64` makes it in FOLDER where it is not there yet, and runs.

use crate::modules::loader::{Programs, stand_in_loader};
use crate::modules::rewrite::rewrite_forwarder;
use crate::modules::{self, VERSION, forwarder_job, link, stand_in};
use crate::support;
use ancm_installer::id::{Arch, Dll};
use ancm_installer::native::loader::X64Code;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const MARK: u32 = 0x0_1A64;

/// Each case: a folder, how the probe calls, and what it must say.
const CASES: [(&str, &str, &str); 6] = [
    ("good", "twice", "returned 0x00001a64 0x00001a64; references 0x00000001"),
    ("missing", "twice", "returned 0x8007007e 0x8007007e; references 0x00000000"),
    ("no export", "twice", "returned 0x8007007f 0x8007007f; references 0x00000000"),
    ("Größe 測試 ☃", "once", "returned 0x00001a64; references 0x00000001"),
    (
        "good",
        "threads",
        "returned 0x00001a64 0x00001a64 0x00001a64 0x00001a64 0x00001a64 0x00001a64 0x00001a64 0x00001a64; references 0x00000001",
    ),
    // why there is a loader at all
    ("forwarder", "once", "GetProcAddress 0x0000007f"),
];

/// The machine's folder; where nobody asks for it, or a tool is missing, says so and gives nothing.
fn machine() -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("ANCM_ARM64_VM").map(PathBuf::from) else {
        eprintln!("skipped: ANCM_ARM64_VM does not name a folder for the ARM64 machine");
        return None;
    };
    for tool in ["qemu-system-aarch64", "mmdebstrap", "cpio", "mke2fs", "xz", modules::loader::CLANG] {
        if which::which_global(tool).is_err() {
            eprintln!("skipped: `{tool}` is not on the PATH; native/vm/make.sh says what to install");
            return None;
        }
    }
    if !folder.join("disk.ext4").is_file() {
        support::run(Command::new(script("make.sh")).arg(&folder));
    }
    Some(folder)
}

/// A machine, and what its programs are made with.
struct Bench {
    machine: PathBuf,
    /// What the machine is given.
    job: PathBuf,
    /// What is built here.
    built: PathBuf,
    programs: Programs,
    _scratch: TempDir,
}

impl Bench {
    fn new() -> Option<Bench> {
        let machine = machine()?;
        let scratch = tempfile::tempdir().expect("a temporary folder");
        let [job, built] = ["job", "built"].map(|name| scratch.path().join(name));
        for folder in [&job, &built] {
            std::fs::create_dir(folder).expect("a new folder");
        }
        let programs = Programs::new(Arch::Arm64, &built).expect("clang was looked for");
        Some(Bench { machine, job, built, programs, _scratch: scratch })
    }
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../native/vm").join(name)
}

/// Runs programs on the machine: `cases` are the path of the module below the job's folder and the program beside the job's
/// script, how that calls, and what it must say.
fn run(machine: &Path, job: &Path, cases: &[(&str, String, &str, &str)]) {
    // through `cat`: on a console Wine writes escape sequences
    let line = |(program, module, how, _): &(&str, String, &str, &str)| {
        format!("wine64 '/job/{program}' {how} 'Z:\\job\\{}' | cat; echo\n", module.replace('/', "\\"))
    };
    std::fs::write(job.join("job.sh"), cases.iter().map(line).collect::<String>()).expect("writable");
    // the first start makes Wine's own folders
    let output = support::run(Command::new(script("run.sh")).arg(machine).arg(job).arg("1800"));
    let output = String::from_utf8_lossy(&output).into_owned();
    let said: Vec<&str> = output
        .lines()
        .map(str::trim)
        .skip_while(|line| *line != "JOB BEGINS")
        .skip(1)
        .take_while(|line| !line.starts_with("JOB ENDS"))
        .filter(|line| !line.is_empty())
        .collect();
    let expected: Vec<&str> = cases.iter().map(|(_, _, _, expected)| *expected).collect();
    assert_eq!(said, expected, "{output}");
}

/// URL Rewrite's three exports, through the patch's forwarder, as a worker process of ARM64 reaches them: its folder is that of
/// the DLLs.
#[test]
fn an_arm64_process_reaches_url_rewrite_through_the_forwarder() {
    let Some(Bench { machine, job, built, programs, .. }) = &Bench::new() else { return };
    let mut cases = Vec::new();
    for function in ["CreateCoreLogic", "EvaluateInput", "RegisterModule"] {
        let folder = job.join(function);
        std::fs::create_dir(&folder).expect("a new folder");
        programs.probe_of(function, "rewrite");
        std::fs::copy(built.join("probe.exe"), folder.join("w3wp.exe")).expect("writable");
        std::fs::write(folder.join("rewrite.dll"), rewrite_forwarder()).expect("writable");
        std::fs::write(folder.join("rewrite_arm64.dll"), programs.handler(function, MARK)).expect("writable");
        cases.push((format!("{function}/w3wp.exe"), format!("{function}/rewrite.dll")));
    }
    let cases: Vec<_> = cases
        .iter()
        .map(|(program, module)| {
            (program.as_str(), module.clone(), "once", "returned 0x00001a64; references 0x00000001")
        })
        .collect();
    run(machine, job, &cases);
}

#[test]
fn an_arm64_process_reaches_the_handler_through_the_loader() {
    let Some(Bench { machine, job, built, programs, .. }) = &Bench::new() else { return };
    programs.probe();
    std::fs::copy(built.join("probe.exe"), job.join("probe.exe")).expect("writable");
    let handler = programs.handler("CreateApplication", MARK);
    let other = programs.handler("Other", MARK);
    let loader = stand_in_loader(X64Code::X64);
    let [arm64, x64] = [Arch::Arm64, Arch::X64].map(|arch| stand_in(Dll::Handler, arch, VERSION));
    let forwarder = link(&forwarder_job("aspnetcorev2_outofprocess", &arm64, &x64, VERSION).expect("a job"));

    let mut cases = Vec::new();
    for (folder, how, expected) in CASES {
        let path = job.join(folder);
        std::fs::create_dir_all(&path).expect("a new folder");
        let module = if folder == "forwarder" { &forwarder } else { &loader };
        std::fs::write(path.join("aspnetcorev2_outofprocess.dll"), module).expect("writable");
        let beside = match folder {
            "missing" => None,
            "no export" => Some(&other),
            _ => Some(&handler),
        };
        if let Some(bytes) = beside {
            std::fs::write(path.join("aspnetcorev2_outofprocess_arm64.dll"), bytes).expect("writable");
        }
        cases.push(("probe.exe", format!("{folder}/aspnetcorev2_outofprocess.dll"), how, expected));
    }
    run(machine, job, &cases);
}
