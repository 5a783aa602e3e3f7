//! `Upgrade`: the products that a package looks for.

use super::rows::Row;
use super::tree::{Build, element};
use super::work::{Work, flags};
use std::collections::BTreeMap;

/// Bits of the Attributes column with their attributes (<https://learn.microsoft.com/windows/win32/msi/upgrade-table>).
const BITS: [(&str, i32); 5] = [
    ("MigrateFeatures", 1),
    ("OnlyDetect", 2),
    ("IgnoreRemoveFailure", 4),
    ("IncludeMaximum", 512),
    ("ExcludeLanguages", 1024),
];
const INCLUDE_MINIMUM: i32 = 256;

/// Rows of Upgrade, those of one code in one element.
pub(super) fn upgrades(work: &mut Work<'_>) {
    let mut codes: BTreeMap<&str, Vec<Row<'_>>> = BTreeMap::new();
    for row in work.rows("Upgrade") {
        codes.entry(row.or_empty("UpgradeCode")).or_default().push(row);
    }
    for (code, rows) in codes {
        let versions = rows.into_iter().map(|row| {
            let bits = row.or_zero("Attributes");
            let version = element("UpgradeVersion")
                .with("Property", row.text("ActionProperty"))
                .with("Minimum", row.text("VersionMin"))
                .with("IncludeMinimum", (bits & INCLUDE_MINIMUM == 0).then_some("no"))
                .with("Maximum", row.text("VersionMax"));
            flags(version, bits, &BITS)
                .with("Language", row.text("Language"))
                .with("RemoveFeatures", row.text("Remove"))
        });
        let versions: Vec<_> = versions.collect();
        let upgrade = work.guid(element("Upgrade"), "Id", code).holding(versions);
        work.put("Package", "", upgrade);
    }
}
