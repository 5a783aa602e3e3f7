//! The programs that we start: where they are, and whether they will do.

pub mod linker;
pub mod lld;
pub mod msvc;
mod process;
pub mod wix;

use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a tool is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Need {
    /// Making packages.
    Build,
    /// What a user may choose instead of what is always there.
    Choice,
    /// The tests.
    Test,
}

impl Need {
    /// In words.
    #[must_use]
    pub fn purpose(self) -> &'static str {
        match self {
            Need::Build => "needed to make packages",
            Need::Choice => "not needed; can be chosen",
            Need::Test => "needed by tests only",
        }
    }
}

/// Whether a tool will do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "state")]
pub enum State {
    /// It will.
    Usable {
        /// Where it is.
        path: PathBuf,
        /// What it says of itself.
        version: String,
    },
    /// It will not, or is not there.
    Unusable {
        /// Why.
        problem: String,
    },
}

/// A program, or a module of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tool {
    /// Its name.
    pub name: &'static str,
    /// What it is needed for.
    pub need: Need,
    /// The Debian package that has it; empty for what no package has.
    pub debian: &'static str,
    /// Whether it will do.
    #[serde(flatten)]
    pub state: State,
    /// How to get it.
    pub mend: String,
}

/// Tools that tests ask for by name: the program, arguments that make it say its version, its Debian package.
const TEST_TOOLS: [(&str, &[&str], &str); 15] = [
    ("msiinfo", &["--version"], "msitools"),
    ("msibuild", &["--version"], "msitools"),
    ("wixl", &["--version"], "wixl"),
    ("cabextract", &["--version"], "cabextract"),
    ("gcab", &["--version"], "gcab"),
    ("osslsigncode", &["--version"], "osslsigncode"),
    ("openssl", &["version"], "openssl"),
    ("xmllint", &["--version"], "libxml2-utils"),
    ("wineserver", &["--version"], "wine"),
    ("wine64", &["--version"], "wine64"),
    ("x86_64-w64-mingw32-gcc", &["-dumpversion"], "gcc-mingw-w64-x86-64"),
    ("python3", &["--version"], "python3"),
    ("clang-19", &["--version"], "clang-19"),
    ("chromium", &["--version"], "chromium"),
    ("pdftotext", &["-v"], "poppler-utils"),
];

impl Tool {
    /// Every tool that we know, the necessary ones first.
    #[must_use]
    pub fn all() -> Vec<Tool> {
        let mut tools = vec![rustc(), rust_lld()];
        tools.extend(TEST_TOOLS.map(|(name, arguments, debian)| Tool {
            name,
            need: Need::Test,
            debian,
            state: find(name).map_or_else(|| missing(name), |path| ask(&path, arguments)),
            mend: format!("`cargo xtask test` installs it on Debian and Ubuntu; elsewhere install {debian}"),
        }));
        if cfg!(windows) {
            tools.push(visual_cpp());
        }
        tools.push(Tool {
            name: "lief (Python)",
            need: Need::Test,
            debian: "",
            state: ask_python(),
            mend: "python3 -m pip install lief".to_owned(),
        });
        tools
    }
}

fn missing(name: &str) -> State {
    State::Unusable { problem: format!("`{name}` is not on the PATH") }
}

fn ask(path: &Path, arguments: &[&str]) -> State {
    match Command::new(path).args(arguments).stdin(Stdio::null()).output() {
        Ok(output) => {
            let said = if output.stdout.is_empty() { output.stderr } else { output.stdout };
            let version = String::from_utf8_lossy(&said).lines().next().unwrap_or("").trim().to_owned();
            State::Usable { path: path.to_owned(), version }
        }
        Err(error) => State::Unusable { problem: format!("`{}` does not start: {error}", path.display()) },
    }
}

fn ask_python() -> State {
    let Some(python) = find("python3") else { return missing("python3") };
    match Command::new(&python).args(["-c", "import lief; print(lief.__version__)"]).output() {
        Ok(output) if output.status.success() => {
            let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            State::Usable { path: python, version }
        }
        _ => State::Unusable { problem: "`python3` has no module `lief`".to_owned() },
    }
}

fn rustc() -> Tool {
    let name = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let path = if Path::new(&name).is_absolute() {
        Some(PathBuf::from(&name))
    } else {
        find(&name.to_string_lossy())
    };
    Tool {
        name: "rustc",
        need: Need::Build,
        debian: "",
        state: path.map_or_else(|| missing("rustc"), |path| ask(&path, &["--version"])),
        mend: "install Rust with rustup: https://rustup.rs".to_owned(),
    }
}

fn rust_lld() -> Tool {
    let state = match lld::Lld::find() {
        Ok(lld) => State::Usable { path: lld.path().to_owned(), version: lld.version().to_owned() },
        Err(error) => State::Unusable { problem: error.to_string() },
    };
    Tool {
        name: "rust-lld (20 or later)",
        need: Need::Build,
        debian: "",
        state,
        mend: "rustup update stable".to_owned(),
    }
}

fn visual_cpp() -> Tool {
    let search = msvc::Search::run(&msvc::Host::this(), None);
    let state = match &search.found {
        Some(found) => State::Usable { path: found.link(), version: found.version() },
        None => State::Unusable { problem: search.why_not() },
    };
    Tool {
        name: "Visual C++ (ARM64 tools)",
        need: Need::Choice,
        debian: "",
        state,
        mend: msvc::MEND.to_owned(),
    }
}

/// The program `name` on the PATH; also where Debian keeps Wine's 64-bit loader.
fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let debian_wine = (name == "wine64").then(|| PathBuf::from("/usr/lib/wine"));
    std::env::split_paths(&path)
        .chain(debian_wine)
        .map(|folder| folder.join(&file))
        .find(|file| file.is_file())
}
