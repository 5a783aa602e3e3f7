//! ICE04: file sequences are within the media.

use crate::Subject;
use crate::rule::{Findings, Rule};

/// No file has a sequence above the greatest LastSequence of the media.
pub(super) const RULE: Rule = Rule {
    code: "ICE04",
    title: "no file has a sequence above the greatest LastSequence of the media",
    explanation: "Windows Installer finds the cabinet of a file by the media whose LastSequence is not below the file's sequence; a file above them all is in none. https://learn.microsoft.com/windows/win32/msi/ice04",
    fix: "raise LastSequence of the last media, or number the files anew",
    example: "File: app.exe | App | app.exe | 1024 | 1.0.0.0 | 1033 | 512 | 2",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    if !package.has_table("Media") {
        return;
    }
    let last = package.rows("Media").map(|media| media.bits("LastSequence")).max().unwrap_or(0);
    for file in package.rows("File") {
        let sequence = file.bits("Sequence");
        if sequence > last {
            let message = format!("the file has sequence {sequence}, and the last of the media is {last}");
            found.error(file.at("Sequence"), message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn a_file_beyond_the_last_media() {
        finds(&RULE, RULE.example, &["error File.Sequence[app.exe]"]);
        finds(
            &RULE,
            "Media: 2 | 7
File: b | App | b | 1 |  |  | 512 | 7",
            &[],
        );
    }
}
