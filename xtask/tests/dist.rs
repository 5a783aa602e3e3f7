//! What `dist` makes, judged by others: msicheck.py, msitools, cabextract, sha256sum, and for the DLLs LIEF.

use crate::made::{Tables, dist, files, package, packages, root, said, xtask};
use crate::modules::{VERSION, stand_in_files};
use crate::support::{judge, pe, run, tool};
use ancm_installer::native::configaction;
use ancm_installer::pe::Image;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const NAMES: [(&str, &str); 6] = [
    ("AspNetCoreModuleV2", "x86"),
    ("AspNetCoreModuleV2", "x64"),
    ("AspNetCoreModuleV2", "arm64"),
    ("AspNetCoreModuleV2IISExpress", "x86"),
    ("AspNetCoreModuleV2IISExpress", "x64"),
    ("AspNetCoreModuleV2IISExpress", "arm64"),
];

/// A payload folder of stand-ins, laid out as somebody might: one folder for each processor.
fn payload() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, bytes) in stand_in_files(VERSION) {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("below the folder")).expect("writable");
        std::fs::write(path, bytes).expect("writable");
    }
    folder
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).expect("readable")).expect("JSON")
}

#[test]
fn six_packages_come_out_and_others_can_read_them() {
    let folder = dist(&[]);
    let mut expected: Vec<String> = packages(folder.path())
        .iter()
        .map(|path| path.file_name().expect("a name").to_string_lossy().into_owned())
        .collect();
    expected.extend(["SHA256SUMS".to_owned(), "manifest.json".to_owned()]);
    expected.sort();
    assert_eq!(files(folder.path()).into_keys().collect::<Vec<_>>(), expected, "and nothing else");
    assert_eq!(expected.len(), 8);
    assert!(expected.iter().filter(|name| name.ends_with("_standin.msi")).count() == 6, "{expected:?}");

    if let Some(mut judge) = judge("msicheck.py") {
        let verdict = run(judge.arg("-i").args(packages(folder.path())));
        let verdict = String::from_utf8_lossy(&verdict).into_owned();
        assert_eq!(verdict.matches("OK  ").count(), 6, "{verdict}");
        assert!(!verdict.contains("_Validation lacks"), "{verdict}");
    }
    if let (Some(msidump), Some(msiextract)) = (tool("msidump"), tool("msiextract")) {
        for package in packages(folder.path()) {
            let scratch = tempfile::tempdir().expect("a temporary folder");
            run(Command::new(&msidump).args(["-t", "-s"]).arg(&package).current_dir(scratch.path()));
            assert!(scratch.path().join("File.idt").is_file());
            run(Command::new(&msiextract).arg("-C").arg(scratch.path()).arg(&package));
            let found = files(scratch.path());
            assert!(found.keys().any(|name| name.ends_with("/aspnetcorev2.dll")), "{:?}", found.keys());
        }
    }
    if let Some(sha256sum) = tool("sha256sum") {
        run(Command::new(sha256sum).args(["--check", "--strict", "SHA256SUMS"]).current_dir(folder.path()));
    }
}

