//! What components do with folders and lines: `CreateFolder`, `RemoveFile`, `RemoveFolder`, `ReserveCost`, `Environment`,
//! `IniFile`.

use super::tree::{Build, element};
use super::work::Work;
use crate::compile::names::is_wildcard_name;
use std::collections::{BTreeMap, BTreeSet};

/// Rows of CreateFolder, RemoveFile and ReserveCost.
pub(super) fn folders(work: &mut Work<'_>) {
    let homes: BTreeMap<&str, &str> =
        work.rows("Component").map(|row| (row.or_empty("Component"), row.or_empty("Directory_"))).collect();
    let directories: BTreeSet<&str> =
        work.rows("Directory").filter_map(|row| row.text("Directory")).collect();
    // the component's own folder needs no words
    let named = |component: &str, folder: &str| -> Option<String> {
        (homes.get(component) != Some(&folder)).then(|| folder.to_owned())
    };
    for row in work.rows("CreateFolder") {
        let (folder, component) = (row.or_empty("Directory_"), row.or_empty("Component_"));
        let inside = work.take("CreateFolder", folder);
        let create = element("CreateFolder").with("Directory", named(component, folder)).holding(inside);
        work.put("Component", component, create);
    }
    for row in work.rows("RemoveFile") {
        if work.is_covered("RemoveFile", row.or_empty("FileKey")) {
            continue;
        }
        let (folder, component) = (row.or_empty("DirProperty"), row.or_empty("Component_"));
        let on = match row.or_zero("InstallMode") {
            1 => Some("install"),
            2 => Some("uninstall"),
            3 => Some("both"),
            _ => None,
        };
        let name = if row.text("FileName").is_some() { "RemoveFile" } else { "RemoveFolder" };
        let is_directory = directories.contains(folder);
        let remove = element(name)
            .with("Id", row.text("FileKey"))
            .with("Directory", named(component, folder).filter(|_| is_directory))
            .with("Property", (!is_directory).then_some(folder));
        let remove = match row.text("FileName") {
            None => remove,
            Some(cell) => {
                let (short, long) = match cell.split_once('|') {
                    Some((short, long)) => (Some(short), long),
                    None => ((!crate::compile::names::is_short_name(cell)).then_some(cell), cell),
                };
                let remove = if is_wildcard_name(long) {
                    remove.with("Name", long)
                } else {
                    let variable = work.exactly(long);
                    remove.with_variable("Name", variable)
                };
                remove.with("ShortName", short)
            }
        };
        work.put("Component", component, remove.with("On", on));
    }
    for row in work.rows("ReserveCost") {
        let (folder, component) = (row.or_empty("ReserveFolder"), row.or_empty("Component_"));
        let reserve = element("ReserveCost")
            .with("Id", row.text("ReserveKey"))
            .with("Directory", named(component, folder))
            .with("RunLocal", row.int("ReserveLocal"))
            .with("RunFromSource", row.int("ReserveSource"));
        work.put("Component", component, reserve);
    }
}

/// Rows of Environment, IniFile and RemoveIniFile.
pub(super) fn lines(work: &mut Work<'_>) {
    for row in work.rows("Environment") {
        let mut name = row.or_empty("Name");
        let mut take = |prefix: char| {
            let rest = name.strip_prefix(prefix);
            name = rest.unwrap_or(name);
            rest.is_some()
        };
        let action = if take('+') {
            Some("create")
        } else if take('=') {
            Some("set")
        } else if take('!') {
            Some("remove")
        } else {
            None
        };
        let permanent = !take('-');
        let system = take('*');
        let value = row.text("Value");
        let (part, separator, value) = match value.map(|value| (value, value.strip_prefix("[~]"))) {
            Some((_, Some(rest))) if !rest.is_empty() => {
                let (separator, value) = rest.split_at(rest.chars().next().map_or(0, char::len_utf8));
                (Some("last"), Some(separator), Some(value))
            }
            Some((value, None)) if value.ends_with("[~]") => {
                let rest = &value[..value.len() - 3];
                let last = rest.chars().next_back().map_or(0, char::len_utf8);
                let (value, separator) = rest.split_at(rest.len() - last);
                (Some("first"), Some(separator), Some(value))
            }
            _ => (None, None, value),
        };
        let environment = element("Environment")
            .with("Id", row.text("Environment"))
            .with("Name", name)
            .with("Action", action)
            .with("Part", part)
            .with("Separator", separator.filter(|separator| *separator != ";"))
            .with("Value", value.filter(|value| !value.is_empty()))
            .flag("Permanent", permanent)
            .flag("System", system);
        work.put("Component", row.or_empty("Component_"), environment);
    }
    for (table, actions) in [
        ("IniFile", [(0, "addLine"), (1, "createLine"), (3, "addTag")].as_slice()),
        ("RemoveIniFile", &[(2, "removeLine"), (4, "removeTag")]),
    ] {
        for row in work.rows(table) {
            let number = row.or_zero("Action");
            let action = actions.iter().find(|(known, _)| *known == number).map(|(_, action)| *action);
            let ini = element("IniFile").with("Id", row.text(table));
            let ini = work.names(ini, "Name", "ShortName", row.or_empty("FileName"));
            let ini = ini
                .with("Directory", row.text("DirProperty"))
                .with("Section", row.text("Section"))
                .with("Key", row.text("Key"))
                .with("Value", row.text("Value"))
                .with("Action", action);
            work.put("Component", row.or_empty("Component_"), ini);
        }
    }
}
