//! check::cabinet: cabinets hold the files of the tables.

use crate::Subject;
use crate::rule::{Findings, Rule};
use crate::subject::Row;
use std::collections::{BTreeMap, BTreeSet};

/// Every file is in the cabinet of its media, in the order of its sequence, and nothing else is.
pub(super) const RULE: Rule = Rule {
    code: "check::cabinet",
    title: "every file is in the cabinet of its media, in the order of its sequence, and nothing else is",
    explanation: "Windows Installer reads a cabinet once, from front to back, and looks for each file in the order of File.Sequence; one that is not there, or stands before its turn, fails the installation with error 1334 or 2350. https://learn.microsoft.com/windows/win32/msi/media-table",
    fix: "build the package anew; File.Sequence follows the order in the cabinet",
    example: "- Stream: cab1.cab",
    check,
};

/// `File.Attributes`: not in a cabinet, in one.
const NOT_COMPRESSED: i32 = 0x2000;
const COMPRESSED: i32 = 0x4000;
/// `Word Count`: files are compressed unless they say otherwise.
const ALL_COMPRESSED: i32 = 2;

fn check(package: &Subject<'_>, found: &mut Findings) {
    let all = package.summary().word_count & ALL_COMPRESSED != 0;
    let mut media: Vec<Row<'_>> = package.rows("Media").collect();
    media.sort_by_key(|row| row.int("LastSequence"));
    let mut files: Vec<Row<'_>> = package.rows("File").collect();
    files.sort_by_key(|row| row.int("Sequence"));
    let mut of_media: BTreeMap<Option<i32>, Vec<Row<'_>>> = BTreeMap::new();
    for file in files {
        let attributes = file.bits("Attributes");
        let compressed = attributes & COMPRESSED != 0 || all && attributes & NOT_COMPRESSED == 0;
        let disk = media.iter().find(|row| row.bits("LastSequence") >= file.bits("Sequence"));
        let Some(disk) = disk.filter(|_| compressed) else { continue };
        if disk.is_null("Cabinet") {
            let message = format!("`{}` is compressed, and its media has no cabinet", file.text("File"));
            found.error(file.at("File"), message);
        } else {
            of_media.entry(disk.int("LastSequence")).or_default().push(file);
        }
    }
    // several of one sequence are a set: what goes on in the next one, and what begins there, is theirs together
    for disks in media.chunk_by(|a, b| a.int("LastSequence") == b.int("LastSequence")) {
        let wanted = of_media.remove(&disks[0].int("LastSequence")).unwrap_or_default();
        if let Some(held) = held(package, disks, found) {
            compare(disks, &wanted, &held, found);
        }
    }
}

/// The names in the cabinets of `disks`, each with its disk; nothing where one cannot be read.
fn held<'p>(
    package: &Subject<'p>,
    disks: &[Row<'p>],
    found: &mut Findings,
) -> Option<Vec<(String, Row<'p>)>> {
    let mut held = Some(Vec::new());
    for disk in disks.iter().filter(|row| !row.is_null("Cabinet")) {
        let cabinet = disk.text("Cabinet");
        let missing = cabinet.strip_prefix('#').is_some_and(|stream| !package.has_stream(stream));
        let problem = match package.contents().cabinets.get(cabinet) {
            _ if missing => Some("there is no such stream".to_owned()),
            Some(Err(problem)) => Some(problem.to_string()),
            Some(Ok(names)) => {
                held.iter_mut().for_each(|held| held.extend(names.iter().map(|name| (name.clone(), *disk))));
                continue;
            }
            None => None,
        };
        if let Some(problem) = problem {
            found.error(disk.at("Cabinet"), format!("the cabinet `{cabinet}` cannot be read: {problem}"));
        }
        held = None;
    }
    held.filter(|_| disks.iter().any(|row| !row.is_null("Cabinet")))
}

/// Holds the files that the cabinets of `disks` should have against those that they have.
fn compare(disks: &[Row<'_>], wanted: &[Row<'_>], held: &[(String, Row<'_>)], found: &mut Findings) {
    let cabinets: Vec<&str> =
        disks.iter().map(|disk| disk.text("Cabinet")).filter(|c| !c.is_empty()).collect();
    let shown = cabinets.join("`, `");
    let places: BTreeMap<&str, usize> = held.iter().map(|(name, _)| name.as_str()).zip(0..).collect();
    let mut last = None;
    for file in wanted {
        let name = file.text("File");
        match places.get(name) {
            None => found.error(file.at("File"), format!("`{name}` is not in the cabinet `{shown}`")),
            Some(place) if last > Some(*place) => {
                let message =
                    format!("`{name}` stands in the cabinet `{shown}` before a file of a lower sequence");
                found.error(file.at("Sequence"), message);
            }
            Some(place) => last = Some(*place),
        }
    }
    let wanted: BTreeSet<&str> = wanted.iter().map(|file| file.text("File")).collect();
    for (name, disk) in held.iter().filter(|(name, _)| !wanted.contains(name.as_str())) {
        let cabinet = disk.text("Cabinet");
        let message = format!("the cabinet `{cabinet}` holds `{name}`, which no File row wants of it");
        found.warning(disk.at("Cabinet"), message);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    use crate::example::Example;

    #[test]
    fn what_the_cabinet_lacks_and_has_too_much() {
        finds(&RULE, RULE.example, &["error Media.Cabinet[1]"]);
        finds(&RULE, "Media: 1 | 1", &["error File.File[app.exe]"]);
        finds(&RULE, "Summary: Source | 0", &["warning Media.Cabinet[1]"]);
        let mut example = Example::new(
            "Media: 1 | 3 |  | #cab1.cab\nFile: b | App | b.txt | 1 |  |  | 512 | 2\nFile: c | App | c.txt | 1 |  |  | 512 | 3",
        );
        let cabinet = vec!["b".to_owned(), "app.exe".to_owned(), "d".to_owned()];
        example.contents.cabinets.insert("#cab1.cab".to_owned(), Ok(cabinet));
        assert_eq!(
            example.findings(&RULE),
            ["error File.Sequence[b]", "error File.File[c]", "warning Media.Cabinet[1]"]
        );
    }
}
