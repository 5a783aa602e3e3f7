//! The pairs of `tests/data/upgrades` as Wine's msi plays them. Each gets names and codes of its own first, so that one Windows
//! holds all of them. Where Wine 8 does otherwise, its answer is written down too, with the rule (SPEC §10) that it breaks.

use super::judge::{Installer, registry_differences};
use super::reported::{Case, cases, folder, scenario};
use crate::support::wine::Wine;
use ancm_installer::msi::{self, Cell, Stream};
use ancm_installer::upgrade::{FileFacts, Folded, Package, Report, read_payload};
use std::collections::BTreeMap;
use std::io::Read;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

/// Cases that Wine cannot play, and why.
const NOT_JUDGED: [(&str, &str); 14] = {
    const BROKEN: &str = "no version of Windows Installer takes the package";
    const OPEN: &str = "nothing holds the file open";
    const SERVICE: &str = "a service whose program is a stand-in cannot be started (error 1627)";
    const ACTION: &str = "what its custom action calls is a stand-in (error 1627)";
    [
        ("ff1", BROKEN),
        ("pv1", BROKEN),
        ("c37", OPEN),
        ("c37b", OPEN),
        ("c37c", OPEN),
        ("sv-all-Finalize-b", SERVICE),
        ("sv-all-Finalize-a", SERVICE),
        ("sv-nodelete-itialize-b", SERVICE),
        ("sv-nodelete-Finalize-b", SERVICE),
        ("sv-nodelete-Finalize-a", SERVICE),
        ("sl1", SERVICE),
        ("dep0", ACTION),
        ("nt1", ACTION),
        ("c44l", "an assembly for the global cache is installed by .NET, which is not there"),
    ]
};

/// Cases in which Wine leaves something else than the rules say: the rule that it does not have, and what it leaves.
const DIFFERENT: [(&str, &str, &[&str]); 18] = {
    const NO_VETO: &str = "A16, A17: costing vetoes nothing";
    const NEWER: &str = "A36: a file above the version of the old package's File row is kept at its removal";
    [
        ("c14", NO_VETO, &["bsdtar.exe new"]),
        ("c16", NO_VETO, &["d0.dll new", "d1.dll new=old", "d2.dll new=old", "d3.dll new"]),
        ("c18", NO_VETO, &["d0.dll new", "d1.dll new", "d2.dll new", "d3.dll new", "d4.dll new"]),
        ("c20e", NO_VETO, &["a.dll new"]),
        ("c22", NO_VETO, &["a.dll new"]),
        ("c25", NO_VETO, &["a.dll new", "u.txt new"]),
        ("c23", NO_VETO, &["a.exe new"]),
        ("am3", NO_VETO, &["a.dll new"]),
        ("c06", NEWER, &["a.dll new"]),
        ("c02", NEWER, &["a.exe new"]),
        ("e2", NEWER, &["a.dll new"]),
        ("rc1", NEWER, &["a.dll new"]),
        ("mv1", NEWER, &["b.dll new", "moved.dll new"]),
        ("mg2", "A51: MigrateFeatureStates does nothing", &["a.dll new", "x.dll new"]),
        ("lg1", "A26: languages are not looked at", &["a.dll old"]),
        ("nh1", "A27: without a hash, a file of the same size counts as the same", &["a.txt old"]),
        ("bt1", "A37: the old file at another key path stays", &["a.dll old", "a.dll new"]),
        ("rp", "S02: REMOVE in a first install installs nothing at all", &["a.dll gone"]),
    ]
};

/// `text` with every GUID in it changed for `case`.
fn renumbered(text: &str, case: &str) -> String {
    let hash =
        case.bytes().fold(0x811C_9DC5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let mut parts = text.split('{');
    let mut changed = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let first = part.get(..8).filter(|_| part.get(36..37) == Some("}"));
        match first.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
            Some(number) => changed.push_str(&format!("{{{:08X}{}", number ^ hash, &part[8..])),
            None => changed.push_str(&format!("{{{part}")),
        }
    }
    changed
}

