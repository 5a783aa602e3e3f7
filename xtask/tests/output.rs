//! The output folder: whole files or none, and what is said where one cannot be written.

use ancm_installer::{cab, msi};
use std::fs;
use std::io;
use std::path::Path;
use xtask::exit::Exit;
use xtask::output::{Output, literal, package_failure};

#[test]
fn a_disk_that_fills_up_within_a_cabinet_is_an_output_that_cannot_be_written() {
    let full = || io::Error::from(io::ErrorKind::StorageFull);
    let in_cabinet = |source| msi::WriteError::Cabinet { name: "cab1.cab".into(), source };
    for error in [msi::WriteError::Output(full()), in_cabinet(cab::WriteError::Output(full()))] {
        assert_eq!(package_failure(Path::new("a.msi"), &error).exit, Exit::Output, "{error}");
    }
    let failure = package_failure(Path::new("a.msi"), &in_cabinet(cab::WriteError::TooLarge));
    assert_eq!(failure.exit, Exit::Compile);
    let message = &failure.diagnostics[0].message;
    assert!(message.starts_with("`a.msi`: ") && message.contains("the cabinet passes 2 GiB"), "{message}");
}

#[test]
fn nothing_is_left_unless_committed() {
    let top = tempfile::tempdir().expect("a temporary folder");
    let folder = top.path().join("a/b");
    let mut output = Output::open(&folder).expect("makes it");
    output.add_text("x.txt", "x").expect("room");
    drop(output);
    assert!(!top.path().join("a").exists());

    let mut output = Output::open(&folder).expect("makes it");
    let stage = output.stage().expect("room");
    fs::write(stage.path().join("y"), "y").expect("room");
    output.add_text("x.txt", "new").expect("room");
    drop(stage);
    output.commit().expect("room");
    let names: Vec<_> =
        fs::read_dir(&folder).expect("there").map(|e| e.expect("readable").file_name()).collect();
    assert_eq!(names, ["x.txt"]);
}

#[test]
fn nothing_is_replaced_where_one_file_cannot_be() {
    let top = tempfile::tempdir().expect("a temporary folder");
    fs::write(top.path().join("a.txt"), "old").expect("room");
    fs::create_dir(top.path().join("b.txt")).expect("room");
    let mut output = Output::open(top.path()).expect("there");
    output.add_text("a.txt", "new").expect("room");
    output.add_text("b.txt", "new").expect("room");
    let failure = output.commit().expect_err("a folder is in the way");
    assert!(failure.diagnostics[0].message.contains("b.txt"), "{failure:?}");
    assert_eq!(fs::read_to_string(top.path().join("a.txt")).expect("still there"), "old");
    assert_eq!(fs::read_dir(top.path()).expect("there").count(), 2);
}

#[test]
fn windows_takes_long_paths_with_a_prefix() {
    for (path, prefixed) in [
        (r"C:\out\a.msi", r"\\?\C:\out\a.msi"),
        (r"\\server\share\a.msi", r"\\?\UNC\server\share\a.msi"),
        (r"\\?\C:\out\a.msi", r"\\?\C:\out\a.msi"),
        (r"\\.\pipe\a", r"\\.\pipe\a"),
    ] {
        assert_eq!(literal(path), prefixed);
    }
}

#[test]
fn files_may_lie_in_folders_below() {
    let top = tempfile::tempdir().expect("a temporary folder");
    let mut output = Output::open(top.path()).expect("there");
    output.add_text("a/b/x.txt", "x").expect("room");
    output.commit().expect("room");
    assert_eq!(fs::read_to_string(top.path().join("a/b/x.txt")).expect("there"), "x");
}

#[test]
fn what_others_made_stays() {
    let top = tempfile::tempdir().expect("a temporary folder");
    fs::write(top.path().join("mine"), "1").expect("room");
    drop(Output::open(top.path()).expect("there"));
    let mut output = Output::open(top.path()).expect("there");
    output.add_text("other", "2").expect("room");
    output.commit().expect("room");
    assert_eq!(fs::read_to_string(top.path().join("mine")).expect("still there"), "1");
}

#[test]
fn a_file_where_a_folder_should_be_is_named() {
    let top = tempfile::NamedTempFile::new().expect("a temporary file");
    let failure = Output::open(top.path()).err().expect("no folder");
    assert_eq!(failure.exit, Exit::Output);
    assert!(failure.diagnostics[0].message.contains(&*top.path().to_string_lossy()));
}
