//! `Package` and `SummaryInformation`.

use super::tree::{Build, element};
use super::work::Work;
use crate::compile::names::is_version;
use crate::culture::is_ansi;
use crate::id::Arch;
use crate::msi::SummaryInformation;
use crate::source::Element;
use std::collections::BTreeMap;

/// Bits of the Word Count summary property (<https://learn.microsoft.com/windows/win32/msi/word-count-summary>).
const SHORT_NAMES: i32 = 1;
const COMPRESSED: i32 = 2;
const NO_PRIVILEGES: i32 = 8;

/// The processor that a package says in its summary information.
pub(super) fn arch(summary: &SummaryInformation) -> Arch {
    match summary.template.split([';', ',']).next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "x64" | "amd64" | "intel64" => Arch::X64,
        "arm64" => Arch::Arm64,
        _ => Arch::X86,
    }
}

/// `Package` without children, and the names of the properties that it makes. Texts of extensions, if it `has_texts` of
/// these, have a code page that would be the package's, too.
pub(super) fn package(work: &mut Work<'_>, has_texts: bool) -> (Element, Vec<&'static str>) {
    let properties: BTreeMap<&str, &str> =
        work.rows("Property").filter_map(|row| Some((row.text("Property")?, row.text("Value")?))).collect();
    let property = |name: &str| properties.get(name).copied();
    let summary = &work.database.summary;
    let mut made = vec![
        "Manufacturer",
        "ProductCode",
        "ProductLanguage",
        "ProductName",
        "ProductVersion",
        "UpgradeCode",
    ];
    let scope = match (property("ALLUSERS"), property("MSIINSTALLPERUSER")) {
        // whatever the properties say
        _ if summary.word_count & NO_PRIVILEGES != 0 => Some("perUser"),
        (Some("1"), _) => None,
        (Some("2"), Some("1")) => Some("perUserOrMachine"),
        _ => Some("perUser"),
    };
    match scope {
        None => made.push("ALLUSERS"),
        Some("perUserOrMachine") => made.extend(["ALLUSERS", "MSIINSTALLPERUSER"]),
        Some(_) => {}
    }
    let mut package = element("Package");
    for (attribute, name, otherwise) in
        [("Name", "ProductName", &*summary.subject), ("Manufacturer", "Manufacturer", &*summary.author)]
    {
        let text = property(name).unwrap_or(otherwise);
        let variable = text.trim().is_empty().then(|| work.exactly(text));
        package = match variable {
            Some(variable) => package.with_variable(attribute, variable),
            None => package.with(attribute, text),
        };
    }
    let version = property("ProductVersion").unwrap_or("0.0.0");
    package = if is_version(version) {
        package.with("Version", version)
    } else {
        let variable = work.exactly(version);
        package.with_variable("Version", variable)
    };
    for name in ["ProductCode", "UpgradeCode"] {
        if let Some(code) = property(name) {
            package = work.guid(package, name, code);
        }
    }
    let codepage = work.database.codepage;
    let package = package
        .with("Language", property("ProductLanguage"))
        .with("Codepage", (codepage != 65001 || has_texts).then(|| codepage.to_string()))
        .with("InstallerVersion", (summary.page_count != 500).then_some(summary.page_count))
        .with("Scope", scope)
        .with("Compressed", (summary.word_count & COMPRESSED == 0).then_some("no"))
        .flag("ShortNames", summary.word_count & SHORT_NAMES != 0);
    let name = property("ProductName").unwrap_or(&summary.subject);
    let manufacturer = property("Manufacturer").unwrap_or(&summary.author);
    let information = information(work, name, manufacturer);
    if !information.attributes.is_empty() {
        work.put("Package", "", information);
    }
    (package, made)
}

/// `SummaryInformation`: what the summary information does not have from the package.
fn information(work: &mut Work<'_>, name: &str, manufacturer: &str) -> Element {
    let summary = &work.database.summary;
    let codepage = u32::from(summary.codepage);
    let mut information = element("SummaryInformation")
        .with("Codepage", (codepage != 1252 && is_ansi(codepage)).then(|| codepage.to_string()));
    let comments = format!("This installer database contains the logic and data required to install {name}.");
    for (attribute, text, usual) in [
        ("Description", &summary.subject, name),
        ("Manufacturer", &summary.author, manufacturer),
        ("Keywords", &summary.keywords, "Installer"),
        ("Comments", &summary.comments, &comments),
    ] {
        information = match text.as_str() {
            text if text == usual => information,
            "" => {
                let variable = work.exactly("");
                information.with_variable(attribute, variable)
            }
            text => information.with(attribute, text),
        };
    }
    information
}
