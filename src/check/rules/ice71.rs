//! ICE71: the first disk is number 1.

use crate::Subject;
use crate::rule::cell;
use crate::rule::{Findings, Rule};

/// The Media table begins with DiskId 1.
pub(super) const RULE: Rule = Rule {
    code: "ICE71",
    title: "the Media table begins with DiskId 1",
    explanation: "Windows Installer begins with the disk 1. https://learn.microsoft.com/windows/win32/msi/ice71",
    fix: "number the media from 1",
    example: "- Media: 1
Media: 2 | 1 |  | #cab1.cab",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    if !package.has_table("Media") {
        return;
    }
    match package.rows("Media").filter_map(|row| row.int("DiskId")).min() {
        None => found.warning("Media", "the Media table is empty"),
        Some(1) => {}
        Some(first) => {
            let place = cell("Media", "DiskId", &[&first.to_string()]);
            found.error(place, format!("the first DiskId is {first}, expected 1"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn the_first_disk() {
        finds(&RULE, RULE.example, &["error Media.DiskId[2]"]);
        finds(&RULE, "- Media: 1", &["warning Media"]);
        finds(&RULE, "- Media", &[]);
    }
}
