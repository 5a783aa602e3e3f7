//! `--json`: exactly one document on standard output, whatever the command and however it ends.

use crate::made::{self, said, xtask};
use serde_json::Value;

/// The only document of a run that ends with `code`.
fn json(arguments: &[&str], code: i32) -> Value {
    let output = xtask().arg("--json").args(arguments).output().expect("it starts");
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", said(&output));
    let shown = String::from_utf8_lossy(&output.stdout);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}\n{shown}"))
}

#[test]
fn a_regression_is_one_document_with_its_exit_code() {
    let report = json(&["upgrade", "old-iis-arm64", "broken-iis-arm64"], 21);
    assert_eq!((&report["schema"], &report["regression"]), (&"ancm-upgrade/1".into(), &true.into()));
    let matrix = json(&["upgrade", "--all", "broken-iis-arm64"], 21);
    assert_eq!(matrix["schema"], "ancm-upgrade-matrix/1");
}

#[test]
fn so_is_every_other_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let out = path("out");
    let made = ["dist", "--arch", "x86", "--flavour", "iis", "--out", &out];
    let manifest = json(&made, 0);
    let package = format!("{out}/{}", manifest["packages"][0]["file"].as_str().expect("a name"));
    for (arguments, code, schema) in [
        (&["upgrade", "old-iis-x86", &package][..], 0, "ancm-upgrade/1"),
        (&["upgrade", "--all", &package], 0, "ancm-upgrade-matrix/1"),
        (&["upgrade", "--explain", "U001"], 0, "ancm-finding/1"),
        (&["upgrade", "old-iis-x86", "no-such"], 10, "ancm-failure/1"),
        (&["baseline", "list"], 0, "ancm-baselines/1"),
        (&["baseline", "import", &package, "--name", "old-iis-x86"], 14, "ancm-failure/1"),
        (&["identity", "check"], 0, "ancm-identity-check/1"),
        (&["identity", "explain", "nothing"], 10, "ancm-failure/1"),
        (&["plan"], 0, "ancm-plan/1"),
        (&["plan", "--payload", &path("none")], 10, "ancm-failure/1"),
        (&["dist", "--payload", &path("none"), "--out", &out], 10, "ancm-failure/1"),
        (&["wix", "build", &path("none.wxs"), "-o", &path("x.msi")], 10, "ancm-failure/1"),
    ] {
        let output = json(arguments, code);
        assert_eq!(output["schema"], schema, "{arguments:?}");
    }
}

#[test]
fn a_tool_that_is_missing_is_told_once() {
    // without a compiler and its linker no package can be made
    let mut command = xtask();
    let output = command.args(["doctor", "--json"]).env("PATH", "").env("RUSTC", "no-such-rustc").output();
    let output = output.expect("it starts");
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    let report: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    assert_eq!(report["schema"], "ancm-doctor/1");
}

#[test]
fn a_package_that_the_matrix_refuses_is_told_once() {
    // a copy of the project that does what broke 10.0 preview 2: another id for the module, and late removal
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in made::files(&made::root().join("wix")) {
        let path = folder.path().join("wix").join(&name);
        std::fs::create_dir_all(path.parent().expect("below")).expect("writable");
        let text = |from, to| String::from_utf8_lossy(&bytes).replace(from, to).into_bytes();
        let bytes = match name.as_str() {
            "identity.toml" => text("3A692941-", "3A692942-"),
            "upgrade.wxs" => text("After=\"InstallExecute\"", "After=\"InstallFinalize\""),
            _ => bytes,
        };
        std::fs::write(path, bytes).expect("writable");
    }
    let mut command = xtask();
    command.args(["dist", "--json", "--arch", "x64", "--flavour", "iis"]).current_dir(folder.path());
    let output = command.output().expect("it starts");
    assert_eq!(output.status.code(), Some(21), "{}", said(&output));
    let failure: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    assert_eq!(failure["diagnostics"][0]["code"], "upgrade::regression");
    assert!(!folder.path().join("dist").exists(), "nothing is left of the run");
}
