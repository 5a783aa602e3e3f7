//! WiX: what is found, what is taken, and what is said of the rest.
//!
//! WiX cannot be had here. Its places hold stand-ins: scripts that say a version and do nothing else.
#![cfg(unix)]

use crate::script::script;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use xtask::tool::wix::{Host, Search};

/// A machine with a project and nothing else.
struct Machine(TempDir);

impl Machine {
    fn new() -> Machine {
        let machine = Machine(tempfile::tempdir().expect("a temporary folder"));
        std::fs::create_dir_all(machine.path("project")).expect("writable");
        machine
    }

    fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    /// A `wix` of this version.
    fn wix(&self, folder: &str, version: &str) -> PathBuf {
        let path = self.path(folder).join("wix");
        script(&path, &format!("[ \"$*\" = --version ] && echo {version}"));
        path
    }

    fn manifest(&self, folder: &str, text: &str) {
        let path = self.path(folder).join(".config/dotnet-tools.json");
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        std::fs::write(path, text).expect("writable");
    }

    fn host(&self, variables: &[(&'static str, &str)]) -> Host {
        let path = |(name, below): &(&'static str, &str)| (*name, self.path(below).into_os_string());
        let home = ("HOME", self.path("home").into_os_string());
        Host {
            // of two with one name, the last counts
            variables: [home].into_iter().chain(variables.iter().map(path)).collect(),
            project: self.path("project"),
            patience: Duration::from_secs(20),
        }
    }

    fn search(&self, variables: &[(&'static str, &str)]) -> Search {
        Search::run(&self.host(variables), None, None)
    }
}

fn version(search: &Search) -> Option<String> {
    search.found.as_ref().map(|wix| wix.version.to_string())
}

fn verdicts(search: &Search) -> Vec<(&str, &str)> {
    search.candidates.iter().map(|c| (c.name.as_str(), c.verdict.as_str())).collect()
}

const PINS: &str =
    r#"{"version": 1, "isRoot": true, "tools": {"wix": {"version": "6.0.2", "commands": ["wix"]}}}"#;

#[test]
fn the_order_is_manifest_variables_path_and_the_folder_of_tools() {
    let machine = Machine::new();
    machine.wix("home/.dotnet/tools", "5.0.2+a");
    assert_eq!(version(&machine.search(&[])).as_deref(), Some("5.0.2"));
    machine.wix("path", "5.0.1+a");
    assert_eq!(version(&machine.search(&[("PATH", "path")])).as_deref(), Some("5.0.1"));
    // the value that WiX's installer sets ends in a separator
    machine.wix("six/bin", "6.0.1+a");
    let variables = [("PATH", "path"), ("WIX6", "six/bin/")];
    assert_eq!(version(&machine.search(&variables)).as_deref(), Some("6.0.1"));

    machine.manifest("project", PINS);
    let search = machine.search(&variables);
    assert_eq!(version(&search).as_deref(), Some("6.0.1"));
    assert_eq!(
        search.candidates[0].verdict, "left: it lists `wix`, and there is no `dotnet` to run it",
        "{search:?}"
    );
    // it was in the project's folder, where the manifest counts
    script(
        &machine.path("path/dotnet"),
        "[ \"$*\" = 'tool run wix -- --version' ] && [ -d .config ] && echo 6.0.2",
    );
    assert_eq!(
        verdicts(&machine.search(&variables)),
        [
            ("the .NET tool manifest", "taken: WiX 6.0.2"),
            ("WIX6", "left: another one came first"),
            ("PATH", "left: another one came first"),
            ("the folder of .NET tools", "left: another one came first"),
        ]
    );
}

#[test]
fn manifests_are_looked_for_up_to_the_root() {
    for (near, far, expected) in [
        (r#"{"version": 1, "tools": {}}"#, PINS, Some("6.0.2")),
        (r#"{"version": 1, "isRoot": true, "tools": {}}"#, PINS, None),
        ("{", PINS, None),
    ] {
        let machine = Machine::new();
        machine.manifest("project", near);
        machine.manifest(".", far);
        script(&machine.path("path/dotnet"), "echo 6.0.2");
        let search = machine.search(&[("PATH", "path")]);
        assert_eq!(version(&search).as_deref(), expected, "{near}");
        assert_eq!(near == "{", search.why_not().contains("it is no manifest"), "{}", search.why_not());
    }
    let machine = Machine::new();
    machine.manifest("project", PINS);
    script(
        &machine.path("path/dotnet"),
        "echo 'Run \"dotnet tool restore\" to make it available.' >&2; exit 1",
    );
    let why = machine.search(&[("PATH", "path")]).why_not();
    assert!(why.contains("`dotnet tool restore` installs what it lists"), "{why}");
}

#[test]
fn versions_that_are_driven_and_those_that_are_not() {
    for (said, words) in [
        ("4.0.6+abc", "UpgradeStrategy"),
        ("8.0.0-preview.1+abc", "WiX 8.0.0-preview.1 is not known here; WiX 5, 6 and 7 are"),
        ("3.14.1.8722", "WiX 3.14.1.8722 is not known here"),
        ("hello", "says no version: hello"),
    ] {
        let machine = Machine::new();
        machine.wix("path", said);
        let search = machine.search(&[("PATH", "path")]);
        assert!(search.found.is_none());
        assert!(search.why_not().contains(words), "{said}: {}", search.why_not());
    }
}

#[test]
fn wix_3_is_recognised_and_left() {
    let machine = Machine::new();
    script(&machine.path("three/bin/candle.exe"), "exit 1");
    let search = machine.search(&[("WIX", "three/")]);
    assert!(search.found.is_none());
    assert!(search.why_not().contains("it is WiX 3, whose language is another one"), "{}", search.why_not());
    for asked in ["three", "three/bin", "three/bin/candle.exe"] {
        let search = Search::run(&machine.host(&[]), Some(&machine.path(asked)), None);
        assert!(search.why_not().contains("it is WiX 3"), "{asked}: {}", search.why_not());
    }
    assert!(Machine::new().search(&[]).why_not().contains("neither WIX7 nor WIX6 is set"));
}

#[test]
fn what_the_user_names_is_not_replaced_by_something_else() {
    let machine = Machine::new();
    let named = machine.wix("named", "5.0.2");
    machine.wix("path", "6.0.2");
    let host = machine.host(&[("PATH", "path")]);
    for asked in [named, machine.path("named")] {
        assert_eq!(version(&Search::run(&host, Some(&asked), None)).as_deref(), Some("5.0.2"));
    }
    let search = Search::run(&host, Some(&machine.path("gone/wix")), None);
    assert!(search.found.is_none());
    assert_eq!(search.candidates[0].verdict, "left: it is not there");
}

#[test]
fn the_eula_of_7_is_the_users_to_accept() {
    let machine = Machine::new();
    machine.wix("seven", "7.0.1+x");
    machine.wix("six", "6.0.2+x");
    let seven = [("WIX7", "seven/")];
    let search = machine.search(&seven);
    assert!(search.found.is_none());
    for words in ["WIX7015", "https://wixtoolset.org/osmf/", "wix eula accept wix7", "--accept-wix-eula wix7"]
    {
        assert!(search.why_not().contains(words), "{}", search.why_not());
    }
    // one that needs none is better than none
    assert_eq!(version(&machine.search(&[("WIX7", "seven"), ("WIX6", "six")])).as_deref(), Some("6.0.2"));

    let accepted = "wix7".parse().expect("the EULA of 7");
    let found = Search::run(&machine.host(&seven), None, Some(accepted)).found.expect("accepted");
    assert_eq!(found.eula, Some(accepted));
    let found = Search::run(&machine.host(&[("WIX6", "six")]), None, Some(accepted)).found.expect("6");
    assert_eq!(found.eula, None, "6 does not know the switch");

    // `wix eula accept wix7` leaves a file, of which only the name counts
    std::fs::create_dir_all(machine.path("home/.wix")).expect("writable");
    std::fs::write(machine.path("home/.wix/wix7-osmf-eula.txt"), "").expect("writable");
    assert_eq!(machine.search(&seven).found.expect("accepted before").eula, None);
    assert!("wix8".parse::<xtask::tool::wix::eula::EulaId>().is_err());
}

#[test]
fn one_that_hangs_or_breaks_is_left() {
    let machine = Machine::new();
    script(&machine.path("path/wix"), "sleep 600 & echo $! > child; wait");
    let mut host = machine.host(&[("PATH", "path")]);
    host.patience = Duration::from_secs(3);
    let start = Instant::now();
    let why = Search::run(&host, None, None).why_not();
    assert!(why.contains("did not end within 3 seconds"), "{why}");
    assert!(start.elapsed() < Duration::from_secs(300));
    // and what it had started is gone, too
    let child = std::fs::read_to_string(machine.path("project/child")).expect("it was started");
    let gone = || {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.trim()));
        stat.is_err() || stat.is_ok_and(|stat| stat.contains(") Z"))
    };
    let patient = (0..100).any(|_| {
        gone() || {
            std::thread::sleep(Duration::from_millis(20));
            false
        }
    });
    assert!(!cfg!(target_os = "linux") || patient, "its child goes on");

    script(&machine.path("path/wix"), "echo 'You must install .NET to run this application.' >&2; exit 131");
    let why = machine.search(&[("PATH", "path")]).why_not();
    assert!(why.contains("fails (exit status: 131): You must install .NET"), "{why}");
    std::fs::write(machine.path("path/wix"), "junk").expect("writable");
    let why = machine.search(&[("PATH", "path")]).why_not();
    assert!(why.contains("left: "), "{why}");
}
