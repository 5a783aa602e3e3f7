//! Finding the linker, and what happens where it is missing, old, or does something else than it should.

use crate::made::{said, xtask};
use crate::modules::stand_in_job;
use ancm_installer::id::{Arch, Dll, FileVersion};
use std::path::PathBuf;
use xtask::tool::lld::{Lld, LldError};

#[test]
fn the_toolchain_has_a_linker_that_is_new_enough() {
    let lld = Lld::find().unwrap_or_else(|error| panic!("{error}"));
    let major: u32 = lld.version().split('.').next().expect("a number").parse().expect("a number");
    assert!(major >= 20, "{}", lld.version());
    assert!(lld.path().is_file());
}

#[test]
fn a_missing_linker_is_named_with_what_to_do() {
    let error = Lld::at(PathBuf::from("/nowhere/rust-lld")).expect_err("missing").to_string();
    assert!(error.contains("`/nowhere/rust-lld`"), "{error}");
    assert!(error.contains("rustup toolchain install stable"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_linker_that_does_not_start_is_not_called_missing() {
    let file = tempfile::NamedTempFile::new().expect("a file that is not executable");
    let error = Lld::at(file.path().to_owned()).expect_err("not a program").to_string();
    assert!(error.contains("does not start: Permission denied"), "{error}");
}

/// A toolchain is known by its cargo, which is in the environment of what it starts; RUSTC goes first, and the PATH last. An old
/// linker shows which one was asked.
#[cfg(unix)]
#[test]
fn the_linker_is_that_of_the_cargo_that_started_us() {
    let (folder, lld) = script("echo LLD 19.1.7");
    let toolchain = folder.path().join("toolchain");
    let [cargo, host] = ["bin/cargo", "lib/rustlib/a-host/bin/rust-lld"].map(|name| toolchain.join(name));
    std::fs::create_dir_all(host.parent().expect("in folders")).expect("room");
    std::fs::create_dir_all(toolchain.join("lib/rustlib/a-target/lib")).expect("room");
    let plan = |rustc: Option<&str>| {
        let mut command = xtask();
        command.args(["plan", "--linker", "rust-lld"]).env_remove("RUSTC").env("CARGO", &cargo);
        if let Some(rustc) = rustc {
            command.env("RUSTC", rustc);
        }
        said(&command.output().expect("it starts"))
    };
    // no linker, so the compiler on the PATH says where its own is
    assert!(!plan(None).contains("error"), "{}", plan(None));
    std::fs::rename(lld, &host).expect("room");
    let refused = plan(None);
    assert!(refused.contains(&format!("`{}` is LLD 19.1.7", host.display())), "{refused}");
    let rustc = plan(Some("no-such-rustc"));
    assert!(rustc.contains("`no-such-rustc` did not say where its libraries are"), "{rustc}");
}

/// A linker that is a shell script. A child writes it: were it open for writing here, a program that another test starts
/// at that moment would inherit the handle, and the script could not be started.
#[cfg(unix)]
fn script(body: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("rust-lld");
    let written = std::process::Command::new("sh")
        .args(["-c", r#"printf '#!/bin/sh\n%s\n' "$2" > "$1" && chmod +x "$1""#, "sh"])
        .args([path.as_os_str(), body.as_ref()])
        .status();
    assert!(written.expect("a shell").success());
    (folder, path)
}

#[cfg(unix)]
#[test]
fn an_old_linker_is_refused_with_what_was_found_and_what_is_needed() {
    for (says, found) in [
        ("LLD 19.1.7 (https://github.com/llvm/llvm-project 0123abcd)", "LLD 19.1.7"),
        ("Debian LLD 14.0.6", "LLD 14.0.6"),
        ("GNU ld (GNU Binutils) 2.40", "no LLD"),
    ] {
        let (_folder, path) = script(&format!("echo '{says}'"));
        let error = Lld::at(path.clone()).expect_err("old").to_string();
        let expected = format!(
            "`{}` is {found}, and ARM64X forwarders need LLD 20 or later: run `rustup update`",
            path.display()
        );
        assert_eq!(error, expected);
    }
}

/// What a linker that does `body` when asked to link leads to.
#[cfg(unix)]
fn link_with(body: &str) -> LldError {
    let (_folder, path) = script(&format!("[ \"$3\" = --version ] && echo 'LLD 22.1.2' && exit\n{body}"));
    let lld = Lld::at(path).expect("new enough");
    let job = stand_in_job(Dll::Module, Arch::X64, FileVersion([1, 0, 0, 0]));
    lld.link(&job).expect_err("no linker")
}

#[cfg(unix)]
#[test]
fn only_the_output_says_whether_a_link_succeeded() {
    let failed = link_with("echo 'undefined symbol: x' >&2; exit 1");
    assert!(matches!(failed, LldError::Failed { .. }), "{failed}");
    assert!(failed.to_string().contains("undefined symbol: x"), "{failed}");
    let warned = link_with("echo 'warning: something'");
    assert!(matches!(warned, LldError::Failed { .. }), "{warned}");
    let nothing = link_with("exit 0");
    assert!(matches!(nothing, LldError::Io { .. }), "{nothing}");
    let garbage = link_with("echo garbage > aspnetcorev2.dll");
    assert!(matches!(garbage, LldError::Wrong { .. }), "{garbage}");
    assert!(garbage.to_string().contains("not a PE image"), "{garbage}");
}

#[test]
fn variables_that_would_change_the_link_are_not_passed_on() {
    // LLD would refuse the option, and the link would fail
    let output = std::process::Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "--nocapture", "link_once"])
        .envs([("LINK", "/nosuchoption"), ("_LINK_", "/nosuchoption"), ("LIB", "nowhere")])
        .output()
        .expect("this test starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn link_once() {
    let job = stand_in_job(Dll::Module, Arch::Arm64, FileVersion([1, 0, 0, 0]));
    Lld::find().and_then(|lld| lld.link(&job)).unwrap_or_else(|error| panic!("{error}"));
}
