//! Every crate that we link may be used in a product under MIT or Apache-2.0.

use std::process::Command;

/// Licences that ask for no more than a notice.
const ALLOWED: [&str; 9] =
    ["MIT", "Apache-2.0", "MIT-0", "BSD-2-Clause", "BSD-3-Clause", "Zlib", "ISC", "Unicode-3.0", "0BSD"];

/// Whether one alternative of an SPDX expression is allowed. `/` is an old way to write `OR`.
fn allowed(expression: &str) -> bool {
    let plain = expression.replace('/', " OR ").replace(['(', ')'], "");
    plain.split(" OR ").any(|one| one.split(" AND ").all(|licence| ALLOWED.contains(&licence.trim())))
}

#[test]
#[expect(clippy::disallowed_methods, reason = "asks cargo")]
fn no_dependency_asks_for_more_than_a_notice() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .expect("cargo runs this test");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
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