#[test]
fn a_manifest_says_what_the_packages_say() {
    let folder = dist(&[]);
    let manifest = json(&folder.path().join("manifest.json"));
    assert_eq!(manifest["schema"], "ancm-manifest/1");
    assert_eq!(manifest["stand_in"], true);
    assert_eq!(manifest["engine"]["chosen"], "embedded");
    let entries = manifest["packages"].as_array().expect("packages");
    assert_eq!(entries.len(), 6);
    let sums = std::fs::read_to_string(folder.path().join("SHA256SUMS")).expect("readable");
    for entry in entries {
        let text = |name: &str| entry[name].as_str().unwrap_or_else(|| panic!("no `{name}`: {entry}"));
        let path = folder.path().join(text("file"));
        assert_eq!(entry["size"], std::fs::metadata(&path).expect("made").len());
        assert!(sums.contains(&format!("{}  {}\n", text("sha256"), text("file"))), "{sums}");
        let Some(tables) = Tables::read(&path) else { return };
        assert_eq!(text("product_code"), tables.property("ProductCode"));
        assert_eq!(text("upgrade_code"), tables.property("UpgradeCode"));
        assert_eq!(text("product_name"), tables.property("ProductName"));
        assert_eq!(manifest["version"], tables.property("ProductVersion"));
        assert!(text("product_name").contains("STAND-IN"));
        let (template, pages) = match text("arch") {
            "x86" => ("Intel;1033", "400 "),
            "x64" => ("x64;1033", "400 "),
            _ => ("Arm64;1033", "500 "),
        };
        assert_eq!(tables.summary("Template"), template);
        // the page count, which msiinfo calls a version and gives in both bases: `400 (190)`
        assert!(tables.summary("Version").starts_with(pages), "{}", tables.summary("Version"));
        let msiinfo = tool("msiinfo").expect("found before");
        let summary = run(Command::new(msiinfo).arg("suminfo").arg(&path));
        let summary = String::from_utf8_lossy(&summary).into_owned();
        assert!(summary.contains(text("package_code")), "{summary}");
    }
}

#[test]
fn how_packages_are_compressed_is_told_everywhere() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (out, config) = (folder.path().join("out"), folder.path().join("ancm.toml"));
    std::fs::write(&config, "compression-effort = \"max\"\narch = \"x86\"\nflavour = \"iis\"\n")
        .expect("room");
    let mut command = xtask();
    command.args(["dist", "-v", "--config"]).arg(&config).arg("--out").arg(&out);
    let output = command.output().expect("it starts");
    let told = said(&output);
    assert!(output.status.success(), "{told}");
    assert!(told.contains("cabinet `aspnetcoremodule.cab`: LZX:21, ") && told.contains(" % saved"), "{told}");
    let manifest = json(&out.join("manifest.json"));
    assert_eq!(manifest["compression_effort"], "max");
    let cabinet = &manifest["packages"][0]["cabinets"][0];
    assert_eq!(cabinet["method"], "LZX:21");
    assert!(cabinet["size"].as_u64() < cabinet["uncompressed"].as_u64(), "{cabinet}");
    let plan = run(xtask().args(["plan", "--config"]).arg(&config));
    let plan = String::from_utf8_lossy(&plan).into_owned();
    assert!(plan.contains("compression   max  ("), "{plan}");
    assert!(plan.contains("  cabinet aspnetcoremodule.cab: LZX:21\n"), "{plan}");
    let plan = run(xtask().args(["plan", "--json", "--config"]).arg(&config));
    let plan: Value = serde_json::from_slice(&plan).expect("JSON");
    assert_eq!(plan["compression_effort"]["value"], "max");
    assert_eq!(plan["cabinets"][0]["method"], "LZX:21");
}

