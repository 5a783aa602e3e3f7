//! Whether a section can be changed in this file at all, and whether IIS reads what it holds.

use super::keys;
use super::scope::WEB_SERVER;
use crate::Error;
use crate::document::address::{self, Address, Hop};
use crate::document::tree::{Document, Element};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// How a section is called in messages.
pub(crate) fn name(section: &Address) -> String {
    section.0.iter().skip(1).map(|hop| hop.element.as_str()).collect::<Vec<_>>().join("/")
}

/// Refuses a section that IIS would not let us change, or that is not in this file. A lock on a section or within it
/// binds lower levels only, and so not the section itself.
pub(crate) fn check_writable(document: &Document, section: &Address) -> Result<(), Error> {
    let find = |address: &Address| address::element(document, &address::find(document, address)?);
    for depth in 1..=section.0.len() {
        let Some(found) = find(&Address(section.0[..depth].to_vec())) else { continue };
        let encrypted = found.elements().any(|child| child.name() == "EncryptedData");
        if encrypted || found.attribute("configProtectionProvider").is_some() {
            return Err(Error::Encrypted(name(section)));
        }
        if let Some(source) = found.value("configSource") {
            return Err(Error::Elsewhere { section: name(section), source: source.into_owned() });
        }
    }
    // what stands outside the locations may bind those within: a server that is refused here goes on as it is
    let is_location = |hop: &Hop| keys::is_location(&hop.element);
    if section.0.iter().any(is_location) {
        let outer = section.0.iter().filter(|hop| !is_location(hop)).cloned();
        let outer = Address(outer.collect()).by_names();
        let has = |e: &Element, name: &str| e.value(name).is_some_and(|v| v.eq_ignore_ascii_case("true"));
        let lists = |e: &Element, attribute: &str| {
            e.value(attribute).map(|list| list.split(',').any(|name| matches!(name.trim(), "add" | "*")))
        };
        let locked = find(&outer).is_some_and(|found| {
            has(found, "lockItem")
                || lists(found, "lockElements") == Some(true)
                || lists(found, "lockAllElementsExcept") == Some(false)
        });
        if locked {
            return Err(Error::Locked(name(section)));
        }
    }
    Ok(())
}

/// Refuses a list of modules with children that its schema does not have, or with attributes of another namespace: "HTTP
/// Error 500.19, Unrecognized element", or "attribute", says IIS.
pub(crate) fn check_recognized(section: &Element) -> Result<(), Error> {
    let foreign = |element: &Element| {
        let mut names = element.attributes().map(|attribute| attribute.name.to_string());
        names.find(|name| name.contains(':') && !name.starts_with("xmlns:") && !name.starts_with("xml:"))
    };
    let unknown = |child: &Element| !matches!(child.name(), "add" | "remove" | "clear");
    let (known, required): (&[&str], &[&'static str]) = match section.name() {
        "globalModules" => (&["name", "image", "preCondition"], &["name", "image"]),
        _ => (&["name", "type", "preCondition"], &["name"]),
    };
    let unknown_attribute = |entry: &Element| {
        let mut names = entry.attributes().map(|attribute| attribute.name);
        let found =
            names.find(|name| !known.contains(name) && !name.starts_with("lock") && !name.contains(':'))?;
        // of a default namespace, which changes nothing here
        (found != "xmlns").then(|| found.to_string())
    };
    let entries = || section.elements().filter(|entry| entry.name() == "add");
    let path = alloc::format!("{WEB_SERVER}/{}", section.name());
    let missing =
        |attribute: &&&str| entries().any(|entry| entry.value(attribute).is_none_or(|v| v.is_empty()));
    if let Some(attribute) = required.iter().find(missing) {
        return Err(Error::Incomplete { section: path, attribute });
    }
    let name = section
        .elements()
        .find(|child| unknown(child))
        .map(|child| child.name().to_string())
        .or_else(|| {
            section.elements().flat_map(Element::elements).next().map(|inner| inner.name().to_string())
        })
        .or_else(|| foreign(section))
        .or_else(|| section.elements().find_map(foreign))
        .or_else(|| entries().find_map(unknown_attribute));
    name.map_or(Ok(()), |name| Err(Error::Unrecognized { section: path, name }))
}
