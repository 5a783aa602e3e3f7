//! `--payload` of what Microsoft ships, `payload` and `layout`, as a user runs them; unpacking judged by others.

use crate::bundle::{bundle, cabinet};
use crate::made::{dist, files, packages, said, xtask};
use crate::modules::{VERSION, stand_in, stand_in_files};
use crate::support::{data, theirs, tool};
use ancm_installer::id::{Arch, Dll, FileVersion};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// Standard output of a run that ends with `code`, as JSON.
fn json(arguments: &[&str], code: i32) -> Value {
    let output = xtask().args(arguments).arg("--json").output().expect("it starts");
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", said(&output));
    serde_json::from_slice(&output.stdout).expect("one JSON document")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("our own paths are text")
}

fn write(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().expect("below a folder")).expect("room");
    std::fs::write(path, bytes).expect("room");
}

#[test]
fn a_bundle_of_our_six_packages_gives_them_again_and_is_a_payload() {
    let made = dist(&[]);
    let payloads: Vec<(String, Vec<u8>)> = packages(made.path())
        .iter()
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (format!(r"payloads\{name}"), std::fs::read(path).expect("readable"))
        })
        .collect();
    assert_eq!(payloads.len(), 6);
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("hosting.exe");
    write(&source, &bundle(&payloads));

    let out = folder.path().join("out");
    json(&["payload", "extract", text(&source), "-o", text(&out)], 0);
    let extracted = files(&out);
    for (name, bytes) in &payloads {
        let path = format!("WixAttachedContainer/{}", name.replace('\\', "/"));
        assert!(extracted.get(&path) == Some(bytes), "{path}");
    }
    let deep = folder.path().join("deep");
    json(&["payload", "extract", text(&source), "--deep", "-o", text(&deep)], 0);
    let inside =
        files(&deep).into_keys().filter(|path| path.contains(".msi.d/") && path.ends_with(".dll")).count();
    assert!(inside >= 6 * 2, "{inside}");

    // the packages hold the stand-ins again, so that they are a whole payload for another dist
    let plan = json(&["plan", "--payload", text(&source)], 0);
    let found = plan["payload"]["files"].as_array().expect("files");
    assert_eq!(found.len(), 7);
    let begin = "hosting.exe!WixAttachedContainer/payloads/AspNetCoreModuleV2";
    assert!(
        found.iter().all(|file| file["path"].as_str().is_some_and(|path| path.starts_with(begin))),
        "{found:?}"
    );
    let inspection = json(&["payload", "inspect", text(&source)], 0);
    assert_eq!(inspection["missing"], Value::Array(Vec::new()));
    assert_eq!(inspection["archives"].as_array().expect("archives").len(), 7);
}

