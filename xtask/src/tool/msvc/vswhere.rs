//! What `vswhere` says of installed Visual Studios (<https://github.com/microsoft/vswhere/wiki>).

use super::{Host, VswhereError};
use crate::tool::probe::numbers;
use crate::tool::process::{self, RunError};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// One installation, by the fields that matter here.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Instance {
    /// Its folder.
    pub installation_path: PathBuf,
    /// `17.14.36109.1`.
    pub installation_version: String,
    /// `Visual Studio Build Tools 2022`.
    #[serde(default)]
    pub display_name: String,
    /// Whether nothing is missing of it.
    #[serde(default = "yes")]
    pub is_complete: bool,
    /// Whether it is a preview.
    #[serde(default)]
    pub is_prerelease: bool,
}

fn yes() -> bool {
    true
}

/// Every `vswhere`: the installer puts it into one of the two Program Files; else it may be on the PATH.
pub fn find(host: &Host) -> impl Iterator<Item = PathBuf> {
    let installed = ["ProgramFiles(x86)", "ProgramFiles"].into_iter().filter_map(|name| {
        Some(host.variables.folder(name)?.join("Microsoft Visual Studio/Installer/vswhere.exe"))
    });
    installed.filter(|file| file.is_file()).chain(host.variables.on_path("vswhere.exe"))
}

/// Every installation, the one to look at first in front: releases before previews, the newest first. It is asked once,
/// for everything (`-all`: incomplete ones too; `-prerelease`; no `-requires`), so that each can be told with its reason.
///
/// # Errors
/// It gives no answer.
pub fn ask(vswhere: &Path, patience: Duration) -> Result<Vec<Instance>, VswhereError> {
    let program = || vswhere.to_owned();
    let scratch = tempfile::tempdir().map_err(VswhereError::Scratch)?;
    let mut command = Command::new(vswhere);
    // Build Tools are no default product; without -utf8 a path outside the console's code page is garbled
    command.args(["-products", "*", "-all", "-prerelease", "-format", "json", "-utf8", "-nologo"]);
    let (status, [said, warned]) = process::run_apart(&mut command, scratch.path(), patience)
        .map_err(|source| RunError::Start { program: program(), source })?;
    let status = status.ok_or_else(|| RunError::TooLong { program: program(), limit: patience })?;
    if !status.success() {
        let said = format!("{said}{warned}").trim().to_owned();
        return Err(VswhereError::Failed { program: program(), status, said });
    }
    parse(&said).map_err(|source| VswhereError::Answer { program: program(), source })
}

/// Reads the answer, and sorts it.
///
/// # Errors
/// It is no JSON of this shape.
pub fn parse(text: &str) -> Result<Vec<Instance>, serde_json::Error> {
    let mut instances: Vec<Instance> = serde_json::from_str(text.trim_start_matches('\u{FEFF}'))?;
    instances.sort_by(|a, b| {
        (a.is_prerelease, numbers(&b.installation_version), &a.installation_path).cmp(&(
            b.is_prerelease,
            numbers(&a.installation_version),
            &b.installation_path,
        ))
    });
    Ok(instances)
}
