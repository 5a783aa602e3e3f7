//! `PerformanceCategory`: names stand in the text of a file that Windows reads, the rest in the registry.

use super::cells::{of, word};
use crate::compile::ext::Extension;
use crate::compile::ext::util::{LANGUAGES, TYPES};
use crate::decompile::rows::Row;
use crate::decompile::tree::Build;
use crate::decompile::work::Work;
use crate::source::Element;
use std::collections::BTreeMap;

/// What counters are of whose language and kind nothing is said.
const ENGLISH: i32 = 9;
const NUMBER_OF_ITEMS_32: &str = "65536";

/// Rows of Wix4PerformanceCategory, with their values in the registry.
pub(super) fn categories(work: &mut Work<'_>, extension: &'static Extension) {
    for row in work.rows("Wix4PerformanceCategory") {
        let service = format!("SYSTEM\\CurrentControlSet\\Services\\{}\\", escaped(row.or_empty("Name")));
        let is_own = |value: &Row<'_>| {
            value.text("Component_") == row.text("Component_")
                && value
                    .or_empty("Key")
                    .strip_prefix(&service)
                    .is_some_and(|rest| matches!(rest, "Linkage" | "Performance"))
        };
        let own: Vec<Row<'_>> = work.rows("Registry").filter(is_own).collect();
        own.iter().for_each(|value| work.cover("Registry", value.or_empty("Registry")));
        let values: BTreeMap<&str, &str> =
            own.iter().map(|value| (value.or_empty("Name"), value.or_empty("Value"))).collect();
        if let Some(category) = category(extension, row, &values) {
            work.put("Component", row.or_empty("Component_"), category);
        }
    }
}

fn category(extension: &'static Extension, row: Row<'_>, values: &BTreeMap<&str, &str>) -> Option<Element> {
    let texts: BTreeMap<&str, &str> =
        row.or_empty("IniData").split("\r\n").filter_map(|line| line.split_once('=')).collect();
    let mut element = of(extension, "PerformanceCategory")
        .with("Id", row.text("PerformanceCategory"))
        .with("Name", row.text("Name"));
    let (language, _, help) = said(&texts, "OBJECT_1")?;
    element = element
        .with("Help", help)
        .with("DefaultLanguage", word(LANGUAGES, language).filter(|_| language != ENGLISH))
        .flag("MultiInstance", values.get("IsMultiInstance") == Some(&"#1"));
    for (attribute, usual) in [
        ("Library", "netfxperf.dll"),
        ("Open", "OpenPerformanceData"),
        ("Collect", "CollectPerformanceData"),
        ("Close", "ClosePerformanceData"),
    ] {
        element = element.with(attribute, values.get(attribute).copied().filter(|value| *value != usual));
    }
    let kinds = values.get("Counter Types").copied().unwrap_or_default();
    let kinds = kinds.split("[~]").filter(|kind| !kind.is_empty());
    let counters = kinds.zip(1..).map_while(|(kind, at)| {
        let (own, name, help) = said(&texts, &format!("DEVICE_COUNTER_{at}"))?;
        let counter = of(extension, "PerformanceCounter").with("Name", name).with("Help", help);
        let kind = (kind != NUMBER_OF_ITEMS_32).then(|| kind.parse().ok()).flatten();
        let counter = counter.with("Type", kind.and_then(|kind| word(TYPES, kind)));
        Some(counter.with("Language", word(LANGUAGES, own).filter(|_| own != language)))
    });
    Some(element.holding(counters))
}

/// Language, name and explanation of `what` among the lines of the file.
fn said<'t>(texts: &BTreeMap<&'t str, &'t str>, what: &str) -> Option<(i32, &'t str, Option<&'t str>)> {
    let (number, name) = texts.iter().find_map(|(key, text)| {
        let number = key.strip_prefix(what)?.strip_prefix('_')?.strip_suffix("_NAME")?;
        (!text.is_empty()).then_some((number, *text))
    })?;
    let help = texts.get(format!("{what}_{number}_HELP").as_str()).copied();
    Some((number.parse().ok()?, name, help))
}

/// A name in a formatted column.
fn escaped(name: &str) -> String {
    name.chars().fold(String::new(), |text, c| match c {
        '[' => text + "[\\[]",
        ']' => text + "[\\]]",
        c => text + c.encode_utf8(&mut [0; 4]),
    })
}
