//! The documents: that a newcomer sees on one screen what this is, and that every link leads somewhere.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Lines that a person takes in at a glance, headings and tables included.
const SCREEN: usize = 70;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The pages of ours, by their paths.
fn pages() -> Vec<PathBuf> {
    let markdown = |folder: &str| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(root().join(folder)).expect("readable");
        let paths = entries.map(|entry| entry.expect("readable").path());
        paths.filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect()
    };
    ["", "docs", "native", "benches", "wix", "tests/data", "tests/judges"]
        .into_iter()
        .flat_map(markdown)
        .collect()
}

/// The page without code, in which brackets mean other things.
fn prose(text: &str) -> String {
    let mut is_code = false;
    let lines = text.lines().filter(|line| {
        let fence = line.trim_start().starts_with("```");
        is_code ^= fence;
        !is_code && !fence
    });
    lines.map(|line| line.split('`').step_by(2).collect::<Vec<_>>().join("`") + "\n").collect()
}

/// Where its links lead, but for those out of the house.
fn links(text: &str) -> Vec<String> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    let here = |target: &&str| !target.contains("://");
    targets.map(|(target, _)| target).filter(here).map(str::to_owned).collect()
}

/// The names that GitHub gives to the headings of a page.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| -> String {
        let kept = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = kept.chars().filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
        kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect()
    };
    headings.map(anchor).collect()
}

#[test]
fn the_readme_fits_a_screen() {
    let lines = read(&root().join("README.md")).lines().count();
    assert!(lines <= SCREEN, "README.md has {lines} lines; what is for later belongs to docs/");
}

#[test]
fn every_link_leads_somewhere() {
    let mut broken = Vec::new();
    let mut count = 0;
    for page in pages() {
        for link in links(&prose(&read(&page))) {
            count += 1;
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = if file.is_empty() { page.clone() } else { page.with_file_name(file) };
            let is_good = match anchor {
                "" => target.exists(),
                _ => target.is_file() && anchors(&read(&target)).contains(anchor),
            };
            if !is_good {
                broken.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(count > 50, "{count} links were found");
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_book_leads_to_every_page() {
    let book = links(&read(&root().join("docs/README.md")));
    let lost: Vec<PathBuf> = pages()
        .into_iter()
        .filter(|page| page.parent() == Some(&root().join("docs")))
        .filter(|page| !page.ends_with("docs/README.md"))
        .filter(|page| !book.iter().any(|link| page.ends_with(link)))
        .collect();
    assert!(lost.is_empty(), "docs/README.md lacks {lost:?}");
}
