//! The lists of modules: `globalModules`, which names the DLLs, and `modules`, which switches them on.

use super::editor::{Editor, Found, Level};
use crate::Error;
use crate::document::address::{Address, element};
use crate::document::tree::{self, Document, Element};
use crate::rules::{access, collection, images, scope};
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

const GLOBAL: [&str; 1] = ["globalModules"];
const LIST: [&str; 1] = ["modules"];

/// Names and images of the global modules that are in force, in their order.
pub(crate) fn global_modules(document: &Document) -> Vec<(String, String)> {
    let trails = scope::at_server(document, &GLOBAL);
    let sections: Vec<&Element> = trails.iter().filter_map(|trail| element(document, trail)).collect();
    let mut found: Vec<Option<(String, String)>> = Vec::new();
    let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for entry in sections.iter().flat_map(|section| section.elements()) {
        match (entry.name(), entry.value("name")) {
            ("add", Some(name)) => {
                places.entry(name.to_string()).or_default().push(found.len());
                found.push(Some((name.into_owned(), entry.value("image").unwrap_or_default().into_owned())));
            }
            ("remove", Some(name)) => {
                for place in places.remove(&*name).unwrap_or_default() {
                    found[place] = None;
                }
            }
            ("clear", _) => {
                found.clear();
                places.clear();
            }
            _ => {}
        }
    }
    found.into_iter().flatten().collect()
}

/// The image of the global module called `name`.
pub(crate) fn global_module_image(document: &Document, name: &str) -> Option<String> {
    global_modules(document).into_iter().find(|(known, _)| known == name).map(|(_, image)| image)
}

impl Editor<'_, '_> {
    pub(super) fn global_module(&mut self, name: &str, image: &str) -> Result<(), Error> {
        self.check_recognized(&GLOBAL)?;
        match self.one(&GLOBAL, "name", name, Level::Server)? {
            Found::Entry(entry) => {
                self.set(&entry, "image", image, |found| found.eq_ignore_ascii_case(image))?;
                self.in_both_bitnesses(&entry)
            }
            Found::Room(section) => {
                let (name, image) = (tree::escape(name), tree::escape(image));
                self.append(&section, alloc::format!(r#"<add name="{name}" image="{image}" />"#));
                Ok(())
            }
        }
    }

    pub(super) fn root_module(&mut self, name: &str, locked: bool) -> Result<(), Error> {
        self.check_recognized(&LIST)?;
        let is_there = self.is_in_force(&LIST, "name", name);
        if !is_there && !scope::sites_that_add(self.document, &LIST, "name", name).is_empty() {
            return Ok(());
        }
        match self.one(&LIST, "name", name, Level::RootLocation)? {
            Found::Entry(entry) => {
                self.in_both_bitnesses(&entry)?;
                if locked {
                    self.set(&entry, "lockItem", "true", |found| found.eq_ignore_ascii_case("true"))?;
                }
                Ok(())
            }
            Found::Room(section) => {
                let lock = if locked { r#" lockItem="true""# } else { "" };
                self.append(&section, alloc::format!(r#"<add name="{}"{lock} />"#, tree::escape(name)));
                Ok(())
            }
        }
    }

    /// Takes the conditions off an entry that would keep it from worker processes of one bitness: the package has DLLs
    /// for both (<https://learn.microsoft.com/iis/configuration/system.webserver/globalmodules/add>).
    fn in_both_bitnesses(&mut self, entry: &Address) -> Result<(), Error> {
        const BITNESSES: [&str; 2] = ["bitness32", "bitness64"];
        let Some(found) = self.find(entry).and_then(|found| Some(found.value("preCondition")?.into_owned()))
        else {
            return Ok(());
        };
        let is_bitness = |c: &str| BITNESSES.iter().any(|bitness| bitness.eq_ignore_ascii_case(c.trim()));
        let others: Vec<&str> = found.split(',').filter(|condition| !is_bitness(condition)).collect();
        let others = others.join(",");
        self.set(entry, "preCondition", &others, |found| found == others)
    }

    fn check_recognized(&self, path: &[&str]) -> Result<(), Error> {
        let sections = self.at_server(path);
        sections.iter().filter_map(|trail| self.at(trail)).try_for_each(access::check_recognized)
    }

    /// Whether the collection at `path` has an entry of a key in force.
    pub(super) fn is_in_force(&self, path: &[&str], key: &str, value: &str) -> bool {
        let trails = self.at_server(path);
        let sections: Vec<&Element> = trails.iter().filter_map(|trail| self.at(trail)).collect();
        collection::entries(&sections, key, value).in_force.is_some()
    }

    pub(super) fn no_module(&mut self, name: &str) -> Result<(), Error> {
        for path in [LIST, GLOBAL] {
            self.remove_all(&self.at_server(&path), |_, entry| {
                entry.name() == "add" && entry.value("name").is_some_and(|found| found == name)
            })?;
        }
        Ok(())
    }

    pub(super) fn no_image(&mut self, image: &str) -> Result<(), Error> {
        let modules = global_modules(self.document);
        let same = modules.iter().filter(|(_, found)| images::same(found, image));
        let names: Vec<String> = same.map(|(name, _)| name.to_string()).collect();
        self.check_few(names.len(), &self.at_server(&GLOBAL))?;
        names.iter().try_for_each(|name| self.no_module(name))
    }
}
