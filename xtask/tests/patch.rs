//! `cargo xtask patch`: what its packages say, and what they do to a machine, under Wine. The DLLs that they find there are
//! stand-ins, made here: Microsoft's are nobody's to pass on.

use crate::machine::configurations::{changed, ends_with, repair, that_fails};
use crate::machine::{FAILED, on_disk, write};
use crate::made::{self, files, said, xtask};
use crate::modules::rewrite::{GENUINE, REWRITE, forwarder, rewrite, stand_in};
use crate::support::wine::Wine;
use ancm_installer::id::{Arch, Dll, FileVersion};
use ancm_installer::pe::{Image, Target};
use std::collections::BTreeMap;
use std::path::PathBuf;
use tempfile::TempDir;

/// Where URL Rewrite's own package puts the x64 DLL, and IIS Express the ARM64 one.
pub const DLL: &str = "windows/system32/inetsrv/rewrite.dll";
pub const KEPT: &str = "windows/system32/inetsrv/rewrite_x64.dll";
pub const SECOND: &str = "windows/system32/inetsrv/rewrite_arm64.dll";
const BACKUP: &str = "windows/system32/inetsrv/rewrite.dll.bak";
pub const NATIVE: &str = "Program Files/IIS Express/rewrite.dll";

/// The patch of a product, in a folder of its own.
pub fn patch(arguments: &[&str]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = xtask().arg("patch").args(arguments).arg("--out").arg(folder.path()).output();
    let output = output.expect("it starts");
    assert!(output.status.success(), "patch {arguments:?}: {}", said(&output));
    let [package] = &made::packages(folder.path())[..] else { panic!("one package") };
    (folder, package.clone())
}

/// The package as Windows has its path, and what it is started with. No Wine here is an ARM64 machine: the search for the
/// processor is taken out of it, so that the command line can say what it would find.
pub fn installable(wine: &Wine, package: &std::path::Path, name: &str) -> Option<String> {
    let path = format!("Z:{}", package.display()).replace('/', r"\");
    changed(wine, &path, name, &["DELETE FROM `AppSearch`"])
}

const ARM64: &str = "NATIVEPROCESSOR=ARM64";

pub fn install(wine: &Wine, code: i32, package: &str) -> String {
    ends_with(wine, code, &["/i", package, ARM64])
}

/// The files of the machine without the patch's own folder, which Wine leaves where an installation fails.
pub fn of_others(wine: &Wine) -> BTreeMap<String, Vec<u8>> {
    let own = ["Program Files/IIS/URL Rewrite for ARM64/", "Program Files/IIS/Asp.Net Core Module/Patch/"];
    on_disk(wine).into_iter().filter(|(name, _)| own.iter().all(|own| !name.starts_with(own))).collect()
}

/// Asserts that both hold the same, and says what does not.
pub fn same(after: &BTreeMap<String, Vec<u8>>, before: &BTreeMap<String, Vec<u8>>, when: &str) {
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(after), names(before), "{when}");
    let changed: Vec<&String> = after.keys().filter(|name| after[*name] != before[*name]).collect();
    assert!(changed.is_empty(), "{when}: {changed:?}");
}

/// A forwarder to both DLLs: what each kind of process finds in it.
fn leads_to(bytes: &[u8], arm64: &str, x64: &str) {
    let image = Image::parse(bytes).expect("an image");
    let views = [(image.native(), arm64), (image.x64().expect("a second view"), x64)];
    for (view, target) in views {
        let exports = view.exports().expect("exports");
        assert!(!exports.entries.is_empty());
        for export in exports.entries {
            let name = export.name.expect("a name");
            assert_eq!(export.target, Target::Forward(format!("{target}.{name}")), "{name}");
        }
    }
}

/// A machine with URL Rewrite and IIS Express, as their own packages leave it.
pub fn with_rewrite() -> Option<Wine> {
    let wine = Wine::new()?;
    write(&wine, DLL, &rewrite(Arch::X64, GENUINE));
    write(&wine, NATIVE, &rewrite(Arch::Arm64, GENUINE));
    Some(wine)
}

