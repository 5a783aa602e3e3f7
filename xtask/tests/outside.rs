//! The program as somebody has it who downloaded it: outside of a clone.

use crate::made::{dist, packages, said, xtask};
use std::process::{Command, Output};

/// The program in an empty folder, where cargo has not started it.
fn alone(arguments: &[&str], folder: &std::path::Path) -> Output {
    let mut command: Command = xtask();
    command.args(arguments).env_remove("CARGO_MANIFEST_DIR").current_dir(folder).output().expect("it starts")
}

#[test]
fn what_needs_no_authoring_works_anywhere() {
    let made = dist(&["--flavour", "iis", "--arch", "x86,x64"]);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [x64, x86] = packages(made.path()).try_into().expect("two packages");
    let (x86, x64) = (x86.to_string_lossy().into_owned(), x64.to_string_lossy().into_owned());
    let made = made.path().to_string_lossy().into_owned();
    let log = folder.path().join("install.log");
    std::fs::write(&log, "=== Verbose logging started: 1/1/2026  10:00:00  Build type: SHIP UNICODE 5.00.10011.00  Calling process: C:\\Windows\\System32\\msiexec.exe ===\n").expect("room");
    std::fs::write(folder.path().join("a.wxs"), SOURCE).expect("room");
    for (arguments, expected) in [
        (&["check", &x64][..], 0),
        (&["layout", &x64], 0),
        (&["layout", &x64, "--diff", &x86], 0),
        (&["upgrade", &x64, &x64, "--allow", "refused"], 0),
        (&["pools", &x64], 0),
        (&["explain", "install.log"], 0),
        (&["payload", "inspect", &x64], 0),
        (&["wix", "build", "a.wxs", "-o", "a.msi"], 0),
        (&["dist", "verify", &made], 0),
        (&["--version"], 0),
        (&["--help"], 0),
    ] {
        let output = alone(arguments, folder.path());
        assert_eq!(output.status.code(), Some(expected), "{arguments:?}: {}", said(&output));
    }
    let version = alone(&["--version"], folder.path());
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    assert_eq!(version.trim(), xtask::packaging::manifest::TOOL, "as manifests name it");
}

const SOURCE: &str = r#"<Wix xmlns="http://wixtoolset.org/schemas/v4/wxs">
  <Package Name="A" Manufacturer="B" Version="1.0" UpgradeCode="8a1b7c2e-3f43-4b0e-9a67-0d1a0e5b8f11">
    <StandardDirectory Id="ProgramFilesFolder">
      <Component Id="C" Guid="1c1f38c4-6f5c-4c58-8a2d-8d8c8a4bb4d2"><RegistryValue Root="HKLM" Key="K" Value="v" KeyPath="yes" /></Component>
    </StandardDirectory>
  </Package>
</Wix>"#;

#[test]
fn what_needs_it_says_so() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for arguments in
        [&["dist"][..], &["plan"], &["identity", "check"], &["upgrade", "--all"], &["baseline", "list"]]
    {
        let output = alone(arguments, folder.path());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", said(&output));
        assert!(
            said(&output).contains("run it in a clone of the project"),
            "{arguments:?}: {}",
            said(&output)
        );
    }
    let output = alone(&["upgrade", "old-iis-x64", "new.msi"], folder.path());
    assert_eq!(output.status.code(), Some(10), "{}", said(&output));
    assert!(said(&output).contains("baselines are in a clone of the project"), "{}", said(&output));
}
