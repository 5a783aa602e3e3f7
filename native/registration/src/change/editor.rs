//! What all changes are made of: finding, inserting, setting and removing, with the inverse of each.

use super::layout::Layout;
use crate::Error;
use crate::document::address::{self, Address, Hop, Trail};
use crate::document::tree::{self, Document, Element, Node};
use crate::rules::scope::{self, WEB_SERVER, is_root_location};
use crate::rules::{access, collection};
use crate::step::{self, Shell, Sibling, Step};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// A document, and what takes back what has been done to it.
pub(super) struct Editor<'d, 'a> {
    pub(super) document: &'d mut Document<'a>,
    pub(super) done: &'d mut Vec<Step>,
}

/// The level where a section belongs that is not there yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// Outside of locations.
    Server,
    /// In a location of the file's own level.
    RootLocation,
}

/// What a collection has of a key.
pub(super) enum Found {
    /// The entry in force; there is no other.
    Entry(Address),
    /// None; at the end of this section a new one would be in force.
    Room(Address),
}

/// The address of a section outside all locations.
pub(super) fn server(path: &[&str]) -> Address {
    let start = ["configuration", WEB_SERVER];
    Address(start.iter().chain(path).map(|name| Hop::named(name)).collect())
}

impl Editor<'_, '_> {
    pub(super) fn find(&self, address: &Address) -> Option<&Element<'_>> {
        self.at(&address::find(self.document, address)?)
    }

    pub(super) fn at(&self, trail: &[usize]) -> Option<&Element<'_>> {
        address::element(self.document, trail)
    }

    pub(super) fn address(&self, trail: &[usize]) -> Address {
        Address::of(self.document, trail)
    }

    /// The elements at `path` below `system.webServer` that are in force for the whole server.
    pub(super) fn at_server(&self, path: &[&str]) -> Vec<Trail> {
        scope::at_server(self.document, path)
    }

    pub(super) fn check_writable(&self, section: &Address) -> Result<(), Error> {
        access::check_writable(self.document, section)
    }

    /// Sees that the collection at `path` has at most one entry of a key, and that in force. The section where a new one
    /// goes is made where it is missing.
    pub(super) fn one(
        &mut self,
        path: &[&str],
        key: &str,
        value: &str,
        level: Level,
    ) -> Result<Found, Error> {
        let sections = self.at_server(path);
        scope::check_single(self.document, &sections, &path.join("/"))?;
        self.only_one(&sections, key, value, level, |editor| match level {
            Level::Server => Ok(editor.ensure(&server(path))),
            Level::RootLocation => editor.in_root_location(path),
        })
    }

    /// The same, for sections that are known; `make` makes one where there are none.
    pub(super) fn only_one(
        &mut self,
        sections: &[Trail],
        key: &str,
        value: &str,
        level: Level,
        make: impl FnOnce(&mut Self) -> Result<Address, Error>,
    ) -> Result<Found, Error> {
        let entries = self.entries(sections, key, value);
        self.check_few(entries.others.len(), sections)?;
        for (number, at) in entries.others.iter().rev() {
            self.check_writable(&self.address(&sections[*number]))?;
            self.remove_at(&sections[*number], *at);
        }
        // positions have changed
        let entries = self.entries(sections, key, value);
        if let Some((number, at)) = entries.in_force {
            let trail: Trail = sections[number].iter().copied().chain([at]).collect();
            return Ok(Found::Entry(self.address(&trail)));
        }
        let open = sections.get(entries.open..).unwrap_or_default();
        let fits = |trail: &&Trail| self.is_in_location(trail) == (level == Level::RootLocation);
        let section = match open.iter().find(fits).or(open.first()) {
            Some(trail) => self.address(trail),
            None => make(self)?,
        };
        self.check_writable(&section)?;
        Ok(Found::Room(section))
    }

    fn entries(&self, sections: &[Trail], key: &str, value: &str) -> collection::Entries {
        let elements: Vec<&Element> = sections.iter().filter_map(|trail| self.at(trail)).collect();
        collection::entries(&elements, key, value)
    }

    /// Refuses what nobody doubled by mistake: taking out each means looking at all.
    pub(super) fn check_few(&self, surplus: usize, sections: &[Trail]) -> Result<(), Error> {
        const MOST: usize = 100;
        let section = sections.first().filter(|_| surplus > MOST);
        section.map_or(Ok(()), |trail| Err(Error::Crowded(access::name(&self.address(trail)))))
    }

    fn is_in_location(&self, trail: &[usize]) -> bool {
        trail.get(..2).and_then(|start| self.at(start)).is_some_and(is_root_location)
    }

    /// The section at `path` in a location of the file's own level that does not lock what is in it; both are made where
    /// they are missing.
    fn in_root_location(&mut self, path: &[&str]) -> Result<Address, Error> {
        let denies = |element: &Element| {
            let is =
                |name: &str, value: &str| element.value(name).is_some_and(|v| v.eq_ignore_ascii_case(value));
            is("overrideMode", "Deny") || is("allowOverride", "false")
        };
        let free = |editor: &Self| {
            let root_at = editor.document.content.iter().position(|node| node.element().is_some())?;
            let is_free = |node: &Node| node.element().is_some_and(|e| is_root_location(e) && !denies(e));
            let at = editor.document.root().content.iter().position(is_free)?;
            Some(editor.address(&[root_at, at]))
        };
        let location = match free(self) {
            Some(location) => Some(location),
            None => {
                // the root location of IIS's own files
                let root = Address([Hop::named("configuration")].into());
                self.append(&root, r#"<location path="" overrideMode="Allow" />"#.to_string());
                free(self)
            }
        };
        let mut address = location.unwrap_or_else(|| server(&[]));
        address.0.extend(core::iter::once(&WEB_SERVER).chain(path).map(|name| Hop::named(name)));
        Ok(self.ensure(&address))
    }

    pub(super) fn run(&mut self, step: &Step) -> bool {
        let inverse = step.apply(self.document);
        let done = inverse.is_some();
        self.done.extend(inverse);
        done
    }

    /// Takes a child out, whatever it holds.
    pub(super) fn remove_at(&mut self, parent: &[usize], at: usize) -> bool {
        let Some(element) = self.at(parent).and_then(|parent| parent.content.get(at)?.element()) else {
            return false;
        };
        let index = self.at(parent).map_or(0, |parent| tree::count(&parent.content[..at]));
        let entry = Hop::of(element).at(index);
        self.run(&Step::Remove { parent: self.address(parent), entry, shell: None, whole: true })
    }

    /// Takes out all children of `sections` for which `is_meant`.
    pub(super) fn remove_all(
        &mut self,
        sections: &[Trail],
        is_meant: impl Fn(&Element, &Element) -> bool,
    ) -> Result<(), Error> {
        for trail in sections {
            let Some(section) = self.at(trail) else { continue };
            let meant = |(at, node): (usize, &Node)| {
                node.element().filter(|element| is_meant(section, element)).map(|_| at)
            };
            let spots: Vec<usize> = section.content.iter().enumerate().filter_map(meant).collect();
            self.check_few(spots.len(), core::slice::from_ref(trail))?;
            for at in spots.iter().rev() {
                self.check_writable(&self.address(trail))?;
                self.remove_at(trail, *at);
            }
        }
        Ok(())
    }

    /// Gives an attribute a value, unless the one that it has is right.
    pub(super) fn set(
        &mut self,
        address: &Address,
        attribute: &str,
        value: &str,
        is_right: impl Fn(&str) -> bool,
    ) -> Result<(), Error> {
        let Some(found) = self.find(address) else { return Ok(()) };
        if found.value(attribute).is_some_and(|found| is_right(&found)) {
            return Ok(());
        }
        let from = found.attribute(attribute).map(|found| found.raw.to_string());
        let to = Some(alloc::format!("\"{}\"", tree::escape(value)));
        self.check_writable(&Address(address.0[..address.0.len() - 1].to_vec()))?;
        let (element, attribute) = (address.clone(), attribute.to_string());
        self.run(&Step::Set { element, attribute, from, to });
        Ok(())
    }

    /// Makes what is missing on the way to `address`, each element where IIS wants it.
    pub(super) fn ensure(&mut self, address: &Address) -> Address {
        for depth in 2..=address.0.len() {
            let (way, parent) = (&address.0[..depth], Address(address.0[..depth - 1].to_vec()));
            let Some(hop) = way.last().filter(|_| self.find(&Address(way.to_vec())).is_none()) else {
                continue;
            };
            let tag = match &hop.key {
                Some((name, value)) => {
                    alloc::format!(r#"<{} {name}="{}" />"#, hop.element, tree::escape(value))
                }
                None => alloc::format!("<{} />", hop.element),
            };
            // <https://learn.microsoft.com/dotnet/framework/configure-apps/file-schema/configsections-element-for-configuration>:
            // it must be the root's first child
            let first = hop.element == "configSections";
            self.insert(&parent, tag, first);
        }
        address.clone()
    }

    pub(super) fn append(&mut self, parent: &Address, tag: String) {
        self.insert(parent, tag, false);
    }

    /// Adds a child, indented like its siblings, at the end or as the first.
    fn insert(&mut self, address: &Address, element: String, first: bool) {
        let Some(trail) = address::find(self.document, address) else { return };
        let layout = Layout::of(self.document);
        let outer = layout.lead(self.document, &trail);
        let Some(parent) = self.at(&trail) else { return };
        let sibling = parent.content.iter().position(|node| node.element().is_some());
        let lead = sibling.map(|at| step::lead(&parent.content, at)).filter(|lead| !lead.is_empty());
        let lead = lead.unwrap_or_else(|| layout.deeper(&outer));
        let (at, offset) = if first { (0, 0) } else { step::end(parent) };
        let previous_at = parent.content[..at].iter().rposition(|node| node.element().is_some());
        let previous = previous_at.and_then(|found| {
            let index = tree::count(&parent.content[..found]);
            parent.content[found].element().map(|e| Sibling { index, tag: e.open.to_string() })
        });
        let mut gap = tree::raw(&parent.content[previous_at.map_or(0, |found| found + 1)..at]);
        if let Some(Node::Text(text)) = parent.content.get(at) {
            gap.push_str(&text[..offset]);
        }
        let expects = tree::fragment(&element).map_or(0, |new| step::alike(parent, &Hop::of(&new)));
        let shell = Some(Shell { trail: outer, tail: None });
        let parent = self.address(&trail);
        self.run(&Step::Insert { parent, previous, gap, lead, element, expects, shell });
    }
}
