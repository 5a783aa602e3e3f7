//! Failed request tracing: the area of a module, in the definition of its provider.

use super::editor::{Editor, Found, Level};
use crate::Error;
use crate::document::address::{self, Hop, Trail};
use crate::document::tree::{self, Element};
use crate::rules::{keys, scope};
use alloc::string::ToString;
use alloc::vec::Vec;

const DEFINITIONS: [&str; 2] = ["tracing", "traceProviderDefinitions"];

impl Editor<'_, '_> {
    pub(super) fn trace_area(
        &mut self,
        provider: &str,
        guid: &str,
        area: &str,
        value: u32,
    ) -> Result<(), Error> {
        if self.at_server(&DEFINITIONS).is_empty() && !self.is_declared(&DEFINITIONS) {
            return Ok(());
        }
        // one that only a site has would be a duplicate there
        let of_sites = scope::sites_that_add(self.document, &DEFINITIONS, "name", provider);
        if !self.is_in_force(&DEFINITIONS, "name", provider) && !of_sites.is_empty() {
            return Ok(());
        }
        let provider = match self.one(&DEFINITIONS, "name", provider, Level::Server)? {
            Found::Entry(provider) => provider,
            Found::Room(section) => {
                let (name, guid) = (tree::escape(provider), tree::escape(guid));
                self.append(&section, alloc::format!(r#"<add name="{name}" guid="{guid}" />"#));
                section.child(Hop::keyed("add", "name", provider))
            }
        };
        let areas = self.ensure(&provider.child(Hop::named("areas")));
        let sections: Vec<Trail> = address::find(self.document, &areas).into_iter().collect();
        let value = value.to_string();
        match self.only_one(&sections, "name", area, Level::Server, |_| Ok(areas))? {
            Found::Entry(entry) => self.set(&entry, "value", &value, |found| found == value),
            Found::Room(areas) => {
                let name = tree::escape(area);
                self.append(&areas, alloc::format!(r#"<add name="{name}" value="{value}" />"#));
                Ok(())
            }
        }
    }

    pub(super) fn no_trace_area(&mut self, provider: &str, area: &str) -> Result<(), Error> {
        let is = |parent: &Element, element: &Element, name: &str| {
            let found = element.value("name");
            element.name() == "add"
                && found.is_some_and(|found| keys::same(parent.name(), "add", "name", &found, name))
        };
        let mut areas = Vec::new();
        for definitions in self.at_server(&DEFINITIONS) {
            let Some(section) = self.at(&definitions) else { continue };
            for (at, node) in section.content.iter().enumerate() {
                let Some(entry) = node.element().filter(|entry| is(section, entry, provider)) else {
                    continue;
                };
                let inner = entry.content.iter().enumerate();
                let inner = inner.filter(|(_, n)| n.element().is_some_and(|e| e.name() == "areas"));
                areas.extend(
                    inner.map(|(inner, _)| -> Trail {
                        definitions.iter().copied().chain([at, inner]).collect()
                    }),
                );
            }
        }
        self.remove_all(&areas, |section, entry| is(section, entry, area))
    }
}
