//! The command line as a user meets it.

use std::process::{Command, Output};
use xtask::settings;

fn xtask(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(arguments).env_remove("CLICOLOR_FORCE");
    command.output().expect("our own program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn alone_it_prints_help_and_does_nothing() {
    let output = xtask(&[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("Usage: cargo xtask"));
}

#[test]
fn help_has_a_command_s_own_flags_first() {
    for how in ["-h", "--help"] {
        let help = text(&xtask(&["dist", how]).stdout);
        let at = |flag: &str| help.find(flag).unwrap_or_else(|| panic!("{flag}: {help}"));
        let order =
            ["--product <", "--payload <", "--out <", "--dry-run", "For every command:", "--json"].map(at);
        assert!(order.is_sorted(), "{order:?}: {help}");
    }
}

#[test]
fn the_documents_have_the_table_of_exit_codes() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/settings.md");
    let page = std::fs::read_to_string(path).expect("docs/settings.md");
    for exit in xtask::exit::Exit::ALL {
        let (code, meaning) = exit.meaning();
        let row = format!("| {code} | {meaning} |");
        assert!(page.contains(&row), "docs/settings.md lacks the row: {row}");
    }
}

#[test]
fn the_documents_have_every_setting() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/settings.md"));
    let page = page.expect("readable");
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| `--")).collect();
    for name in settings::names() {
        let variable = settings::variable(&name);
        let in_file =
            if name == settings::ACCEPT_WIX_EULA { "cannot be".to_owned() } else { format!("`{name} =") };
        let row = rows.iter().find(|row| row.starts_with(&format!("| `--{name} ")));
        let row = row.unwrap_or_else(|| panic!("docs/settings.md has no row of `--{name}`"));
        assert!(row.contains(&format!("`{variable}`")) && row.contains(&in_file), "{row}");
    }
    assert_eq!(rows.len(), settings::names().count(), "a row is of a setting that there is not");
}

#[test]
fn a_plan_in_json_says_where_every_setting_comes_from() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = folder.path().join("mine.toml");
    std::fs::write(&config, "flavour = \"iis\"\nout = \"made\"\n").expect("writable");
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    let output = command
        .args(["plan", "--json", "--quiet", "--arch", "arm64", "--config"])
        .arg(&config)
        .env("ANCM_JOBS", "3")
        .output()
        .expect("our own program starts");
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "");
    let plan: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    assert_eq!(plan["schema"], "ancm-plan/1");
    assert_eq!(plan["arches"]["origin"], "--arch");
    assert_eq!(plan["jobs"], serde_json::json!({ "value": 3, "origin": "ANCM_JOBS" }));
    assert_eq!(plan["flavours"]["origin"], format!("{}:1", config.display()));
    assert_eq!(plan["out"]["value"], folder.path().join("made").to_str().expect("UTF-8"));
    assert_eq!(plan["engine"]["origin"], "default");
    assert_eq!(plan["packages"].as_array().map(Vec::len), Some(1));
    assert_eq!(plan["forwarders"].as_array().map(Vec::len), Some(2));
    assert!(!folder.path().join("made").exists(), "a plan makes nothing");
}

#[test]
fn a_wrong_configuration_is_told_with_its_place() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = folder.path().join("mine.toml");
    std::fs::write(&config, "flavor = \"iis\"\n").expect("writable");
    let path = config.to_str().expect("UTF-8");
    let output = xtask(&["plan", "--json", "--config", path]);
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    assert!(
        said.contains(&format!("error[config::unknown_key]: unknown key `flavor`\n --> {path}:1:1")),
        "{said}"
    );
    assert!(said.contains("did you mean `flavour`?"), "{said}");
    let failure: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    assert_eq!(failure["exit_code"], 2);
    assert_eq!(failure["diagnostics"][0]["code"], "config::unknown_key");
}

#[test]
fn colours_come_when_asked_for() {
    let wrong = ["plan", "--config", "no-such-file.toml", "--color"];
    assert!(text(&xtask(&[&wrong[..], &["always"]].concat()).stderr).contains("\u{1b}[1m"));
    assert!(!text(&xtask(&[&wrong[..], &["never"]].concat()).stderr).contains('\u{1b}'));
}

/// Whoever reads the file would take a part for the whole.
#[test]
#[cfg(target_os = "linux")]
fn a_standard_output_that_is_full_is_a_failure() {
    for arguments in [&["plan", "--json"][..], &["plan"], &["identity", "check"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("it is there");
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        let output = command.args(arguments).stdout(full).output().expect("our own program starts");
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(14), "{arguments:?}: {said}");
        assert!(said.contains("error[output::stdout]: standard output cannot be written"), "{said}");
    }
}

#[test]
fn no_color_means_what_its_standard_says() {
    let colored = |no_color: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command
            .args(["plan", "--config", "no-such-file.toml"])
            .env("CLICOLOR_FORCE", "1")
            .env("NO_COLOR", no_color);
        text(&command.output().expect("our own program starts").stderr).contains('\u{1b}')
    };
    assert!(colored(""), "an empty NO_COLOR is none");
    assert!(!colored("1"));
    assert!(!colored("0"), "any value counts (https://no-color.org)");
}

#[test]
#[cfg(unix)]
fn a_temporary_folder_that_is_not_there_is_named() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    let output =
        command.arg("plan").env("TMPDIR", "/no/such/folder").output().expect("our own program starts");
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(14), "{said}");
    assert!(said.contains("in `/no/such/folder`") && said.contains("set TMPDIR"), "{said}");
}

/// What `dist` would stop at, `plan` stops at.
#[test]
#[cfg(unix)]
fn a_plan_finds_the_linker_that_is_asked_for() {
    let output = xtask(&["plan"]);
    assert!(text(&output.stdout).contains("\nlinker        rust-lld "), "{}", text(&output.stdout));
    for arguments in [&["plan", "--linker", "msvc"][..], &["plan", "--msvc", "/no/such/folder"]] {
        let output = xtask(arguments);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.contains("error[msvc::missing]"), "{said}");
    }
}
