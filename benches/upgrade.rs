//! The promises of the upgrade simulator: a pair of packages loaded and played in under 5 ms, every baseline over every
//! other of its machine in under 0.5 s, a pair of packages with 10,000 files in under 1 s. And how long reading an .msi
//! takes, beside msitools in the same run.

#![allow(clippy::disallowed_methods, reason = "msitools is a program")]

mod tables;

use ancm_installer::msi::schema::standard_table;
use ancm_installer::msi::{self, Database};
use ancm_installer::upgrade::matrix::{Accident, Installed, Target, runs_on};
use ancm_installer::upgrade::{Baseline, Package, Payload, Report, Scenario, Verdict, read_payload};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn baselines() -> Vec<(String, Baseline)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("wix/products/ancm/baselines");
    let mut found: Vec<(String, Baseline)> = std::fs::read_dir(folder)
        .expect("the baselines")
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&path).expect("readable");
            (name.clone(), Baseline::parse(&name, &text).expect("a baseline"))
        })
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

/// A package with `files` files, each in a component of its own.
fn large(files: usize, release: usize) -> Database {
    let mut database = Database::default();
    database.summary.template = "x64;1033".to_owned();
    let mut row = |table: &str, cells: &[&str]| {
        let empty = || standard_table(table).expect("a standard table");
        let table = database.tables.entry(table.to_owned()).or_insert_with(empty);
        tables::add(table, cells);
    };
    let guid = |kind: usize, number: usize| format!("{{{kind:08X}-0000-4000-8000-{number:012X}}}");
    let version = format!("{release}.0.0");
    for (property, value) in [
        ("ProductCode", guid(1, release)),
        ("UpgradeCode", guid(2, 0)),
        ("ProductVersion", version),
        ("ALLUSERS", "1".to_owned()),
    ] {
        row("Property", &[property, &value]);
    }
    for (number, action) in [
        "FindRelatedProducts",
        "CostInitialize",
        "CostFinalize",
        "InstallValidate",
        "InstallInitialize",
        "ProcessComponents",
        "RemoveFiles",
        "InstallFiles",
        "RegisterProduct",
        "InstallFinalize",
        "RemoveExistingProducts",
    ]
    .into_iter()
    .enumerate()
    {
        row("InstallExecuteSequence", &[action, "", &(100 * (number + 1)).to_string()]);
    }
    row("Upgrade", &[&guid(2, 0), "", "9.0.0", "", "0", "", "OLD"]);
    row("Directory", &["TARGETDIR", "", "SourceDir"]);
    row("Directory", &["APP", "TARGETDIR", "App"]);
    row("Feature", &["F", "", "", "", "1", "1", "", "0"]);
    for number in 0..files {
        let (component, file) = (format!("C{number}"), format!("f{number}"));
        row("Component", &[&component, &guid(3, number), "APP", "256", "", &file]);
        row("FeatureComponents", &["F", &component]);
        let place = (number + 1).to_string();
        row(
            "File",
            &[&file, &component, &format!("{file}.dll"), "1", &format!("{release}.0.0.0"), "", "0", &place],
        );
    }
    database
}

/// The median of `runs` runs.
fn median<T>(runs: usize, mut run: impl FnMut() -> T) -> Duration {
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(run());
            start.elapsed()
        })
        .collect();
    times.sort();
    times[runs / 2]
}

/// One of Microsoft's packages, written by msitools; nothing where the tables or the tools are missing.
fn real(folder: &Path) -> Option<PathBuf> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let path = folder.join("old-iisexpress-arm64.msi");
    let made = Command::new("python3")
        .arg(shared.join("tools/msi-from-tables.py"))
        .arg(shared.join("facts/ancm/tables/old-iisexpress-arm64.json"))
        .arg(&path)
        .arg("{11111111-0000-4000-8000-00000000000D}")
        .stdout(Stdio::null())
        .status();
    made.is_ok_and(|status| status.success()).then_some(path)
}

