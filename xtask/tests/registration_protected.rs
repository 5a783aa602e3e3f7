//! Configurations that cannot be written just so: open in another program, read-only, or broken.

use crate::machine::configurations::{configurations, damage, ends_with, is_as_before, names, repair};
use crate::machine::{EXPRESS_CONFIGS, FAILED, IIS, IIS_CONFIG, IIS_EXPRESS, RECORD, machine, write};
use crate::support::{self, wine::Wine};
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::Duration;

/// A program that holds the configuration of IIS.
struct Held {
    program: Child,
    sign: PathBuf,
}

impl Held {
    /// Starts it; others may do what `share` says.
    fn new(wine: &Wine, share: &str) -> Held {
        let program = wine.drive_c().join("hold.exe");
        let mut gcc = Command::new("x86_64-w64-mingw32-gcc");
        gcc.args(["-municode", &format!("-DSHARE={share}"), "-o"]).arg(&program);
        support::run(gcc.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cross_windows/hold.c")));
        let sign = wine.drive_c().join("held");
        let config = format!(r"C:\{}", IIS_CONFIG.replace('/', r"\"));
        let mut program = wine.command(&[r"C:\hold.exe", &config, r"C:\held"]).spawn().expect("it starts");
        while !sign.exists() {
            assert!(program.try_wait().expect("ours").is_none(), "it does not hold {config}");
            std::thread::sleep(Duration::from_millis(10));
        }
        Held { program, sign }
    }

    /// Ends it after a while.
    fn let_go(mut self, after: Duration) {
        std::thread::sleep(after);
        std::fs::remove_file(&self.sign).expect("it was made");
        self.program.wait().expect("ours");
    }
}

#[test]
fn who_has_a_configuration_open_for_a_moment_is_waited_for() {
    let Some(wine) = machine() else { return };
    let Some(_) = support::tool("x86_64-w64-mingw32-gcc") else { return };
    let (_folder, package) = IIS.package("110.0.100");
    let held = Held::new(&wine, "FILE_SHARE_READ");
    std::thread::scope(|scope| {
        scope.spawn(|| held.let_go(Duration::from_secs(3)));
        ends_with(&wine, 0, &["/i", &package]);
    });
    IIS.is_registered(&wine, IIS_CONFIG);
}

#[test]
fn every_configuration_that_cannot_be_edited_is_named_at_once() {
    let Some(wine) = machine() else { return };
    let (_folder, package) = IIS_EXPRESS.package("110.0.100");
    for broken in [EXPRESS_CONFIGS[1], EXPRESS_CONFIGS[2]] {
        write(&wine, broken, b"<configuration>");
    }
    let before = configurations(&wine);
    let log = ends_with(&wine, FAILED, &["/i", &package]);
    for broken in [EXPRESS_CONFIGS[1], EXPRESS_CONFIGS[2]] {
        let said = format!(r"C:\{}: line 1: malformed XML", broken.replace('/', r"\"));
        assert!(log.contains(&said), "{said}\n{log}");
    }
    is_as_before(&wine, &before);
}

#[test]
fn a_read_only_configuration_is_registered_and_stays_read_only() {
    let Some(wine) = machine() else { return };
    let (_folder, package) = IIS.package("110.0.100");
    let config = wine.drive_c().join(IIS_CONFIG);
    let is_read_only = || std::fs::metadata(&config).expect("there").permissions().readonly();
    let mut permissions = std::fs::metadata(&config).expect("there").permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&config, permissions).expect("ours");
    let before = configurations(&wine);
    ends_with(&wine, 0, &["/i", &package]);
    IIS.is_registered(&wine, IIS_CONFIG);
    assert!(is_read_only());
    ends_with(&wine, 0, &["/x", &package]);
    is_as_before(&wine, &before);
    assert!(is_read_only());
}

#[test]
fn a_read_only_record_is_no_obstacle() {
    let Some(wine) = machine() else { return };
    let (_folder, package) = IIS.package("110.0.100");
    let before = configurations(&wine);
    ends_with(&wine, 0, &["/i", &package]);
    let protect = || {
        let record = wine.drive_c().join(format!("{IIS_CONFIG}{RECORD}"));
        let mut permissions = std::fs::metadata(&record).expect("there").permissions();
        permissions.set_readonly(true);
        std::fs::set_permissions(&record, permissions).expect("ours");
    };
    protect();
    damage(&wine, &IIS, IIS_CONFIG);
    repair(&wine, &package);
    IIS.is_registered(&wine, IIS_CONFIG);
    protect();
    ends_with(&wine, 0, &["/x", &package]);
    assert_eq!(names(&configurations(&wine)), names(&before));
}

/// Wine's `ReplaceFileW` makes an empty file `rfNNNN.tmp` for each attempt, and leaves it where it fails.
fn without_leftovers_of_wine(wine: &Wine) {
    for (name, bytes) in configurations(wine) {
        if name.contains("/config/rf") && name.ends_with(".tmp") && bytes.is_empty() {
            std::fs::remove_file(wine.drive_c().join(name)).expect("it is there");
        }
    }
}

/// It can be opened for writing, so that the check lets it pass, and not be replaced. Wine rolls no removal back, so this
/// is what our action alone leaves.
#[test]
fn a_configuration_that_cannot_be_replaced_fails_the_removal_and_stays_as_it_is() {
    let Some(wine) = machine() else { return };
    let Some(_) = support::tool("x86_64-w64-mingw32-gcc") else { return };
    let (_folder, package) = IIS.package("110.0.100");
    ends_with(&wine, 0, &["/i", &package]);
    let registered = configurations(&wine);
    let held = Held::new(&wine, "FILE_SHARE_READ|FILE_SHARE_WRITE");
    let log = ends_with(&wine, FAILED, &["/x", &package]);
    assert!(log.contains(r"inetsrv\config\applicationHost.config: "), "{log}");
    without_leftovers_of_wine(&wine);
    is_as_before(&wine, &registered);
    held.let_go(Duration::ZERO);
}
