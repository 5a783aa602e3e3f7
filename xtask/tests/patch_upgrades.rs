//! Patches among packages, as the simulator plays them: Microsoft's faulty package, its repair and its next release, and our
//! own package, each with the patch before or after.

use crate::made::{self, packages, said, xtask};
use ancm_installer::id::Arch;
use ancm_installer::msi;
use ancm_installer::upgrade::{
    Baseline, DiskFile, Ending, Engine, FileFacts, Folded, Machine, Options, Package, ReinstallMode,
    read_payload,
};
use std::collections::BTreeMap;
use std::path::Path;
use xtask::workspace;

/// What a machine has of the module: the path below the folder `V2` of each Program Files, and the processor.
type Laid = BTreeMap<String, &'static str>;

/// The version of the release that the baseline stands for, as its packages have it.
const VERSION: &str = "19.0.25100";
/// A month later.
const NEXT: &str = "19.0.25200";

fn load(path: &Path) -> Package {
    let mut msi = msi::Package::open(std::fs::File::open(path).expect("readable")).expect("a package");
    let payload = read_payload(&mut msi).expect("cabinets");
    let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
    Package::load(&name, msi.database(), &payload).expect("a package")
}

fn made(arguments: &[&str]) -> Package {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = xtask().args(arguments).arg("--out").arg(folder.path()).output().expect("it starts");
    assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    load(&packages(folder.path())[0])
}

/// Microsoft's package of 7.0 to 9.0 for IIS on ARM64, as one release of it.
fn microsofts(version: &str) -> Package {
    let folder = workspace::product_folder(made::root(), ancm_installer::product::DEFAULT);
    let text = std::fs::read_to_string(folder.join("baselines/old-iis-arm64.toml")).expect("a baseline");
    let one_release = |line: &str| match line.split_once(", versions = ") {
        Some((start, _)) => format!("{start} }}"),
        None => line.to_owned(),
    };
    let text: Vec<String> = text.lines().map(one_release).collect();
    let mut text = text.join("\n").replace(VERSION, version);
    if version != VERSION {
        text =
            text.replace("{B3E89436-0715-56AC-94F7-E988B43914CE}", "{B3E89436-0715-56AC-94F7-E988B43914CF}");
    }
    Baseline::parse(version, &text).expect("a baseline").package().expect("a package")
}

fn laid(machine: &Machine) -> Laid {
    let file = |(path, file): (&Folded, &DiskFile)| {
        let (root, rest) = path.as_str().split_once(r"\IIS\Asp.Net Core Module\V2\")?;
        let which = if root.ends_with("(x86)") { "32" } else { "64" };
        let processor = match (file.facts.machine, file.facts.hybrid) {
            (Some(Arch::X86), _) => "x86",
            (Some(Arch::X64), _) => "x64",
            (Some(Arch::Arm64), false) => "arm64",
            (Some(Arch::Arm64), true) => "both",
            (None, _) => "unknown",
        };
        Some((format!("{which} {}", rest.replace('\\', "/")), processor))
    };
    machine.files.iter().filter_map(file).collect()
}

/// What is laid where the package of this version is patched.
fn patched(version: &str) -> Laid {
    let handler = format!("{version}/aspnetcorev2_outofprocess");
    let module = "aspnetcorev2".to_owned();
    let of = |base: &String| {
        [
            (format!("64 {base}.dll"), "both"),
            (format!("64 {base}_arm64.dll"), "arm64"),
            (format!("64 {base}_x64.dll"), "x64"),
            (format!("32 {base}.dll"), "x86"),
        ]
    };
    [module, handler].iter().flat_map(of).collect()
}

/// What Microsoft's package of this version lays.
fn faulty(version: &str) -> Laid {
    let bases = ["aspnetcorev2.dll".to_owned(), format!("{version}/aspnetcorev2_outofprocess.dll")];
    bases.iter().flat_map(|base| ["64", "32"].map(|which| (format!("{which} {base}"), "arm64"))).collect()
}

fn installed<'p>(packages: &[&'p Package]) -> Engine<'p> {
    let mut engine = Engine::new(Machine::new(Arch::Arm64));
    for package in packages {
        let run = engine.install(package, &Options::default());
        assert_eq!(run.ending, Ending::Done, "{}", package.name);
    }
    engine
}

fn remove(engine: &mut Engine<'_>, package: &Package) {
    let run = engine.remove(package.product_code, &Options::default()).expect("installed");
    assert_eq!(run.ending, Ending::Done, "{}", package.name);
}

fn repair(engine: &mut Engine<'_>, package: &Package, mode: Option<&str>) {
    let options = Options { mode: mode.map(ReinstallMode::new), ..Options::default() };
    let run = engine.repair(package.product_code, &options).expect("installed");
    assert_eq!(run.ending, Ending::Done, "{}", package.name);
}

