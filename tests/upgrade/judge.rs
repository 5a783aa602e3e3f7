//! Packages with real files, installed by Wine's msi and played by us.

#![allow(clippy::disallowed_methods, reason = "a DLL is made by a compiler")]

use super::fixture::{Msi, guid};
use crate::support::wine::Wine;
use crate::support::{run, tool};
use ancm_installer::cab::{Cabinet, CabinetFile, Source};
use ancm_installer::id::FileVersion;
use ancm_installer::msi::{self, Cell, Stream};
use ancm_installer::upgrade::{FileFacts, Perturbation, Report, Resource, Scenario};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::Command;

/// Bytes for the files that the fixture calls by number and version: text without version, a DLL with.
pub struct Bytes {
    library: Vec<u8>,
}

impl Bytes {
    /// Numbers from here on are texts that are as long as the DLLs.
    pub const LONG: i32 = 100;

    /// Compiles a DLL with a version resource; nothing where the tools for it are missing.
    pub fn new(folder: &Path) -> Option<Bytes> {
        let (compiler, resources) = (tool("x86_64-w64-mingw32-gcc")?, tool("x86_64-w64-mingw32-windres")?);
        let source = "1 VERSIONINFO FILEVERSION 1,0,0,0 PRODUCTVERSION 1,0,0,0\nBEGIN\nEND\n";
        std::fs::write(folder.join("a.rc"), source).expect("writable");
        run(Command::new(resources).args(["a.rc", "a.o"]).current_dir(folder));
        run(Command::new(compiler)
            .args(["-shared", "-nostdlib", "-s", "-o", "a.dll", "a.o"])
            .current_dir(folder));
        Some(Bytes { library: std::fs::read(folder.join("a.dll")).expect("readable") })
    }

    fn of(&self, number: i32, version: Option<FileVersion>) -> Vec<u8> {
        let Some(FileVersion([major, minor, build, revision])) = version else {
            let length = if number < Self::LONG { 100 } else { self.library.len() };
            return format!("{number:>length$}").into_bytes();
        };
        /// The signature of VS_FIXEDFILEINFO; the file version is 8 bytes behind it, low halves of each pair first.
        const SIGNATURE: [u8; 4] = 0xFEEF_04BD_u32.to_le_bytes();
        let mut bytes = self.library.clone();
        let at = bytes.windows(4).position(|window| window == SIGNATURE).expect("a version resource") + 8;
        for (place, part) in [minor, major, revision, build].into_iter().enumerate() {
            bytes[at + 2 * place..][..2].copy_from_slice(&part.to_le_bytes());
        }
        // in the message of the DOS stub
        bytes[0x50..0x54].copy_from_slice(&number.to_le_bytes());
        bytes
    }

    /// Gives the files of `msi` real bytes, and writes it with its cabinet.
    fn write(&self, msi: &mut Msi, path: &Path) {
        let mut cabinet = Cabinet::default();
        for (key, number, version) in msi.numbers() {
            let bytes = self.of(number, version);
            let facts = FileFacts::of(&bytes);
            assert_eq!(facts.version, version, "{key}");
            msi.know(&key, facts);
            cabinet.files.push(CabinetFile {
                name: key,
                size: bytes.len() as u64,
                modified: 1_700_000_000,
                source: Source::Bytes(bytes),
            });
        }
        let count = cabinet.files.len().to_string();
        msi.row("Media", &["1", &count, "", "#files.cab"]);
        let mut database = msi.database().clone();
        database.streams.insert("files.cab".to_owned(), Stream::Cabinet(cabinet));
        (database.codepage, database.summary.codepage) = (1252, 1252);
        database.summary.template = "x64;1033".to_owned();
        database.summary.revision_number = guid(0xAAAA_0000);
        (database.summary.page_count, database.summary.word_count) = (200, 2);
        let manufacturer = [Cell::text("Manufacturer"), Cell::text("Acme")].to_vec();
        database.tables.get_mut("Property").expect("properties").rows.push(manufacturer);
        let mut file =
            std::fs::File::options().read(true).write(true).create_new(true).open(path).expect("a file");
        msi::write(&database, NonZeroUsize::MIN, &mut file).expect("a package");
    }
}

/// What is in the packages' folder: `NAME BYTES`, by the bytes of `known` files.
fn shown(
    files: impl IntoIterator<Item = (String, [i32; 4])>,
    known: &BTreeMap<[i32; 4], i32>,
) -> Vec<String> {
    let number = |hash: [i32; 4]| known.get(&hash).map_or("?".to_owned(), ToString::to_string);
    let mut lines: Vec<String> =
        files.into_iter().map(|(name, hash)| format!("{name} {}", number(hash))).collect();
    lines.sort();
    lines
}

fn hash(facts: &FileFacts) -> [i32; 4] {
    facts.hash.expect("the bytes are known")
}

fn files_below(folder: &Path, found: &mut Vec<(String, [i32; 4])>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files_below(&path, found);
        } else {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            found.push((name, hash(&FileFacts::of(&std::fs::read(&path).expect("readable")))));
        }
    }
}

/// A pair, installed by Wine and played by us.
pub struct Played {
    /// What we say of everything.
    pub report: Report,
    /// What we say is in the packages' folder.
    pub predicted: Vec<String>,
    /// What Wine left there.
    pub found: Vec<String>,
    /// Registry values about which both differ.
    pub registry: Vec<String>,
}

