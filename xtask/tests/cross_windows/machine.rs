//! A Windows with our program, and with a Rust toolchain whose programs are stand-ins: each hands its arguments to the
//! program of this host.

use super::cross;
use crate::support::{self, wine};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;
use tempfile::TempDir;

/// The machine.
pub struct Machine {
    wine: wine::Wine,
    tools: TempDir,
}

/// What Windows calls a path of this host.
pub fn windows(path: &Path) -> String {
    format!("Z:{}", path.display()).replace('/', r"\")
}

/// A string literal of C.
fn literal(name: &str, value: &str) -> String {
    format!("-D{name}=\"{value}\"")
}

impl Machine {
    /// Builds it; prints why and gives nothing where something is missing here.
    pub fn new() -> Option<Machine> {
        let wine = wine::Wine::new()?;
        let program = cross::xtask_exe()?;
        let machine = Machine { wine, tools: tempfile::tempdir().expect("a temporary folder") };
        let link = std::fs::hard_link(&program, machine.tool("xtask.exe"));
        link.or_else(|_| std::fs::copy(&program, machine.tool("xtask.exe")).map(drop)).expect("room");
        cross::c("bcryptprimitives.c", &["-shared", "-ladvapi32"], &machine.tool("bcryptprimitives.dll"));
        for name in ["hold", "interrupt"] {
            cross::c(&format!("{name}.c"), &["-municode"], &machine.tool(&format!("{name}.exe")));
        }
        let held = literal("HELD", &windows(&machine.tool("held-on")).replace('\\', r"\\"));
        cross::c("endless.c", &["-municode", &held], &machine.tool("endless/dotnet.exe"));
        machine.toolchain();
        Some(machine)
    }

    /// Stand-ins for rustc, cargo and rust-lld.
    fn toolchain(&self) {
        let host = |arguments: &[&str]| {
            let answer = support::run(Command::new("rustc").args(arguments));
            PathBuf::from(String::from_utf8(answer).expect("UTF-8").trim())
        };
        let sysroot = host(&["--print", "sysroot"]);
        let lld = host(&["--print", "target-libdir"]).join("../bin/rust-lld");
        let libraries = self.tool("rust/lib/rustlib/host/lib");
        std::fs::create_dir_all(&libraries).expect("room");
        std::fs::create_dir(self.tool("notes")).expect("room");
        let notes = literal("NOTES", &self.tool("notes").to_string_lossy());
        let libraries = literal("LIBRARIES", &format!("Z:{}", libraries.display()));
        for (name, program, more) in [
            ("rust/bin/rustc.exe", sysroot.join("bin/rustc"), Some(&libraries)),
            ("rust/bin/cargo.exe", sysroot.join("bin/cargo"), None),
            ("rust/lib/rustlib/host/bin/rust-lld.exe", lld, None),
        ] {
            let program = literal("HOST_PROGRAM", &program.to_string_lossy());
            let arguments: Vec<&str> =
                [&program, &notes].into_iter().chain(more).map(String::as_str).collect();
            cross::c("host_program.c", &arguments, &self.tool(name));
        }
    }

    /// One of the programs beside ours, or a folder of them.
    pub fn tool(&self, name: &str) -> PathBuf {
        self.tools.path().join(name)
    }

    /// `xtask.exe` in the project's folder, untouched by the settings of whoever runs the tests.
    pub fn xtask(&self, arguments: &[&str]) -> Command {
        let program = windows(&self.tool("xtask.exe"));
        self.command(&[&[program.as_str()], arguments].concat())
    }

    /// The same, interrupted as soon as it writes a package below `folder`, which is empty before.
    pub fn interrupt(&self, folder: &str, arguments: &[&str]) -> Command {
        let [by, program] = ["interrupt.exe", "xtask.exe"].map(|name| windows(&self.tool(name)));
        self.command(&[&[by.as_str(), folder, &program], arguments].concat())
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = self.wine.command(words);
        for name in xtask::settings::names() {
            command.env_remove(xtask::settings::variable(&name));
        }
        for name in ["SOURCE_DATE_EPOCH", "CLICOLOR_FORCE", "RUSTC", "CARGO"] {
            command.env_remove(name);
        }
        command.env("WINEPATH", windows(&self.tool("rust/bin"))).current_dir(crate::made::root());
        command
    }

    /// Runs `xtask.exe`, and expects this exit code.
    pub fn ends(&self, arguments: &[&str], code: i32) -> Output {
        let output = run(self.xtask(arguments));
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", shown(&output));
        output
    }

    /// Another program that holds `file` open until what is given is dropped.
    pub fn hold(&self, file: &Path) -> Held {
        let sign = self.tool("held");
        let program = windows(&self.tool("hold.exe"));
        let mut child =
            self.wine.command(&[&program, &windows(file), &windows(&sign)]).spawn().expect("it starts");
        while !sign.exists() {
            assert!(child.try_wait().expect("ours").is_none(), "it does not hold {}", file.display());
            std::thread::sleep(Duration::from_millis(10));
        }
        Held { child, sign }
    }
}

/// Runs `xtask.exe` to the end.
pub fn run(command: Command) -> Output {
    wine::bounded_again("xtask.exe", command)
}

/// Everything that a program said.
pub fn shown(output: &Output) -> String {
    let [out, err] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    format!("{}\n{out}{err}", output.status)
}

/// A program that holds a file.
pub struct Held {
    child: std::process::Child,
    sign: PathBuf,
}

impl Drop for Held {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.sign);
        let _ = self.child.wait();
    }
}
