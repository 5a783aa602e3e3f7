//! Dynamic compression: the rule of a MIME type.

use super::editor::{Editor, Found, Level};
use crate::Error;
use crate::document::tree;
use crate::rules::scope;

const RULES: [&str; 2] = ["httpCompression", "dynamicTypes"];

impl Editor<'_, '_> {
    pub(super) fn dynamic_type(&mut self, mime: &str) -> Result<(), Error> {
        let sections = self.at_server(&RULES);
        let has_rules = |trail: &_| {
            self.at(trail).is_some_and(|section| section.elements().any(|rule| rule.name() == "add"))
        };
        let is_anywhere = self.is_in_force(&RULES, "mimeType", mime)
            || !scope::sites_that_add(self.document, &RULES, "mimeType", mime).is_empty();
        // a rule that is there is somebody's choice
        if is_anywhere || !sections.iter().any(|trail| has_rules(trail)) {
            return Ok(());
        }
        if let Found::Room(rules) = self.one(&RULES, "mimeType", mime, Level::Server)? {
            self.append(
                &rules,
                alloc::format!(r#"<add mimeType="{}" enabled="false" />"#, tree::escape(mime)),
            );
        }
        Ok(())
    }
}
