//! Components with their files and registry values.

use super::xml::Xml;
use super::{Fragment, bitness, own_terms, split};
use crate::ledger::{Holds, KeyPath};
use crate::plan::PlannedComponent;

/// Every kind of event: error, warning, information
/// (<https://learn.microsoft.com/windows/win32/eventlog/event-sources>).
const EVENT_TYPES: &str = "7";
const EVENT_SOURCES: &str = r"SYSTEM\CurrentControlSet\Services\EventLog\Application";

impl Fragment<'_> {
    pub(super) fn component(&self, xml: &mut Xml, component: &PlannedComponent) {
        xml.comment(&format!("{}:{}: {}", self.ledger.file, component.ledger_line, component.holds));
        let id = component.id.to_string();
        let directory = match &component.key_path {
            KeyPath::File { path, .. } => self.tree.id(&own_terms(self.package.arch, split(path).0)),
            KeyPath::Registry { .. } => "TARGETDIR",
        };
        let attributes = [
            ("Id", component.component.as_str()),
            ("Guid", &id),
            ("Directory", directory),
            ("Bitness", bitness(component.bits)),
        ];
        xml.within("Component", &attributes, |xml| match &component.key_path {
            KeyPath::File { path, .. } => self.file(xml, component, path),
            KeyPath::Registry { key, value } => registry(xml, component, key, value),
        });
    }

    fn file(&self, xml: &mut Xml, component: &PlannedComponent, path: &str) {
        let Some(file) = &component.file else { return };
        let (_, name) = split(path);
        let attributes =
            [("Id", file.file.as_str()), ("Name", name), ("Source", &file.stage_path), ("KeyPath", "yes")];
        xml.element("File", &attributes);
        if let Some(source) = &component.event_source {
            let key = format!(r"{EVENT_SOURCES}\{source}");
            let messages = format!("[#{}]", file.file);
            xml.within("RegistryKey", &[("Root", "HKLM"), ("Key", &key)], |xml| {
                value(xml, "EventMessageFile", "expandable", &messages, false);
                value(xml, "TypesSupported", "integer", EVENT_TYPES, false);
            });
        }
    }
}

fn registry(xml: &mut Xml, component: &PlannedComponent, key: &str, key_value: &str) {
    let (root, rest) = key.split_once('\\').unwrap_or((key, ""));
    // the provider's values are those of WiX's `Provides`, written out: two components have the same ones (T2)
    let values: &[(&str, &str, &str)] = match component.holds {
        Holds::Discoverability => &[("Install", "integer", "1"), ("Version", "string", "$(Version)")],
        _ => &[
            ("", "string", "[ProductCode]"),
            ("Version", "string", "[ProductVersion]"),
            ("DisplayName", "string", "[ProductName]"),
        ],
    };
    xml.within("RegistryKey", &[("Root", root), ("Key", rest)], |xml| {
        for (name, kind, data) in values {
            value(xml, name, kind, data, *name == key_value);
        }
    });
}

fn value(xml: &mut Xml, name: &str, kind: &str, data: &str, key_path: bool) {
    let mut attributes = vec![("Type", kind), ("Value", data)];
    if !name.is_empty() {
        attributes.insert(0, ("Name", name));
    }
    if key_path {
        attributes.push(("KeyPath", "yes"));
    }
    xml.element("RegistryValue", &attributes);
}