/// URL Rewrite's swap stands.
pub fn is_swapped(wine: &Wine, x64: &[u8], arm64: &[u8]) {
    let files = on_disk(wine);
    assert!(files[KEPT] == x64, "the x64 DLL is kept");
    assert!(files[SECOND] == arm64, "the ARM64 DLL is beside it");
    leads_to(&files[DLL], "rewrite_arm64", "rewrite_x64");
}

#[test]
fn url_rewrite_is_swapped_repaired_and_restored() {
    let Some(wine) = with_rewrite() else { return };
    let before = on_disk(&wine);
    let (_folder, package) = patch(&["--product", REWRITE]);
    let Some(package) = installable(&wine, &package, "patch.msi") else { return };

    // one that fails behind all actions gives everything back
    let Some(failing) = that_fails(&wine, &package.replace("C:", &format!("Z:{}", wine.drive_c().display())))
    else {
        return;
    };
    let log = install(&wine, FAILED, &failing);
    assert!(log.contains("rewrite.dll: swapped"), "it came as far as that\n{log}");
    same(&of_others(&wine), &before, "a failed installation");

    install(&wine, 0, &package);
    is_swapped(&wine, &before[DLL], &before[NATIVE]);
    let swapped = on_disk(&wine);
    repair(&wine, &package);
    same(&on_disk(&wine), &swapped, "a repair where nothing is wrong");

    // Microsoft's package, repaired or followed by a later build, has put its own DLL there; IIS Express was updated, too
    let later = rewrite(Arch::X64, FileVersion([7, 1, 1993, 2400]));
    let native = rewrite(Arch::Arm64, FileVersion([7, 1, 1993, 2400]));
    write(&wine, DLL, &later);
    write(&wine, NATIVE, &native);
    std::fs::remove_file(wine.drive_c().join(SECOND)).expect("it is there");
    repair(&wine, &package);
    is_swapped(&wine, &later, &native);

    let log = ends_with(&wine, 0, &["/x", &package]);
    let expected: BTreeMap<_, _> = before
        .iter()
        .map(|(name, bytes)| match name.as_str() {
            DLL => (name.clone(), later.clone()),
            NATIVE => (name.clone(), native.clone()),
            _ => (name.clone(), bytes.clone()),
        })
        .collect();
    same(&on_disk(&wine), &expected, &format!("removal\n{log}"));
}

