//! The x86 DLL, in the x86 packages, under a 32-bit Wine.
//!
//! Not part of the ordinary tests: a Wine for i386 beside the one for x64 doubles every prefix of that. `ANCM_WINE32=FOLDER cargo
//! test -p xtask --test suite registration_x86`, as root, runs it in a Debian of its own; native/README.md says how that is made.

use crate::machine::configurations::REPAIR;
use crate::machine::{FAILED, IIS};
use crate::made::{dist, packages};
use crate::support::wine::bounded;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// A Windows in a folder of the tree.
struct Wine32 {
    root: PathBuf,
    folder: tempfile::TempDir,
}

impl Wine32 {
    /// Where nobody names a tree, says so and gives nothing.
    fn new() -> Option<Wine32> {
        let Some(root) = std::env::var_os("ANCM_WINE32").map(PathBuf::from) else {
            eprintln!("skipped: ANCM_WINE32 names no Debian with a 32-bit Wine");
            return None;
        };
        let folder = tempfile::tempdir_in(root.join("tmp")).expect("writable");
        let wine = Wine32 { root, folder };
        assert_eq!(wine.run("wine", &["wineboot", "-i"]), 0);
        assert_eq!(wine.run("wineserver32", &["-w"]), 0);
        Some(wine)
    }

    /// A program of Wine, which has `/proc` and sees nothing but the tree.
    fn run(&self, program: &str, arguments: &[&str]) -> i32 {
        let mut command = Command::new("unshare");
        command.arg(format!("--root={}", self.root.display())).arg("--mount-proc=/proc");
        command.arg(format!("/usr/lib/wine/{program}")).args(arguments);
        command.env("WINEPREFIX", format!("{}/prefix", self.inside())).env("WINEARCH", "win32");
        command.env("WINEDEBUG", "-all").env("WINEDLLOVERRIDES", "mscoree=;mshtml=;winemenubuilder.exe=");
        command.env("HOME", self.inside()).env_remove("DISPLAY");
        bounded(command, Duration::from_secs(180)).status.code().unwrap_or(-1)
    }

    /// The folder as programs of the tree have it.
    fn inside(&self) -> String {
        format!("/{}", self.folder.path().strip_prefix(&self.root).expect("in it").display())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("prefix/drive_c").join(name)
    }

    fn msiexec(&self, code: i32, arguments: &[&str]) {
        let ended = self.run("wine", &[&["msiexec"], arguments, &["/qn", "/l*v", r"C:\log.txt"]].concat());
        let log = std::fs::read(self.path("log.txt")).unwrap_or_default();
        assert_eq!(ended, code, "{arguments:?}\n{}", String::from_utf8_lossy(&log).replace('\0', ""));
    }

    /// An x86 package on the machine.
    fn package(&self, version: &str) -> String {
        let folder = dist(&["--flavour", "iis", "--arch", "x86", "--version", version]);
        let name = format!("{version}.msi");
        std::fs::copy(&packages(folder.path())[0], self.path(&name)).expect("writable");
        format!(r"C:\{name}")
    }
}

impl Drop for Wine32 {
    fn drop(&mut self) {
        self.run("wineserver32", &["-k"]);
        self.run("wineserver32", &["-w"]);
    }
}

const CONFIG: &str = "windows/system32/inetsrv/config/applicationHost.config";
const DLL: &str = "Program Files/IIS/Asp.Net Core Module/V2/aspnetcorev2.dll";

fn is_registered(wine: &Wine32, when: &str) {
    let text = std::fs::read_to_string(wine.path(CONFIG)).expect("readable");
    for entry in [&format!(r#"<add name="AspNetCoreModuleV2" image="{}" />"#, IIS.image), IIS.entry] {
        assert_eq!(text.matches(entry).count(), 1, "{when}: {entry}\n{text}");
    }
    assert!(wine.path(DLL).is_file(), "{when}");
}

#[test]
fn the_x86_dll_registers_repairs_upgrades_and_takes_back() {
    let Some(wine) = Wine32::new() else { return };
    for name in ["CoreWebEngine", "W3SVC"] {
        let key = r"HKLM\SOFTWARE\Microsoft\InetStp\Components";
        let add = ["reg", "add", key, "/v", name, "/t", "REG_DWORD", "/d", "1", "/f"];
        assert_eq!(wine.run("wine", &add), 0);
    }
    let config = include_bytes!("../../tests/apphost/iis10.config");
    let folder = wine.path(CONFIG);
    std::fs::create_dir_all(Path::parent(&folder).expect("a folder")).expect("writable");
    let [first, second] = ["110.0.100", "110.0.200"].map(|version| wine.package(version));
    // what cannot be edited is refused
    std::fs::write(wine.path(CONFIG), b"<configuration>").expect("writable");
    wine.msiexec(FAILED, &["/i", &first]);
    std::fs::write(wine.path(CONFIG), config).expect("writable");

    wine.msiexec(0, &["/i", &first]);
    is_registered(&wine, "installed");
    std::fs::write(wine.path(CONFIG), config).expect("writable");
    wine.msiexec(0, &[&["/i", &first][..], &REPAIR].concat());
    is_registered(&wine, "repaired");
    wine.msiexec(0, &["/i", &second]);
    is_registered(&wine, "upgraded");
    wine.msiexec(0, &["/x", &second]);
    assert!(std::fs::read(wine.path(CONFIG)).expect("readable") == config, "as before, to the byte");
    assert!(!wine.path(DLL).exists());
}
