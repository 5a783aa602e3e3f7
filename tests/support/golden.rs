//! Golden files: `tests/golden/NAME`, rewritten where `UPDATE_GOLDEN=1`.

use std::path::Path;

/// Compares `actual` with the golden file `name`, line by line; rewrites it under `UPDATE_GOLDEN=1`.
pub fn check(name: &str, actual: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .find(|folder| folder.join("wix/products").is_dir())
        .expect("the repository has a ledger")
        .join("tests/golden")
        .join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some_and(|v| v == "1") {
        std::fs::write(&file, actual).expect("writable");
        return;
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
    let different: Vec<String> = expected
        .lines()
        .filter(|line| !actual.lines().any(|l| l == *line))
        .map(|line| format!("- {line}"))
        .chain(
            actual
                .lines()
                .filter(|line| !expected.lines().any(|l| l == *line))
                .map(|line| format!("+ {line}")),
        )
        .collect();
    assert!(
        expected == actual,
        "{} differs; if that is intended, run again with UPDATE_GOLDEN=1\n{}",
        file.display(),
        different.join("\n")
    );
}
