//! `cargo xtask check`: findings as text, JSON, SARIF and annotations; allowances; and that `dist` asks the same.

use crate::made::{self, dist, packages, said, xtask};
use crate::support;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn clean() -> PathBuf {
    support::data("bundles/ancm-like.msi")
}

/// The clean package with a property that belongs on the command line and a KeyPath of another component.
fn broken(folder: &TempDir) -> Option<PathBuf> {
    let msibuild = support::tool("msibuild")?;
    let path = folder.path().join("broken.msi");
    fs::write(&path, fs::read(clean()).expect("there")).expect("room");
    for query in [
        "INSERT INTO `Property` (`Property`, `Value`) VALUES ('ADDLOCAL', 'ALL')",
        "UPDATE `Component` SET `KeyPath` = 'Handler' WHERE `Component` = 'Shim'",
    ] {
        let mut command = std::process::Command::new(&msibuild);
        support::run(command.arg(&path).arg("-q").arg(query));
    }
    Some(path)
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(bytes)))
}

fn codes(findings: &Value) -> Vec<&str> {
    findings.as_array().expect("findings").iter().filter_map(|finding| finding["code"].as_str()).collect()
}

#[test]
fn a_clean_package_is_said_to_be_clean() {
    let output = xtask().arg("check").arg(clean()).output().expect("it starts");
    assert!(output.status.success(), "{}", said(&output));
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(shown.ends_with("ancm-like.msi: 0 errors, 0 warnings\n"), "{shown}");
}

#[test]
fn an_error_is_told_with_its_place_and_ends_with_20() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(package) = broken(&folder) else { return };
    let output = xtask().arg("check").arg(&package).output().expect("it starts");
    assert_eq!(output.status.code(), Some(20), "{}", said(&output));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        errors.contains("error[ICE02]: the key path `Handler` of `Shim` belongs to component `Handler`"),
        "{errors}"
    );
    assert!(errors.contains("broken.msi: Component.KeyPath[Shim]\n"), "{errors}");
    assert!(String::from_utf8_lossy(&output.stdout).contains(": 1 error, 1 warning"));
}

#[test]
fn findings_come_as_json_sarif_and_annotations() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(package) = broken(&folder) else { return };
    let (sarif, summary) = (folder.path().join("a.sarif"), folder.path().join("summary.md"));
    let output = xtask()
        .arg("check")
        .arg(&package)
        .args(["--json", "--sarif"])
        .arg(&sarif)
        .output()
        .expect("it starts");
    let answer = json(&output.stdout);
    assert_eq!(answer["schema"], "ancm-check/1");
    let findings = &answer["packages"][0]["findings"];
    let told: Vec<&str> = codes(findings).into_iter().filter(|code| code.starts_with("ICE")).collect();
    assert_eq!(told, ["ICE02", "ICE87"]);
    assert_eq!(findings[0]["place"]["table"], "Component");
    assert_eq!(findings[0]["place"]["column"], "KeyPath");
    assert_eq!(findings[0]["place"]["row"][0], "Shim");

    let log = json(&fs::read(&sarif).expect("written"));
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().expect("rules");
    assert!(rules.iter().any(|rule| rule["id"] == "ICE02"));
    assert_eq!(log["runs"][0]["results"][0]["ruleId"], "ICE02");

    let mut command = xtask();
    let command = command.arg("check").arg(&package).arg("--github").env("GITHUB_STEP_SUMMARY", &summary);
    let output = command.output().expect("it starts");
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(
        shown.lines().any(|line| line.starts_with("::error file=") && line.contains("title=ICE02::")),
        "{shown}"
    );
    let summary = fs::read_to_string(&summary).expect("written");
    assert!(summary.contains("| error | ICE02 |") && summary.contains("| warning | ICE87 |"), "{summary}");
}

#[test]
fn what_is_allowed_needs_a_reason_and_is_reported_when_unused() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(package) = broken(&folder) else { return };
    let run = |allow: &[&str]| {
        let mut command = xtask();
        command.arg("check").arg(&package).arg("--json");
        allow.iter().for_each(|allow| {
            command.args(["--allow", allow]);
        });
        command.output().expect("it starts")
    };
    let output = run(&["ICE02=tried out here", "ice99=never found"]);
    assert!(output.status.success(), "{}", said(&output));
    let answer = json(&output.stdout);
    assert_eq!(answer["packages"][0]["allowed"][0]["finding"]["code"], "ICE02");
    assert_eq!(answer["packages"][0]["allowed"][0]["reason"], "tried out here");
    assert_eq!(codes(&answer["unused_allowances"]), ["check::unused_allowance"]);
    for bare in ["ICE02", "ICE02=", "=x"] {
        assert_eq!(run(&[bare]).status.code(), Some(2), "{bare}");
    }
}

#[test]
fn rules_explain_themselves() {
    let output = xtask().args(["check", "--explain", "ice30"]).output().expect("it starts");
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(
        shown.starts_with("ICE30: ") && shown.contains("\nfix: ") && shown.contains("\nexample"),
        "{shown}"
    );
    let output = xtask().args(["check", "--explain", "ICE999"]).output().expect("it starts");
    assert_eq!(output.status.code(), Some(2));
    let output = xtask().args(["check", "--explain", "all", "--json"]).output().expect("it starts");
    assert_eq!(json(&output.stdout)["schema"], "ancm-rules/1");
}

#[test]
fn what_is_no_package_is_refused() {
    for name in ["Cargo.toml", "no-such.msi"] {
        let output = xtask().arg("check").arg(made::root().join(name)).output().expect("it starts");
        assert_eq!(output.status.code(), Some(10), "{name}: {}", said(&output));
    }
}

#[test]
fn our_packages_have_no_finding_but_those_that_are_meant_to_be() {
    let folder = dist(&[]);
    let packages = packages(folder.path());
    let output = xtask().args(["check", "--json"]).args(&packages).output().expect("it starts");
    assert!(output.status.success(), "{}", said(&output));
    let answer = json(&output.stdout);
    for package in answer["packages"].as_array().expect("packages") {
        assert_eq!(codes(&package["findings"]), [""; 0], "{package:#}");
        assert!(!package["allowed"].as_array().expect("a list").is_empty(), "ICE61 at least");
    }
    assert_eq!(packages.len(), 6);
}

/// Microsoft's own packages, table by table, made again with stand-in files: findings, never a failure.
#[test]
fn packages_of_microsoft_get_findings() {
    for tool in ["msibuild", "gcab"] {
        if support::tool(tool).is_none() {
            return;
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["old-iis-x64", "broken-iis-arm64"] {
        let package = folder.path().join(format!("{name}.msi"));
        if !make(name, &package) {
            return;
        }
        let output = xtask().args(["check", "--json"]).arg(&package).output().expect("it starts");
        assert_eq!(output.status.code(), Some(20), "{name}: {}", said(&output));
        let answer = json(&output.stdout);
        let findings = answer["packages"][0]["findings"].as_array().expect("findings");
        // the tables were made without `_Validation`, and the custom action DLLs are not there to be redistributed
        let expected = ["ICE03", "check::container", "check::unversioned_key_file", "check::stream"];
        for finding in findings {
            let code = finding["code"].as_str().expect("a code");
            assert!(expected.contains(&code), "{name}: {finding:#}");
        }
    }
}

fn make(name: &str, package: &Path) -> bool {
    let Some(mut command) = support::judge("msi-from-tables.py") else { return false };
    command.arg(support::data(&format!("ancm/{name}.json"))).arg(package);
    support::run(command.arg("{5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E77}"));
    true
}
