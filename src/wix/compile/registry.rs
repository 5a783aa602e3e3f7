//! `RegistryKey`, `RegistryValue`, `RemoveRegistryKey` and `RemoveRegistryValue`.

use super::elements::{self, HostRegistry, Rule, Within};
use super::place::Candidate;
use super::{Attributes, Compiler, permission};
use crate::diag::Location;
use crate::ids::{self, RegistryRoot};
use crate::source::Element;
use crate::symbol::{Id, KeyPath, Kind, Registry, RegistryValue, fields};

pub(super) const ELEMENTS: &[Rule] = &[
    ("RegistryKey", Within::KeyPath(|c, element, host| key(c, element, &host.id, None))),
    ("RegistryValue", Within::KeyPath(|c, element, host| value(c, element, &host.id, None))),
    ("RemoveRegistryKey", Within::Component(|c, element, host| remove_key(c, element, &host.id))),
    ("RemoveRegistryValue", Within::Component(|c, element, host| remove_value(c, element, &host.id))),
];

/// The key that an element stands in.
#[derive(Clone, Debug)]
pub(super) struct Parent {
    root: RegistryRoot,
    key: String,
}

/// `RegistryKey`: <https://docs.firegiant.com/wix/schema/wxs/registrykey/>. Gives the key path that the values inside
/// offer.
pub(super) fn key(
    c: &mut Compiler,
    element: &Element,
    component: &str,
    parent: Option<&Parent>,
) -> Option<Candidate> {
    let a = c.attributes(element);
    let id = a.id("Id");
    let create = a.flag("ForceCreateOnInstall");
    let delete = a.flag("ForceDeleteOnUninstall");
    let place = below(&a, parent, a.has("Key") || parent.is_none())?;
    let place = Parent { key: place.key.trim_end_matches('\\').to_owned(), ..place };
    let name = match (create, delete) {
        (true, true) => Some("*"),
        (true, false) => Some("+"),
        (false, true) => Some("-"),
        (false, false) => None,
    };
    if name.is_none() && id.is_some() {
        a.illegal(
            37,
            "Id",
            "needs `@ForceCreateOnInstall` or `@ForceDeleteOnUninstall`; without them there is no row",
        );
    }
    let id = name.map(|name| id.unwrap_or_else(|| generated_id(component, &place, Some(name))));
    let mut offered: Option<Candidate> = None;
    let around = HostRegistry { component, id: id.as_ref().filter(|_| create).map(|id| id.name.as_str()) };
    c.open_children(element, |c, child| {
        let candidate = match child.name.as_str() {
            _ if child.namespace != element.namespace => return elements::in_registry(c, child, &around),
            "RegistryKey" => key(c, child, component, Some(&place)),
            "RegistryValue" => value(c, child, component, Some(&place)),
            "Permission" | "PermissionEx" => {
                match &id {
                    Some(id) if create && child.name == "Permission" => {
                        permission::permission(c, child, &id.name, "Registry");
                    }
                    Some(id) if create => permission::permission_ex(c, child, &id.name, "Registry"),
                    _ => {
                        let message = "permissions of a key need `ForceCreateOnInstall=\"yes\"` on it";
                        c.report.error(5, &child.at, message);
                    }
                }
                None
            }
            _ => return false,
        };
        let Some(candidate) = candidate else { return true };
        let chosen = candidate.chosen == Some(true);
        if chosen && offered.as_ref().is_some_and(|offered| offered.chosen == Some(true)) {
            c.report.error(42, &child.at, "the component has a key path already; only one can be");
        }
        if chosen || offered.is_none() {
            offered = Some(candidate);
        }
        true
    });
    if let (Some(id), Some(name)) = (id, name) {
        let name = Some(name.to_owned());
        row(c, id, place, name, None, component, &element.at);
    }
    // What a value inside refuses to be, the key does not offer again.
    offered.map(|candidate| Candidate { chosen: candidate.chosen.filter(|chosen| *chosen), ..candidate })
}