#[test]
fn sources_may_be_several_and_of_any_kind() {
    let all = stand_in_files(VERSION);
    let folder = tempfile::tempdir().expect("a folder");
    let (cab_part, folder_part) = all.split_at(3);
    let cab_path = folder.path().join("one.cab");
    let named: Vec<(String, Vec<u8>)> =
        cab_part.iter().map(|(name, bytes)| (name.replace('/', r"\"), bytes.clone())).collect();
    write(&cab_path, &cabinet(&named));
    for (name, bytes) in folder_part {
        write(&folder.path().join("rest").join(name), bytes);
    }
    let rest = folder.path().join("rest");
    let plan = json(&["plan", "--payload", text(&cab_path), "--payload", text(&rest)], 0);
    let paths: Vec<&str> = plan["payload"]["files"]
        .as_array()
        .expect("files")
        .iter()
        .filter_map(|file| file["path"].as_str())
        .collect();
    assert_eq!(paths.len(), 7);
    assert_eq!(paths.iter().filter(|path| path.starts_with("one.cab!")).count(), 3, "{paths:?}");
    assert_eq!(paths.iter().filter(|path| path.starts_with("rest/")).count(), 4, "{paths:?}");

    let config = folder.path().join("ancm.toml");
    write(&config, b"payload = [\"one.cab\", \"rest\"]\n");
    let configured = json(&["plan", "--config", text(&config)], 0);
    assert_eq!(configured["payload"]["files"], plan["payload"]["files"]);
    let output = xtask()
        .args(["plan", "--json"])
        .env("ANCM_PAYLOAD", format!("{};{}", text(&cab_path), text(&rest)))
        .output();
    let shown: Value = serde_json::from_slice(&output.expect("it starts").stdout).expect("JSON");
    assert_eq!(shown["payload"]["files"], plan["payload"]["files"]);
}

#[test]
fn the_runtime_pack_has_one_module_of_the_family() {
    let Some(real) = theirs("data/real") else { return };
    let pack = real.join("microsoft.aspnetcore.app.runtime.win-x64.10.0.14.nupkg");
    let inspection = json(&["payload", "inspect", text(&pack)], 0);
    let of_the_module: Vec<&Value> = inspection["files"]
        .as_array()
        .expect("files")
        .iter()
        .filter(|file| !["other", "other-image", "broken-image"].iter().any(|what| file["what"] == *what))
        .collect();
    let [handler] = of_the_module.as_slice() else { panic!("{of_the_module:?}") };
    assert_eq!(
        (&handler["what"], &handler["version"]),
        (&"in-process-handler".into(), &"20.0.26296.14".into())
    );
    assert_eq!(handler["views"], serde_json::json!(["x64"]));
    assert_eq!(handler["signed"]["state"], "signed");
    assert!(handler["signed"]["signer"].as_str().expect("a name").contains("Microsoft Corporation"));
    assert_eq!(inspection["missing"].as_array().expect("roles").len(), 7);
    let archive = &inspection["archives"][0]["signed"];
    assert_eq!(archive["state"], "unverified");
    assert!(archive["why"].as_str().expect("text").contains("NuGet"), "{archive}");
    let signer = archive["signer"].as_str().expect("a name");
    assert_eq!(signer, "author Microsoft Corporation, repository NuGet.org Repository by Microsoft");
}

#[test]
fn a_file_that_was_changed_after_it_was_signed_is_told() {
    let Some(real) = theirs("data/real") else { return };
    let whole = std::fs::read(real.join("aspnetcorev2_inprocess.10.0.14.dll")).expect("readable");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("changed.dll");
    let state = |bytes: &[u8]| {
        write(&path, bytes);
        let inspection = json(&["payload", "inspect", text(&path)], 0);
        inspection["files"][0]["signed"]["state"].as_str().expect("text").to_owned()
    };
    assert_eq!(state(&whole), "signed");
    let mut changed = whole.clone();
    changed[0x2000] ^= 1;
    assert_eq!(state(&changed), "wrong");
    let mut changed = whole.clone();
    let end = changed.len() - 40;
    changed[end] ^= 1;
    assert_ne!(state(&changed), "unsigned");
}

#[test]
fn a_payload_is_pinned_and_another_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("ancm.toml");
    write(&config, b"");
    let lay_out = |name: &str, version: FileVersion| -> PathBuf {
        for (file, bytes) in stand_in_files(version) {
            write(&folder.path().join(name).join(file), &bytes);
        }
        folder.path().join(name)
    };
    let first = lay_out("first", VERSION);
    let second = lay_out("second", FileVersion([20, 0, 26296, 15]));
    let plan =
        |source: &Path, code| json(&["plan", "--config", text(&config), "--payload", text(source)], code);
    plan(&first, 0);
    let pinned = json(&["payload", "pin", text(&first), "--config", text(&config)], 0);
    assert_eq!(pinned["payload"].as_object().expect("roles").len(), 7);
    plan(&first, 0);
    let refused = plan(&second, 10);
    let diagnostics = refused["diagnostics"].as_array().expect("findings");
    assert!(diagnostics.iter().all(|finding| finding["code"] == "payload::not_pinned"), "{diagnostics:?}");
    assert_eq!(diagnostics.len(), 6, "the schema is the same");
    json(&["payload", "pin", text(&second), "--config", text(&config)], 0);
    plan(&second, 0);
    plan(&first, 10);
    write(&folder.path().join("ancm.lock"), b"format = 1\nnonsense = 2\n");
    assert_eq!(plan(&second, 2)["diagnostics"][0]["code"], "payload::lock");
}

#[test]
fn unpacking_writes_nothing_where_something_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("x.cab");
    write(&source, &cabinet(&[("fine".into(), b"1".to_vec()), (r"..\up".into(), b"2".to_vec())]));
    let out = folder.path().join("a/b");
    let refused = json(&["payload", "extract", text(&source), "-o", text(&out)], 10);
    assert_eq!(refused["diagnostics"][0]["code"], "payload::refused");
    assert!(!folder.path().join("a").exists());
    json(&["payload", "extract", text(&source), "--partial", "-o", text(&out)], 0);
    assert_eq!(files(folder.path()).into_keys().collect::<Vec<_>>(), ["a/b/fine", "x.cab"]);
    let again = json(&["payload", "extract", text(&source), "--partial", "-o", text(&out)], 14);
    assert_eq!(again["diagnostics"][0]["code"], "payload::not_empty");
}

#[cfg(unix)]
#[test]
fn links_and_pipes_in_a_folder_are_left_out_and_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let drop = folder.path().join("drop");
    write(&drop.join("a/file"), b"1");
    for (to, link) in [("/etc", "out"), ("a/file", "in"), ("nowhere", "gone")] {
        std::os::unix::fs::symlink(to, drop.join(link)).expect("a link");
    }
    let out = folder.path().join("out");
    let extracted = json(&["payload", "extract", text(&drop), "-o", text(&out)], 0);
    assert_eq!(files(&out).into_keys().collect::<Vec<_>>(), ["a/file", "in"]);
    let findings = extracted["findings"].as_array().expect("findings");
    assert_eq!(findings.len(), 2, "{findings:?}");
    assert!(findings.iter().all(|finding| finding["code"] == "payload::left_out"), "{findings:?}");
    json(&["payload", "inspect", text(&drop)], 0);
    json(&["payload", "inspect", "/dev/zero"], 10);
}

