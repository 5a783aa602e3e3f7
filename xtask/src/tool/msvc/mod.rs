//! Visual C++: found, with every candidate and why it was taken or left.
//!
//! An explicit folder first, then the developer prompt that this runs in, then what `vswhere` knows, then what
//! `find-msvc-tools` (of the `cc` crate) finds. A candidate counts only if the programs that we start are there. The
//! environment is made here: nothing is taken from `vcvarsall.bat` but what a prompt has set.

mod build;
mod error;
mod prompt;
pub mod vswhere;

pub use error::{BuildError, Unfit, VswhereError};

use super::probe::numbers;
use super::search::{self, Variables};
use std::env;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The processors that Visual C++ runs on, by the names of its folders (`bin\Hostx64`).
const HOSTS: [(&str, &[&str]); 2] = [("x86_64", &["x64"]), ("aarch64", &["arm64", "x64"])];

/// How to get what is missing.
pub const MEND: &str = "vs_installer.exe modify --installPath FOLDER --add \
                        Microsoft.VisualStudio.Component.VC.Tools.ARM64, or install the Build Tools with it: winget \
                        install Microsoft.VisualStudio.2022.BuildTools --override \"--passive --add \
                        Microsoft.VisualStudio.Component.VC.Tools.x86.x64 --add \
                        Microsoft.VisualStudio.Component.VC.Tools.ARM64\"";

/// The variables that a search reads.
const VARIABLES: [&str; 8] = [
    "PATH",
    "ProgramFiles",
    "ProgramFiles(x86)",
    "VCToolsInstallDir",
    "VCToolsVersion",
    "VSINSTALLDIR",
    "VSCMD_ARG_HOST_ARCH",
    "VSCMD_ARG_TGT_ARCH",
];

/// The machine that is searched.
#[derive(Clone, Debug)]
pub struct Host {
    /// As [`env::consts::ARCH`] has it.
    pub arch: &'static str,
    /// Its environment.
    pub variables: Variables,
    /// How long `vswhere` may take. It answers within a second; on a machine that is just being updated it takes longer.
    pub patience: Duration,
}

impl Host {
    /// This one.
    #[must_use]
    pub fn this() -> Host {
        let variables = Variables::of_this(&VARIABLES);
        Host { arch: env::consts::ARCH, variables, patience: Duration::from_secs(20) }
    }

    /// The names of the programs that run on it, the best first.
    fn programs(&self) -> Result<&'static [&'static str], Unfit> {
        let of_this = HOSTS.iter().find(|(arch, _)| *arch == self.arch);
        of_this.map(|(_, names)| *names).ok_or(Unfit::Processor(self.arch))
    }
}

/// The programs of one version of Visual C++.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Msvc {
    /// `…\VC\Tools\MSVC\14.44.35207`.
    folder: PathBuf,
    /// The folder of programs for the host, below `bin`.
    bin: PathBuf,
    /// Its name for the host.
    host: &'static str,
}

/// What a search found.
pub type Search = search::Search<Msvc>;

impl Msvc {
    /// Its version: the name of its folder.
    #[must_use]
    pub fn version(&self) -> String {
        self.folder.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
    }

    /// The linker.
    #[must_use]
    pub fn link(&self) -> PathBuf {
        self.program("arm64", "link.exe")
    }

    fn program(&self, target: &str, name: &str) -> PathBuf {
        self.bin.join(target).join(name)
    }

    /// The version of Visual C++ in `folder`, or why it will not do.
    fn at(folder: &Path, host: &Host) -> Result<Msvc, Unfit> {
        Msvc::among(folder, host.programs()?)
    }

