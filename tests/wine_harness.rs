//! The Wine harness itself: a prefix starts, keeps a registry value, and tells 32 from 64 bits.

use crate::support;
use std::cell::Cell;
use std::process::Command;

#[test]
fn a_fresh_prefix_runs_programs_and_keeps_registry_values() {
    let Some(wine) = support::wine::Wine::new() else { return };
    let output = wine.run(&["cmd", "/c", "echo", "hello"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "hello");
    let key = r"HKLM\Software\Acme";
    assert!(wine.registry_values(key).is_empty());
    wine.set_registry(key, "Answer", "forty two");
    wine.set_registry(key, "Number", "dword:42");
    assert!(wine.registry_values(r"HKLM\Software\Wow6432Node\Acme").is_empty());
    let all: Vec<(String, String)> = wine.registry_values(key).into_iter().collect();
    let path = r"HKEY_LOCAL_MACHINE\Software\Acme";
    let expected = [("Answer", "forty two"), ("Number", "0x2a")]
        .map(|(name, data)| (format!(r"{path}\{name}"), data.to_owned()));
    assert_eq!(all, expected);
    assert!(wine.drive_c().join("Program Files (x86)").is_dir());
}

#[test]
fn what_never_began_is_run_again_and_what_fails_is_not() {
    for (outcomes, runs, given) in
        [(["", "", "log"], 3, "log"), (["", "", ""], 3, ""), (["1603", "log", "log"], 1, "1603")]
    {
        let count = Cell::new(0);
        let run = || outcomes[count.replace(count.get() + 1)];
        assert_eq!(
            (support::wine::again(|log: &&str| log.is_empty(), run), count.get()),
            ((given, runs), runs)
        );
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "tests start foreign tools")]
fn a_program_that_ends_with_1_and_no_word_is_run_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (script, runs, code) in [
        ("test $(wc -l < starts) -ge 2", 2, 0),
        ("exit 1", 3, 1),
        ("echo why >&2; exit 1", 1, 1),
        ("echo what; exit 1", 1, 1),
        ("exit 2", 1, 2),
    ] {
        let starts = folder.path().join("starts");
        let _ = std::fs::remove_file(&starts);
        let mut command = Command::new("sh");
        command.args(["-c", &format!("echo >> starts; {script}")]).current_dir(folder.path());
        let run = || support::wine::bounded(&mut command);
        let (output, counted) = support::wine::again(support::wine::never_began, run);
        let began = std::fs::read(&starts).expect("it began").len();
        assert_eq!((began, counted, output.status.code()), (runs, runs, Some(code)), "{script}");
    }
}

/// Where the heap may lie anywhere, it lies now and then where Wine needs a page of its own.
#[test]
#[expect(clippy::disallowed_methods, reason = "tests start foreign tools")]
fn programs_have_no_random_addresses() {
    let allowed = Command::new("setarch").args(["--addr-no-randomize", "true"]).output();
    if !allowed.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: random addresses cannot be turned off here");
        return;
    }
    let Some(wine) = support::wine::Wine::new() else { return };
    let output = wine.run(&["cmd", "/c", "type", r"Z:\proc\self\personality"]);
    let flags = u32::from_str_radix(String::from_utf8_lossy(&output.stdout).trim(), 16);
    // ADDR_NO_RANDOMIZE of <sys/personality.h>
    assert!(flags.as_ref().is_ok_and(|flags| flags & 0x0004_0000 != 0), "{flags:?}");
}
