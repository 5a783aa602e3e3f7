//! How a file breaks and indents its lines, so that new elements look like their siblings.

use crate::document::address::element;
use crate::document::tree::{self, Document};
use crate::step;
use alloc::string::{String, ToString};

/// How a file breaks and indents its lines.
pub(super) struct Layout {
    line_break: &'static str,
    unit: String,
}

impl Layout {
    pub(super) fn of(document: &Document) -> Self {
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
    pub(super) fn lead(&self, document: &Document, trail: &[usize]) -> String {
        let Some((at, above)) = trail.split_last() else { return String::new() };
        let content = element(document, above).map_or(&document.content, |parent| &parent.content);
        let lead = step::lead(content, *at);
        if lead.is_empty() && !self.line_break.is_empty() {
            return self.line_break.to_string() + &self.unit.repeat(above.len());
        }
        lead
    }

    /// One level further in.
    pub(super) fn deeper(&self, lead: &str) -> String {
        if self.line_break.is_empty() { String::new() } else { lead.to_string() + &self.unit }
    }
}