    /// The same, with the first programs of `names` that are there.
    fn among(folder: &Path, names: &[&'static str]) -> Result<Msvc, Unfit> {
        let mut why = Unfit::None;
        for name in names {
            let bin = folder.join("bin").join(format!("Host{name}"));
            let msvc = Msvc { folder: folder.to_owned(), bin, host: name };
            if msvc.link().is_file() {
                return Ok(msvc);
            }
            why = Unfit::NoTools(msvc.link());
        }
        Err(why)
    }

    /// The default version of Visual C++ in the Visual Studio in `folder`; else its newest.
    fn in_studio(folder: &Path, host: &Host) -> Result<Msvc, Unfit> {
        let tools = folder.join("VC/Tools/MSVC");
        for version in default_versions(&folder.join("VC/Auxiliary/Build")) {
            if let Ok(msvc) = Msvc::at(&tools.join(version), host) {
                return Ok(msvc);
            }
        }
        let entries = std::fs::read_dir(&tools).map_err(|_| Unfit::None)?;
        let version = |folder: &PathBuf| -> Vec<u64> {
            folder.file_name().map_or_else(Vec::new, |name| numbers(&name.to_string_lossy()))
        };
        let mut versions: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        versions.sort_by_key(|folder| std::cmp::Reverse(version(folder)));
        let mut why = Unfit::None;
        for version in versions {
            match Msvc::at(&version, host) {
                Ok(msvc) => return Ok(msvc),
                Err(problem) => why = problem,
            }
        }
        Err(why)
    }
}

/// What it is, for people. No library of `lib\arm64ec` is linked; whether it is there tells what was installed.
impl fmt::Display for Msvc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let with = if self.folder.join("lib/arm64ec").is_dir() { "with" } else { "without" };
        write!(f, "Visual C++ {}, programs for {}, {with} lib\\arm64ec", self.version(), self.host)
    }
}

/// The versions in `Microsoft.VCToolsVersion.default.txt`, then in those of each toolset, such as
/// `Microsoft.VCToolsVersion.v143.default.txt`, the newest first.
fn default_versions(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<(bool, std::cmp::Reverse<String>)> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let toolset = name.strip_prefix("Microsoft.VCToolsVersion.")?.strip_suffix("default.txt")?;
            Some((!toolset.is_empty(), std::cmp::Reverse(name)))
        })
        .collect();
    files.sort();
    let version = |name: &String| std::fs::read_to_string(folder.join(name)).ok();
    files.iter().filter_map(|(_, name)| Some(version(&name.0)?.trim().to_owned())).collect()
}

impl Search {
    /// Searches `host`; `asked` is the folder that the user named: of a Visual Studio, or of one version of Visual C++.
    #[must_use]
    pub fn run(host: &Host, asked: Option<&Path>) -> Search {
        let mut search = Search::default();
        if let Some(folder) = asked {
            let found = Msvc::at(folder, host).or_else(|_| Msvc::in_studio(folder, host));
            // what the user names is taken or refused, and nothing else instead
            search.settle("the folder that was asked for", folder, found);
            return search;
        }
        if let Some(prompt) = prompt::Prompt::of(host) {
            let name = format!("developer prompt{}", prompt.opened_for());
            search.settle(&name, &prompt.folder, prompt.found(host));
        }
        if search.found.is_none() {
            search.studios(host);
        }
        if search.found.is_none()
            && let Some(tool) = find_msvc_tools::find_tool("arm64-pc-windows-msvc", "link.exe")
            && let Some(folder) = tool.path().ancestors().nth(4)
        {
            search.settle("find-msvc-tools", folder, Msvc::at(folder, host));
        }
        search
    }

    fn studios(&mut self, host: &Host) {
        let mut problems = Vec::new();
        let mut instances = None;
        for vswhere in vswhere::find(host) {
            match vswhere::ask(&vswhere, host.patience) {
                Ok(known) => {
                    if known.is_empty() {
                        problems.push(format!("`{}` knows no Visual Studio", vswhere.display()));
                    }
                    instances = Some(known);
                    break;
                }
                Err(problem) => problems.push(problem.to_string()),
            }
        }
        if instances.is_none() && problems.is_empty() {
            problems.push("`vswhere.exe` is neither in Program Files nor on the PATH".to_owned());
        }
        self.problem = (!problems.is_empty()).then(|| problems.join("; "));
        let instances = instances.unwrap_or_default();
        for instance in instances {
            let vswhere::Instance { installation_path: folder, installation_version, .. } = &instance;
            let name = format!("{} {installation_version}", instance.display_name);
            let found =
                if instance.is_complete { Msvc::in_studio(folder, host) } else { Err(Unfit::Incomplete) };
            self.settle(name.trim(), folder, found);
        }
    }
}
