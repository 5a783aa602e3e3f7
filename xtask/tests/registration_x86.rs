//! The x86 DLL, in the x86 packages, under a Wine for i386, which `cargo xtask setup` unpacks below the target folder.

use crate::machine::configurations::REPAIR;
use crate::machine::{FAILED, IIS};
use crate::made::{dist, packages, root};
use crate::support::skip;
use crate::support::wine::bounded;
use std::path::{Path, PathBuf};
use std::process::Command;
use xtask::tool::wine32;

/// A 32-bit Windows.
struct Wine32 {
    prefix: tempfile::TempDir,
}

impl Wine32 {
    /// Where nobody can make a Wine for i386, says so and gives nothing.
    fn new() -> Option<Wine32> {
        if !wine32::program(root()).is_file() {
            match wine32::can_be_made() {
                true => skip("there is no Wine for i386; `cargo xtask setup` makes it"),
                false => eprintln!("skipped: the Wine for i386 comes from Debian, for x86-64"),
            }
            return None;
        }
        let prefix = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder");
        let wine = Wine32 { prefix };
        assert_eq!(wine.run(&["wineboot", "-i"]), 0);
        wine.server("-w");
        Some(wine)
    }

    fn command(&self, program: PathBuf, arguments: &[&str]) -> i32 {
        let mut command = Command::new(program);
        command.args(arguments);
        command.env("WINEPREFIX", self.prefix.path()).env("WINEARCH", "win32");
        command.env("WINESERVER", wine32::server(root())).env("WINEDEBUG", "-all");
        command.env("WINEDLLOVERRIDES", "mscoree=;mshtml=;winemenubuilder.exe=").env_remove("DISPLAY");
        bounded(&mut command).status.code().unwrap_or(-1)
    }

    fn run(&self, arguments: &[&str]) -> i32 {
        self.command(wine32::program(root()), arguments)
    }

    fn server(&self, flag: &str) {
        self.command(wine32::server(root()), &[flag]);
    }

    fn path(&self, name: &str) -> PathBuf {
        self.prefix.path().join("drive_c").join(name)
    }

    fn msiexec(&self, code: i32, arguments: &[&str]) {
        let ended = self.run(&[&["msiexec"], arguments, &["/qn", "/l*v", r"C:\log.txt"]].concat());
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
        self.server("-k");
        self.server("-w");
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
        assert_eq!(wine.run(&add), 0);
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
