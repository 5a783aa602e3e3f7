//! `MajorUpgrade`, `Upgrade` and `UpgradeVersion`.

use super::elements::{Rule, Within};
use super::{Attributes, Compiler, GuidForms, property};
use crate::diag::Location;
use crate::source::Element;
use crate::symbol::{Action, Id, Kind, Package, Schedule, Section, Sequence, Symbol, Upgrade, fields};

pub(super) const ELEMENTS: &[Rule] =
    &[("MajorUpgrade", Within::Package(major_upgrade)), ("Upgrade", Within::Definition(upgrade))];

/// The bits of the Attributes column (<https://learn.microsoft.com/windows/win32/msi/upgrade-table>).
const MIGRATE_FEATURES: i32 = 1;
const ONLY_DETECT: i32 = 2;
const IGNORE_REMOVE_FAILURE: i32 = 4;
const VERSION_MIN_INCLUSIVE: i32 = 256;
const VERSION_MAX_INCLUSIVE: i32 = 512;
const LANGUAGES_EXCLUSIVE: i32 = 1024;

/// The properties that the products found are in.
pub(crate) const UPGRADE_DETECTED: &str = "WIX_UPGRADE_DETECTED";
pub(crate) const DOWNGRADE_DETECTED: &str = "WIX_DOWNGRADE_DETECTED";

/// After which action older products are removed.
pub(crate) const SCHEDULES: [(&str, &str); 5] = [
    ("afterInstallValidate", "InstallValidate"),
    ("afterInstallInitialize", "InstallInitialize"),
    ("afterInstallExecute", "InstallExecute"),
    ("afterInstallExecuteAgain", "InstallExecuteAgain"),
    ("afterInstallFinalize", "InstallFinalize"),
];

/// `MajorUpgrade`: <https://docs.firegiant.com/wix/schema/wxs/majorupgrade/>.
pub(super) fn major_upgrade(c: &mut Compiler, element: &Element) {
    let a = c.attributes(element);
    let downgrades = a.flag("AllowDowngrades");
    let same_version = a.flag("AllowSameVersionUpgrades");
    let disallow = a.flag("Disallow");
    let downgrade_message = a.text("DowngradeErrorMessage");
    let upgrade_message = a.text("DisallowUpgradeErrorMessage");
    let migrate = a.yes_no("MigrateFeatures").unwrap_or(true);
    let ignore_language = a.flag("IgnoreLanguage");
    let ignore_failure = a.flag("IgnoreRemoveFailure");
    let remove = a.text("RemoveFeatures");
    let after = a.choice("Schedule", &SCHEDULES).unwrap_or("InstallValidate");
    c.no_children(element);
    check_messages(&a, downgrades, disallow);
    if downgrades && same_version {
        a.illegal(
            35,
            "AllowSameVersionUpgrades",
            "cannot be used with `AllowDowngrades=\"yes\"`, which includes it",
        );
    }
    let Some(package) = c.package.clone() else { return };
    let Some(code) = package.upgrade_code else {
        c.report.error(331, &element.at, "`MajorUpgrade` needs `Package/@UpgradeCode`; add it");
        return;
    };
    let language = package.language.filter(|_| !ignore_language);
    let mut attributes = 0;
    for (flag, bit) in [
        (migrate, MIGRATE_FEATURES),
        (ignore_failure, IGNORE_REMOVE_FAILURE),
        (downgrades, VERSION_MIN_INCLUSIVE),
        (same_version, VERSION_MAX_INCLUSIVE),
    ] {
        attributes |= if flag { bit } else { 0 };
    }
    let older = Upgrade {
        code,
        minimum: downgrades.then(|| "0".to_owned()),
        maximum: (!downgrades).then(|| package.version.clone()),
        language,
        attributes,
        remove,
        property: UPGRADE_DETECTED.to_owned(),
    };
    let newer = Upgrade {
        minimum: Some(package.version),
        maximum: None,
        attributes: ONLY_DETECT | (attributes & IGNORE_REMOVE_FAILURE),
        remove: None,
        property: DOWNGRADE_DETECTED.to_owned(),
        ..older.clone()
    };
    let at = &element.at;
    c.add(None, at, Kind::Upgrade(older));
    if let Some(message) = upgrade_message.filter(|_| disallow) {
        c.row("LaunchCondition", None, at, fields![format!("NOT {UPGRADE_DETECTED}"), message]);
    }
    if let Some(message) = downgrade_message.filter(|_| !downgrades) {
        c.add(None, at, Kind::Upgrade(newer));
        c.row("LaunchCondition", None, at, fields![format!("NOT {DOWNGRADE_DETECTED}"), message]);
    }
    let (action, reference) = remove_existing_products(after, false);
    c.add(Some(action.0), at, action.1);
    c.refer("WixAction", reference, at);
}

