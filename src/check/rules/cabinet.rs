//! check::cabinet: cabinets hold the files of the tables.

use crate::check::Subject;
use crate::check::rule::{Findings, Rule};
use crate::check::subject::Row;
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
    let mut of_cabinets: BTreeMap<&str, Vec<Row<'_>>> = BTreeMap::new();
    for file in files {
        let attributes = file.bits("Attributes");
        let compressed = attributes & COMPRESSED != 0 || all && attributes & NOT_COMPRESSED == 0;
        let disk = media.iter().find(|row| row.bits("LastSequence") >= file.bits("Sequence"));
        let Some(disk) = disk.filter(|_| compressed) else { continue };
        match disk.text("Cabinet") {
            "" => found.error(
                file.at("File"),
                format!("`{}` is compressed, and its media has no cabinet", file.text("File")),
            ),
            cabinet => of_cabinets.entry(cabinet).or_default().push(file),
        }
    }
    for disk in media.iter().filter(|row| !row.is_null("Cabinet")) {
        let cabinet = disk.text("Cabinet");
        let missing = cabinet.strip_prefix('#').is_some_and(|stream| !package.has_stream(stream));
        let read = match package.contents().cabinets.get(cabinet) {
            _ if missing => Err("there is no such stream".to_owned()),
            Some(read) => read.clone(),
            None => continue,
        };
        let held = match read {
            Err(problem) => {
                found.error(disk.at("Cabinet"), format!("the cabinet `{cabinet}` cannot be read: {problem}"));
                continue;
            }
            Ok(held) => held,
        };
        let places: BTreeMap<&str, usize> = held.iter().map(String::as_str).zip(0..).collect();
        let wanted = of_cabinets.remove(cabinet).unwrap_or_default();
        let mut last = None;
        for file in &wanted {
            let name = file.text("File");
            match places.get(name) {
                None => found.error(file.at("File"), format!("`{name}` is not in the cabinet `{cabinet}`")),
                Some(place) if last > Some(*place) => {
                    found.error(
                        file.at("Sequence"),
                        format!(
                            "`{name}` stands in the cabinet `{cabinet}` before a file of a lower sequence"
                        ),
                    );
                }
                Some(place) => last = Some(*place),
            }
        }
        let wanted: BTreeSet<&str> = wanted.iter().map(|file| file.text("File")).collect();
        for name in held.iter().filter(|name| !wanted.contains(name.as_str())) {
            found.warning(
                disk.at("Cabinet"),
                format!("the cabinet `{cabinet}` holds `{name}`, which no File row wants of it"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::example::finds;

    use crate::check::example::Example;

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
