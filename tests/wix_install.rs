//! Packages of the reference collections on a Windows: each is installed and removed again, all in one start of Wine.

use crate::support::reference::{self, THREADS};
use crate::support::wine::{Wine, bounded};
use ancm_installer::msi::{self, Stream};
use ancm_installer::wix::{Compat, Output};
use std::fmt::Write;
use std::path::Path;

/// What a Windows does not just install, and why.
const SPECIAL: &[(&str, &str)] = &[
    ("bitness-arm64", "it is for another processor"),
    ("fragments-wiring", "a launch condition refuses"),
    ("localization-overridable", "a launch condition refuses"),
    ("searches", "a launch condition refuses"),
    ("services", "its service is a stand-in that does not start"),
    ("sequence-special-positions", "it restarts the machine"),
    ("sequence-suppress", "it restarts the machine"),
    ("uncompressed", "Wine 8 takes a file that is in no cabinet for compressed, and ends with a page fault"),
];

/// Writes the package and what belongs beside it into `folder`.
fn write(output: &Output, folder: &Path) {
    std::fs::create_dir_all(folder).expect("room");
    let create = |path: &Path| {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("room");
        std::fs::File::options().read(true).write(true).create_new(true).open(path).expect("a new file")
    };
    msi::write(&output.database, THREADS, &mut create(&folder.join("p.msi"))).expect("written");
    for beside in &output.beside {
        let path = folder.join(beside.path.join("/"));
        let mut file = create(&path);
        match &beside.content {
            Stream::Bytes(bytes) => std::io::Write::write_all(&mut file, bytes).expect("room"),
            Stream::File(from) => {
                let _ = std::fs::copy(from, &path).expect("room");
            }
            Stream::Cabinet(cabinet) => {
                let _ = ancm_installer::cab::write(cabinet, THREADS, &mut file).expect("written");
            }
            other => panic!("{}: {other:?}", path.display()),
        }
    }
}

#[test]
fn packages_install_and_go() {
    let Some(wine) = Wine::new() else { return };
    let packages = wine.drive_c().join("packages");
    let (mut script, mut expected) = (String::from("@echo off\r\n"), String::new());
    for reference in reference::all() {
        for case in reference.names("cases") {
            // half of them are about what one machine shows as well as another: texts, dialogs, the order of actions
            let elsewhere = ["ui-", "customtable", "localization", "majorupgrade", "preprocessor"];
            let special = SPECIAL.iter().any(|(name, _)| *name == case);
            if special || elsewhere.iter().any(|begin| case.starts_with(begin)) {
                continue;
            }
            let Some(output) = reference.build("cases", &case, Compat::Wix6).output else { continue };
            let name = format!("{}-{case}", reference.name);
            write(&output, &packages.join(&name));
            for verb in ["i", "x"] {
                // 9009 is cmd's own: the program was not started
                let start = format!("msiexec /{verb} C:\\packages\\{name}\\p.msi /qn");
                let _ = write!(
                    script,
                    "{start}\r\nif %errorlevel%==9009 {start}\r\necho {name} {verb} %errorlevel%>> C:\\said.txt\r\n"
                );
                let _ = writeln!(expected, "{name} {verb} 0");
            }
        }
    }
    std::fs::write(wine.drive_c().join("all.bat"), script).expect("room");
    bounded(&mut wine.command(&["cmd", "/c", r"C:\all.bat"]));
    let said = std::fs::read_to_string(wine.drive_c().join("said.txt")).expect("it ran").replace('\r', "");
    assert!(expected.lines().count() > 100, "{expected}");
    assert_eq!(said, expected);
    let products = wine.registry_values(r"HKLM\Software\Microsoft\Windows\CurrentVersion\Uninstall");
    assert!(products.keys().all(|key| !key.contains("Case")), "{products:?}");
}
