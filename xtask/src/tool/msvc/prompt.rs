//! The developer prompt that this runs in, by the variables that `VsDevCmd.bat` sets
//! (<https://learn.microsoft.com/visualstudio/ide/reference/command-prompt-powershell>).
//!
//! A prompt decides which version of Visual C++ is taken, and nothing else: the programs are started by their paths, in
//! an environment that is made for them. So one that was opened for another target will do; one whose variables do not
//! belong together will not.

use super::{Host, Msvc, Unfit};
use std::path::{Path, PathBuf};

/// A prompt.
pub(super) struct Prompt {
    /// The folder of its Visual C++; of its Visual Studio where it has none.
    pub folder: PathBuf,
    has_tools: bool,
    studio: Option<PathBuf>,
    version: Option<String>,
    host: Option<String>,
    target: Option<String>,
}

impl Prompt {
    /// The one of `host`; none where it was started elsewhere.
    pub fn of(host: &Host) -> Option<Prompt> {
        let text = |name: &str| host.variables.text(name);
        let tools = host.variables.folder("VCToolsInstallDir");
        let studio = host.variables.folder("VSINSTALLDIR");
        Some(Prompt {
            has_tools: tools.is_some(),
            folder: tools.or_else(|| studio.clone())?,
            studio,
            version: text("VCToolsVersion"),
            host: text("VSCMD_ARG_HOST_ARCH"),
            target: text("VSCMD_ARG_TGT_ARCH"),
        })
    }

    /// What it was opened for, to be read behind its name.
    pub fn opened_for(&self) -> String {
        match (&self.host, &self.target) {
            (None, None) => String::new(),
            (host, target) => {
                let [host, target] = [host, target].map(|arch| arch.as_deref().unwrap_or("?"));
                format!(" for {target} on {host}")
            }
        }
    }

    /// Its Visual C++, with the programs for the host that it was opened for, where those run on `host`.
    ///
    /// # Errors
    /// Why it will not do.
    pub fn found(&self, host: &Host) -> Result<Msvc, Unfit> {
        if !self.has_tools {
            return Err(Unfit::NotSet);
        }
        if !self.folder.is_dir() {
            return Err(Unfit::Gone);
        }
        if let Some(version) = self.version.as_deref().filter(|version| !self.folder.ends_with(version)) {
            return Err(Unfit::Mixed { variable: "VCToolsVersion", value: version.to_owned() });
        }
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if let Some(studio) = self.studio.as_deref().filter(|s| !real(&self.folder).starts_with(real(s))) {
            let value = format!("`{}`", studio.display());
            return Err(Unfit::Mixed { variable: "VSINSTALLDIR", value });
        }
        let mut names = host.programs()?.to_vec();
        names.sort_by_key(|name| self.host.as_deref() != Some(*name));
        Msvc::among(&self.folder, &names)
    }
}
