//! The crates that we link: that they may be used in a product under MIT or Apache-2.0, and that cargo builds them once.

use std::collections::BTreeSet;
use std::process::Command;

/// Licences that ask for no more than a notice.
const ALLOWED: [&str; 9] =
    ["MIT", "Apache-2.0", "MIT-0", "BSD-2-Clause", "BSD-3-Clause", "Zlib", "ISC", "Unicode-3.0", "0BSD"];

/// Whether one alternative of an SPDX expression is allowed. `/` is an old way to write `OR`.
fn allowed(expression: &str) -> bool {
    let plain = expression.replace('/', " OR ").replace(['(', ')'], "");
    plain.split(" OR ").any(|one| one.split(" AND ").all(|licence| ALLOWED.contains(&licence.trim())))
}

/// What cargo answers in the project's folder.
#[expect(clippy::disallowed_methods, reason = "asks cargo")]
fn cargo(arguments: &[&str]) -> Vec<u8> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(arguments)
        .args(["--locked", "--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")])
        .output()
        .expect("cargo runs this test");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[test]
fn no_dependency_asks_for_more_than_a_notice() {
    let metadata = cargo(&["metadata", "--format-version", "1"]);
    let metadata: serde_json::Value = serde_json::from_slice(&metadata).expect("cargo prints JSON");
    let packages = metadata["packages"].as_array().expect("a list");
    assert!(packages.len() > 20, "cargo names {} packages", packages.len());
    let refused: Vec<String> = packages
        .iter()
        .filter(|package| !package["license"].as_str().is_some_and(allowed))
        .map(|package| format!("{} {}: {}", package["name"], package["version"], package["license"]))
        .collect();
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[test]
fn an_expression_needs_one_allowed_alternative() {
    for good in ["MIT", "MIT/Apache-2.0", "(MIT OR Apache-2.0) AND Unicode-3.0", "Apache-2.0 OR GPL-2.0-only"]
    {
        assert!(allowed(good), "{good}");
    }
    for bad in ["AGPL-3.0-only OR LicenseRef-Commercial", "MIT AND GPL-3.0-only", ""] {
        assert!(!allowed(bad), "{bad}");
    }
}

/// The oldest Rust that we promise compiles what we link, as far as those say who wrote it; clippy looks after our own sources
/// (`incompatible_msrv`), and a workflow compiles all with it (`.github/workflows/gate.yml`).
#[test]
fn no_dependency_needs_a_later_rust_than_we_promise() {
    let metadata = cargo(&["metadata", "--format-version", "1"]);
    let metadata: serde_json::Value = serde_json::from_slice(&metadata).expect("cargo prints JSON");
    let packages = metadata["packages"].as_array().expect("a list");
    let version = |package: &serde_json::Value| -> Option<Vec<u32>> {
        package["rust_version"]
            .as_str()
            .map(|text| text.split('.').filter_map(|part| part.parse().ok()).collect())
    };
    let ours = packages.iter().find(|package| package["name"] == "ancm-installer").and_then(version);
    let ours = ours.expect("Cargo.toml says it");
    let later: Vec<String> = packages
        .iter()
        .filter(|package| version(package).is_some_and(|needed| needed[..2] > ours[..2]))
        .map(|package| {
            format!("{} {} needs {}", package["name"], package["version"], package["rust_version"])
        })
        .collect();
    assert!(later.is_empty(), "Rust {ours:?} is promised:\n{}", later.join("\n"));
}

/// A crate that a test needs with one more feature is compiled again for the tests, and everything above it too.
#[test]
fn what_cargo_xtask_builds_serves_the_tests_too() {
    let built = |of: &[&str]| {
        let arguments = [&["tree", "--prefix", "none", "--no-dedupe", "--format", "{p} {f}", "--edges"], of];
        let text = String::from_utf8(cargo(&arguments.concat())).expect("cargo's names are UTF-8");
        text.lines().map(str::to_owned).collect::<BTreeSet<_>>()
    };
    let program = built(&["normal", "--package", "xtask"]);
    let tests = built(&["normal,dev", "--workspace"]);
    assert!(program.len() > 20, "{program:?}");
    let again: Vec<_> = program.difference(&tests).collect();
    assert!(again.is_empty(), "with other features in the tests: {again:?}");
}

/// The crates that a table of docs/dependencies.md names in its first column, from `heading` to the next one.
fn named(page: &str, heading: &str) -> BTreeSet<String> {
    let section = page.split(heading).nth(1).expect("the heading").split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split(" |").next());
    rows.flat_map(|row| row.split(',').map(|name| name.trim().trim_matches('`').to_owned())).collect()
}

#[test]
fn the_page_of_dependencies_is_true() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/dependencies.md");
    let page = std::fs::read_to_string(page).expect("readable");
    let metadata = cargo(&["metadata", "--no-deps", "--format-version", "1"]);
    let metadata: serde_json::Value = serde_json::from_slice(&metadata).expect("cargo prints JSON");
    let packages = metadata["packages"].as_array().expect("a list").iter();
    let all: Vec<&serde_json::Value> =
        packages.flat_map(|package| package["dependencies"].as_array().expect("a list")).collect();
    let of = |kind: Option<&str>| -> BTreeSet<String> {
        let here = all.iter().filter(|it| it["path"].is_null() && it["kind"].as_str() == kind);
        here.filter_map(|it| Some(it["name"].as_str()?.to_owned())).collect()
    };
    let (linked, tests) = (of(None), of(Some("dev")));
    assert_eq!(named(&page, "# Dependencies"), linked, "the table, and what the packages depend on");
    let only_tests: Vec<&String> = tests.difference(&linked).collect();
    let said =
        page.split("For tests alone:").nth(1).and_then(|rest| rest.split('\n').next()).expect("a line");
    assert!(only_tests.iter().all(|name| said.contains(&format!("`{name}`"))), "{only_tests:?}: {said}");
    let not_used = named(&page, "## Packages that were considered");
    let used: Vec<&String> = not_used.intersection(&linked).collect();
    assert!(used.is_empty() && not_used.len() > 5, "considered, not used, and used: {used:?}");
}