/// Writes the package `name` of `case` to `path`, with ids, folder, keys and services of its own, and loads it.
fn own(name: &str, case: &str, path: &Path) -> Result<Package, String> {
    let file =
        std::fs::File::open(folder().join(format!("{name}.msi"))).map_err(|error| error.to_string())?;
    let mut package = msi::Package::open(file).map_err(|error| error.to_string())?;
    let payload = read_payload(&mut package).map_err(|error| error.to_string())?;
    let mut database = package.database().clone();
    for (name, stream) in &mut database.streams {
        let mut bytes = Vec::new();
        package.stream(name).expect("its own stream").read_to_end(&mut bytes).expect("readable");
        *stream = Stream::Bytes(bytes);
    }
    for table in database.tables.values_mut() {
        let (key, kind) = (table.column("Key").filter(|_| table.name == "Registry"), table.name.clone());
        for row in &mut table.rows {
            for (index, cell) in row.iter_mut().enumerate() {
                let Cell::Str(text) = cell else { continue };
                *text = match text.as_str() {
                    "upgtest" if kind == "Directory" => format!("upgtest-{case}"),
                    "Svc" if kind.starts_with("Service") => format!("Svc-{case}"),
                    other if Some(index) == key => format!(r"{other}\{case}"),
                    other => renumbered(other, case),
                };
            }
        }
    }
    database.summary.revision_number = renumbered(&database.summary.revision_number, case);
    let mut file =
        std::fs::File::options().read(true).write(true).create_new(true).open(path).expect("a file");
    msi::write(&database, NonZeroUsize::MIN, &mut file).expect("a package");
    Package::load(name, &database, &payload).map_err(|error| error.to_string())
}

/// The Unix name of `C:\…`.
fn on_disk(wine: &Wine, path: &Folded) -> PathBuf {
    let mut folder = wine.drive_c();
    for part in path.as_str().split('\\').skip(1) {
        let is_it =
            |entry: &std::fs::DirEntry| entry.file_name().to_string_lossy().eq_ignore_ascii_case(part);
        let found = std::fs::read_dir(&folder).into_iter().flatten().flatten().find(is_it);
        folder.push(found.map_or_else(|| part.into(), |entry| entry.file_name()));
    }
    folder
}

/// A case whose packages are written.
struct Written {
    case: Case,
    old: Vec<Package>,
    new: Package,
    /// Their names in `C:\`.
    files: Vec<String>,
}

fn written(wine: &Wine, case: Case) -> Result<Written, String> {
    let names = case.before.iter().cloned().chain(["old", "new"].map(|side| format!("{}-{side}", case.name)));
    let (mut packages, mut files) = (Vec::new(), Vec::new());
    for (number, name) in names.enumerate() {
        let file = format!("{}-{number}.msi", case.name);
        packages.push(own(&name, &case.name, &wine.drive_c().join(&file))?);
        files.push(file);
    }
    let new = packages.pop().expect("the new one");
    Ok(Written { case, old: packages, new, files })
}

/// Whose bytes stand in each place: `PATH WHICH`.
fn shown(written: &Written, hashes: &BTreeMap<Folded, Option<[i32; 4]>>) -> Vec<String> {
    let facts = |packages: &[Package], key: &str| -> Vec<([i32; 4], String)> {
        let files = packages.iter().flat_map(Package::files);
        files.filter_map(|(_, file)| Some((file.facts.hash?, key.to_owned()))).collect()
    };
    let mut known: Vec<([i32; 4], String)> = facts(std::slice::from_ref(&written.new), "new");
    known.extend(facts(&written.old, "old"));
    let whose = |hash: &[i32; 4]| {
        let mut found: Vec<&str> =
            known.iter().filter(|(own, _)| own == hash).map(|(_, whose)| whose.as_str()).collect();
        found.dedup();
        if found.is_empty() { "edited".to_owned() } else { found.join("=") }
    };
    let line = |(path, hash): (&Folded, &Option<[i32; 4]>)| {
        format!("{} {}", path.name(), hash.as_ref().map_or("gone".to_owned(), whose))
    };
    hashes.iter().map(line).collect()
}