/// Where each DLL of a package goes, and the processor of its code: by flavour's folder and package's processor.
fn machines(arch: &str) -> &'static [(&'static str, &'static str)] {
    match arch {
        "x86" => &[
            (r"[ProgramFilesFolder]F\Asp.Net Core Module\V2\aspnetcorev2.dll", "x86"),
            (r"[ProgramFilesFolder]F\Asp.Net Core Module\V2\V\aspnetcorev2_outofprocess.dll", "x86"),
        ],
        "x64" => &[
            (r"[ProgramFiles64Folder]F\Asp.Net Core Module\V2\aspnetcorev2.dll", "x64"),
            (r"[ProgramFiles64Folder]F\Asp.Net Core Module\V2\V\aspnetcorev2_outofprocess.dll", "x64"),
            (r"[ProgramFilesFolder]F\Asp.Net Core Module\V2\aspnetcorev2.dll", "x86"),
            (r"[ProgramFilesFolder]F\Asp.Net Core Module\V2\V\aspnetcorev2_outofprocess.dll", "x86"),
        ],
        _ => &[
            (r"[ProgramFiles64Folder]F\Asp.Net Core Module\V2\aspnetcorev2.dll", "arm64x"),
            (r"[ProgramFiles64Folder]F\Asp.Net Core Module\V2\aspnetcorev2_arm64.dll", "arm64"),
            (r"[ProgramFiles64Folder]F\Asp.Net Core Module\V2\aspnetcorev2_x64.dll", "x64"),
            (r"[ProgramFiles64Folder]F\Asp.Net Core Module\V2\V\aspnetcorev2_outofprocess.dll", "arm64x"),
            (
                r"[ProgramFiles64Folder]F\Asp.Net Core Module\V2\V\aspnetcorev2_outofprocess_arm64.dll",
                "arm64",
            ),
            (r"[ProgramFiles64Folder]F\Asp.Net Core Module\V2\V\aspnetcorev2_outofprocess_x64.dll", "x64"),
            (r"[ProgramFilesFolder]F\Asp.Net Core Module\V2\aspnetcorev2.dll", "x86"),
            (r"[ProgramFilesFolder]F\Asp.Net Core Module\V2\V\aspnetcorev2_outofprocess.dll", "x86"),
        ],
    }
}

/// The processor by the image's header; `arm64x` where there is a view for x64 processes, too.
fn machine(image: &[u8]) -> String {
    let word = |at: usize| u16::from_le_bytes([image[at], image[at + 1]]);
    match word(usize::from(word(0x3C)) + 4) {
        0x014C => "x86".to_owned(),
        0x8664 => "x64".to_owned(),
        0xAA64 if Image::parse(image).expect("an image").x64().is_some() => "arm64x".to_owned(),
        0xAA64 => "arm64".to_owned(),
        other => format!("{other:#06x}"),
    }
}

