//! The bound of the upgrade simulator: 2 s and 256 MiB for any package with up to 50 MB of tables, whatever is in them. Each
//! shape is a package of that size with one kind of row in hundreds of thousands, read from its file and played over its own
//! older release in a process of its own.
//!
//! `cargo bench --bench upgrade_bounds [-- SHAPE [MB]]`.

#![allow(clippy::disallowed_methods, reason = "each shape is played in a process of its own")]

mod tables;

use ancm_installer::msi::schema::standard_table;
use ancm_installer::msi::{self, Column, ColumnKind, Database, Table};
use ancm_installer::upgrade::{Memory, Package, Payload, Report, Scenario};
use std::io::Cursor;
use std::num::NonZeroUsize;
use std::process::Command;

/// A package under construction, which counts roughly what its tables take in the file.
struct Made {
    database: Database,
    bytes: usize,
}

impl Made {
    fn row(&mut self, table: &str, cells: &[&str]) {
        self.bytes += cells.iter().map(|cell| cell.len() + 6).sum::<usize>();
        let table = self.database.tables.entry(table.to_owned()).or_insert_with(|| empty(table));
        tables::add(table, cells);
    }
}

fn empty(name: &str) -> Table {
    let of_iis = || {
        let kind = ColumnKind::Str { width: 255, localizable: false };
        let column = |name: &str, key: bool| Column {
            name: name.to_owned(),
            kind,
            nullable: !key,
            key,
            validation: None,
        };
        let columns = vec![column("Name", true), column("File_", false), column("PreCondition", false)];
        Table { name: name.to_owned(), columns, rows: Vec::new() }
    };
    standard_table(name).unwrap_or_else(of_iis)
}

fn guid(kind: u32, number: usize) -> String {
    format!("{{{kind:08X}-0000-4000-8000-{number:012X}}}")
}

/// Actions in the order of a common package.
const ACTIONS: [&str; 30] = [
    "FindRelatedProducts",
    "AppSearch",
    "LaunchConditions",
    "CostInitialize",
    "FileCost",
    "CostFinalize",
    "MigrateFeatureStates",
    "InstallValidate",
    "InstallInitialize",
    "ProcessComponents",
    "UnpublishFeatures",
    "StopServices",
    "DeleteServices",
    "RemoveRegistryValues",
    "RemoveShortcuts",
    "RemoveEnvironmentStrings",
    "RemoveDuplicateFiles",
    "RemoveFiles",
    "RemoveFolders",
    "CreateFolders",
    "MoveFiles",
    "InstallFiles",
    "DuplicateFiles",
    "CreateShortcuts",
    "WriteRegistryValues",
    "WriteEnvironmentStrings",
    "InstallServices",
    "StartServices",
    "RegisterProduct",
    "InstallFinalize",
];

fn plain(release: usize) -> Made {
    let mut made = Made { database: Database::default(), bytes: 0 };
    made.database.summary.template = "x64;1033".to_owned();
    made.database.summary.revision_number = guid(9, release);
    (made.database.codepage, made.database.summary.codepage) = (1252, 1252);
    for (property, value) in [
        ("ProductCode", guid(1, release)),
        ("UpgradeCode", guid(2, 0)),
        ("ProductVersion", format!("{release}.0.0")),
        ("ProductName", "App".to_owned()),
        ("Manufacturer", "Acme".to_owned()),
        ("ProductLanguage", "1033".to_owned()),
        ("ALLUSERS", "1".to_owned()),
        ("SecureCustomProperties", "OLD".to_owned()),
    ] {
        made.row("Property", &[property, &value]);
    }
    for (number, action) in ACTIONS.iter().enumerate() {
        made.row("InstallExecuteSequence", &[action, "", &(200 * (number + 1)).to_string()]);
    }
    made.row("InstallExecuteSequence", &["RemoveExistingProducts", "", "7000"]);
    made.row("Upgrade", &[&guid(2, 0), "", "9.0.0", "", "0", "", "OLD"]);
    made.row("Directory", &["TARGETDIR", "", "SourceDir"]);
    made.row("Directory", &["ProgramFiles64Folder", "TARGETDIR", "."]);
    made.row("Directory", &["APP", "ProgramFiles64Folder", "App"]);
    made.row("Feature", &["F", "", "", "", "1", "1", "", "0"]);
    component(&mut made, "Main", 0, "APP");
    made.row("File", &["main", "Main", "main.dll", "1", &format!("{release}.0.0.0"), "", "512", "1"]);
    made
}

