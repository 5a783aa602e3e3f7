//! `cargo xtask doctor` on machines whose PATH has nothing but stand-ins: scripts that say what they are told.
#![cfg(unix)]

use crate::made::{self, said, xtask};
use crate::script::script;
use crate::support;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use xtask::tool::{Tool, Wanted, python};

/// A machine by its programs.
struct Machine(TempDir);

impl Machine {
    fn new() -> Machine {
        Machine(tempfile::tempdir().expect("a temporary folder"))
    }

    /// One with Rust, in `versions` of rustc, cargo and LLD.
    fn with_rust([rustc, cargo, lld]: [&str; 3]) -> Machine {
        let machine = Machine::new();
        let libraries = machine.path("rust/lib/rustlib/host/lib");
        machine.script(
            "bin/rustc",
            &format!("case $1 in --version) echo 'rustc {rustc}';; *) echo '{}';; esac", libraries.display()),
        );
        machine.says("cargo", &format!("cargo {cargo}"));
        machine.script("rust/lib/rustlib/host/bin/rust-lld", &format!("echo 'LLD {lld} (compatible)'"));
        machine
    }

    fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    fn script(&self, name: &str, text: &str) {
        script(&self.path(name), text);
    }

    fn says(&self, name: &str, text: &str) {
        self.script(&format!("bin/{name}"), &format!("echo '{text}'"));
    }

    fn doctor(&self, arguments: &[&str]) -> Output {
        let mut command: Command = xtask();
        let path = std::env::join_paths(["first", "bin"].map(|folder| self.path(folder))).expect("a PATH");
        command.arg("doctor").args(arguments).env("PATH", path).env("HOME", self.0.path());
        for name in ["RUSTC", "CARGO", "WIX", "WIX6", "WIX7", "DOTNET_ROOT", "DOTNET_CLI_HOME"] {
            command.env_remove(name);
        }
        command.output().expect("it starts")
    }

    /// What is said of the tool `name`, and how the run ended.
    fn json(&self, name: &str) -> (Value, Option<i32>) {
        let output = self.doctor(&["--json"]);
        let report: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
        let tools = report["tools"].as_array().expect("a list").iter();
        let tool = tools.clone().find(|tool| tool["name"] == name);
        (tool.unwrap_or_else(|| panic!("no {name}")).clone(), output.status.code())
    }
}

/// As a shell does: a file that nobody may execute does not stand in the way of a program further on.
#[test]
fn what_may_not_be_executed_is_no_program() {
    let machine = Machine::with_rust(GOOD);
    machine.says("openssl", "OpenSSL 3.0.19 27 Jan 2026");
    std::fs::create_dir(machine.path("first")).expect("writable");
    std::fs::write(machine.path("first/openssl"), "#!/bin/sh\n").expect("writable");
    let (tool, _) = machine.json("openssl");
    assert_eq!(
        (&tool["state"], &tool["path"]),
        (&json!("usable"), &json!(machine.path("bin/openssl"))),
        "{tool}"
    );
}

const GOOD: [&str; 3] = ["1.95.0", "1.95.0", "22.1.2"];