#[test]
fn what_others_did_is_adopted_and_given_back_or_refused() {
    let Some(wine) = with_rewrite() else { return };
    let (_folder, package) = patch(&["--product", REWRITE]);
    let Some(package) = installable(&wine, &package, "patch.msi") else { return };
    let (x64, arm64) = (rewrite(Arch::X64, GENUINE), rewrite(Arch::Arm64, GENUINE));

    // by the script: its ARM64 DLL is used, and comes back
    write(&wine, DLL, &arm64);
    write(&wine, BACKUP, &x64);
    std::fs::remove_file(wine.drive_c().join(NATIVE)).expect("it is there");
    let scripted = on_disk(&wine);
    install(&wine, 0, &package);
    is_swapped(&wine, &x64, &arm64);
    ends_with(&wine, 0, &["/x", &package]);
    same(&on_disk(&wine), &scripted, "removal from a machine patched by script");

    // Microsoft's repair after ours: its DLL stays when ours goes
    install(&wine, 0, &package);
    write(&wine, DLL, &x64);
    ends_with(&wine, 0, &["/x", &package]);
    let mut repaired = scripted;
    repaired.insert(DLL.to_owned(), x64.clone());
    same(&on_disk(&wine), &repaired, "removal after a repair of Microsoft's");

    let other = stand_in("ancm", Dll::Module, Arch::X64, GENUINE);
    let too_new = rewrite(Arch::X64, FileVersion([7, 2, 0, 0]));
    for (dll, native, backup, reason) in [
        (None, Some(&arm64), None, "URL Rewrite is not installed"),
        (Some(&x64), None, None, "IIS Express 10 for ARM64, which is not installed"),
        (Some(&x64), Some(&x64), None, "it is for x64, expected arm64"),
        (
            Some(&too_new),
            Some(&arm64),
            None,
            "it has version 7.2.0.0, and this package is for any to 7.1.1993.65534",
        ),
        (
            Some(&other),
            Some(&arm64),
            None,
            "it exports GetIISVersion, RegisterModule, expected CreateCoreLogic",
        ),
        (Some(&arm64), Some(&arm64), None, "is not beside it (rewrite.dll.bak)"),
        (
            Some(&arm64),
            Some(&arm64),
            Some(&arm64),
            "rewrite.dll.bak beside it: it is for arm64, expected x64",
        ),
        (Some(&b"MZ".to_vec()), Some(&arm64), None, "it is no DLL"),
    ] {
        for (name, bytes) in [(DLL, dll), (NATIVE, native), (BACKUP, backup)] {
            match bytes {
                Some(bytes) => write(&wine, name, bytes),
                None => drop(std::fs::remove_file(wine.drive_c().join(name))),
            }
        }
        let before = of_others(&wine);
        let log = install(&wine, FAILED, &package);
        assert!(log.contains(reason), "{reason}\n{log}");
        same(&of_others(&wine), &before, reason);
        // and `explain` has the lines of ours (the cause of a log by Windows: `explain::a_swap_that_is_refused_is_the_cause`)
        let story = ancm_installer::explain::read(log.as_bytes()).expect("nothing fails in memory");
        let swaps = story.sessions.iter().flat_map(|session| &session.swaps.items);
        assert!(swaps.into_iter().any(|(words, _)| words.contains(reason)), "{reason}: {log}");
    }
}

