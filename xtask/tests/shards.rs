//! One package on each runner, joined again: `ci matrix`, `dist --package`, `dist merge`.

use crate::made::{dist, files, said, xtask};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Output;
use tempfile::TempDir;

/// The folders of a matrix's runners, each made by a `dist` of its own.
struct Runners(TempDir);

impl Runners {
    fn run(packages: &[&str], arguments: &[&str]) -> Runners {
        let top = tempfile::tempdir().expect("a temporary folder");
        for package in packages {
            let mut command = xtask();
            command.args(["dist", "--quiet", "--package", package]).args(arguments).arg("--out");
            let output = command.arg(top.path().join(package)).output().expect("it starts");
            assert!(output.status.success(), "{package}: {}", said(&output));
        }
        Runners(top)
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// `dist merge` of these folders, into the folder `merged`, which is not there before.
    fn merge(&self, folders: &[&str], arguments: &[&str]) -> Output {
        let mut command = xtask();
        command.args(["dist", "merge", "--json"]).args(folders.iter().map(|name| self.folder(name)));
        command.args(arguments).arg("--out").arg(self.folder("merged")).output().expect("it starts")
    }

    /// Merges, and expects these findings and nothing written.
    fn refuses(&self, folders: &[&str], arguments: &[&str], code: &str, words: &[&str]) {
        let output = self.merge(folders, arguments);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(10), "{said}");
        let failure: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
        let findings = failure["diagnostics"].as_array().expect("findings");
        let found: Vec<&Value> = findings.iter().filter(|finding| finding["code"] == code).collect();
        assert!(!found.is_empty(), "no {code}: {said}");
        for words in words {
            assert!(said.contains(words), "no `{words}`: {said}");
        }
        assert!(!self.folder("merged").exists(), "something was written: {said}");
    }

    /// A copy of a folder, with a change.
    fn copy(&self, from: &str, to: &str, change: impl Fn(&Path)) {
        for (name, bytes) in files(&self.folder(from)) {
            std::fs::create_dir_all(self.folder(to)).expect("room");
            std::fs::write(self.folder(to).join(name), bytes).expect("room");
        }
        change(&self.folder(to));
    }
}

fn edit(path: &Path, change: impl Fn(&str) -> String) {
    let text = std::fs::read_to_string(path).expect("readable");
    let changed = change(&text);
    assert_ne!(text, changed, "{} is changed", path.display());
    std::fs::write(path, changed).expect("writable");
}

fn package_of(folder: &Path) -> PathBuf {
    let name = files(folder).into_keys().find(|name| name.ends_with(".msi")).expect("a package");
    folder.join(name)
}

