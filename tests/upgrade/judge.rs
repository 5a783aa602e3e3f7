//! Packages with real files, installed by Wine's msi and played by us.

#![allow(clippy::disallowed_methods, reason = "a DLL is made by a compiler")]

use super::fixture::{Msi, guid};
use crate::support::wine::Wine;
use crate::support::{run, tool};
use ancm_installer::cab::{Cabinet, CabinetFile, Source};
use ancm_installer::id::FileVersion;
use ancm_installer::msi::{self, Cell, Stream};
use ancm_installer::upgrade::{FileFacts, Perturbation, Report, Resource, Scenario, Verdict};
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

/// Installs one after the other, with what happens between, and plays the same.
pub fn play(
    wine: &Wine,
    bytes: &Bytes,
    number: usize,
    mut pair: [Msi; 2],
    accident: Option<&Accident>,
) -> Played {
    let folder = format!("App{}", number);
    let path = wine.drive_c().join("Program Files").join(&folder);
    let mut known = BTreeMap::new();
    for (side, msi) in pair.iter_mut().enumerate() {
        known.extend(
            msi.numbers()
                .into_iter()
                .map(|(_, number, version)| (hash(&FileFacts::of(&bytes.of(number, version))), number)),
        );
        let file = format!("p{number}-{side}.msi");
        bytes.write(msi, &wine.drive_c().join(&file));
        let (code, log) = wine.msiexec(&["/i", &format!(r"C:\{file}")]);
        assert_eq!(code, 0, "{file}: {log}");
        if let (0, Some(accident)) = (side, accident) {
            (accident.happens)(&path);
        }
    }
    let [old, new] = pair.map(|msi| msi.load());
    let mut scenario = Scenario::upgrade(&old, &new);
    scenario.perturbations.extend(accident.map(|accident| accident.perturbation.clone()));
    let machine = scenario.play().engine.machine;
    let predicted = machine
        .files
        .iter()
        .map(|(path, file)| (path.name().to_owned(), hash(&file.facts)))
        .collect::<Vec<_>>();
    let mut found = Vec::new();
    files_below(&path, &mut found);
    let report = Report::of(&scenario);
    let mut registry = Vec::new();
    for outcome in &report.outcomes {
        let Resource::Registry(name) = &outcome.resource else { continue };
        let there = wine.registry(64, &format!(r"{}\{}", name.hive, name.key), name.value.as_str()).is_some();
        if there != (outcome.verdict != Verdict::Missing) {
            registry.push(format!("{name} is predicted {}, and Wine has it: {there}", outcome.verdict));
        }
    }
    Played { report, predicted: shown(predicted, &known), found: shown(found, &known), registry }
}

/// Something that happens between the two installs, on the disk and in the model.
pub struct Accident {
    /// To the packages' folder.
    pub happens: fn(&Path),
    /// To the model.
    pub perturbation: Perturbation,
}
