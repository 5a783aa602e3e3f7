//! Declarations of sections in `configSections`: which sections there are, and whether sites may set them.

use super::editor::Editor;
use crate::Error;
use crate::document::address::{Address, Hop, Trail};
use crate::document::tree::{self, Element, Node};
use crate::rules::keys;
use crate::rules::scope::WEB_SERVER;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

/// The group that declares the sections of `system.webServer`.
pub(super) fn group() -> Address {
    let group = Hop::keyed("sectionGroup", "name", WEB_SERVER);
    Address([Hop::named("configuration"), Hop::named("configSections"), group].into())
}

impl Editor<'_, '_> {
    pub(super) fn section(&mut self, name: &str) -> Result<(), Error> {
        self.check_declared_once(name)?;
        let mut declarations = self.declarations(name);
        let groups: Vec<Trail> = declarations.iter().take(1).map(|(group, _)| group.clone()).collect();
        self.check_few(declarations.len(), &groups)?;
        for (group, at) in declarations.drain(declarations.len().min(1)..).rev() {
            self.check_writable(&self.address(&group))?;
            self.remove_at(&group, at);
        }
        if !declarations.is_empty() {
            self.sites_may_set(name)?;
            return self.anywhere(name);
        }
        let group = self.ensure(&group());
        self.check_writable(&group)?;
        let tag = alloc::format!(r#"<section name="{}" overrideModeDefault="Allow" />"#, tree::escape(name));
        self.append(&group, tag);
        Ok(())
    }

    /// Sees that a section that is declared can be set by sites; a missing attribute means that it can.
    pub(super) fn sites_may_set(&mut self, name: &str) -> Result<(), Error> {
        let Some((group, at)) = self.declarations(name).into_iter().next() else { return Ok(()) };
        let trail: Trail = group.iter().copied().chain([at]).collect();
        let denied = self.at(&trail).and_then(|found| found.value("overrideModeDefault"));
        let is_allowed = |mode: &str| mode.eq_ignore_ascii_case("Allow");
        if denied.is_some_and(|mode| !is_allowed(&mode)) {
            self.set(&self.address(&trail), "overrideModeDefault", "Allow", is_allowed)?;
        }
        Ok(())
    }

    /// Sees that a section that is declared can stand in any `web.config`, and in a location there, as Visual Studio writes it
    /// (<https://learn.microsoft.com/iis/configuration/configsections/section>).
    fn anywhere(&mut self, name: &str) -> Result<(), Error> {
        const WANTED: [(&str, &[&str]); 2] =
            [("allowDefinition", &["MachineToApplication", "Everywhere"]), ("allowLocation", &["true"])];
        let Some((group, at)) = self.declarations(name).into_iter().next() else { return Ok(()) };
        let trail: Trail = group.iter().copied().chain([at]).collect();
        for (attribute, values) in WANTED {
            // one that is missing allows it
            if self.at(&trail).is_some_and(|found| found.value(attribute).is_some()) {
                let is_right = |found: &str| values.iter().any(|value| value.eq_ignore_ascii_case(found));
                self.set(&self.address(&trail), attribute, values[0], is_right)?;
            }
        }
        Ok(())
    }

    pub(super) fn no_section(&mut self, name: &str) -> Result<(), Error> {
        if self.has_data(name) {
            return Ok(());
        }
        self.remove_all(&self.groups(), |_, section| declares(section, name))
    }

    /// Whether section `name` is set anywhere in the file.
    pub(super) fn has_data(&self, name: &str) -> bool {
        let root = self.document.root();
        let scopes = root.elements().filter(|e| keys::is_location(e.name())).chain([root]);
        let mut servers = scopes.flat_map(Element::elements).filter(|e| e.name() == WEB_SERVER);
        servers.any(|server| server.elements().any(|section| section.name() == name))
    }

    /// Whether section `path` of `system.webServer`, in groups of its own, is declared.
    pub(super) fn is_declared(&self, path: &[&str]) -> bool {
        let Some((section, groups)) = path.split_last() else { return false };
        let mut address = group();
        address.0.extend(groups.iter().map(|name| Hop::keyed("sectionGroup", "name", name)));
        address.0.push(Hop::keyed("section", "name", section));
        self.find(&address).is_some()
    }

    /// The groups that declare sections of `system.webServer`.
    fn groups(&self) -> Vec<Trail> {
        let mut found = Vec::new();
        let Some(root_at) = self.document.content.iter().position(|node| node.element().is_some()) else {
            return found;
        };
        for (at, sections) in named(&self.document.root().content, "configSections") {
            for (group_at, group) in named(&sections.content, "sectionGroup") {
                if group.value("name").is_some_and(|name| name == WEB_SERVER) {
                    found.push([root_at, at, group_at].into());
                }
            }
        }
        found
    }

    /// Where section `name` is declared: groups, and positions in them.
    fn declarations(&self, name: &str) -> Vec<(Trail, usize)> {
        let mut found = Vec::new();
        for group in self.groups() {
            let content = self.at(&group).map(|group| group.content.as_slice()).unwrap_or_default();
            let at =
                named(content, "section").filter(|(_, section)| declares(section, name)).map(|(at, _)| at);
            found.extend(at.map(|at| (group.clone(), at)));
        }
        found
    }

    /// Refuses a file that declares a section twice, as IIS does; `but` can be made one.
    fn check_declared_once(&self, but: &str) -> Result<(), Error> {
        let but = alloc::format!("{WEB_SERVER}/{but}");
        let mut known = BTreeSet::new();
        let declarations = named(&self.document.root().content, "configSections");
        declarations
            .map(|(_, sections)| sections)
            .try_for_each(|sections| declared(sections, "", &but, &mut known))
    }
}

/// Collects the names of all sections below.
fn declared(group: &Element, path: &str, but: &str, known: &mut BTreeSet<String>) -> Result<(), Error> {
    for element in group.elements() {
        let name = alloc::format!("{path}{}", element.value("name").unwrap_or_default());
        match element.name() {
            "sectionGroup" => declared(element, &(name + "/"), but, known)?,
            "section" if name != but && !known.insert(name.clone()) => return Err(Error::Doubled(name)),
            _ => {}
        }
    }
    Ok(())
}

fn declares(section: &Element, name: &str) -> bool {
    section.name() == "section" && section.value("name").is_some_and(|found| found == name)
}

fn named<'c, 'a>(
    content: &'c [Node<'a>],
    name: &'static str,
) -> impl Iterator<Item = (usize, &'c Element<'a>)> {
    let elements = content.iter().enumerate().filter_map(|(at, node)| Some((at, node.element()?)));
    elements.filter(move |(_, element)| element.name() == name)
}