fn component(made: &mut Made, key: &str, number: usize, directory: &str) {
    made.row("Component", &[key, &guid(3, number), directory, "256"]);
    made.row("FeatureComponents", &["F", key]);
}

/// One row more of a shape; the rows before it were given this way too.
type Shape = (&'static str, fn(&mut Made, usize, usize));

const SHAPES: &[Shape] = &[
    ("registry values", |made, number, _| {
        made.row(
            "Registry",
            &[&format!("r{number}"), "2", &format!(r"Software\Acme\Key{number}"), "Value", "data", "Main"],
        );
    }),
    ("registry values of components each", |made, number, _| {
        let key = format!("C{number}");
        made.row("Component", &[&key, &guid(3, number + 1), "APP", "260", "", &format!("r{number}")]);
        made.row("FeatureComponents", &["F", &key]);
        made.row(
            "Registry",
            &[&format!("r{number}"), "2", r"Software\Acme", &format!("v{number}"), "1", &key],
        );
    }),
    ("files of components each", |made, number, release| {
        let (key, file) = (format!("C{number}"), format!("f{number}"));
        made.row("Component", &[&key, &guid(3, number + 1), "APP", "256", "", &file]);
        made.row("FeatureComponents", &["F", &key]);
        made.row(
            "File",
            &[
                &file,
                &key,
                &format!("{file}.dll"),
                "1",
                &format!("{release}.0.0.0"),
                "",
                "512",
                &(number + 2).to_string(),
            ],
        );
    }),
    ("files of one component", |made, number, _| {
        let file = format!("f{number}");
        made.row(
            "File",
            &[&file, "Main", &format!("{file}.txt"), "1", "", "", "512", &(number + 2).to_string()],
        );
    }),
    ("removal rows", |made, number, _| {
        let key = format!("k{number}");
        made.row("RemoveFile", &[&key, "Main", &format!("*{number}"), "APP", "3"]);
        made.row("RemoveRegistry", &[&key, "2", &format!(r"Software\Old\{number}"), "-", "Main"]);
        made.row("Registry", &[&key, "2", &format!(r"Software\Gone\{number}"), "-", "", "Main"]);
    }),
    ("segments of one variable", |made, number, _| {
        made.row(
            "Environment",
            &[&format!("e{number}"), "=-*PATH", &format!("[~];C:\\folder{number}"), "Main"],
        );
    }),
    ("values of one variable", |made, number, _| {
        made.row("Environment", &[&format!("e{number}"), "=-*ACME", &number.to_string(), "Main"]);
    }),
    ("strings of one value", |made, number, _| {
        made.row(
            "Registry",
            &[&format!("r{number}"), "2", "Software", "list", &format!("[~]text{number}"), "Main"],
        );
    }),
    ("folders in folders", |made, number, _| {
        let parent = if number % 120 == 0 { "APP".to_owned() } else { format!("D{}", number - 1) };
        made.row("Directory", &[&format!("D{number}"), &parent, &format!("d{number}")]);
    }),
    ("components in deep folders", |made, number, _| {
        if number < 120 {
            let parent = if number == 0 { "APP".to_owned() } else { format!("D{}", number - 1) };
            made.row("Directory", &[&format!("D{number}"), &parent, "d"]);
        }
        let key = format!("C{number}");
        made.row("Component", &[&key, &guid(3, number + 1), &format!("D{}", number.min(119)), "256"]);
        made.row("FeatureComponents", &["F", &key]);
        made.row("CreateFolder", &[&format!("D{}", number.min(119)), &key]);
    }),
    ("features", |made, number, _| {
        let parent = if number % 14 == 0 { "F".to_owned() } else { format!("F{}", number - 1) };
        made.row("Feature", &[&format!("F{number}"), &parent, "", "", "1", "1", "", "2"]);
        made.row("FeatureComponents", &[&format!("F{number}"), "Main"]);
        made.row("Condition", &[&format!("F{number}"), "1", "FOUND OR &F = 3"]);
    }),
    ("searches behind each other", |made, number, _| {
        let name = format!("s{number}");
        let parent = if number == 0 { String::new() } else { format!("s{}", number - 1) };
        made.row("AppSearch", &[&format!("S{number}"), &name]);
        made.row("DrLocator", &[&name, &parent, "folder", "1"]);
    }),
    ("custom actions that set properties", |made, number, _| {
        made.row("CustomAction", &[&format!("a{number}"), "51", &format!("P{number}"), "[ComputerName]x"]);
        made.row("InstallExecuteSequence", &[&format!("a{number}"), &format!("%VAR{number}"), "100"]);
    }),
    ("custom actions that move folders", |made, number, _| {
        made.row("Directory", &[&format!("D{number}"), "APP", "d"]);
        made.row("CustomAction", &[&format!("a{number}"), "35", "APP", &format!("C:\\{number}")]);
        made.row("InstallExecuteSequence", &[&format!("a{number}"), "", "1300"]);
    }),
    ("custom actions that plan configurations", |made, number, _| {
        component(made, &format!("C{number}"), number + 1, "APP");
        made.row("CustomAction", &[&format!("a{number}"), "1", "dll", "ScheduleConfiguration"]);
        made.row("InstallExecuteSequence", &[&format!("a{number}"), "", "1900"]);
    }),
    ("other custom actions", |made, number, _| {
        made.row("CustomAction", &[&format!("a{number}"), "3073", "dll", &format!("Function{number}")]);
        made.row("InstallExecuteSequence", &[&format!("a{number}"), "", "1900"]);
    }),
    ("modules", |made, number, _| {
        if number == 0 {
            made.row("CustomAction", &["modules", "1", "dll", "IISScheduleInstallCA"]);
            made.row("InstallExecuteSequence", &["modules", "NOT REMOVE", "4500"]);
        }
        let (key, file) = (format!("C{number}"), format!("f{number}"));
        made.row("Component", &[&key, &guid(3, number + 1), "APP", "256", "", &file]);
        made.row("FeatureComponents", &["F", &key]);
        made.row(
            "File",
            &[&file, &key, &format!("{file}.dll"), "1", "", "", "512", &(number + 2).to_string()],
        );
        made.row("IISGlobalModule", &[&format!("m{number}"), &file]);
    }),
    ("long conditions", |made, number, _| {
        let condition = vec![format!("S{number} OR (A AND B{number})"); 2_000].join(" OR ");
        made.row("AppSearch", &[&format!("S{number}"), "x"]);
        made.row("LaunchCondition", &[&condition, "no"]);
        made.row("Component", &[&format!("C{number}"), &guid(3, number + 1), "APP", "256", &condition]);
        made.row("FeatureComponents", &["F", &format!("C{number}")]);
    }),
    ("conditions that repeat themselves", |made, number, _| {
        let condition = vec![format!("S{number} OR NOT A"); 4_000].join(" OR ");
        made.row("LaunchCondition", &[&condition, "no"]);
        made.row("Component", &[&format!("C{number}"), &guid(3, number + 1), "APP", "256", &condition]);
        made.row("FeatureComponents", &["F", &format!("C{number}")]);
    }),
    ("conditions about many searches", |made, number, _| {
        let names: Vec<String> = (0..200).map(|search| format!("S{}", number * 200 + search)).collect();
        for name in &names {
            made.row("AppSearch", &[name, "x"]);
        }
        made.row(
            "Component",
            &[&format!("C{number}"), &guid(3, number + 1), "APP", "256", &names.join(" OR ")],
        );
        made.row("FeatureComponents", &["F", &format!("C{number}")]);
    }),
    ("upgrade rows", |made, number, _| {
        made.row(
            "Upgrade",
            &[
                &guid(2, 0),
                "",
                &format!("9.0.{}", number % 65_000),
                "",
                &(number / 65_000 * 4096 + 1).to_string(),
                "",
                &format!("OLD{number}"),
            ],
        );
    }),
    ("services", |made, number, _| {
        let (key, name) = (format!("s{number}"), format!("service{number}"));
        made.row("ServiceInstall", &[&key, &name, "", "16", "2", "1", "", "", "", "", "", "Main"]);
        made.row("ServiceControl", &[&key, &name, "161", "", "", "Main"]);
    }),
    ("copies", |made, number, _| {
        let key = format!("k{number}");
        made.row("DuplicateFile", &[&key, "Main", "main", &format!("copy{number}.dll")]);
        made.row("MoveFile", &[&key, "Main", "*", "", "APP", "APP", "0"]);
    }),
    ("properties in properties", |made, number, _| {
        made.row("Property", &[&format!("P{number}"), &format!("[P{}][P{}]", number + 1, number + 2)]);
        made.row(
            "Registry",
            &[
                &format!("r{number}"),
                "2",
                &format!("[P{number}][[P{number}]]"),
                "[[P1][P2]]",
                "[$Main][#main]",
                "Main",
            ],
        );
    }),
    ("shortcuts", |made, number, _| {
        made.row(
            "Shortcut",
            &[&format!("s{number}"), "APP", &format!("link{number}"), "Main", "[$Main]main.dll"],
        );
    }),
    ("long data", |made, number, _| {
        let data = format!("data {number} ").repeat(5_000);
        made.row("Registry", &[&format!("r{number}"), "2", "Software", &format!("v{number}"), &data, "Main"]);
    }),
    ("values of some hundred letters", |made, number, _| {
        let data = format!("{number} ").repeat(60);
        made.row("Registry", &[&format!("r{number}"), "2", "Software", &format!("v{number}"), &data, "Main"]);
    }),
    ("long properties", |made, number, _| {
        made.row("Property", &[&format!("P{number}"), &format!("text {number} ").repeat(5_000)]);
    }),
    ("one long text", |made, number, _| {
        let data = "text ".repeat(200_000);
        made.row("Property", &[&format!("P{number}"), &data]);
    }),
];

/// Writes the package to memory and gives what its tables take in the file.
fn file(shape: &Shape, megabytes: usize, release: usize) -> Vec<u8> {
    let mut made = plain(release);
    let mut number = 0;
    while made.bytes < megabytes * 1_000_000 {
        (shape.1)(&mut made, number, release);
        number += 1;
    }
    let mut file = Cursor::new(Vec::new());
    msi::write(&made.database, NonZeroUsize::MIN, &mut file).expect("a package");
    file.into_inner()
}

fn load(name: &str, path: &str) -> Result<Package, String> {
    let file = std::io::BufReader::new(std::fs::File::open(path).expect("readable"));
    let msi = msi::Package::open_if(file, |rows| Memory::default().admits(rows))
        .map_err(|error| error.to_string())?;
    Package::load(name, msi.database(), &Payload::new()).map_err(|error| error.to_string())
}

/// Plays two files, and prints what it took.
fn play(old: &str, new: &str) {
    let (old, new) = match (load("old", old), load("new", new)) {
        (Ok(old), Ok(new)) => (old, new),
        (Err(error), _) | (_, Err(error)) => {
            return println!("{:.2} s, {} MiB; {error}", processor_time(), peak() >> 10);
        }
    };
    let read = processor_time();
    let report = Report::of(&Scenario::upgrade(&old, &new));
    println!(
        "{:.2} s (reading {read:.2} s), {} MiB; {} rows, {}, {} resources, {} findings",
        processor_time(),
        peak() >> 10,
        new.rows,
        report.headline(),
        report.outcomes.len(),
        report.findings.len()
    );
}

/// Seconds that the process has computed so far; 0 where the system does not tell.
fn processor_time() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |field: usize| fields.get(field).and_then(|ticks| ticks.parse::<f64>().ok()).unwrap_or(0.0);
    // utime and stime, in hundredths of a second
    (ticks(11) + ticks(12)) / 100.0
}

