//! Programs that the shell runs, in the place of others.

use std::path::Path;
use std::process::Command;

/// Writes one. A child writes it: were it open for writing here, a program that another test starts at that moment would
/// inherit the handle, and the script could not be started.
pub fn script(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
    let write = r#"printf '#!/bin/sh\n# a stand-in for %s\n%s\n' "$1" "$2" > "$1" && chmod +x "$1""#;
    let mut shell = Command::new("sh");
    let status = shell.args(["-c", write, "sh"]).args([path.as_os_str(), text.as_ref()]).status();
    assert!(status.expect("a shell").success());
}