#[test]
fn another_processor_is_refused() {
    let Some(wine) = with_rewrite() else { return };
    let (_folder, package) = patch(&["--product", REWRITE]);
    let package = format!("Z:{}", package.display()).replace('/', r"\");
    let before = on_disk(&wine);
    let log = ends_with(&wine, FAILED, &["/i", &package]);
    assert!(log.contains("LaunchConditions. Return value 0"), "{log}");
    same(&on_disk(&wine), &before, "an x64 machine");
}

/// A version of Microsoft's packages that have the fault.
const FAULTY: FileVersion = FileVersion([19, 0, 25_100, 0]);
const WIDE: &str = "Program Files/IIS/Asp.Net Core Module/V2";
const NARROW: &str = "Program Files (x86)/IIS/Asp.Net Core Module/V2";
const HANDLER: &str = "19.0.25100/aspnetcorev2_outofprocess";

/// A machine as Microsoft's packages of 7.0 to 9.0 leave it: DLLs for ARM64 in both folders.
fn with_ancm() -> Option<Wine> {
    let wine = Wine::new()?;
    let (module, handler) = (
        stand_in("ancm", Dll::Module, Arch::Arm64, FAULTY),
        stand_in("ancm", Dll::Handler, Arch::Arm64, FAULTY),
    );
    for folder in [WIDE, NARROW] {
        write(&wine, &format!("{folder}/aspnetcorev2.dll"), &module);
        write(&wine, &format!("{folder}/{HANDLER}.dll"), &handler);
    }
    Some(wine)
}

#[test]
fn microsofts_package_is_corrected_and_restored() {
    let Some(wine) = with_ancm() else { return };
    let before = on_disk(&wine);
    let (_folder, package) = patch(&["--version", "19.0.25100"]);
    let Some(package) = installable(&wine, &package, "patch.msi") else { return };
    install(&wine, 0, &package);
    let after = on_disk(&wine);
    for (base, dll) in [("aspnetcorev2", Dll::Module), (HANDLER, Dll::Handler)] {
        let made = |arch| stand_in("ancm", dll, arch, FAULTY);
        assert!(after[&format!("{WIDE}/{base}_arm64.dll")] == made(Arch::Arm64), "{base}: what was there");
        assert!(after[&format!("{WIDE}/{base}_x64.dll")] == made(Arch::X64), "{base}: for x64 processes");
        assert!(after[&format!("{NARROW}/{base}.dll")] == made(Arch::X86), "{base}: for 32-bit processes");
        let image = &after[&format!("{WIDE}/{base}.dll")];
        assert!(Image::parse(image).expect("an image").x64().is_some(), "{base}: both kinds of processes");
    }
    leads_to(&after[&format!("{WIDE}/aspnetcorev2.dll")], "aspnetcorev2_arm64", "aspnetcorev2_x64");

    // a second build of the same version takes the place of the first
    let (_second_folder, second) = patch(&["--version", "19.0.25100", "--manufacturer", "Acme"]);
    let second = installable(&wine, &second, "second.msi").expect("as before");
    install(&wine, 0, &second);
    same(&on_disk(&wine), &after, "a second build");
    ends_with(&wine, 0, &["/x", &second]);
    same(&on_disk(&wine), &before, "removal");

    // ancm-arm64 has patched it: its forwarders have no version, and come back
    let unversioned = |name: &str| forwarder(name, &["RegisterModule"], FileVersion::default());
    for (base, dll) in [("aspnetcorev2", Dll::Module), (HANDLER, Dll::Handler)] {
        let name = base.rsplit('/').next().expect("a name");
        for (suffix, arch) in [("_arm64", Arch::Arm64), ("_x64", Arch::X64)] {
            write(&wine, &format!("{WIDE}/{base}{suffix}.dll"), &stand_in("ancm", dll, arch, FAULTY));
        }
        write(&wine, &format!("{WIDE}/{base}.dll"), &unversioned(name));
        let narrow = format!("{NARROW}/{base}.dll");
        write(&wine, &format!("{narrow}.bak"), &before[&narrow]);
        write(&wine, &narrow, &stand_in("ancm", dll, Arch::X86, FAULTY));
    }
    let scripted = on_disk(&wine);
    let log = install(&wine, 0, &package);
    assert!(log.contains("what somebody else had put there comes back"), "{log}");
    let adopted = on_disk(&wine);
    assert!(adopted[&format!("{WIDE}/{HANDLER}.dll")] == after[&format!("{WIDE}/{HANDLER}.dll")]);
    ends_with(&wine, 0, &["/x", &package]);
    same(&on_disk(&wine), &scripted, "removal from a machine patched by ancm-arm64");

    let (_other_folder, other) = patch(&["--version", "19.0.25200"]);
    let other = installable(&wine, &other, "other.msi").expect("as before");
    let log = install(&wine, FAILED, &other);
    assert!(log.contains("this package corrects one version only"), "{log}");
    same(&of_others(&wine), &scripted, "another version");
}

#[test]
fn the_command_says_what_it_makes_and_what_it_cannot() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let made = xtask().args(["patch", "--product", REWRITE, "--json", "--out"]).arg(folder.path()).output();
    let output = made.expect("it starts");
    let shown: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(shown["schema"], "ancm-patch/1");
    assert_eq!(shown["stand_in"], false, "nothing in it stands in for anything");
    assert_eq!(shown["swaps"][0]["file"], r"[System64Folder]inetsrv\rewrite.dll");
    let names: Vec<String> = files(folder.path()).into_keys().collect();
    assert_eq!(names, ["SHA256SUMS", "UrlRewriteArm64_7.1.1993.msi", "manifest.json"]);
    for (arguments, code, message) in [
        (&["patch", "--product", "httpplatformhandler"][..], 10, "`httpplatformhandler` has no patch"),
        (&["patch", "--product", REWRITE, "--payload", "."], 2, "takes no payload"),
        (&["patch", "--arch", "x64"], 2, "there is nothing to choose"),
        (
            &["dist", "--product", REWRITE],
            10,
            "`cargo xtask patch --product urlrewrite` makes the one that it has",
        ),
        (&["plan", "--product", REWRITE], 10, "has no packages of the module itself"),
    ] {
        let empty = tempfile::tempdir().expect("a temporary folder");
        let output = xtask().args(arguments).arg("--out").arg(empty.path()).output().expect("it starts");
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", said(&output));
        assert!(said(&output).contains(message), "{arguments:?}: {}", said(&output));
    }
}