/// The most memory that the process has had so far, in KiB; 0 where the system does not tell.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    if let [command, old, new] = arguments.as_slice()
        && command == "--play"
    {
        return play(old, new);
    }
    let wanted = arguments.first().map_or("", String::as_str);
    let megabytes = arguments.get(1).map_or(50, |size| size.parse().expect("a number of megabytes"));
    let folder = std::env::temp_dir().join(format!("upgrade-bounds-{}", std::process::id()));
    std::fs::create_dir(&folder).expect("writable");
    for shape in SHAPES.iter().filter(|shape| shape.0.contains(wanted)) {
        let paths = [1, 2].map(|release| folder.join(format!("{release}.msi")));
        let mut size = 0;
        for (path, release) in paths.iter().zip([1, 2]) {
            let bytes = file(shape, megabytes, release);
            size = bytes.len();
            std::fs::write(path, bytes).expect("writable");
        }
        let own = std::env::current_exe().expect("a path");
        let said = Command::new(own).arg("--play").args(&paths).output().expect("it starts");
        let said = String::from_utf8_lossy(&said.stdout).trim().to_owned();
        println!("{:<42} {:>3} MB: {said}", shape.0, size / 1_000_000);
    }
    std::fs::remove_dir_all(&folder).expect("ours");
}