#[test]
fn every_dll_has_the_processor_of_its_folder_and_the_bytes_of_the_payload() {
    let payload = payload();
    let inputs = files(payload.path());
    let folder = dist(&["--payload", payload.path().to_str().expect("UTF-8")]);
    let manifest = json(&folder.path().join("manifest.json"));
    for (base, arch) in NAMES {
        let package = package(folder.path(), base, arch);
        let Some(tables) = Tables::read(&package) else { return };
        let Some(contents) = tables.contents(&package) else { return };
        let version = tables.property("ProductVersion");
        let flavour = if base.ends_with("Express") { "IIS Express" } else { "IIS" };
        let paths = tables.paths();
        assert_eq!(contents.keys().collect::<Vec<_>>(), paths.keys().collect::<Vec<_>>(), "{base} {arch}");

        let mut found = BTreeMap::new();
        for row in tables.rows("File") {
            let (key, path) = (row["File"], &paths[row["File"]]);
            let bytes = &contents[key];
            assert_eq!(row["FileSize"], bytes.len().to_string(), "{path}");
            if path.ends_with(".xml") {
                assert_eq!(*bytes, inputs["aspnetcore_schema_v2.xml"]);
                assert_eq!(row["Version"], "");
                continue;
            }
            let machine = machine(bytes);
            if machine == "arm64x" {
                let name = path.rsplit('\\').next().expect("a name");
                let forwarders = manifest["forwarders"].as_array().expect("forwarders");
                let known = forwarders.iter().find(|f| f["path"].as_str().is_some_and(|p| p.ends_with(name)));
                assert_eq!(row["Version"], known.expect("a forwarder")["version"], "{path}");
                if let Some(view) = pe::arm64x_view(bytes) {
                    assert_eq!(view["native"]["machine"], "0xaa64");
                    assert_eq!(view["x64"]["machine"], "0x8664");
                }
            } else {
                let name = path.rsplit('\\').next().expect("a name").replace(&format!("_{arch}."), ".");
                let name = name.replace("_x64.", ".");
                let input = inputs.get(&format!("{machine}/{name}"));
                let input = input.unwrap_or_else(|| panic!("no {machine}/{name} in {:?}", inputs.keys()));
                assert!(bytes == input, "{base} {arch}: {path}");
                assert_eq!(row["Version"], VERSION.to_string(), "{path}");
            }
            let path =
                path.replace(&format!("]{flavour}\\"), r"]F\").replace(&format!("\\{version}\\"), r"\V\");
            found.insert(path, machine);
        }
        let expected: BTreeMap<String, String> = machines(arch)
            .iter()
            .map(|(path, machine)| ((*path).to_owned(), (*machine).to_owned()))
            .collect();
        assert_eq!(found, expected, "{base} {arch}");
    }
}

#[test]
fn the_same_bytes_come_out_anywhere_at_any_number_of_threads_and_again() {
    let one = dist(&["--jobs", "1"]);
    let expected = files(one.path());

    // a copy of the project in another folder, with the payload in a folder of its own and another number of threads
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let copy = elsewhere.path().join("a copy");
    for (name, bytes) in files(&root().join("wix")) {
        let path = copy.join("wix").join(name);
        std::fs::create_dir_all(path.parent().expect("below")).expect("writable");
        std::fs::write(path, bytes).expect("writable");
    }
    for jobs in ["2", "5"] {
        // the second time over the first time's packages
        let output = xtask()
            .args(["dist", "--jobs", jobs, "--out", "made"])
            .current_dir(&copy)
            .output()
            .expect("starts");
        assert!(output.status.success(), "{}", said(&output));
        let found = files(&copy.join("made"));
        assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
        for (name, bytes) in &found {
            assert!(*bytes == expected[name], "{name} differs with {jobs} threads in another folder");
        }
    }
}

#[test]
fn the_time_that_is_asked_for_is_in_the_package_and_else_no_clock_is() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut command = xtask();
    command.args(["dist", "--arch", "x64", "--flavour", "iis", "--out"]).arg(folder.path());
    let output = command.env("SOURCE_DATE_EPOCH", "1700000000").output().expect("it starts");
    assert!(output.status.success(), "{}", said(&output));
    let Some(msiinfo) = tool("msiinfo") else { return };
    let created = |folder: &Path| {
        let package = package(folder, "AspNetCoreModuleV2", "x64");
        let mut command = Command::new(&msiinfo);
        let text = run(command.arg("suminfo").arg(package).env("TZ", "UTC").env("LC_ALL", "C"));
        let text = String::from_utf8_lossy(&text).into_owned();
        text.lines().find(|line| line.starts_with("Created")).expect("a time").to_owned()
    };
    assert!(created(folder.path()).contains("Nov 14 22:13:20 2023"), "{}", created(folder.path()));
    let fixed = dist(&["--arch", "x64", "--flavour", "iis"]);
    assert!(created(fixed.path()).contains("1980"), "{}", created(fixed.path()));
}

#[test]
fn a_dry_run_makes_nothing_and_results_stand_alone_on_standard_output() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("out");
    let output =
        xtask().args(["dist", "--dry-run", "--json", "--out"]).arg(&out).output().expect("it starts");
    assert!(output.status.success(), "{}", said(&output));
    let plan: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    assert_eq!(plan["packages"].as_array().map(Vec::len), Some(6));
    assert!(!out.exists());

    let mut command = xtask();
    command
        .args(["dist", "--quiet", "--json", "--arch", "x86", "--flavour", "iisexpress", "--out"])
        .arg(&out);
    let output = command.output().expect("it starts");
    assert!(output.status.success(), "{}", said(&output));
    let manifest: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    assert_eq!(manifest, json(&out.join("manifest.json")));
    assert_eq!(manifest["packages"].as_array().map(Vec::len), Some(1));
    assert!(!said(&output).contains("Packaged"), "{}", said(&output));
}