/// What 7-Zip unpacks of `source`, and whether it says that this is all. Nothing for packages: it gives their streams.
fn seven_zip_of(source: &Path) -> Option<(TempDir, bool)> {
    let kind = source.extension()?.to_ascii_lowercase();
    if !["cab", "nupkg", "zip", "msu"].contains(&kind.to_str()?) {
        return None;
    }
    let out = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(tool("7z")?);
    command.args(["x", "-y", "-bd"]).arg(format!("-o{}", out.path().display())).arg(source);
    let is_whole = command.output().expect("it starts").status.success();
    Some((out, is_whole))
}

/// What another program unpacks of `source`, and whether it says that this is all.
fn theirs_of(source: &Path) -> Option<(TempDir, bool)> {
    let out = tempfile::tempdir().expect("a folder");
    let kind = source.extension()?.to_ascii_lowercase();
    let mut command = match kind.to_str()? {
        "msi" => {
            let mut command = Command::new(tool("msiextract")?);
            command.arg("-C").arg(out.path()).arg(source);
            command
        }
        "cab" => {
            let mut command = Command::new(tool("cabextract")?);
            command.arg("-q").arg("-d").arg(out.path()).arg(source);
            command
        }
        "nupkg" | "zip" => {
            let mut command = Command::new(tool("unzip")?);
            command.arg("-q").arg(source).arg("-d").arg(out.path());
            command
        }
        _ => return None,
    };
    let is_whole = command.output().expect("it starts").status.success();
    Some((out, is_whole))
}

#[test]
fn unpacking_gives_what_other_programs_give() {
    let mut sources = vec![
        data("bundles").join("ancm-like.msi"),
        data("bundles").join("detached/media.msi"),
        data("bundles").join("detached/two.cab"),
        data("bundles").join("detached/det.cab"),
        data("cabinet-set").join("set1.cab"),
    ];
    if let Some(real) = theirs("data/real") {
        sources.push(real.join("microsoft.aspnetcore.app.runtime.win-x64.10.0.14.nupkg"));
    }
    // real packages that are nobody's to commit; the path of a folder with some
    let foreign = std::env::var_os("ANCM_FOREIGN").map(PathBuf::from);
    sources.extend(foreign.iter().flat_map(|folder| files(folder).into_keys().map(|path| folder.join(path))));
    let mut compared = 0;
    for source in sources {
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join("out");
        let mut ours = xtask();
        ours.args(["payload", "extract"]).arg(&source).arg("-o").arg(&out);
        let output = ours.output().expect("it starts");
        for (other, is_whole) in [theirs_of(&source), seven_zip_of(&source)].into_iter().flatten() {
            assert_eq!(output.status.success(), is_whole, "{}: {}", source.display(), said(&output));
            if !is_whole {
                continue;
            }
            let (ours, other): (BTreeMap<_, _>, BTreeMap<_, _>) = (files(&out), files(other.path()));
            let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
            assert_eq!(names(&ours), names(&other), "{}", source.display());
            assert!(ours == other, "{}: other bytes", source.display());
            compared += 1;
        }
    }
    println!("{compared} compared");
}