#[test]
fn microsofts_package_is_patched_repaired_and_given_back() {
    let (microsofts, patch) = (microsofts(VERSION), made(&["patch", "--version", VERSION]));
    let before = installed(&[&microsofts]).machine;
    assert_eq!(laid(&before), faulty(VERSION));
    let mut engine = installed(&[&microsofts, &patch]);
    assert_eq!(laid(&engine.machine), patched(VERSION));

    // a repair of Microsoft's takes the modules away (rows of RemoveFile) and lays its own, whatever stood there; files of
    // the handlers, which have no such rows, stay, since none is of a lower version
    repair(&mut engine, &microsofts, None);
    let mut repaired = patched(VERSION);
    for which in ["64", "32"] {
        repaired.insert(format!("{which} aspnetcorev2.dll"), "arm64");
    }
    assert_eq!(laid(&engine.machine), repaired, "a repair of Microsoft's");
    repair(&mut engine, &patch, None);
    assert_eq!(laid(&engine.machine), patched(VERSION), "a repair of ours");
    // and one that is told to lay all
    repair(&mut engine, &microsofts, Some("amus"));
    let repaired = laid(&engine.machine);
    for path in faulty(VERSION).keys() {
        assert_eq!(repaired[path], "arm64", "{path}");
    }
    repair(&mut engine, &patch, None);
    assert_eq!(laid(&engine.machine), patched(VERSION), "another repair of ours");
    remove(&mut engine, &patch);
    assert_eq!(engine.machine.files, before.files, "as it was before, to the byte");
}

#[test]
fn microsofts_next_release_takes_its_place_and_the_next_patch_corrects_that() {
    let (first, next) = (microsofts(VERSION), microsofts(NEXT));
    let (patch, next_patch) = (made(&["patch", "--version", VERSION]), made(&["patch", "--version", NEXT]));
    let mut engine = installed(&[&first, &patch]);
    assert_eq!(engine.install(&next, &Options::default()).ending, Ending::Done);
    let after = laid(&engine.machine);
    let own: Laid = after
        .iter()
        .filter(|(path, _)| faulty(NEXT).contains_key(*path))
        .map(|(p, k)| (p.clone(), *k))
        .collect();
    assert_eq!(own, faulty(NEXT), "the fault is back: {after:#?}");
    // what the patch left is harmless, and is not taken for the release that it is about
    let run = engine.repair(patch.product_code, &Options::default()).expect("installed");
    assert!(matches!(run.ending, Ending::Failed { .. }), "{:?}", run.ending);
    let mut without = engine.clone();
    remove(&mut without, &patch);
    assert_eq!(laid(&without.machine), faulty(NEXT), "the old patch goes without a trace");
    // the patch of the next release replaces the old one
    let run = engine.install(&next_patch, &Options::default());
    assert_eq!((run.ending, run.removed), (Ending::Done, vec![patch.product_code]));
    assert_eq!(laid(&engine.machine), patched(NEXT));
    remove(&mut engine, &next_patch);
    assert_eq!(laid(&engine.machine), faulty(NEXT));
}

#[test]
fn our_own_package_takes_over_and_stays_when_the_patch_goes() {
    let (microsofts, patch) = (microsofts(VERSION), made(&["patch", "--version", VERSION]));
    // of the same release, so that its DLLs are the very same, and of a later one
    for version in [VERSION, NEXT] {
        let full = made(&["dist", "--arch", "arm64", "--flavour", "iis", "--version", version]);
        let alone = installed(&[&microsofts, &full]).machine;
        let mut engine = installed(&[&microsofts, &patch, &full]);
        let after = engine.machine.clone();
        for path in patched(version).keys() {
            assert_eq!(laid(&after).get(path), patched(version).get(path), "{version}: {path}");
        }
        remove(&mut engine, &patch);
        for (path, processor) in laid(&alone) {
            let is = laid(&engine.machine).get(&path).copied();
            assert_eq!(is, Some(processor), "{version}: {path} after the patch went");
        }
        // where it is installed, there is nothing to patch
        let mut engine = installed(&[&full]);
        let run = engine.install(&patch, &Options::default());
        assert!(matches!(run.ending, Ending::Failed { .. }), "{:?}", run.ending);
    }
}

/// URL Rewrite's own package, as far as it matters: one x64 file in `inetsrv`, laid by hand here.
#[test]
fn url_rewrite_is_patched_and_given_back() {
    let patch = made(&["patch", "--product", "urlrewrite"]);
    let file = |arch, version: &str| DiskFile {
        facts: FileFacts { machine: Some(arch), version: version.parse().ok(), ..FileFacts::default() }
            .into(),
        writer: None,
        modified: false,
        locked: false,
    };
    let (dll, native) =
        (r"C:\Windows\System32\inetsrv\rewrite.dll", r"C:\Program Files\IIS Express\rewrite.dll");
    let machine = |arch, version| {
        let mut machine = Machine::new(Arch::Arm64);
        machine.files.insert(Folded::path(dll), file(arch, version));
        machine.files.insert(Folded::path(native), file(Arch::Arm64, version));
        machine
    };
    let before = machine(Arch::X64, "7.1.1993.2351");
    let mut engine = Engine::new(before.clone());
    assert_eq!(engine.install(&patch, &Options::default()).ending, Ending::Done);
    let at = |engine: &Engine<'_>, path: &str| engine.machine.files[&Folded::path(path)].facts.clone();
    let ours = at(&engine, dll);
    assert!(ours.hybrid && ours.version > before.files[&Folded::path(dll)].facts.version);
    assert_eq!(at(&engine, &dll.replace(".dll", "_x64.dll")).machine, Some(Arch::X64));
    assert_eq!(at(&engine, &dll.replace(".dll", "_arm64.dll")).machine, Some(Arch::Arm64));
    remove(&mut engine, &patch);
    assert_eq!(engine.machine.files, before.files);

    for (arch, version) in
        [(Arch::X64, "7.2.0.0"), (Arch::Arm64, "7.1.1993.2351"), (Arch::X86, "7.1.1993.2351")]
    {
        let run = Engine::new(machine(arch, version)).install(&patch, &Options::default());
        assert!(matches!(run.ending, Ending::Failed { .. }), "{arch} {version}: {:?}", run.ending);
    }
}