/// What of a payload goes into no package is said, with the reason, to people and programs; `-o` is `--out`.
#[test]
fn what_is_left_of_a_payload_is_said() {
    let payload = payload();
    std::fs::write(payload.path().join("ünread.txt"), "a note").expect("writable");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("out");
    let mut command = xtask();
    command.args(["dist", "--json", "--arch", "x86", "--flavour", "iis", "--payload"]).arg(payload.path());
    let output = command.arg("-o").arg(&out).output().expect("it starts");
    let said = said(&output);
    assert!(output.status.success(), "{said}");
    assert_eq!(packages(&out).len(), 1);
    let unused = said.lines().filter(|line| line.trim_start().starts_with("Unused "));
    assert_eq!(unused.filter(|line| line.contains("which no package that is made has")).count(), 4, "{said}");
    assert!(said.contains("1 other, which is not of the module"), "{said}");
    let answer: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    let unused = answer["payload_unused"].as_array().expect("a list");
    let why =
        |name: &str| unused.iter().find(|file| file["path"].as_str().is_some_and(|p| p.ends_with(name)));
    assert_eq!(unused.len(), 5, "{unused:?}");
    assert_eq!(why("ünread.txt").expect("listed")["because"], "other");
    assert!(json(&out.join("manifest.json")).get("payload_unused").is_none());
}

#[test]
fn stand_ins_are_announced() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut command = xtask();
    let output = command
        .args(["dist", "--arch", "x86", "--flavour", "iis", "--out"])
        .arg(folder.path())
        .output()
        .expect("it starts");
    let said = said(&output);
    assert!(said.contains("stand-in DLLs that run no application"), "{said}");
    assert!(said.contains("--payload"), "{said}");
}

/// Which processor's DLL is whose custom action: Windows Installer runs no ARM64 one where a package for x64 is replaced
/// (wixtoolset/issues issue 9322), and no x64 one in a package for ARM64.
#[test]
fn the_custom_actions_are_the_prebuilt_dll_of_the_right_processor() {
    let folder = dist(&[]);
    let manifest = json(&folder.path().join("manifest.json"));
    let made = &manifest["configuration_action"];
    for what in ["compiler", "package", "linker", "source_sha256"] {
        assert!(made[what].as_str().is_some_and(|said| !said.is_empty()), "{what}: {made}");
    }
    for flags in ["cargo_flags", "rustc_flags"] {
        assert!(made[flags].as_array().is_some_and(|flags| !flags.is_empty()), "{flags}: {made}");
    }
    for entry in manifest["packages"].as_array().expect("packages") {
        let action = &entry["configuration_action"];
        let expected = if entry["arch"] == "x64" { "x64" } else { "x86" };
        assert_eq!(action["arch"], expected, "{entry}");
        let Some(msiinfo) = tool("msiinfo") else { return };
        let package = folder.path().join(entry["file"].as_str().expect("a name"));
        let dll = run(Command::new(msiinfo).arg("extract").arg(&package).arg("Binary.ConfigAction"));
        assert_eq!(machine(&dll), expected);
        let prebuilt = root().join(format!("native/prebuilt/configaction-{expected}.dll"));
        assert!(dll == std::fs::read(prebuilt).expect("readable"), "{entry}");
        assert_eq!(action["sha256"], ancm_installer::release::sha256(&dll));
        assert_eq!(made[expected]["sha256"], action["sha256"]);
        assert_eq!(action["size"], dll.len());
        let provenance = root().join(action["provenance"].as_str().expect("a path"));
        let provenance = std::fs::read_to_string(provenance).expect("readable");
        assert!(provenance.contains(action["sha256"].as_str().expect("a hash")), "{action}");
        let exports = Image::parse(&dll).expect("an image").native().exports().expect("readable");
        for entry in configaction::ENTRIES {
            assert!(exports.named(entry).is_some(), "{entry}");
        }
    }
}
