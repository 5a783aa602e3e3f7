//! `RegistryKey`, `RegistryValue`, `RemoveRegistryKey` and `RemoveRegistryValue`.

use super::dependency::is_of_provider;
use super::rows::Row;
use super::tree::{Build, element};
use super::work::{REGISTRY_KEY_PATH, Work};
use crate::ids::RegistryRoot;
use crate::source::Element;
use std::collections::{BTreeMap, BTreeSet};

/// Rows of Registry and RemoveRegistry. Values of one key stand in one `RegistryKey`.
pub(super) fn registry(work: &mut Work<'_>) {
    let mut keys: BTreeMap<(&str, i32, &str), Vec<Row<'_>>> = BTreeMap::new();
    let providers: BTreeSet<&str> =
        work.rows("Wix4DependencyProvider").map(|row| row.or_empty("Component_")).collect();
    for row in work.rows("Registry") {
        if work.is_covered("Registry", row.or_empty("Registry"))
            || is_of_provider(&providers, row.or_empty("Component_"), row.or_empty("Key"))
        {
            continue;
        }
        let key = (row.or_empty("Component_"), row.or_zero("Root"), row.or_empty("Key"));
        keys.entry(key).or_default().push(row);
    }
    for ((component, number, key), rows) in keys {
        let root = root(number);
        let (own, values): (Vec<Row<'_>>, Vec<Row<'_>>) = rows.into_iter().partition(is_key);
        for row in own {
            let (create, delete) = match row.or_empty("Name") {
                "+" => (true, false),
                "-" => (false, true),
                _ => (true, true),
            };
            let element = match (create, key.ends_with('\\')) {
                (false, true) => element("RemoveRegistryKey").with("Action", "removeOnUninstall"),
                _ => element("RegistryKey")
                    .flag("ForceCreateOnInstall", create)
                    .flag("ForceDeleteOnUninstall", delete),
            };
            let id = row.or_empty("Registry");
            let inside = work.take("Registry", id);
            let element = element.with("Id", id).with("Root", root).with("Key", key).holding(inside);
            work.put("Component", component, element);
        }
        let is_one_key = values.len() > 1 && !key.ends_with('\\');
        let mut values: Vec<Element> = values.into_iter().map(|row| value(work, row)).collect();
        if is_one_key {
            let key = element("RegistryKey").with("Root", root).with("Key", key).holding(values);
            work.put("Component", component, key);
        } else if let Some(mut value) = values.pop() {
            let place = element("").with("Root", root).with("Key", key).attributes;
            let after_id = usize::from(!value.attributes.is_empty());
            value.attributes.splice(after_id..after_id, place);
            work.put("Component", component, value);
            let rest = values.into_iter().map(|value| value.with("Root", root).with("Key", key));
            rest.for_each(|value| work.put("Component", component, value));
        }
    }
    for row in work.rows("RemoveRegistry") {
        let (id, name) = (row.text("RemoveRegistry"), row.text("Name"));
        let removal = match name {
            Some("-") => element("RemoveRegistryKey").with("Id", id).with("Action", "removeOnInstall"),
            _ => element("RemoveRegistryValue").with("Id", id),
        };
        let removal = removal.with("Root", root(row.or_zero("Root"))).with("Key", row.text("Key"));
        let removal = removal.with("Name", name.filter(|name| *name != "-"));
        work.put("Component", row.or_empty("Component_"), removal);
    }
}

fn root(number: i32) -> Option<&'static str> {
    let root = RegistryRoot::from_number(number)?;
    RegistryRoot::NAMES.iter().find(|(_, known)| *known == root).map(|(name, _)| *name)
}

/// Whether a row creates or removes the key, and has no value.
fn is_key(row: &Row<'_>) -> bool {
    row.text("Value").is_none() && matches!(row.or_empty("Name"), "+" | "-" | "*")
}

/// `RegistryValue`. The prefix of a value tells its type (<https://learn.microsoft.com/windows/win32/msi/registry-table>).
fn value(work: &mut Work<'_>, row: Row<'_>) -> Element {
    let (id, text) = (row.or_empty("Registry"), row.or_empty("Value"));
    let (kind, text) = match text.strip_prefix('#') {
        None if text.contains("[~]") => ("multiString", text),
        None => ("string", text),
        Some(rest) => match rest.chars().next() {
            Some('#') => ("string", rest),
            Some('%') => ("expandable", &rest[1..]),
            Some('x') => ("binary", &rest[1..]),
            _ => ("integer", rest),
        },
    };
    let inside = work.take("Registry", id);
    element("RegistryValue")
        .with("Id", id)
        .with("Name", row.text("Name"))
        .with("Type", kind)
        .with("Value", text)
        .flag("KeyPath", work.is_key_path(row.or_empty("Component_"), id, REGISTRY_KEY_PATH))
        .holding(inside)
}