/// What a user of `dist` has, a user of `patch` has, too.
#[test]
fn a_patch_has_its_manifest_and_evidence() {
    let (folder, package) = patch(&["--product", REWRITE, "--manufacturer", "Acme"]);
    let name = package.file_name().expect("a name").to_string_lossy().into_owned();
    let run = |arguments: &[&str]| {
        let output = xtask().args(arguments).arg(folder.path()).output().expect("it starts");
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    };
    run(&["dist", "verify"]);
    run(&["dist", "evidence", "--url", "https://example.org"]);
    let text = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("written");
    let manifest: serde_json::Value = serde_json::from_str(&text("manifest.json")).expect("JSON");
    let [entry] = &manifest["packages"].as_array().expect("packages")[..] else { panic!("one package") };
    assert_eq!((&entry["file"], &entry["machine"]), (&name.clone().into(), &"arm64".into()));
    assert_eq!(manifest["forwarders"][0]["path"], "arm64x/rewrite.dll");
    // for ARM64 machines, whatever the package's own processor is
    let winget = text("winget/Acme.UrlRewriteArm64/Acme.UrlRewriteArm64.installer.yaml");
    assert!(winget.contains("- Architecture: arm64\n"), "{winget}");
    let deployment: serde_json::Value = serde_json::from_str(&text("deployment.json")).expect("JSON");
    assert_eq!(deployment["packages"][0]["architecture"], "arm64");
    assert!(!text("RELEASE-NOTES.md").contains("## Upgrades"), "nothing shipped before it");

    // packages and patches of a product have a manifest each
    let output =
        xtask().args(["dist", "--arch", "x86", "--out"]).arg(folder.path()).output().expect("it starts");
    assert!(said(&output).contains("would take its place"), "{}", said(&output));
    let ancm = tempfile::tempdir().expect("a temporary folder");
    for (first, second) in [(&["dist", "--arch", "x86"][..], &["patch"][..]), (&["patch"], &["dist"])] {
        let of = |arguments: &[&str]| {
            xtask().args(arguments).arg("--out").arg(ancm.path().join(first[0])).output().expect("it starts")
        };
        assert!(of(first).status.success());
        let output = of(second);
        assert!(said(&output).contains("which this run does not make"), "{}", said(&output));
    }
}

/// The genuine DLL, which is Microsoft's and not here: `ANCM_REWRITE_DLL` names it (x64, 7.1.1993.2351), for a try by hand.
#[test]
fn the_genuine_dll_is_swapped_and_given_back() {
    let Some(path) = std::env::var_os("ANCM_REWRITE_DLL") else {
        eprintln!("skipped: `rewrite.dll` is not ours to publish; ANCM_REWRITE_DLL names it where it is");
        return;
    };
    let genuine = std::fs::read(path).expect("readable");
    let Some(wine) = with_rewrite() else { return };
    write(&wine, DLL, &genuine);
    let before = on_disk(&wine);
    let (_folder, package) = patch(&["--product", REWRITE]);
    let Some(package) = installable(&wine, &package, "patch.msi") else { return };
    install(&wine, 0, &package);
    is_swapped(&wine, &genuine, &before[NATIVE]);
    // what it exports is what ours leads to, in the view of x64 processes
    let names = |bytes: &[u8]| {
        let image = Image::parse(bytes).expect("an image");
        let view = image.x64().unwrap_or_else(|| image.native());
        let names = view.exports().expect("exports").entries.into_iter().filter_map(|export| export.name);
        names.collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(names(&on_disk(&wine)[DLL]), names(&genuine));
    ends_with(&wine, 0, &["/x", &package]);
    same(&on_disk(&wine), &before, "removal");
}
