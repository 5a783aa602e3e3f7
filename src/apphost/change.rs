//! The states that a configuration can be brought to, and the steps that lead there.
//!
//! Where things stand in a configuration that IIS's own setup wrote: sections in `<system.webServer>` below the root,
//! the list of modules in the root location (`<location path="">`), declarations in `<configSections>`. An entry that
//! is right already, in either place, is left as it is.

use super::Error;
use super::address::{self, Address, Hop, element};
use super::step::{self, Shell, Sibling, Step};
use super::tree::{self, Document, Element};
use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

const WEB_SERVER: &str = "system.webServer";

/// A state to bring a configuration to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// `<globalModules>` has one entry `name`, with this image. Images that differ in case alone are the same file.
    GlobalModule {
        /// The module's name.
        name: String,
        /// The path of its DLL; environment variables stay as they are.
        image: String,
    },
    /// `<modules>` of the root location has one entry `name`.
    RootModule {
        /// The module's name.
        name: String,
        /// Whether the entry has `lockItem="true"`, so that no site can take it out; otherwise its lock stays as it is.
        locked: bool,
    },
    /// Section `name` of group `system.webServer` is declared, and sites may set it (`overrideModeDefault`).
    Section {
        /// The section's name.
        name: String,
    },
    /// Provider `provider` of failed request tracing knows the area. Nothing to do where IIS has no such tracing.
    TraceArea {
        /// The provider's name.
        provider: String,
        /// The provider's GUID in braces, for the case that it has to be made.
        guid: String,
        /// The area's name.
        area: String,
        /// The area's bit.
        value: u32,
    },
    /// Dynamic compression has a rule for the MIME type: off, if it has to be made. Nothing to do where compression
    /// has no rules at all.
    DynamicType {
        /// The MIME type.
        mime: String,
    },
    /// Sites may set section `handlers`. Nothing to do where it is not declared.
    HandlersUnlocked,
    /// No module `name`, neither global nor in the root location.
    NoModule {
        /// The module's name.
        name: String,
    },
    /// Section `name` is not declared. It stays declared where the file still has data of it: those are not ours, and
    /// without a declaration IIS would refuse the file.
    NoSection {
        /// The section's name.
        name: String,
    },
    /// Section `name` is declared if the file has data of it, since without a declaration IIS would refuse the file.
    SectionOfData {
        /// The section's name.
        name: String,
    },
    /// The provider does not know the area.
    NoTraceArea {
        /// The provider's name.
        provider: String,
        /// The area's name.
        area: String,
    },
}

impl Change {
    /// Brings it about; what takes each step back is appended to `done`.
    pub(super) fn make(&self, document: &mut Document, done: &mut Vec<Step>) -> Result<(), Error> {
        let mut editor = Editor { document, done };
        match self {
            Change::GlobalModule { name, image } => editor.global_module(name, image),
            Change::RootModule { name, locked } => editor.root_module(name, *locked),
            Change::Section { name } => editor.section(name),
            Change::TraceArea { provider, guid, area, value } => {
                editor.trace_area(provider, guid, area, *value)
            }
            Change::DynamicType { mime } => editor.dynamic_type(mime),
            Change::HandlersUnlocked => editor.allow_override(&declaration("handlers")),
            Change::NoModule { name } => editor.no_module(name),
            Change::NoSection { name } => editor.no_section(name),
            Change::SectionOfData { name } if editor.has_data(name) => editor.section(name),
            Change::SectionOfData { .. } => Ok(()),
            Change::NoTraceArea { provider, area } => editor.no_trace_area(provider, area),
        }
    }
}

/// The image of the first global module called `name`.
pub(super) fn global_module_image(document: &Document, name: &str) -> Option<String> {
    [server(&["globalModules"]), root_location(&["globalModules"])].iter().find_map(|section| {
        let trail = address::find(document, &section.child(Hop::keyed("add", "name", name)))?;
        element(document, &trail)?.value("image").map(|image| image.into_owned())
    })
}

/// The address of a section outside all locations.
fn server(path: &[&str]) -> Address {
    let start = ["configuration", WEB_SERVER];
    Address(start.iter().chain(path).map(|name| Hop::named(name)).collect())
}

/// The address of a section in the root location.
fn root_location(path: &[&str]) -> Address {
    let mut address = server(path);
    address.0.insert(1, Hop::keyed("location", "path", ""));
    address
}