fn matrix(arguments: &[&str]) -> Value {
    let output = xtask().args(["ci", "matrix"]).args(arguments).output().expect("it starts");
    assert!(output.status.success(), "{}", said(&output));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(text.matches('\n').count(), 1, "one line: {text}");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn what_runners_make_is_what_one_machine_makes() {
    let matrix = matrix(&[]);
    let rows = matrix["include"].as_array().expect("rows");
    let packages: Vec<&str> = rows.iter().map(|row| row["package"].as_str().expect("a name")).collect();
    assert_eq!(
        packages,
        ["iis-x86", "iis-x64", "iis-arm64", "iisexpress-x86", "iisexpress-x64", "iisexpress-arm64"]
    );
    assert_eq!(rows[2]["flavour"], "iis");
    assert_eq!(rows[2]["arch"], "arm64");
    let single = dist(&[]);
    let runners = Runners::run(&packages, &[]);
    // in any order, and one of them twice, as of a job that was run again
    let mut order: Vec<&str> = packages.iter().rev().copied().collect();
    order.push("iis-x64");
    let output = runners.merge(&order, &[]);
    assert!(output.status.success(), "{}", said(&output));
    let (merged, single) = (files(&runners.folder("merged")), files(single.path()));
    assert_eq!(merged.keys().collect::<Vec<_>>(), single.keys().collect::<Vec<_>>());
    for (name, bytes) in &single {
        assert!(merged[name] == *bytes, "{name} differs");
    }
    let printed: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    let written: Value = serde_json::from_slice(&single["manifest.json"]).expect("JSON");
    assert_eq!(printed, written);
}

#[test]
fn shards_that_do_not_belong_together_are_refused_by_name() {
    let set = ["--flavour", "iis", "--arch", "x86,x64"];
    let runners = Runners::run(&["iis-x86", "iis-x64"], &[]);
    let other = Runners::run(&["iis-x64"], &["--version", "110.0.27002"]);
    std::fs::rename(other.folder("iis-x64"), runners.folder("other")).expect("one disk");

    // incomplete: a runner is missing; the set is the one of the settings, six where they say nothing
    runners.refuses(
        &["iis-x86"],
        &set,
        "merge::incomplete",
        &["no part has the package `iis-x64`", "--package iis-x64"],
    );
    runners.refuses(&["iis-x86", "iis-x64"], &[], "merge::incomplete", &["`iisexpress-arm64`"]);
    runners.refuses(
        &["iis-x86", "iis-x64"],
        &["--package", "iis-x86"],
        "merge::stranger",
        &["AspNetCoreModuleV2_x64_"],
    );

    // mixed: of another version and payload; by another program; from other sources
    runners.refuses(
        &["iis-x86", "other"],
        &set,
        "merge::mixed",
        &["has the version `110.0.27002`", "has the module x86"],
    );
    runners.copy("iis-x64", "tool", |folder| {
        edit(&folder.join("manifest.json"), |text| text.replace("ancm-installer 0", "ancm-installer 9"));
    });
    runners.refuses(&["iis-x86", "tool"], &set, "merge::mixed", &["/tool` was made by `ancm-installer 9"]);
    runners.copy("iis-x64", "authoring", |folder| {
        edit(&folder.join("manifest.json"), |text| {
            text.replace("authoring_sha256\": \"", "authoring_sha256\": \"f")
        });
    });
    runners.refuses(
        &["iis-x86", "authoring"],
        &set,
        "merge::mixed",
        &["was authored from sources of SHA-256"],
    );
    runners.copy("iis-x64", "twin", |folder| {
        let package = std::fs::read(package_of(folder)).expect("readable");
        let sha256 = ancm_installer::release::sha256(&package);
        for name in ["manifest.json", "SHA256SUMS"] {
            edit(&folder.join(name), |text| text.replace(&sha256, &"0".repeat(64)));
        }
    });
    runners.refuses(&["iis-x86", "iis-x64", "twin"], &set, "merge::twice", &["/twin` with 0000"]);

    // interrupted, or changed on the way
    runners.copy("iis-x64", "early", |folder| {
        std::fs::remove_file(folder.join("manifest.json")).expect("there")
    });
    runners.refuses(&["iis-x86", "early"], &set, "made::interrupted", &["/early` has no `manifest.json`"]);
    runners.copy("iis-x64", "late", |folder| std::fs::remove_file(folder.join("SHA256SUMS")).expect("there"));
    runners.refuses(&["iis-x86", "late"], &set, "made::interrupted", &["/late` has no `SHA256SUMS`"]);
    runners.copy("iis-x64", "stale", |folder| {
        edit(&folder.join("SHA256SUMS"), |text| text.replacen(&text[..4], "0000", 1));
    });
    runners.refuses(&["iis-x86", "stale"], &set, "made::interrupted", &["the `SHA256SUMS` of"]);
    runners.copy("iis-x64", "gone", |folder| std::fs::remove_file(package_of(folder)).expect("there"));
    runners.refuses(&["iis-x86", "gone"], &set, "made::changed", &["cannot be read"]);
    runners.copy("iis-x64", "short", |folder| {
        let package = std::fs::read(package_of(folder)).expect("readable");
        std::fs::write(package_of(folder), &package[..package.len() / 2]).expect("writable");
    });
    runners.refuses(&["iis-x86", "short"], &set, "made::changed", &["bytes, and its manifest says"]);
    runners.copy("iis-x64", "changed", |folder| {
        let mut package = std::fs::read(package_of(folder)).expect("readable");
        let last = package.len() - 1;
        package[last] ^= 1;
        std::fs::write(package_of(folder), package).expect("writable");
    });
    runners.refuses(&["iis-x86", "changed"], &set, "made::changed", &["has SHA-256"]);
}

#[test]
fn a_manifest_of_a_stranger_cannot_reach_other_folders() {
    let runners = Runners::run(&["iis-x86"], &[]);
    for name in ["../../escape.msi", "/etc/passwd", ".hidden", "a\\b.msi", "c:x.msi", ""] {
        runners.copy("iis-x86", "bad", |folder| {
            let package = package_of(folder);
            let real = package.file_name().expect("a name").to_string_lossy().into_owned();
            for text in ["manifest.json", "SHA256SUMS"] {
                let name = if text == "manifest.json" { name.replace('\\', "\\\\") } else { name.to_owned() };
                edit(&folder.join(text), |text| text.replace(&real, &name));
            }
        });
        runners.refuses(
            &["bad"],
            &["--package", "iis-x86"],
            "made::name",
            &["a package lies beside its manifest"],
        );
    }
    runners.copy("iis-x86", "form", |folder| {
        edit(&folder.join("manifest.json"), |text| text.replace("\"stand_in\"", "\"standin\""));
    });
    runners.refuses(
        &["form"],
        &["--package", "iis-x86"],
        "made::manifest",
        &["manifest.json:", "unknown field `standin`"],
    );
    runners.refuses(&["nowhere"], &[], "made::unreadable", &["nowhere` is no folder"]);
}

#[test]
fn a_package_that_nobody_knows_is_a_wrong_command_line() {
    let output = xtask().args(["dist", "--package", "iis-mips"]).output().expect("it starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("expected iis-x86, iis-x64, iis-arm64"), "{}", said(&output));
    assert_eq!(matrix(&["--package", "iis-x64"])["include"].as_array().map(Vec::len), Some(1));
}