/// Makes a value of one type from its text.
type Make = fn(String) -> RegistryValue;

/// `RegistryValue`: <https://docs.firegiant.com/wix/schema/wxs/registryvalue/>.
pub(super) fn value(
    c: &mut Compiler,
    element: &Element,
    component: &str,
    parent: Option<&Parent>,
) -> Option<Candidate> {
    let a = c.attributes(element);
    let id = a.id("Id");
    let name = a.text("Name");
    let mut text = a.text_or_empty("Value");
    let types: &[(&str, Make)] = &[
        ("string", RegistryValue::String),
        ("expandable", RegistryValue::Expandable),
        ("integer", RegistryValue::Integer),
        ("binary", RegistryValue::Binary),
        ("multiString", RegistryValue::MultiString),
    ];
    let make = a.choice("Type", types).unwrap_or(RegistryValue::String);
    let several = a.is("Type", "multiString");
    let actions: &[(&str, Make)] =
        &[("write", make), ("append", RegistryValue::Append), ("prepend", RegistryValue::Prepend)];
    let make = a.choice("Action", actions).unwrap_or(make);
    if !several && (a.is("Action", "append") || a.is("Action", "prepend")) {
        a.illegal(38, "Action", "needs `Type=\"multiString\"`: only several strings can be added to");
    }
    let chosen = a.yes_no("KeyPath");
    let place = below(&a, parent, a.has("Key") || parent.is_none())?;
    let id = id.unwrap_or_else(|| generated_id(component, &place, name.as_deref()));
    let around = HostRegistry { component, id: Some(&id.name) };
    c.open_children(element, |c, child| {
        match child.name.as_str() {
            _ if child.namespace != element.namespace => return elements::in_registry(c, child, &around),
            "MultiString" | "MultiStringValue" => {
                let part = c.attributes(child).text("Value");
                c.no_children(child);
                if !several && text.is_some() {
                    c.report.error(34, &child.at, "several strings need `Type=\"multiString\"`");
                }
                text = Some(match (text.take(), part) {
                    (None, part) => part.unwrap_or_else(|| "[~]".to_owned()),
                    (Some(before), part) => format!("{before}[~]{}", part.unwrap_or_default()),
                });
            }
            "Permission" => permission::permission(c, child, &id.name, "Registry"),
            "PermissionEx" => permission::permission_ex(c, child, &id.name, "Registry"),
            _ => return false,
        }
        true
    });
    if let Some("+" | "-" | "*") = name.as_deref()
        && text.as_deref() == Some("")
    {
        a.illegal(
            119,
            "Name",
            "with an empty value would create or remove the key; use `RegistryKey` for that",
        );
    }
    let is_binary = a.is("Type", "binary");
    let text = if is_binary { text.unwrap_or_default() } else { a.required("Value", text)? };
    let value = checked(&a, make(text))?;
    let candidate = Candidate { path: KeyPath::Registry(id.name.clone()), chosen };
    row(c, id, place, name, Some(value), component, &element.at);
    Some(candidate)
}

/// WiX takes any text for a number or bytes, and Windows Installer then writes something else; this engine does not.
fn checked(a: &Attributes<'_>, value: RegistryValue) -> Option<RegistryValue> {
    let formatted = |text: &str| text.contains('[') || super::names::is_variable(text);
    match &value {
        RegistryValue::Integer(text) if !formatted(text) => {
            let number = text.parse::<i64>().ok();
            if !number.is_some_and(|number| (-0x8000_0000..=0xffff_ffff).contains(&number)) {
                a.illegal(8, "Value", format_args!("is `{text}`; expected a whole number of 32 bits"));
                return None;
            }
        }
        RegistryValue::Binary(text)
            if !formatted(text) && (text.len() % 2 != 0 || !text.bytes().all(|b| b.is_ascii_hexdigit())) =>
        {
            let problem = format_args!("is `{text}`; expected two hexadecimal digits for each byte");
            a.illegal(21, "Value", problem);
            return None;
        }
        _ => {}
    }
    Some(value)
}