/// The address of a section's declaration.
fn declaration(name: &str) -> Address {
    web_server_group().child(Hop::keyed("section", "name", name))
}

fn web_server_group() -> Address {
    Address(
        [
            Hop::named("configuration"),
            Hop::named("configSections"),
            Hop::keyed("sectionGroup", "name", WEB_SERVER),
        ]
        .into(),
    )
}

struct Editor<'d, 'a> {
    document: &'d mut Document<'a>,
    done: &'d mut Vec<Step>,
}

impl Editor<'_, '_> {
    fn global_module(&mut self, name: &str, image: &str) -> Result<(), Error> {
        let path = ["globalModules"];
        let section = self.section_with(&[server(&path), root_location(&path)], name)?;
        let entry = section.child(Hop::keyed("add", "name", name));
        if self.only_one(&section, &entry) {
            self.set(&entry, "image", image, |found| found.eq_ignore_ascii_case(image));
        } else {
            let tag =
                alloc::format!(r#"<add name="{}" image="{}" />"#, tree::escape(name), tree::escape(image));
            self.append(&section, tag);
        }
        Ok(())
    }

    fn root_module(&mut self, name: &str, locked: bool) -> Result<(), Error> {
        let path = ["modules"];
        let section = self.section_with(&[root_location(&path), server(&path)], name)?;
        let entry = section.child(Hop::keyed("add", "name", name));
        if !self.only_one(&section, &entry) {
            let lock = if locked { r#" lockItem="true""# } else { "" };
            self.append(&section, alloc::format!(r#"<add name="{}"{lock} />"#, tree::escape(name)));
        } else if locked {
            self.set(&entry, "lockItem", "true", |found| found.eq_ignore_ascii_case("true"));
        }
        Ok(())
    }

    fn section(&mut self, name: &str) -> Result<(), Error> {
        let declaration = declaration(name);
        if self.find(&declaration).is_some() {
            return self.allow_override(&declaration);
        }
        let group = web_server_group();
        self.ensure(&group);
        self.writable(&group)?;
        let tag = alloc::format!(r#"<section name="{}" overrideModeDefault="Allow" />"#, tree::escape(name));
        self.append(&group, tag);
        Ok(())
    }

    fn trace_area(&mut self, provider: &str, guid: &str, area: &str, value: u32) -> Result<(), Error> {
        let path = ["tracing", "traceProviderDefinitions"];
        let declared = web_server_group()
            .child(Hop::keyed("sectionGroup", "name", path[0]))
            .child(Hop::keyed("section", "name", path[1]));
        let section = [server(&path), root_location(&path)].into_iter().find(|s| self.find(s).is_some());
        let section = match section {
            Some(section) => section,
            None if self.find(&declared).is_some() => server(&path),
            None => return Ok(()),
        };
        self.ensure(&section);
        self.writable(&section)?;
        let entry = section.child(Hop::keyed("add", "name", provider));
        if self.find(&entry).is_none() {
            let (name, guid) = (tree::escape(provider), tree::escape(guid));
            self.append(&section, alloc::format!(r#"<add name="{name}" guid="{guid}" />"#));
        }
        let areas = entry.child(Hop::named("areas"));
        self.ensure(&areas);
        let entry = areas.child(Hop::keyed("add", "name", area));
        let value = value.to_string();
        if self.only_one(&areas, &entry) {
            self.set(&entry, "value", &value, |found| found == value);
        } else {
            self.append(&areas, alloc::format!(r#"<add name="{}" value="{value}" />"#, tree::escape(area)));
        }
        Ok(())
    }

    fn dynamic_type(&mut self, mime: &str) -> Result<(), Error> {
        let path = ["httpCompression", "dynamicTypes"];
        let rules = [server(&path), root_location(&path)]
            .into_iter()
            .find(|section| self.find(&section.child(Hop::named("add"))).is_some());
        // a rule that is there is somebody's choice
        let Some(rules) =
            rules.filter(|s| self.find(&s.child(Hop::keyed("add", "mimeType", mime))).is_none())
        else {
            return Ok(());
        };
        self.writable(&rules)?;
        self.append(&rules, alloc::format!(r#"<add mimeType="{}" enabled="false" />"#, tree::escape(mime)));
        Ok(())
    }

    /// A missing attribute means `Allow`.
    fn allow_override(&mut self, declaration: &Address) -> Result<(), Error> {
        let denied = self.find(declaration).and_then(|found| found.value("overrideModeDefault"));
        if denied.is_some_and(|mode| mode != "Allow") {
            self.writable(declaration)?;
            self.set(declaration, "overrideModeDefault", "Allow", |found| found == "Allow");
        }
        Ok(())
    }

    fn no_module(&mut self, name: &str) -> Result<(), Error> {
        for path in [["modules"], ["globalModules"]] {
            for section in [root_location(&path), server(&path)] {
                self.remove_all(&section, Hop::keyed("add", "name", name))?;
            }
        }
        Ok(())
    }

    fn no_section(&mut self, name: &str) -> Result<(), Error> {
        if self.has_data(name) {
            return Ok(());
        }
        self.remove_all(&web_server_group(), Hop::keyed("section", "name", name))
    }

    /// Whether section `name` is set anywhere in the file.
    fn has_data(&self, name: &str) -> bool {
        let root = self.document.root();
        let scopes = root.elements().filter(|e| e.name() == "location").chain([root]);
        let mut servers = scopes.flat_map(Element::elements).filter(|e| e.name() == WEB_SERVER);
        servers.any(|server| server.elements().any(|section| section.name() == name))
    }

    fn no_trace_area(&mut self, provider: &str, area: &str) -> Result<(), Error> {
        let path = ["tracing", "traceProviderDefinitions"];
        for section in [server(&path), root_location(&path)] {
            let areas = section.child(Hop::keyed("add", "name", provider)).child(Hop::named("areas"));
            self.remove_all(&areas, Hop::keyed("add", "name", area))?;
        }
        Ok(())
    }

    fn find(&self, address: &Address) -> Option<&Element<'_>> {
        element(self.document, &address::find(self.document, address)?)
    }

    /// Which of the places, the preferred one first, holds collection entry `name`, or else exists; the preferred one
    /// is made where none does. It can be written to.
    fn section_with(&mut self, places: &[Address], name: &str) -> Result<Address, Error> {
        let with = |place: &&Address| self.find(&place.child(Hop::keyed("add", "name", name))).is_some();
        let found =
            places.iter().find(with).or_else(|| places.iter().find(|place| self.find(place).is_some()));
        let section = found.or(places.first()).cloned().unwrap_or_else(|| server(&[]));
        self.ensure(&section);
        self.writable(&section)?;
        Ok(section)
    }

    /// Whether there is such an entry; of several, which IIS refuses to read, the first stays.
    fn only_one(&mut self, section: &Address, entry: &Address) -> bool {
        let Some(hop) = entry.0.last() else { return false };
        let matching = |found: &Element| {
            let elements = found.elements().enumerate();
            elements.filter(|(_, e)| hop.matches(e)).map(|(index, _)| index).collect::<Vec<_>>()
        };
        let indices = self.find(section).map(matching).unwrap_or_default();
        for index in indices.iter().skip(1).rev() {
            let (parent, entry) = (section.clone(), hop.clone().at(*index));
            self.run(&Step::Remove { parent, entry, shell: None });
        }
        !indices.is_empty()
    }

    fn remove_all(&mut self, section: &Address, entry: Hop) -> Result<(), Error> {
        let address = section.child(entry.clone());
        while self.find(&address).is_some() {
            self.writable(section)?;
            let step = Step::Remove { parent: section.clone(), entry: entry.clone(), shell: None };
            if !self.run(&step) {
                break;
            }
        }
        Ok(())
    }

    fn run(&mut self, step: &Step) -> bool {
        let inverse = step.apply(self.document);
        let done = inverse.is_some();
        self.done.extend(inverse);
        done
    }

    fn set(&mut self, address: &Address, attribute: &str, value: &str, is_right: impl Fn(&str) -> bool) {
        let Some(found) = self.find(address) else { return };
        if found.value(attribute).is_some_and(|found| is_right(&found)) {
            return;
        }
        let from = found.attribute(attribute).map(|found| found.raw.to_string());
        let to = Some(alloc::format!("\"{}\"", tree::escape(value)));
        let (element, attribute) = (address.clone(), attribute.to_string());
        self.run(&Step::Set { element, attribute, from, to });
    }

    /// Makes what is missing on the way to `address`, each element where IIS wants it.
    fn ensure(&mut self, address: &Address) {
        for depth in 2..=address.0.len() {
            let (way, parent) = (&address.0[..depth], Address(address.0[..depth - 1].to_vec()));
            let Some(hop) = way.last().filter(|_| self.find(&Address(way.to_vec())).is_none()) else {
                continue;
            };
            let tag = match &hop.key {
                // the root location of IIS's own files
                Some((name, value)) if value.is_empty() => {
                    alloc::format!(r#"<{} {name}="" overrideMode="Allow" />"#, hop.element)
                }
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
    }

    fn append(&mut self, parent: &Address, tag: String) {
        self.insert(parent, tag, false);
    }

    /// Adds a child, indented like its siblings, at the end or as the first.
    fn insert(&mut self, address: &Address, element: String, first: bool) {
        let Some(trail) = address::find(self.document, address) else { return };
        let layout = Layout::of(self.document);
        let outer = layout.lead(self.document, &trail);
        let Some(parent) = address::element(self.document, &trail) else { return };
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
        if let Some(tree::Node::Text(text)) = parent.content.get(at) {
            gap.push_str(&text[..offset]);
        }
        let shell = Some(Shell { trail: outer, tail: None });
        self.run(&Step::Insert { parent: address.to_owned(), previous, gap, lead, element, shell });
    }

    /// Refuses a section that IIS would not let us change, or that is not in this file.
    fn writable(&self, section: &Address) -> Result<(), Error> {
        let name = || {
            let names = section.0.iter().skip(1).map(|hop| hop.element.as_str());
            names.collect::<Vec<_>>().join("/")
        };
        let has =
            |e: &Element, name: &str| e.value(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        for depth in 1..=section.0.len() {
            let Some(found) = self.find(&Address(section.0[..depth].to_vec())) else { continue };
            let encrypted = found.elements().any(|child| child.name() == "EncryptedData");
            if encrypted || found.attribute("configProtectionProvider").is_some() {
                return Err(Error::Encrypted(name()));
            }
            if let Some(source) = found.value("configSource") {
                return Err(Error::Elsewhere { section: name(), source: source.into_owned() });
            }
            if has(found, "lockItem") {
                return Err(Error::Locked(name()));
            }
        }
        // what stands outside the locations binds those within
        let is_location = |hop: &Hop| hop.element == "location";
        if section.0.iter().any(is_location) {
            let outer = Address(section.0.iter().filter(|hop| !is_location(hop)).cloned().collect());
            let lists = |e: &Element, attribute: &str| {
                e.value(attribute).map(|list| list.split(',').any(|name| matches!(name.trim(), "add" | "*")))
            };
            let locked = self.find(&outer).is_some_and(|found| {
                has(found, "lockItem")
                    || lists(found, "lockElements") == Some(true)
                    || lists(found, "lockAllElementsExcept") == Some(false)
            });
            if locked {
                return Err(Error::Locked(name()));
            }
        }
        Ok(())
    }
}

/// How a file breaks and indents its lines.
struct Layout {
    line_break: &'static str,
    unit: String,
}

impl Layout {
    fn of(document: &Document) -> Self {
        let root = document.root();
        let child = root.content.iter().position(|node| node.element().is_some());
        let lead = child.map(|at| step::lead(&root.content, at)).unwrap_or_default();
        let unit = lead.trim_start_matches(['\r', '\n']);
        let breaks = |nodes: &[tree::Node]| {
            nodes.iter().find_map(|node| match node {
                tree::Node::Text(text) if text.contains("\r\n") => Some("\r\n"),
                tree::Node::Text(text) if text.contains('\n') => Some("\n"),
                _ => None,
            })
        };
        Layout {
            line_break: breaks(&document.content).or_else(|| breaks(&root.content)).unwrap_or_default(),
            unit: if unit.is_empty() { "    ".to_string() } else { unit.to_string() },
        }
    }

    /// The line break and indentation before the element at `trail`, as it is or as it should be.
    fn lead(&self, document: &Document, trail: &[usize]) -> String {
        let Some((at, above)) = trail.split_last() else { return String::new() };
        let content = element(document, above).map_or(&document.content, |parent| &parent.content);
        let lead = step::lead(content, *at);
        if lead.is_empty() && !self.line_break.is_empty() {
            return self.line_break.to_string() + &self.unit.repeat(above.len());
        }
        lead
    }

    /// One level further in.
    fn deeper(&self, lead: &str) -> String {
        if self.line_break.is_empty() { String::new() } else { lead.to_string() + &self.unit }
    }
}