#[test]
fn the_json_has_the_same_fields_for_every_tool() {
    let machine = Machine::with_rust(GOOD);
    machine.says("openssl", "OpenSSL 3.0.19 27 Jan 2026");
    let output = machine.doctor(&["--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let report: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    assert_eq!(report["schema"], "ancm-doctor/1");
    let fields = ["candidates", "mend", "name", "need", "path", "problem", "range", "state", "version"];
    let tools = report["tools"].as_array().expect("a list");
    for tool in tools {
        let mut names: Vec<&str> = tool.as_object().expect("an object").keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, fields, "{tool}");
        let need = ["build", "choice", "test", "test-arm64"];
        assert!(need.iter().any(|need| tool["need"] == *need), "{tool}");
        let states = ["usable", "missing", "too-old", "too-new", "unusable", "not-needed"];
        assert!(states.iter().any(|state| tool["state"] == *state), "{tool}");
        let fine = tool["state"] == "usable" || tool["state"] == "not-needed";
        assert_eq!(tool["mend"].is_null(), fine, "{tool}");
        assert_eq!(tool["problem"].is_null(), tool["state"] == "usable", "{tool}");
    }
    assert_eq!(
        machine.json("openssl").0,
        json!({
            "name": "openssl", "need": "test", "state": "usable", "path": machine.path("bin/openssl"),
            "version": "3.0.19", "range": null, "problem": null, "mend": null, "candidates": [],
        })
    );
    let names: Vec<&str> = tools.iter().filter_map(|tool| tool["name"].as_str()).collect();
    for name in [
        "rustc",
        "cargo",
        "rust-lld",
        "Rust targets for Windows",
        "Visual C++",
        "Windows SDK",
        "WiX",
        "WiX extensions",
        "dotnet",
        "signtool",
        "osslsigncode",
        "wine64",
        "msiinfo",
        "wixl",
        "clang-19",
        "qemu-system-aarch64",
        "chromium",
    ] {
        assert!(names.contains(&name), "{name}");
    }
}

#[test]
fn what_will_not_do_is_told_from_what_is_missing() {
    let least = env!("CARGO_PKG_RUST_VERSION");
    for (rust, name, state, version) in [
        (["1.80.1", "1.95.0", "22.1.2"], "rustc", "too-old", Some("1.80.1")),
        (["1.95.0", "1.87.9", "22.1.2"], "cargo", "too-old", Some("1.87.9")),
        (["1.95.0", "1.95.0", "19.1.7"], "rust-lld", "too-old", Some("19.1.7")),
        (["what", "1.95.0", "22.1.2"], "rustc", "unusable", None),
    ] {
        let (tool, code) = Machine::with_rust(rust).json(name);
        assert_eq!((&tool["state"], code), (&state.into(), Some(3)), "{tool}");
        assert_eq!(tool["version"].as_str(), version, "{tool}");
        let range = if name == "rust-lld" { "20 or later".to_owned() } else { format!("{least} or later") };
        assert_eq!(tool["range"], range);
        assert!(
            tool["problem"].is_string()
                && tool["mend"]
                    .as_str()
                    .expect("a command")
                    .starts_with(if state == "too-old" || name == "rust-lld" { "rustup " } else { "curl " }),
            "{tool}"
        );
    }
    let machine = Machine::with_rust(GOOD);
    for (said, state) in [("20.1.8", "too-new"), ("18.1.3", "too-old"), ("19.1.7", "usable")] {
        machine.says("clang-19", &format!("Debian clang version {said} (1)"));
        let (tool, code) = machine.json("clang-19");
        assert_eq!((&tool["state"], &tool["range"]), (&state.into(), &"19".into()), "{tool}");
        assert_eq!(code, Some(0), "tests are not packages");
    }
}

#[test]
fn nothing_there_ends_with_3_and_says_how_to_get_it() {
    let output = Machine::new().doctor(&[]);
    assert_eq!(output.status.code(), Some(3));
    assert!(
        said(&output).contains("packages cannot be made without rustc, cargo, rust-lld"),
        "{}",
        said(&output)
    );
    let shown = String::from_utf8(output.stdout).expect("UTF-8");
    let lines: Vec<&str> = shown.lines().collect();
    let row = lines.iter().position(|line| line.contains("rustc")).expect("a row");
    assert!(lines[row].starts_with("  missing  rustc"), "{shown}");
    assert!(lines[row + 1].trim_start().starts_with("run: curl "), "{shown}");
    assert!(shown.contains("needed by tests only:"));
    if Path::new("/etc/debian_version").is_file() {
        assert!(shown.contains("run: sudo apt-get install msitools"), "{shown}");
    }
}

#[test]
fn a_tool_that_hangs_is_left_and_told() {
    let machine = Machine::with_rust(GOOD);
    // in a shell of their own, which has to be ended with what it started
    let hanging = [
        "7z",
        "cabextract",
        "chromium",
        "clang-19",
        "gcab",
        "msibuild",
        "msiinfo",
        "openssl",
        "osslsigncode",
        "pdftotext",
        "wine64",
        "wineserver",
        "wixl",
        "x86_64-w64-mingw32-gcc",
        "xmllint",
    ];
    for name in hanging {
        machine.script(&format!("bin/{name}"), "/bin/sleep 600; echo 1.0");
    }
    let start = Instant::now();
    let (tool, code) = machine.json("chromium");
    // one after the other would take 75 s
    assert!(start.elapsed() < Duration::from_secs(60), "all at once: {:?}", start.elapsed());
    assert_eq!((&tool["state"], code), (&"unusable".into(), Some(0)), "{tool}");
    assert_eq!(tool["problem"], "did not answer within 5 seconds");
}

#[test]
fn a_module_of_python_is_found_without_being_imported() {
    let Some(system) = support::tool("python3") else { return };
    let modules = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in [
        ("lief/__init__.py", "import time; time.sleep(3600)\n"),
        ("lief-9.9.dist-info/METADATA", "Metadata-Version: 2.1\nName: lief\nVersion: 9.9\n"),
    ] {
        let file = modules.path().join(name);
        std::fs::create_dir_all(file.parent().expect("in a folder")).expect("writable");
        std::fs::write(file, text).expect("writable");
    }
    let project = tempfile::tempdir().expect("a temporary folder");
    let own = python::program(project.path());
    if !own.starts_with(project.path()) {
        return support::skip("CARGO_TARGET_DIR is one folder for all projects");
    }
    script(&own, &format!("PYTHONPATH='{}' exec '{}' \"$@\"", modules.path().display(), system.display()));
    // what a busy machine takes, and less than whoever imports the module
    let patience = Some(Duration::from_secs(300));
    let wanted = Wanted { project: project.path().to_owned(), patience, ..Wanted::default() };
    let tools = Tool::all(&wanted);
    let lief = tools.iter().find(|tool| tool.name == "lief (Python)").expect("it is known");
    let lief = serde_json::to_value(lief).expect("JSON");
    assert_eq!((&lief["state"], &lief["version"]), (&json!("usable"), &json!("9.9")), "{lief}");
}

#[test]
fn a_program_that_cannot_start_or_fails_is_unusable() {
    let machine = Machine::with_rust(GOOD);
    machine.script("bin/gcab", "echo 'error while loading shared libraries: libgcab-1.0.so.0' >&2; exit 127");
    let (tool, _) = machine.json("gcab");
    assert_eq!(tool["state"], "unusable");
    assert!(tool["problem"].as_str().expect("a reason").contains("loading shared libraries"), "{tool}");
    std::fs::write(machine.path("bin/gcab"), "\x7fELF").expect("writable");
    let (tool, _) = machine.json("gcab");
    assert!(tool["problem"].as_str().expect("a reason").starts_with("does not start: "), "{tool}");
}

#[test]
fn lines_fit_and_colours_come_when_asked_for() {
    let machine = Machine::with_rust(GOOD);
    let shown = String::from_utf8(machine.doctor(&["--color", "never"]).stdout).expect("UTF-8");
    for line in shown.lines().filter(|line| !line.trim_start().starts_with("run: ")) {
        assert!(line.chars().count() <= 100, "{line}");
    }
    assert!(!shown.contains('\u{1b}'));
    let shown = String::from_utf8(machine.doctor(&["--color", "always"]).stdout).expect("UTF-8");
    assert!(shown.contains("\u{1b}[1m\u{1b}[32mok      \u{1b}[0m rustc"), "{shown}");
}

#[test]
fn wix_is_told_with_everything_that_was_looked_at() {
    let machine = Machine::with_rust(GOOD);
    machine.says("wix", "6.0.2+b3f9403");
    let (tool, _) = machine.json("WiX");
    assert_eq!(
        (&tool["state"], &tool["version"], &tool["range"]),
        (&"usable".into(), &"6.0.2".into(), &"5 to 7".into())
    );
    machine.says("wix", "4.0.6");
    let (tool, code) = machine.json("WiX");
    assert_eq!((&tool["state"], code), (&"unusable".into(), Some(0)), "{tool}");
    assert!(
        tool["candidates"][0].as_str().expect("a candidate").contains("WiX 4.0.6 does not know"),
        "{tool}"
    );
    assert_eq!(tool["mend"], xtask::tool::wix::MEND);
}

#[test]
fn the_readme_names_the_rust_that_is_needed() {
    let readme = std::fs::read_to_string(made::root().join("README.md")).expect("README.md");
    let sentence =
        format!("Rust comes from <https://rustup.rs>; {} or later", env!("CARGO_PKG_RUST_VERSION"));
    assert!(readme.contains(&sentence), "README.md lacks: {sentence}");
}
