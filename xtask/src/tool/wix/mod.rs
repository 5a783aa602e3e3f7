//! WiX: found, with every candidate and why it was taken or left.
//!
//! What the user names first, then the project's .NET tool manifest, then the variables of WiX's own installer, then
//! the PATH, then the folder of .NET tools. A candidate counts only if it starts, says a version that we drive, and its
//! EULA, where it has one, was accepted by somebody else than us.

pub mod build;
mod error;
pub mod eula;
mod manifest;
pub mod messages;
mod version;

use super::search::{self, ANOTHER, Candidate, Variables};
use crate::tool::process;
use eula::EulaId;
use manifest::ManifestError;
use std::env;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

pub use error::Unfit;
pub use eula::NotAccepted;
pub use version::{Unsupported, Version};

/// How to get what is missing.
pub const MEND: &str = "dotnet tool install --global wix --version 6.0.2";

/// The variables that a search reads.
const VARIABLES: [&str; 8] =
    ["PATH", "WIX7", "WIX6", "WIX", "HOME", "USERPROFILE", "DOTNET_CLI_HOME", "DOTNET_ROOT"];

/// The machine that is searched.
#[derive(Clone, Debug)]
pub struct Host {
    /// Its environment.
    pub variables: Variables,
    /// The folder of the project, which may have a .NET tool manifest.
    pub project: PathBuf,
    /// How long a candidate may take to say its version. The .NET runtime starts within a second or two.
    pub patience: Duration,
}

impl Host {
    /// This one, with the project in `project`.
    #[must_use]
    pub fn this(project: &Path) -> Host {
        Host {
            variables: Variables::of_this(&VARIABLES),
            project: project.to_owned(),
            patience: Duration::from_secs(30),
        }
    }

    /// The user's own folder, as .NET sees it.
    fn home(&self) -> Option<PathBuf> {
        self.variables.folder(if cfg!(windows) { "USERPROFILE" } else { "HOME" })
    }
}

/// The file name of a program on this system.
fn program(name: &str) -> String {
    format!("{name}{}", env::consts::EXE_SUFFIX)
}

/// A `wix` that can be driven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wix {
    /// The program to start.
    program: PathBuf,
    /// What its arguments begin with.
    before: &'static [&'static str],
    /// Where it is started: the project's folder, which decides about its tool manifest.
    folder: PathBuf,
    /// What it says of itself.
    pub version: Version,
    /// The EULA that the user has accepted for this run; none where there is none, or where it was accepted before.
    pub eula: Option<EulaId>,
}

impl Wix {
    /// The program that is started.
    #[must_use]
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// A command to which arguments of `wix` can be added.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(self.before).current_dir(&self.folder);
        // each of these would change what is made
        for name in ["WIX_COMPRESSION_LEVEL", "WIX_MUMS", "WIX_MCSLFS"] {
            command.env_remove(name);
        }
        // messages that can be read, and nothing around them
        command.env("DOTNET_CLI_UI_LANGUAGE", "en").env("DOTNET_NOLOGO", "1");
        command
    }
}

impl fmt::Display for Wix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WiX {}", self.version)
    }
}

/// What a search found.
pub type Search = search::Search<Wix>;

/// What is said where nothing was looked at.
const NOWHERE: &str = "`wix` is not in a .NET tool manifest, on the PATH or among the .NET tools, and neither WIX7 nor \
                       WIX6 is set";

impl Search {
    /// Searches `host`. `asked` is the program, or its folder, that the user named; `accepted` is the EULA that the user
    /// accepts for this run.
    #[must_use]
    pub fn run(host: &Host, asked: Option<&Path>, accepted: Option<EulaId>) -> Search {
        let mut looking = Looking { host, accepted, search: Search::default() };
        match asked {
            // what the user names is taken or refused, and nothing else instead
            Some(path) => looking.asked(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned())),
            None => looking.everywhere(),
        }
        let mut search = looking.search;
        search.problem = search.candidates.is_empty().then(|| NOWHERE.to_owned());
        search
    }
}

struct Looking<'h> {
    host: &'h Host,
    accepted: Option<EulaId>,
    search: Search,
}