/// `ERROR_INTERNAL_ERROR`: no answer about the package.
const INTERNAL: u32 = 1359;

/// A program that installs many packages, since msiexec takes a second to start under Wine.
pub struct Installer {
    program: Vec<u8>,
}

impl Installer {
    /// Compiles it; nothing where the tools for it are missing.
    pub fn new(folder: &Path) -> Option<Installer> {
        let compiler = tool("x86_64-w64-mingw32-gcc")?;
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/upgrade/install.c");
        run(Command::new(compiler).args(["-o", "install.exe", source, "-lmsi"]).current_dir(folder));
        Some(Installer { program: std::fs::read(folder.join("install.exe")).expect("readable") })
    }

    /// Installs packages that lie in `C:\\`, each with its properties, in this order; the error of each, 0 for none. What
    /// Wine ends with an error inside of itself (once in many whole runs) is installed again.
    pub fn install(&self, wine: &Wine, packages: &[(String, String)]) -> Vec<u32> {
        let mut errors = self.install_once(wine, packages);
        for (package, error) in packages.iter().zip(&mut errors).filter(|(_, error)| **error == INTERNAL) {
            println!("retried: Wine ended {} with error {INTERNAL}", package.0);
            *error = self.install_once(wine, std::slice::from_ref(package))[0];
        }
        errors
    }

    fn install_once(&self, wine: &Wine, packages: &[(String, String)]) -> Vec<u32> {
        let line = |(file, properties): &(String, String)| format!("C:\\{file}\t{properties}\n");
        let list: String = packages.iter().map(line).collect();
        std::fs::write(wine.drive_c().join("install.exe"), &self.program).expect("writable");
        std::fs::write(wine.drive_c().join("list.txt"), list).expect("writable");
        let output = wine.run_again("install.exe", &[r"C:\install.exe", r"C:\list.txt"]);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors: Vec<u32> = said.lines().map(|line| line.trim().parse().expect("a number")).collect();
        assert_eq!(errors.len(), packages.len(), "it ended early: {output:?}");
        errors
    }
}

/// Two packages, one installed over the other, with what happens between.
pub struct Case {
    /// Says which folder is theirs: `AppNUMBER`.
    pub number: usize,
    /// The old one and the new one.
    pub pair: [Msi; 2],
    /// What happens between.
    pub accident: Option<Accident>,
}

/// Installs all old packages, lets happen what happens, installs all new ones, and plays the same. They have nothing in
/// common, so one Windows holds all of them.
pub fn play(wine: &Wine, installer: &Installer, bytes: &Bytes, cases: Vec<Case>) -> Vec<Played> {
    let path = |case: &Case| wine.drive_c().join("Program Files").join(format!("App{}", case.number));
    let mut known = BTreeMap::new();
    let mut cases = cases;
    for side in 0..2 {
        let mut files = Vec::new();
        for case in &mut cases {
            let msi = &mut case.pair[side];
            for (_, number, version) in msi.numbers() {
                known.insert(hash(&FileFacts::of(&bytes.of(number, version))), number);
            }
            let file = format!("p{}-{side}.msi", case.number);
            bytes.write(msi, &wine.drive_c().join(&file));
            files.push((file, String::new()));
        }
        for ((file, _), error) in files.iter().zip(installer.install(wine, &files)) {
            assert_eq!(error, 0, "{file}");
        }
        for case in cases.iter().filter(|_| side == 0) {
            if let Some(accident) = &case.accident {
                (accident.happens)(&path(case));
            }
        }
    }
    let values = wine.registry_values(r"HKLM\Software\Acme");
    let found = |case: &Case| {
        let mut found = Vec::new();
        files_below(&path(case), &mut found);
        found
    };
    cases
        .into_iter()
        .map(|case| {
            let found = found(&case);
            let [old, new] = case.pair.map(|msi| msi.load());
            let mut scenario = Scenario::upgrade(&old, &new);
            scenario.perturbations.extend(case.accident.map(|accident| accident.perturbation));
            let machine = scenario.play().engine.machine;
            let predicted: Vec<(String, [i32; 4])> = machine
                .files
                .iter()
                .map(|(path, file)| (path.name().to_owned(), hash(&file.facts)))
                .collect();
            let report = Report::of(&scenario);
            let registry = registry_differences(&report, &values);
            Played { report, predicted: shown(predicted, &known), found: shown(found, &known), registry }
        })
        .collect()
}

/// Where `report` and the values that Wine has, by key and name, differ.
pub fn registry_differences(report: &Report, values: &BTreeMap<String, String>) -> Vec<String> {
    let mut differences = Vec::new();
    for outcome in &report.outcomes {
        let Resource::Registry(name) = &outcome.resource else { continue };
        let own = format!(r"HKEY_LOCAL_MACHINE\{}\{}", name.key, name.value).to_lowercase();
        let there = values.keys().any(|value| value.to_lowercase() == own);
        if there == outcome.verdict.is_loss() {
            differences.push(format!("{name} is predicted {}, and Wine has it: {there}", outcome.verdict));
        }
    }
    differences
}

/// Something that happens between the two installs, on the disk and in the model.
#[derive(Clone)]
pub struct Accident {
    /// To the packages' folder.
    pub happens: fn(&Path),
    /// To the model.
    pub perturbation: Perturbation,
}
