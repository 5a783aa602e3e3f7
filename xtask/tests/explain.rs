//! `cargo xtask explain` as a user meets it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn log(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/explain").join(name)
}

fn xtask(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(arguments).env_remove("CLICOLOR_FORCE");
    command.output().expect("our own program starts")
}

fn explain(log: &Path, more: &[&str]) -> (Option<i32>, String, String) {
    let log = log.to_str().expect("UTF-8");
    let arguments: Vec<&str> = ["explain", log].into_iter().chain(more.iter().copied()).collect();
    let output = xtask(&arguments);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_answer_has_the_cause_its_lines_and_what_to_do() {
    let (code, out, err) = explain(&log("service.log"), &[]);
    assert_eq!(code, Some(0), "{err}");
    for words in [
        "service.log: FAILED, 1603",
        "1. installation of Relay 1.2.3",
        "cause[msi::1920]",
        "why:",
        "next:",
        "line 44: Error 1920.",
        "1 file written: No existing file (S07)",
        "0 unknown",
    ] {
        assert!(out.contains(words), "no `{words}` in\n{out}");
    }
}

#[test]
fn a_cancelled_installation_and_one_that_succeeded_are_no_failures() {
    assert!(explain(&log("cancel.log"), &[]).1.contains("CANCELLED"));
    assert!(explain(&log("burn-succeeds.log"), &[]).1.contains("error lines that are not errors"));
    assert!(explain(&log("maintenance.log"), &[]).1.contains("SUCCEEDED"));
}

#[test]
fn json_has_it_all() {
    let (code, out, err) = explain(&log("nested.log"), &["--json"]);
    assert_eq!(code, Some(0), "{err}");
    let answer: serde_json::Value = serde_json::from_str(&out).expect("one JSON document");
    assert_eq!(answer["schema"], "ancm-explain/1");
    let story = &answer["logs"][0];
    assert_eq!(story["sessions"][1]["parent"], 1);
    assert_eq!(story["sessions"][1]["failure"]["action"], "StopRelay");
    assert!(story["findings"].as_array().expect("a list").iter().any(|finding| finding["is_cause"] == true));
}

#[test]
fn the_page_has_the_reason_and_the_timeline() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let page = folder.path().join("a.html");
    let (code, _, err) = explain(&log("service.log"), &["--html", page.to_str().expect("UTF-8")]);
    assert_eq!(code, Some(0), "{err}");
    let page = std::fs::read_to_string(page).expect("written");
    assert!(page.contains("msi::1920") && page.contains("InstallFinalize") && page.contains("class=\"bar\""));
    assert!(!page.contains("<script") && !page.contains("http"), "self-contained");
}

#[test]
fn what_cannot_be_read_is_told() {
    let (code, _, err) = explain(Path::new("no-such.log"), &[]);
    assert_eq!(code, Some(10));
    assert!(err.contains("explain::unreadable") && err.contains("no-such.log"), "{err}");
}

/// A log of the upgrade that the baselines stand for, as far as it matters here, made by us.
fn upgrade_log(veto: bool) -> String {
    let veto = if veto {
        "MSI (s) (B4:90) [22:49:42:300]: Disallowing installation of component: {08968573-05C1-4BF1-8879-7B818AC9525B} since the same component with higher versioned keyfile exists\n"
    } else {
        ""
    };
    format!(
        "=== Verbose logging started: 2/19/2025  22:49:41  Build type: SHIP UNICODE 5.00.10011.00  Calling process: C:\\Windows\\System32\\msiexec.exe ===\n\
         MSI (s) (B4:90) [22:49:42:100]: ******* RunEngine:\n           ******* Product: C:\\a.msi\n\
         MSI (s) (B4:90) [22:49:42:100]: PROPERTY CHANGE: Adding ProductCode property. Its value is '{{A2B8FE93-D313-578C-B071-F3CA8E39697D}}'.\n\
         Action start 22:49:42: INSTALL.\nAction start 22:49:42: CostFinalize.\n{veto}Action ended 22:49:42: CostFinalize. Return value 1.\n\
         Action ended 22:49:52: INSTALL. Return value 1.\n\
         MSI (s) (B4:90) [22:49:52:100]: MainEngineThread is returning 0\n"
    )
}

#[test]
fn a_log_is_held_against_the_simulator_and_a_contradiction_is_ours() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("upgrade.log");
    let against = ["--against", "broken-iisexpress-arm64", "old-iisexpress-arm64", "--verbose"];
    std::fs::write(&path, upgrade_log(true)).expect("writable");
    let (code, out, err) = explain(&path, &against);
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.contains(", 0 contradict") && out.contains("agrees A1"), "{out}");
    std::fs::write(&path, upgrade_log(false)).expect("writable");
    let (code, out, err) = explain(&path, &against);
    assert_eq!(code, Some(1), "{out}{err}");
    assert!(err.contains("explain::contradiction") && err.contains("please report it"), "{err}");
}
