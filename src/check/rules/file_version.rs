//! check::file_version: the tables say of files what their bytes say.

use crate::Subject;
use crate::id::FileVersion;
use crate::rule::{Findings, Rule};
use std::collections::BTreeSet;

/// File.FileSize, Version and Language are those of the file.
pub(super) const RULE: Rule = Rule {
    code: "check::file_version",
    title: "File.FileSize, Version and Language are those of the file",
    explanation: "Windows Installer decides by the columns, before it has the bytes, whether a file is installed, and by the bytes of the installed file at the next upgrade. Where the two differ, a file is kept that should be replaced, or repaired for ever. https://learn.microsoft.com/windows/win32/msi/file-versioning-rules",
    fix: "build the package anew from the files that it contains",
    example: "",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    for file in package.rows("File") {
        let name = file.text("File");
        let Some(facts) = package.contents().files.get(name) else { continue };
        if file.int("FileSize").map(i64::from) != i64::try_from(facts.size).ok() {
            found.error(
                file.at("FileSize"),
                format!("`{name}` has {} bytes, and the column says {}", facts.size, file.bits("FileSize")),
            );
        }
        let version = file.text("Version");
        if !version.is_empty() && package.has("File", version) {
            continue;
        }
        match (facts.version, version.parse::<FileVersion>().ok()) {
            (Some(real), Some(said)) if real != said => {
                found.error(
                    file.at("Version"),
                    format!("`{name}` has the version {real}, and the column says {version}"),
                );
            }
            (None, Some(_)) => found
                .error(file.at("Version"), format!("`{name}` has no version, and the column says {version}")),
            (Some(real), None) => found
                .warning(file.at("Version"), format!("`{name}` has the version {real}, and the column none")),
            _ => {}
        }
        let said: BTreeSet<u16> =
            file.text("Language").split(',').filter_map(|one| one.trim().parse().ok()).collect();
        let real: BTreeSet<u16> = facts.languages.iter().copied().collect();
        if facts.version.is_some() && !version.is_empty() && said != real {
            let real: Vec<String> = facts.languages.iter().map(u16::to_string).collect();
            found.warning(
                file.at("Language"),
                format!(
                    "`{name}` has the languages {}, and the column says `{}`",
                    real.join(","),
                    file.text("Language")
                ),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;

    use crate::contents::FileFacts;
    use crate::example::Example;

    #[test]
    fn columns_against_bytes() {
        let real = FileFacts {
            size: 1024,
            version: "1.0.0.0".parse().ok(),
            languages: vec![1033],
            ..FileFacts::of(b"")
        };
        let check = |facts: FileFacts, expected: &[&str]| {
            let mut example = Example::new("");
            example.contents.files.insert("app.exe".to_owned(), facts);
            assert_eq!(example.findings(&RULE), expected);
        };
        check(real.clone(), &[]);
        check(FileFacts { size: 1, ..real.clone() }, &["error File.FileSize[app.exe]"]);
        check(
            FileFacts { version: None, languages: vec![], ..real.clone() },
            &["error File.Version[app.exe]"],
        );
        check(
            FileFacts { version: "1.0.0.1".parse().ok(), ..real.clone() },
            &["error File.Version[app.exe]"],
        );
        check(FileFacts { languages: vec![1031], ..real }, &["warning File.Language[app.exe]"]);
    }
}
