//! Visual C++ cannot be had here: a tree of its layout holds stand-ins, scripts that note how they are started.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;
use xtask::tool::msvc::{Host, Search};

pub const PROGRAM_FILES: &str = "Program Files (x86)";

/// A machine with Windows' folders and nothing in them.
pub struct Machine(TempDir);

/// Writes a program that the shell runs. A child writes it: were it open for writing here, a program that another test
/// starts at that moment would inherit the handle, and the script could not be started.
pub fn script(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
    let write = r#"printf '#!/bin/sh\n# a stand-in for %s\n%s\n' "$1" "$2" > "$1" && chmod +x "$1""#;
    let mut shell = std::process::Command::new("sh");
    let status = shell.args(["-c", write, "sh"]).args([path.as_os_str(), text.as_ref()]).status();
    assert!(status.expect("a shell").success());
}

impl Machine {
    pub fn new() -> Machine {
        Machine(tempfile::tempdir().expect("a temporary folder"))
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    pub fn host(&self, arch: &'static str) -> Host {
        let variables = [("ProgramFiles(x86)", self.path(PROGRAM_FILES).into_os_string())];
        Host { arch, variables: variables.into(), patience: Duration::from_secs(1) }
    }

    pub fn search(&self) -> Search {
        Search::run(&self.host("x86_64"), None)
    }

    /// A `vswhere` of which this is all.
    pub fn vswhere(&self, text: &str) {
        script(&self.path(&format!("{PROGRAM_FILES}/Microsoft Visual Studio/Installer/vswhere.exe")), text);
    }

    /// A `vswhere` that knows these: folder, version, further fields.
    pub fn knows(&self, instances: &[(&str, &str, &str)]) {
        let one = |(folder, version, more): &(&str, &str, &str)| {
            format!(
                r#"{{"installationPath": "{}", "installationVersion": "{version}", "displayName": "VS"{more}}}"#,
                self.path(folder).display()
            )
        };
        let list: Vec<String> = instances.iter().map(one).collect();
        let log = self.path("vswhere.log");
        let answer = self.path("answer.json");
        std::fs::write(&answer, format!("[{}]", list.join(","))).expect("writable");
        self.vswhere(&format!("echo \"$@\" >> '{}'; cat '{}'", log.display(), answer.display()));
    }

    /// A version of Visual C++ in a Visual Studio, with programs for `host` that make ARM64 code.
    pub fn tools(&self, studio: &str, version: &str, host: &str) -> PathBuf {
        let folder = self.path(&format!("{studio}/VC/Tools/MSVC/{version}"));
        script(&folder.join(format!("bin/Host{host}/arm64/link.exe")), "exit 1");
        folder
    }

    pub fn default_version(&self, studio: &str, version: &str) {
        self.default_of(studio, "", version);
    }

    /// What the installer notes as the default of a toolset, such as `v143.`.
    pub fn default_of(&self, studio: &str, toolset: &str, version: &str) {
        let name = format!("Microsoft.VCToolsVersion.{toolset}default.txt");
        let file = self.path(&format!("{studio}/VC/Auxiliary/Build/{name}"));
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("writable");
        std::fs::write(file, format!("{version}\r\n")).expect("writable");
    }
}
