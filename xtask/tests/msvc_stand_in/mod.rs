//! Visual C++ cannot be had here: a tree of its layout holds stand-ins, scripts that note how they are started.

use crate::script::script;
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;
use xtask::tool::msvc::{Host, Search};

pub const PROGRAM_FILES: &str = "Program Files (x86)";

/// A machine with Windows' folders and nothing in them.
pub struct Machine(TempDir);

impl Machine {
    pub fn new() -> Machine {
        Machine(tempfile::tempdir().expect("a temporary folder"))
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    pub fn host(&self, arch: &'static str) -> Host {
        let variables = [("ProgramFiles(x86)", self.path(PROGRAM_FILES).into_os_string())];
        Host { arch, variables: variables.into_iter().collect(), patience: Duration::from_secs(20) }
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
