//! `Shortcut` and its properties.

use super::tree::{Build, element};
use super::work::Work;
use std::collections::{BTreeMap, BTreeSet};

/// Rows of Shortcut and MsiShortcutProperty.
pub(super) fn shortcuts(work: &mut Work<'_>) {
    for row in work.rows("MsiShortcutProperty") {
        let property = element("ShortcutProperty")
            .with("Id", row.text("MsiShortcutProperty"))
            .with("Key", row.text("PropertyKey"))
            .with("Value", row.text("PropVariantValue"));
        work.put("Shortcut", row.or_empty("Shortcut_"), property);
    }
    let features: BTreeSet<&str> = work.rows("Feature").filter_map(|row| row.text("Feature")).collect();
    let homes: BTreeMap<&str, &str> =
        work.rows("Component").map(|row| (row.or_empty("Component"), row.or_empty("Directory_"))).collect();
    for row in work.rows("Shortcut") {
        let (id, component) = (row.or_empty("Shortcut"), row.or_empty("Component_"));
        let target = row.text("Target");
        let is_advertised = target.is_some_and(|target| features.contains(target));
        let shortcut =
            work.names(element("Shortcut").with("Id", id), "Name", "ShortName", row.or_empty("Name"));
        let show = match row.int("ShowCmd") {
            Some(1) => Some("normal"),
            Some(3) => Some("maximized"),
            Some(7) => Some("minimized"),
            _ => None,
        };
        let folder = row.text("Directory_").filter(|folder| homes.get(component) != Some(folder));
        let shortcut = shortcut
            .with("Directory", folder)
            .flag("Advertise", is_advertised)
            .with("Target", target.filter(|_| !is_advertised))
            .with("Arguments", row.text("Arguments"))
            .with("Description", row.text("Description"))
            .with("Hotkey", row.int("Hotkey"))
            .with("Icon", row.text("Icon_"))
            .with("IconIndex", row.int("IconIndex"))
            .with("Show", show)
            .with("WorkingDirectory", row.text("WkDir"))
            .with("DisplayResourceDll", row.text("DisplayResourceDLL"))
            .with("DisplayResourceId", row.int("DisplayResourceId"))
            .with("DescriptionResourceDll", row.text("DescriptionResourceDLL"))
            .with("DescriptionResourceId", row.int("DescriptionResourceId"));
        let inside = work.take("Shortcut", id);
        work.put("Component", component, shortcut.holding(inside));
    }
}
