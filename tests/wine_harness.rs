//! The Wine harness itself: a prefix starts, keeps a registry value, and tells 32 from 64 bits.

use crate::support;
use std::cell::Cell;
#[test]
fn a_fresh_prefix_runs_programs_and_keeps_registry_values() {
    let Some(wine) = support::wine::Wine::new() else { return };
    let output = wine.run(&["cmd", "/c", "echo", "hello"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "hello");
    let key = r"HKLM\Software\Acme";
    assert_eq!(wine.registry(64, key, "Answer"), None);
    wine.set_registry(key, "Answer", "forty two");
    wine.set_registry(key, "Number", "dword:42");
    assert_eq!(wine.registry(64, key, "Answer").as_deref(), Some("forty two"));
    assert_eq!(wine.registry(64, key, "Number").as_deref(), Some("0x2a"));
    assert_eq!(wine.registry(32, key, "Answer"), None);
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