#[test]
fn a_layout_shows_what_a_package_installs_and_a_difference() {
    let shown = json(&["layout", "old-iis-arm64"], 0);
    let paths: Vec<&str> =
        shown["files"].as_array().expect("files").iter().filter_map(|file| file["path"].as_str()).collect();
    assert!(paths.iter().any(|path| path.starts_with("[ProgramFiles64Folder]IIS")), "{paths:?}");
    let made = dist(&["--arch", "x64", "--flavour", "iis"]);
    let package = packages(made.path()).remove(0);
    let shown = json(&["layout", text(&package)], 0);
    let module = shown["files"]
        .as_array()
        .expect("files")
        .iter()
        .find(|file| file["path"] == r"[ProgramFiles64Folder]IIS\Asp.Net Core Module\V2\aspnetcorev2.dll")
        .expect("the module");
    assert_eq!((&module["machine"], &module["bits"]), (&"x64".into(), &64.into()));
    let same = json(&["layout", text(&package), "--diff", text(&package)], 0);
    assert_eq!(same["changes"], Value::Array(Vec::new()));
    let changes = json(&["layout", "old-iis-x64", "--diff", text(&package)], 0);
    let changes = changes["changes"].as_array().expect("changes");
    assert!(!changes.is_empty());
    // the same for people: a line for each path, and how many there are of either kind
    let output =
        xtask().args(["layout", "old-iis-x64", "--diff", text(&package)]).output().expect("it starts");
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    let marked = shown.lines().filter(|line| line.starts_with(['~', '-', '+'])).count();
    assert_eq!(marked, changes.len(), "{shown}");
    assert!(
        shown.contains("~ [ProgramFiles64Folder]IIS\\Asp.Net Core Module\\V2\\aspnetcorev2.dll  ("),
        "{shown}"
    );
    let last = format!("{marked} paths differ, ");
    assert!(shown.lines().last().is_some_and(|line| line.starts_with(&last)), "{shown}");
    let output = xtask().args(["layout", text(&package)]).output().expect("it starts");
    assert!(String::from_utf8_lossy(&output.stdout).contains("aspnetcorev2.dll"));

    let made = dist(&["--arch", "arm64", "--flavour", "iis"]);
    let output = xtask().args(["layout", text(&packages(made.path())[0])]).output().expect("it starts");
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    let machine = |name: &str| {
        let mut lines = shown.lines().skip_while(|line| line.trim() != name).skip(1);
        lines.next().and_then(|line| line.split_whitespace().next()).expect("the file").to_owned()
    };
    assert_eq!(machine("aspnetcorev2.dll"), "arm64x", "a forwarder is for processes of both kinds");
    assert_eq!(machine("aspnetcorev2_arm64.dll"), "arm64");
}

#[test]
fn a_manufacturer_gets_a_code_page_that_has_its_letters() {
    for (name, page) in [("Acme", 1252), ("Łódź", 1250), ("Завод", 1251)] {
        assert_eq!(json(&["plan", "--manufacturer", name], 0)["code_page"], page);
    }
    for name in ["Łódź Завод", "🦀", " ", "a\tb"] {
        let refused = json(&["plan", "--manufacturer", name], 10);
        let finding = &refused["diagnostics"][0];
        assert!(finding["help"].as_str().expect("help").contains("--manufacturer"), "{finding}");
    }
    let made = dist(&["--arch", "x86", "--flavour", "iis", "--manufacturer", "Łódź"]);
    let Some(tables) = crate::made::Tables::read(&packages(made.path())[0]) else { return };
    assert_eq!(tables.property("Manufacturer"), "Łódź");
}

#[test]
fn versions_that_windows_installer_or_microsoft_s_next_package_take_otherwise_are_warned_of() {
    let folder = tempfile::tempdir().expect("a folder");
    for (file, bytes) in stand_in_files(VERSION) {
        write(&folder.path().join(file), &bytes);
    }
    let warnings = |version: &str| {
        let plan = json(&["plan", "--payload", text(folder.path()), "--version", version], 0);
        let list = plan["warnings"].as_array().expect("warnings").clone();
        list.iter().filter_map(|warning| warning["code"].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    assert!(!warnings("110.0.26296").contains(&"plan::fourth_field".to_owned()));
    assert!(warnings("110.0.26296.7").contains(&"plan::fourth_field".to_owned()));
    let highest = stand_in(Dll::Handler, Arch::Arm64, FileVersion([20, 0, 26296, 65_535]));
    write(&folder.path().join("arm64/aspnetcorev2_outofprocess.dll"), &highest);
    let refused = json(&["plan", "--payload", text(folder.path())], 10);
    assert_eq!(refused["diagnostics"][0]["code"], "plan::file_version");
}

#[test]
fn a_broken_cabinet_is_told_once() {
    let mut file = tempfile::NamedTempFile::new().expect("room");
    file.write_all(b"MSCF\0\0\0\0").expect("room");
    let refused = json(&["payload", "inspect", text(file.path())], 10);
    assert_eq!(refused["diagnostics"].as_array().map(Vec::len), None, "the answer was given already");
}
