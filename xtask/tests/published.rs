//! What `cargo package` makes of the project: all its packages, each with everything that its sources include. That they compile
//! by themselves takes minutes more: `cargo package --workspace`.

use crate::{modules, support};
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

fn cargo(arguments: &[&str]) -> String {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.arg("package").args(arguments).args(["--offline", "--locked", "--allow-dirty", "--quiet"]);
    String::from_utf8(support::run(cargo.current_dir(modules::repository()))).expect("UTF-8")
}

/// Names and folders of the packages that belong together.
fn members() -> Vec<(String, PathBuf)> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--offline", "--locked", "--no-deps", "--format-version", "1"]);
    let output = support::run(cargo.current_dir(modules::repository()));
    let metadata: serde_json::Value = serde_json::from_slice(&output).expect("JSON");
    let text = |package: &serde_json::Value, key: &str| package[key].as_str().expect("a text").to_owned();
    let packages = metadata["packages"].as_array().expect("a list").iter();
    packages
        .map(|package| {
            let manifest = PathBuf::from(text(package, "manifest_path"));
            (text(package, "name"), manifest.parent().expect("in a folder").to_owned())
        })
        .collect()
}

/// What `source`, a file of the package, includes: paths from the package's folder.
fn included(source: &Path, text: &str) -> Vec<PathBuf> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| line.split("include_").skip(1))
        .filter_map(|rest| {
            let name = rest.strip_prefix("str!(\"").or_else(|| rest.strip_prefix("bytes!(\""))?;
            let mut path = source.parent()?.to_owned();
            for part in Path::new(name.split('"').next()?).components() {
                match part {
                    Component::ParentDir if path.parent().is_some() => _ = path.pop(),
                    part => path.push(part),
                }
            }
            Some(path)
        })
        .collect()
}

#[test]
fn every_package_can_be_packaged_with_all_that_it_includes() {
    let members = members();
    assert!(members.len() > 10, "{members:?}");
    let mut includes = 0;
    for (name, folder) in &members {
        let list = cargo(&["--list", "--package", name]);
        let files: BTreeSet<PathBuf> = list.lines().map(PathBuf::from).collect();
        for source in files.iter().filter(|file| file.extension().is_some_and(|ending| ending == "rs")) {
            let text = std::fs::read_to_string(folder.join(source)).expect("readable");
            for file in included(source, &text) {
                assert!(files.contains(&file), "{name}: {} includes {}", source.display(), file.display());
                includes += 1;
            }
        }
    }
    assert!(includes > 20, "{includes}");

    let target = tempfile::tempdir().expect("a temporary folder");
    let folder = target.path().to_str().expect("UTF-8");
    cargo(&["--workspace", "--no-verify", "--target-dir", folder]);
    for (name, _) in members {
        assert!(
            target.path().join(format!("package/{name}-{}.crate", env!("CARGO_PKG_VERSION"))).is_file(),
            "{name}"
        );
    }
}
