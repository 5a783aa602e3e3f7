//! check::file_hash: hashes are those of the files.

use crate::Subject;
use crate::rule::{Findings, Rule};

/// MsiFileHash has the hash of the file.
pub(super) const RULE: Rule = Rule {
    code: "check::file_hash",
    title: "MsiFileHash has the hash of the file",
    explanation: "A file without version is not copied where the hash of the installed one is that of the table. A wrong hash copies it every time; that of an older file keeps the older file. https://learn.microsoft.com/windows/win32/msi/msifilehash-table",
    fix: "build the package anew from the files that it contains",
    example: "",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    for row in package.rows("MsiFileHash") {
        let name = row.text("File_");
        let Some(facts) = package.contents().files.get(name) else { continue };
        let said = ["HashPart1", "HashPart2", "HashPart3", "HashPart4"].map(|column| row.int(column));
        if said != facts.hash.map(Some) {
            found.error(row.at("HashPart1"), format!("the hash of `{name}` is {:?}", facts.hash));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;

    use crate::contents::FileFacts;
    use crate::example::Example;

    #[test]
    fn the_hash_of_another_file() {
        // MD5 of `abc` is 900150983cd24fb0d6963f7d28e17f72, read as little-endian numbers
        let right = "MsiFileHash: app.exe | 0 | -1739587184 | -1336946116 | 2101319382 | 1920983336";
        let mut example = Example::new(right);
        example.contents.files.insert("app.exe".to_owned(), FileFacts::of(b"abc"));
        assert_eq!(example.findings(&RULE), [""; 0]);
        example.contents.files.insert("app.exe".to_owned(), FileFacts::of(b"abd"));
        assert_eq!(example.findings(&RULE), ["error MsiFileHash.HashPart1[app.exe]"]);
    }
}
