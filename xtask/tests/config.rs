//! `ancm.toml` and the environment, read.

use ancm_installer::id::Arch;
use std::path::Path;
use tempfile::TempDir;
use xtask::config::{FILE, from_environment, from_file};
use xtask::payload::source::PayloadSource;
use xtask::settings::Jobs;

/// A folder with a configuration file that says `text`.
fn configured(text: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join(FILE), text).expect("room");
    folder
}

fn findings(text: &str) -> Vec<String> {
    let folder = configured(text);
    let path = folder.path().join(FILE);
    let failure = from_file(&path).expect_err(text);
    let told = failure.diagnostics.iter().map(|f| format!("{f} | {}", f.help.as_deref().unwrap_or("")));
    told.map(|text| text.replace(&*path.to_string_lossy(), FILE)).collect()
}

#[test]
fn values_come_with_their_line_and_paths_start_at_the_file() {
    let text = "# mine\narch = [\"x64\", \"ARM64\"]\npayload = 'bin'\njobs = 3\nengine = \"embedded\"\n";
    let folder = configured(text);
    let path = folder.path().join(FILE);
    let settings = from_file(&path).expect("valid");
    let arch = settings.arch.expect("given");
    assert_eq!(
        (arch.value, arch.origin.to_string()),
        (vec![Arch::X64, Arch::Arm64], format!("{}:2", path.display()))
    );
    assert_eq!(settings.payload.expect("given").value, [PayloadSource::Path(folder.path().join("bin"))]);
    assert_eq!(settings.jobs.expect("given").value, Jobs(3));
    assert!(settings.version.is_none());
}

#[test]
fn everything_wrong_is_told_at_once_with_its_place() {
    assert_eq!(
        findings("arhc = \"x64\"\nversion = \"256.0\"\n jobs = 0\nout = 1.5\nzzzz = 1\n"),
        [
            "ancm.toml:1:1: error[config::unknown_key]: unknown key `arhc` | did you mean `arch`?",
            "ancm.toml:3:9: error[config::value]: `jobs`: `0` is not a number of threads: expected 1 to 256 | ",
            "ancm.toml:4:7: error[config::value]: `out`: expected a string, a whole number or an array of strings | ",
            "ancm.toml:2:11: error[config::value]: `version`: `256.0` is not a product version: field 1 is `256`, expected 0 to 255 | ",
            "ancm.toml:5:1: error[config::unknown_key]: unknown key `zzzz` | the keys are product, arch, flavour, payload, version, manufacturer, handler, out, sign, compression-effort, jobs, linker, msvc, engine, wix, compat",
        ]
    );
    assert!(findings("arch = ")[0].starts_with("ancm.toml:1:"));
}

#[test]
fn the_environment_stands_between_flags_and_the_file() {
    let folder = configured("arch = 'x86'\njobs = 1");
    let path = folder.path().join(FILE);
    let lower = from_file(&path).expect("valid");
    let variable = |name: &str| (name == "ANCM_ARCH").then(|| "x64, arm64".to_owned());
    let settings = from_environment(variable, Path::new("")).expect("valid").or(lower);
    assert_eq!(settings.arch.expect("given").origin.to_string(), "ANCM_ARCH");
    assert_eq!(settings.jobs.expect("given").origin.to_string(), format!("{}:2", path.display()));
    let wrong = |_: &str| Some("nonsense".to_owned());
    assert!(from_environment(wrong, Path::new("")).is_err());
}