/// Reading a real file, tables and the bytes in its cabinet, beside what msitools takes for the tables alone.
fn loading() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(path) = real(folder.path()) else {
        return println!("loading an .msi: not measured, `../shared` or msitools is missing");
    };
    let load = median(51, || {
        let file = std::io::BufReader::new(std::fs::File::open(&path).expect("readable"));
        let mut msi = msi::Package::open(file).expect("a database");
        let payload = read_payload(&mut msi).expect("cabinets");
        Package::load("real", msi.database(), &payload).expect("a package")
    });
    println!("load an .msi with its cabinet: {load:?}");
    let run = |program: &str, arguments: &[&str]| {
        let status = Command::new(program).args(arguments).stdout(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    };
    let shown = path.to_string_lossy();
    let into = folder.path().join("dump").to_string_lossy().into_owned();
    std::fs::create_dir(&into).expect("writable");
    if run("msidump", &["-t", "-d", &into, &shown]) {
        let dump = median(5, || run("msidump", &["-t", "-d", &into, &shown]));
        let one = median(11, || run("msiinfo", &["export", &shown, "Component"]));
        println!("msidump of its tables: {dump:?}; msiinfo export of one table: {one:?}");
    } else {
        println!("msidump: not measured, it is missing");
    }
}

fn main() {
    loading();
    let baselines = baselines();
    let of = |name: &str| &baselines.iter().find(|(own, _)| own == name).expect("it is there").1;
    let pair = median(101, || {
        let old = of("old-iisexpress-arm64").package().expect("a package");
        let new = of("broken-iisexpress-arm64").package().expect("a package");
        Report::of(&Scenario::upgrade(&old, &new))
    });
    println!("load and play one pair: {pair:?}");

    let packages: Vec<Package> = baselines.iter().map(|(_, b)| b.package().expect("a package")).collect();
    let target = |name: &str| packages.iter().position(|package| package.name == name).expect("it is there");
    let six = ["iis-x86", "iis-x64", "iis-arm64", "iisexpress-x86", "iisexpress-x64", "iisexpress-arm64"];
    let mut played = 0;
    let matrix = median(5, || {
        played = 0;
        let installed: Vec<Installed> = packages.iter().map(|old| Installed::new(old, Vec::new())).collect();
        for new in six.map(|family| &packages[target(&format!("net11rc1-{family}"))]) {
            for mode in ["omus", "amus"] {
                let target = Target::with_mode(new, mode);
                for old in installed.iter().filter(|old| runs_on(old.package().arch, new.arch)) {
                    let upgrades = target.over(old);
                    for accident in Accident::ALL {
                        std::hint::black_box(upgrades.after(accident));
                        played += 1;
                    }
                }
            }
        }
    });
    println!("matrix of {played} upgrades: {matrix:?}");

    let (old, new) = (large(10_000, 1), large(10_000, 2));
    let many = median(3, || {
        let old = Package::load("old", &old, &Payload::new()).expect("a package");
        let new = Package::load("new", &new, &Payload::new()).expect("a package");
        let report = Report::of(&Scenario::upgrade(&old, &new));
        assert!(report.outcomes.iter().all(|outcome| outcome.verdict == Verdict::PresentNew));
        assert_eq!(report.outcomes.len(), 10_000);
    });
    println!("load and play a pair with 10,000 files: {many:?}; peak memory {} KiB", peak());
    // nothing is told on systems without /proc
    assert!(
        peak().parse::<u32>().is_ok_and(|kib| kib < 200 << 10) || peak() == "?",
        "more memory than promised"
    );
    assert!(pair < Duration::from_millis(5) && matrix < Duration::from_millis(500), "slower than promised");
    assert!(many < Duration::from_secs(1), "slower than promised");
}

/// The most memory that the process has had so far, where the system tells.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "?".to_owned(), |line| line.trim().trim_end_matches(" kB").to_owned())
}
