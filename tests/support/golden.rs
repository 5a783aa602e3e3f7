//! Golden files: `tests/golden/NAME`, rewritten where `UPDATE_GOLDEN=1`; and pictures in the book.

use std::path::Path;

/// Compares `actual` with the golden file `name`, line by line; rewrites it under `UPDATE_GOLDEN=1`.
pub fn check(name: &str, actual: &str) {
    let file = project().join("tests/golden").join(name);
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

/// The project's folder.
fn project() -> &'static Path {
    let mut folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    folders.find(|folder| folder.join("wix/products").is_dir()).expect("the repository has a ledger")
}

/// Compares the picture `name` of the page `docs/PAGE`, which stands between comments that say so, with `lines`, which GitHub
/// colors as `language`; rewrites it under `UPDATE_GOLDEN=1`.
pub fn picture(page: &str, name: &str, language: &str, lines: &[String]) {
    let path = project().join("docs").join(page);
    let text = std::fs::read_to_string(&path).expect("readable").replace("\r\n", "\n");
    let [begins, ends] =
        [format!("<!-- picture {name}, written by a test -->"), format!("<!-- end of {name} -->")];
    let (before, rest) = text.split_once(&begins).unwrap_or_else(|| panic!("{page} has no `{begins}`"));
    let (_, after) = rest.split_once(&ends).unwrap_or_else(|| panic!("{page} has no `{ends}`"));
    let lines = lines.join("\n");
    check(
        &format!("../../docs/{page}"),
        &format!("{before}{begins}\n```{language}\n{lines}\n```\n{ends}{after}"),
    );
}
