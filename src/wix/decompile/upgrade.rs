//! `Upgrade`: the products that a package looks for.

use super::rows::Row;
use super::tree::{Build, element};
use super::work::{Work, flags};
use crate::compile::upgrade::{DOWNGRADE_DETECTED, SCHEDULES, UPGRADE_DETECTED};
use crate::source::Element;
use crate::symbol::Sequence;
use std::collections::{BTreeMap, BTreeSet};

/// Bits of the Attributes column with their attributes (<https://learn.microsoft.com/windows/win32/msi/upgrade-table>).
const BITS: [(&str, i32); 5] = [
    ("MigrateFeatures", 1),
    ("OnlyDetect", 2),
    ("IgnoreRemoveFailure", 4),
    ("IncludeMaximum", 512),
    ("ExcludeLanguages", 1024),
];
const INCLUDE_MINIMUM: i32 = 256;

/// The conditions that come with `MajorUpgrade`, if it is written.
pub(super) type Covered = BTreeSet<String>;

/// Rows of Upgrade: those that `MajorUpgrade` gives, and else those of one code in one element.
pub(super) fn upgrades(work: &mut Work<'_>) -> Covered {
    let major = major_upgrade(work);
    let is_major = |row: &Row<'_>| {
        let property = row.or_empty("ActionProperty");
        major.is_some() && [UPGRADE_DETECTED, DOWNGRADE_DETECTED].contains(&property)
    };
    let mut codes: BTreeMap<&str, Vec<Row<'_>>> = BTreeMap::new();
    for row in work.rows("Upgrade").filter(|row| !is_major(row)) {
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
    match major {
        Some((major, covered)) => {
            work.put("Package", "", major);
            covered
        }
        None => Covered::new(),
    }
}

/// `MajorUpgrade`, where the rows of Upgrade, LaunchCondition and InstallExecuteSequence are what it gives.
fn major_upgrade(work: &Work<'_>) -> Option<(Element, Covered)> {
    const MIGRATE: i32 = 1;
    const ONLY_DETECT: i32 = 2;
    const IGNORE_FAILURE: i32 = 4;
    const DOWNGRADES: i32 = 256;
    const SAME_VERSION: i32 = 512;
    let property =
        |name: &str| work.rows("Property").find(|row| row.text("Property") == Some(name))?.text("Value");
    let (code, version) = (property("UpgradeCode")?, property("ProductVersion")?);
    let only = |name: &str| -> Result<Option<Row<'_>>, ()> {
        let mut rows = work.rows("Upgrade").filter(|row| row.text("ActionProperty") == Some(name));
        let found = rows.next();
        if rows.next().is_some() || found.is_some_and(|row| row.text("UpgradeCode") != Some(code)) {
            return Err(());
        }
        Ok(found)
    };
    let (older, newer) = (only(UPGRADE_DETECTED).ok()??, only(DOWNGRADE_DETECTED).ok()?);
    let bits = older.or_zero("Attributes");
    let downgrades = bits & DOWNGRADES != 0;
    let is_usual = bits & !(MIGRATE | IGNORE_FAILURE | DOWNGRADES | SAME_VERSION) == 0
        && bits & (DOWNGRADES | SAME_VERSION) != DOWNGRADES | SAME_VERSION
        && older.text("VersionMin") == downgrades.then_some("0")
        && older.text("VersionMax") == (!downgrades).then_some(version)
        && newer.is_none() == downgrades;
    let agrees = newer.is_none_or(|newer| {
        newer.or_zero("Attributes") == ONLY_DETECT | (bits & IGNORE_FAILURE)
            && newer.text("VersionMin") == Some(version)
            && newer.text("VersionMax").is_none()
            && newer.text("Language") == older.text("Language")
            && newer.text("Remove").is_none()
    });
    let own_language = property("ProductLanguage");
    let ignores_language = older.text("Language").is_none() && own_language.is_some();
    if !is_usual || !agrees || (!ignores_language && older.text("Language") != own_language) {
        return None;
    }
    let mut covered = Covered::new();
    let mut message = |property: &str| {
        let condition = format!("NOT {property}");
        let row = work.rows("LaunchCondition").find(|row| row.text("Condition") == Some(&condition))?;
        covered.insert(condition);
        row.text("Description")
    };
    let disallowed = message(UPGRADE_DETECTED);
    let refused = if downgrades { None } else { Some(message(DOWNGRADE_DETECTED)?) };
    let number = |action: &str| {
        let row =
            work.rows(Sequence::InstallExecute.table()).find(|row| row.text("Action") == Some(action))?;
        Some((row.int("Sequence")?, row.text("Condition")))
    };
    let (removal, None) = number("RemoveExistingProducts")? else { return None };
    let is_before =
        |action: &str| number(action).is_some_and(|(number, _)| number.checked_add(1) == Some(removal));
    let (schedule, _) = SCHEDULES.into_iter().find(|(_, action)| is_before(action))?;
    let taken = work
        .rows(Sequence::InstallExecute.table())
        .filter(|row| row.int("Sequence") == Some(removal))
        .count();
    let major = element("MajorUpgrade")
        .with("Schedule", (schedule != SCHEDULES[0].0).then_some(schedule))
        .flag("AllowDowngrades", downgrades)
        .flag("AllowSameVersionUpgrades", bits & SAME_VERSION != 0)
        .with("DowngradeErrorMessage", refused)
        .flag("Disallow", disallowed.is_some())
        .with("DisallowUpgradeErrorMessage", disallowed)
        .with("MigrateFeatures", (bits & MIGRATE == 0).then_some("no"))
        .flag("IgnoreLanguage", ignores_language)
        .flag("IgnoreRemoveFailure", bits & IGNORE_FAILURE != 0)
        .with("RemoveFeatures", older.text("Remove"));
    (taken == 1).then_some((major, covered))
}