fn check_messages(a: &Attributes<'_>, downgrades: bool, disallow: bool) {
    let at = |missing: &str, because: &str| {
        a.illegal(10, missing, format_args!("is missing: {because} needs a message to show"));
    };
    if !downgrades && !a.has("DowngradeErrorMessage") {
        at("DowngradeErrorMessage", "refusing downgrades");
    }
    if downgrades && a.has("DowngradeErrorMessage") {
        a.illegal(
            35,
            "DowngradeErrorMessage",
            "cannot be used with `AllowDowngrades=\"yes\"`; remove one of them",
        );
    }
    if disallow && !a.has("DisallowUpgradeErrorMessage") {
        at("DisallowUpgradeErrorMessage", "`Disallow=\"yes\"`");
    }
    if !disallow && a.has("DisallowUpgradeErrorMessage") {
        a.illegal(
            35,
            "DisallowUpgradeErrorMessage",
            "needs `Disallow=\"yes\"`; add it, or remove the message",
        );
    }
}

/// RemoveExistingProducts right after the action `after`, with its id, and the key of `after`.
fn remove_existing_products(after: &str, overridable: bool) -> ((Id, Kind), String) {
    let sequence = Sequence::InstallExecute;
    let action = "RemoveExistingProducts".to_owned();
    let id = Id::global(format!("{}/{action}", sequence.table()));
    let schedule = Schedule::After(after.to_owned());
    let action = Action { sequence, action, condition: None, schedule, overridable };
    ((id, Kind::Action(action)), format!("{}/{after}", sequence.table()))
}

/// What a package gets whose sources say nothing of upgrades: older versions are removed, and newer ones kept.
/// `localized` is the text of the message.
pub(crate) fn default_major_upgrade(package: &Package, section: &mut Section, at: &Location) {
    let Some(code) = package.upgrade_code.clone() else { return };
    let older = Upgrade {
        code,
        minimum: None,
        maximum: Some(package.version.clone()),
        language: package.language.clone(),
        attributes: MIGRATE_FEATURES,
        remove: None,
        property: UPGRADE_DETECTED.to_owned(),
    };
    let newer = Upgrade {
        minimum: Some(package.version.clone()),
        maximum: None,
        attributes: ONLY_DETECT,
        property: DOWNGRADE_DETECTED.to_owned(),
        ..older.clone()
    };
    let condition = format!("NOT {DOWNGRADE_DETECTED}");
    let launch = Kind::row("LaunchCondition", fields![condition, "!(loc.WixDowngradePreventedMessage)"]);
    let ((id, action), _) = remove_existing_products("InstallValidate", true);
    let kinds =
        [(None, Kind::Upgrade(older)), (None, Kind::Upgrade(newer)), (None, launch), (Some(id), action)];
    section.symbols.extend(kinds.map(|(id, kind)| Symbol { id, at: at.clone(), kind }));
}

/// `Upgrade`: <https://docs.firegiant.com/wix/schema/wxs/upgrade/>.
pub(super) fn upgrade(c: &mut Compiler, element: &Element) {
    let a = c.attributes(element);
    let code = a.required("Id", a.guid("Id", GuidForms::default()));
    c.children(element, |c, child| {
        match child.name.as_str() {
            "Property" => {
                c.report.warning(
                    1078,
                    &child.at,
                    "a `Property` inside an `Upgrade` is out of use; move it out",
                );
                property::property(c, child);
            }
            "UpgradeVersion" => upgrade_version(c, child, code.as_deref()),
            _ => return false,
        }
        true
    });
}

/// `UpgradeVersion`: <https://docs.firegiant.com/wix/schema/wxs/upgradeversion/>.
fn upgrade_version(c: &mut Compiler, element: &Element, code: Option<&str>) {
    let a = c.attributes(element);
    let mut attributes = 0;
    for (name, default, bit) in [
        ("ExcludeLanguages", false, LANGUAGES_EXCLUSIVE),
        ("IgnoreRemoveFailure", false, IGNORE_REMOVE_FAILURE),
        ("IncludeMaximum", false, VERSION_MAX_INCLUSIVE),
        ("IncludeMinimum", true, VERSION_MIN_INCLUSIVE),
        ("MigrateFeatures", false, MIGRATE_FEATURES),
        ("OnlyDetect", false, ONLY_DETECT),
    ] {
        if a.yes_no(name).unwrap_or(default) {
            attributes |= bit;
        }
    }
    let minimum = a.version("Minimum");
    let maximum = a.version("Maximum");
    let language = a.text("Language");
    let remove = a.text("RemoveFeatures");
    let property = a.required("Property", a.reference("Property"));
    c.no_children(element);
    if !a.has("Minimum") && !a.has("Maximum") {
        c.report.error(44, &element.at, "`UpgradeVersion` needs `Minimum` or `Maximum`; add one");
    }
    if let Some(property) = property.as_ref().filter(|property| property.to_uppercase() != **property) {
        let problem =
            format_args!("is `{property}`; only upper-case properties reach the elevated installation");
        a.illegal(11, "Property", problem);
    }
    let (Some(code), Some(property)) = (code, property) else { return };
    if attributes & ONLY_DETECT == 0 {
        c.refer("WixAction", "InstallExecuteSequence/RemoveExistingProducts", &element.at);
    }
    let code = code.to_owned();
    let upgrade = Upgrade { code, minimum, maximum, language, attributes, remove, property };
    c.add(None, &element.at, Kind::Upgrade(upgrade));
}
