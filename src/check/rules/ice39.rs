//! ICE39: the summary information is well-formed.

use crate::Subject;
use crate::diag::Place;
use crate::form;
use crate::rule::summary;
use crate::rule::{Findings, Rule};

/// The summary information says what the package is, for which platforms and languages, and where its files are.
pub(super) const RULE: Rule = Rule {
    code: "ICE39",
    title: "the summary information says what the package is, for which platforms and languages, and where its files are",
    explanation: "Windows Installer reads the summary information before any table, and refuses a package whose template or word count it does not understand. https://learn.microsoft.com/windows/win32/msi/ice39",
    fix: "correct the property: title `Installation Database`, template `x64;1033`, revision number the package code, word count 0 to 3 and 8 for packages that need no elevation",
    example: "Summary: Template | x64,Intel;1033",
    check,
};

// Numbers of the properties.
const TITLE: u32 = 2;
const TEMPLATE: u32 = 7;
const REVISION_NUMBER: u32 = 9;
const LAST_PRINTED: u32 = 11;
const LAST_SAVED: u32 = 12;
const WORD_COUNT: u32 = 15;

/// Bits of the word count: files are compressed; an administrative image; no elevation.
const COMPRESSED: i32 = 2;
const ADMINISTRATIVE: i32 = 4;
const NO_ELEVATION: i32 = 8;

/// `File.Attributes`: compressed.
const FILE_COMPRESSED: i32 = 0x4000;

fn check(package: &Subject<'_>, found: &mut Findings) {
    let information = package.summary();
    if !["Installation Database", "Transform", "Patch", "Merge Module"]
        .iter()
        .any(|kind| information.title.contains(kind))
    {
        found.error(
            summary(TITLE),
            format!("the title `{}` does not say that this is an `Installation Database`", information.title),
        );
        return;
    }
    if !form::is_guid(&information.revision_number) {
        let message = format!(
            "the revision number is `{}`, expected the package code, a GUID in capital letters",
            information.revision_number
        );
        found.error(summary(REVISION_NUMBER), message);
    }
    template(&information.template, found);
    let times =
        [(information.last_printed, LAST_PRINTED, "printed"), (information.last_saved, LAST_SAVED, "saved")];
    for (time, property, what) in times {
        if let (Some(time), Some(created)) = (time, information.created)
            && time < created
        {
            found.warning(summary(property), format!("the package was last {what} before it was created"));
        }
    }
    let words = information.word_count;
    if !(0..16).contains(&words) {
        found.error(
            summary(WORD_COUNT),
            format!(
                "the word count is {words}, expected 0 to 3, and 8 more for packages that need no elevation"
            ),
        );
    }
    // Microsoft's evaluator names the table without the underscore in these two
    let flags = || Place { table: "SummaryInfo".to_owned(), column: WORD_COUNT.to_string(), row: Vec::new() };
    if words & ADMINISTRATIVE != 0 {
        found.warning(flags(), "the word count says that this is an administrative image");
    }
    if words & NO_ELEVATION != 0 && package.rows("MsiPackageCertificate").next().is_some() {
        found.warning(
            flags(),
            "a package that needs no elevation cannot bring certificates (MsiPackageCertificate)",
        );
    }
    if words & COMPRESSED != 0 {
        for file in package.rows("File").filter(|file| file.bits("Attributes") & FILE_COMPRESSED != 0) {
            let message =
                format!("`{}` is marked as compressed, which the whole package is", file.text("File"));
            found.warning(file.at("Attributes"), message);
        }
    }
}

fn template(template: &str, found: &mut Findings) {
    if template.is_empty() {
        found
            .error(summary(TEMPLATE), "there is no template: it must say platform and languages, `x64;1033`");
        return;
    }
    let (platforms, languages) = match template.split_once(';') {
        Some((platforms, languages)) => (platforms, languages),
        None => {
            found.error(
                summary(TEMPLATE),
                format!("the template is `{template}`, expected `Platform;Language`"),
            );
            return;
        }
    };
    let list =
        |text: &str| if text.is_empty() { Vec::new() } else { text.split(',').map(str::to_owned).collect() };
    let (platforms, languages): (Vec<String>, Vec<String>) = (list(platforms), list(languages));
    let known =
        |name: &String| matches!(name.as_str(), "Intel" | "Intel64" | "x64" | "Arm" | "Arm64" | "Alpha");
    if !platforms.iter().all(known) || !languages.iter().all(|language| form::is_language(language)) {
        found.error(summary(TEMPLATE), format!("the template is `{template}`, expected platforms such as x64, Intel or Arm64, and decimal language ids"));
    } else if platforms.len() > 1 && !platforms.iter().all(|name| name == "Intel" || name == "Alpha") {
        found.error(
            summary(TEMPLATE),
            format!("the template `{template}` mixes platforms, which only Intel and Alpha may"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn properties_that_windows_would_refuse() {
        finds(&RULE, RULE.example, &["error _SummaryInfo.7"]);
        finds(&RULE, "Summary: Template |", &["error _SummaryInfo.7"]);
        finds(&RULE, "Summary: Template | x86;1033", &["error _SummaryInfo.7"]);
        finds(&RULE, "Summary: Template | x64;en", &["error _SummaryInfo.7"]);
        finds(&RULE, "Summary: Template | Arm64;1033,1031", &[]);
        finds(&RULE, "Summary: Template | ;1033", &[]);
        finds(&RULE, "Summary: Template | 1033", &["error _SummaryInfo.7"]);
        finds(
            &RULE,
            "Summary: Title | A product
Summary: Template | 1033",
            &["error _SummaryInfo.2"],
        );
        finds(&RULE, "Summary: Revision | *", &["error _SummaryInfo.9"]);
        finds(&RULE, "Summary: Source | 16", &["error _SummaryInfo.15"]);
        finds(&RULE, "Summary: Source | 10", &[]);
        finds(&RULE, "Summary: Source | 6", &["warning SummaryInfo.15"]);
        finds(
            &RULE,
            "Summary: Created | 100
Summary: LastSaved | 99
Summary: LastPrinted | 98",
            &["warning _SummaryInfo.11", "warning _SummaryInfo.12"],
        );
        finds(
            &RULE,
            "File: app.exe | App | app.exe | 1024 | 1.0.0.0 | 1033 | 16896 | 1",
            &["warning File.Attributes[app.exe]"],
        );
    }
}