impl Looking<'_> {
    fn asked(&mut self, path: &Path) {
        let name = "the one that was asked for";
        let in_folder = path.join(program("wix"));
        let file = if path.is_dir() { &in_folder } else { path };
        let three = [path.to_owned(), path.join("candle.exe"), path.join("bin/candle.exe")];
        match three.iter().find(|file| is_wix_3(file)) {
            Some(candle) => self.left(name, candle, WIX_3),
            None => self.consider(name, file, &[]),
        }
    }

    fn everywhere(&mut self) {
        let host = self.host;
        if let Some((path, state)) = manifest::find(&host.project) {
            self.manifest(&path, state);
        }
        for name in ["WIX7", "WIX6"] {
            if let Some(bin) = host.variables.folder(name) {
                self.consider(name, &bin.join(program("wix")), &[]);
            }
        }
        for path in host.variables.on_path(&program("wix")) {
            self.consider("PATH", &path, &[]);
        }
        if let Some(home) = host.variables.folder("DOTNET_CLI_HOME").or_else(|| host.home()) {
            let path = home.join(".dotnet/tools").join(program("wix"));
            if path.is_file() {
                self.consider("the folder of .NET tools", &path, &[]);
            }
        }
        let three = host.variables.folder("WIX").map(|folder| folder.join("bin/candle.exe"));
        let three = three.filter(|path| path.is_file()).map(|path| ("WIX", path));
        let on_path = host.variables.on_path("candle.exe").into_iter().map(|path| ("PATH", path));
        for (name, path) in three.into_iter().chain(on_path) {
            self.left(name, &path, WIX_3);
        }
    }

    fn manifest(&mut self, path: &Path, state: Result<(), ManifestError>) {
        let name = "the .NET tool manifest";
        if let Err(problem) = state {
            return self.left(name, path, &problem.to_string());
        }
        let root = self.host.variables.folder("DOTNET_ROOT").map(|folder| folder.join(program("dotnet")));
        let root = root.filter(|file| file.is_file());
        match root.or_else(|| self.host.variables.on_path(&program("dotnet")).into_iter().next()) {
            Some(dotnet) => self.consider(name, &dotnet, &["tool", "run", "wix", "--"]),
            None => self.left(name, path, "it lists `wix`, and there is no `dotnet` to run it"),
        }
    }

    fn left(&mut self, name: &str, path: &Path, why: &str) {
        self.search.candidates.push(Candidate::left(name, path, why));
    }

    fn consider(&mut self, name: &str, path: &Path, before: &'static [&'static str]) {
        if self.search.found.is_some() {
            return self.left(name, path, ANOTHER);
        }
        let real = |path: &Path| path.canonicalize().ok();
        let seen = |candidate: &&Candidate| before.is_empty() && real(&candidate.path) == real(path);
        if let Some(same) = self.search.candidates.iter().find(seen).filter(|_| path.is_file()) {
            let why = format!("the same program as {}", same.name);
            return self.left(name, path, &why);
        }
        let mut wix = Wix {
            program: path.to_owned(),
            before,
            folder: self.host.project.clone(),
            version: Version::default(),
            eula: None,
        };
        let probed = wix.probe(self.host, self.accepted);
        self.search.settle(name, path, probed.map(|()| wix));
    }
}

/// What is said of WiX 3.
const WIX_3: &str = "it is WiX 3, whose language is another one than that of these sources, and which is out of support \
                     since February 2025; WiX 5, 6 and 7 will do";

/// Whether `path` is a program of WiX 3.
fn is_wix_3(path: &Path) -> bool {
    let names = ["candle", "light"];
    path.is_file() && path.file_stem().is_some_and(|stem| names.iter().any(|n| stem.eq_ignore_ascii_case(n)))
}

impl Wix {
    /// Asks it for its version, and whether it would work.
    fn probe(&mut self, host: &Host, accepted: Option<EulaId>) -> Result<(), Unfit> {
        let said = self.ask(host.patience)?;
        let version = said
            .lines()
            .find_map(|line| line.trim().parse::<Version>().ok())
            .ok_or_else(|| Unfit::NoVersion(said.trim().to_owned()))?;
        version.check()?;
        self.eula = eula::check(&version, host.home().as_deref(), accepted)?;
        self.version = version;
        Ok(())
    }

    fn ask(&self, patience: Duration) -> Result<String, Unfit> {
        if !self.program.is_file() {
            return Err(Unfit::Missing);
        }
        let scratch = tempfile::tempdir().map_err(Unfit::Scratch)?;
        let mut command = self.command();
        command.arg("--version");
        let (status, [out, err]) =
            process::run_apart(&mut command, scratch.path(), patience).map_err(Unfit::Start)?;
        let status = status.ok_or(Unfit::TooLong(patience))?;
        if status.success() {
            return Ok(out);
        }
        let said = format!("{out}{err}").trim().to_owned();
        let mend = if self.before.is_empty() { "" } else { "; `dotnet tool restore` installs what it lists" };
        Err(Unfit::Fails { status, said, mend })
    }
}