/// `RemoveRegistryKey`: <https://docs.firegiant.com/wix/schema/wxs/removeregistrykey/>.
pub(super) fn remove_key(c: &mut Compiler, element: &Element, component: &str) {
    let a = c.attributes(element);
    let id = a.id("Id");
    let actions = [("removeOnInstall", true), ("removeOnUninstall", false)];
    let on_install = a.required("Action", a.choice("Action", &actions));
    let place = below(&a, None, true);
    c.no_children(element);
    let (Some(on_install), Some(place)) = (on_install, place) else { return };
    let id = id.unwrap_or_else(|| generated_id(component, &place, Some("-")));
    if on_install {
        removal(c, id, &place, Some("-".to_owned()), component, &element.at);
    } else {
        row(c, id, place, Some("-".to_owned()), None, component, &element.at);
    }
}

/// `RemoveRegistryValue`: <https://docs.firegiant.com/wix/schema/wxs/removeregistryvalue/>.
pub(super) fn remove_value(c: &mut Compiler, element: &Element, component: &str) {
    let a = c.attributes(element);
    let id = a.id("Id");
    let name = a.text("Name");
    let place = below(&a, None, true);
    c.no_children(element);
    let Some(place) = place else { return };
    let id = id.unwrap_or_else(|| generated_id(component, &place, name.as_deref()));
    removal(c, id, &place, name, component, &element.at);
}

fn removal(c: &mut Compiler, id: Id, place: &Parent, name: Option<String>, component: &str, at: &Location) {
    let fields = fields![&id, place.root.number(), &place.key, name, component];
    c.row("RemoveRegistry", Some(id), at, fields);
}

/// The key that `Root` and `Key` say, below `parent`. Only one of element and parent can have a root (WIX0064).
fn below(a: &Attributes<'_>, parent: Option<&Parent>, key_expected: bool) -> Option<Parent> {
    let root = a.choice("Root", &RegistryRoot::NAMES);
    let key = a.text("Key");
    let Some(parent) = parent else {
        let (root, key) = (a.required("Root", root), a.required("Key", key));
        return Some(Parent { root: root?, key: key? });
    };
    if a.has("Root") {
        a.illegal(64, "Root", "cannot be used inside a `RegistryKey`, whose root counts");
    }
    let key = match key {
        Some(key) => format!("{}\\{key}", parent.key.trim_end_matches('\\')),
        None if key_expected => return None,
        None => parent.key.clone(),
    };
    Some(Parent { root: parent.root, key })
}

fn generated_id(component: &str, place: &Parent, name: Option<&str>) -> Id {
    let root = place.root.number().to_string();
    let name = ids::lower(name.unwrap_or_default());
    Id::section(ids::identifier("reg", &[component, &root, &ids::lower(&place.key), &name]))
}

fn row(
    c: &mut Compiler,
    id: Id,
    Parent { root, key }: Parent,
    name: Option<String>,
    value: Option<RegistryValue>,
    component: &str,
    at: &Location,
) {
    let registry = Registry { root, key, name, value, component: component.to_owned() };
    c.add(Some(id), at, Kind::Registry(registry));
}

/// A value, for elements that mean one; the name `*` or `+` without a value creates the key. Gives its id.
pub(super) fn add(
    c: &mut Compiler,
    (root, key): (RegistryRoot, &str),
    name: Option<&str>,
    value: Option<RegistryValue>,
    component: &str,
    at: &Location,
) -> String {
    let key = key.to_owned();
    let place = Parent { root, key };
    let id = generated_id(component, &place, name);
    let key_path = id.name.clone();
    let name = name.map(str::to_owned);
    row(c, id, place, name, value, component, at);
    key_path
}
