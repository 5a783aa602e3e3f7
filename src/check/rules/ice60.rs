//! ICE60: versioned files have a language and no hash.

use crate::Subject;
use crate::rule::{Findings, Rule};

/// A file with a version has a language too, and no MsiFileHash row; a font has no language.
pub(super) const RULE: Rule = Rule {
    code: "ICE60",
    title: "a file with a version has a language too, and no MsiFileHash row; a font has no language",
    explanation: "At equal versions, languages decide whether a file is replaced. A hash is compared only for files without version, so that a row for one with a version says two things. https://learn.microsoft.com/windows/win32/msi/ice60",
    fix: "set Language (0 for a file that is for all languages); take the MsiFileHash row out",
    example: "File: app.exe | App | app.exe | 1024 | 1.0.0.0 |  | 512 | 1",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    for file in package.rows("File") {
        let (name, version) = (file.text("File"), file.text("Version"));
        let font = package.has("Font", name);
        if font && !file.is_null("Language") {
            found.warning(file.at("Language"), format!("`{name}` is a font, and has a language"));
        } else if !font && !version.is_empty() && !package.has("File", version) && file.is_null("Language") {
            found.warning(file.at("Version"), format!("`{name}` has the version {version}, and no language"));
        }
    }
    for hash in package.rows("MsiFileHash") {
        let name = hash.text("File_");
        if package.find("File", name).is_some_and(|file| !file.is_null("Version")) {
            found.error(hash.at("File_"), format!("`{name}` has a version and cannot have a hash"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn languages_and_hashes() {
        finds(&RULE, RULE.example, &["warning File.Version[app.exe]"]);
        finds(&RULE, "MsiFileHash: app.exe | 0 | 1 | 2 | 3 | 4", &["error MsiFileHash.File_[app.exe]"]);
        finds(
            &RULE,
            "File: b | App | b.txt | 1 | app.exe |  | 512 | 1
MsiFileHash: c | 0 | 1 | 2 | 3 | 4",
            &[],
        );
        finds(&RULE, "Font: app.exe | x", &["warning File.Language[app.exe]"]);
    }
}