#[test]
fn wine_plays_the_reported_cases() {
    let folder = tempfile::tempdir().expect("a folder");
    let (Some(wine), Some(installer)) = (Wine::new(), Installer::new(folder.path())) else { return };
    let is_judged = |case: &Case| NOT_JUDGED.iter().all(|(name, _)| *name != case.name);
    let all: Vec<Written> = cases()
        .into_iter()
        .filter(is_judged)
        .map(|case| {
            let name = case.name.clone();
            written(&wine, case).unwrap_or_else(|error| panic!("{name}: {error}"))
        })
        .collect();
    let properties = |case: &Case| match case.arguments.strip_prefix("--assume ") {
        Some(pair) => pair.to_owned(),
        None => String::new(),
    };
    // what is installed before, the old ones, the new ones, and what a bundle removes at the end
    let longest = all.iter().map(|written| written.files.len()).max().unwrap_or_default();
    let mut wrong = Vec::new();
    for from_the_end in (0..longest).rev() {
        let round: Vec<(String, String)> = all
            .iter()
            .filter_map(|written| {
                let place = written.files.len().checked_sub(from_the_end + 1)?;
                Some((written.files[place].clone(), properties(&written.case)))
            })
            .collect();
        for ((file, _), error) in round.iter().zip(installer.install(&wine, &round)) {
            if error != 0 {
                wrong.push(format!("{file}: error {error}"));
            }
        }
        for written in
            all.iter().filter(|written| from_the_end == 1 && written.case.arguments.contains("edited"))
        {
            let [old] = written.old.as_slice() else { panic!("one old package") };
            let path = Folded::path(r"C:\Program Files").join(&format!("upgtest-{}", written.case.name));
            for (_, file) in old.files() {
                std::fs::write(on_disk(&wine, &path.join(&file.name)), "edited").expect("writable");
            }
        }
    }
    let bundled: Vec<(String, String)> = all
        .iter()
        .filter(|written| written.case.arguments.contains("--bundle"))
        .map(|written| (written.files[written.files.len() - 2].clone(), "REMOVE=ALL".to_owned()))
        .collect();
    installer.install(&wine, &bundled);
    let mut values = wine.registry_values(r"HKLM\Software");
    values.retain(|name, _| !name.to_lowercase().contains(r"\microsoft\windows"));
    let mut used = 0;
    for written in &all {
        let mut scenario = scenario(&written.case, &written.old, &written.new);
        // nothing that a search looks for is in this Windows
        let searches = written.new.searches.iter().map(|search| (search.property.clone(), String::new()));
        scenario.options.assumed.extend(searches);
        let played = scenario.play();
        let machine = &played.engine.machine;
        let places = || played.before.files.keys().chain(machine.files.keys()).cloned();
        let predicted =
            places().map(|path| (path.clone(), machine.files.get(&path).and_then(|file| file.facts.hash)));
        let found = places().map(|path| {
            let bytes = std::fs::read(on_disk(&wine, &path)).ok();
            (path, bytes.and_then(|bytes| FileFacts::of(&bytes).hash))
        });
        let (predicted, found) = (shown(written, &predicted.collect()), shown(written, &found.collect()));
        let name = written.case.name.as_str();
        let registry = registry_differences(&Report::of(&scenario), &values);
        let expected: Vec<String> = match DIFFERENT.iter().find(|(other, ..)| *other == name) {
            Some((_, _, wine)) => {
                used += 1;
                wine.iter().map(|line| (*line).to_owned()).collect()
            }
            None => predicted.clone(),
        };
        if found != expected || !registry.is_empty() {
            wrong.push(format!(
                "{name}: predicted {predicted:?}, Wine has {found:?} {registry:?}; {}",
                written.case.right
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(used, DIFFERENT.len());
}
