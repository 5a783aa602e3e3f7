//! Making elements: what the preprocessor gives to compiling, made from the other side.

use crate::compile::NAMESPACE;
use crate::diag::Location;
use crate::source::{Attribute, Element, Node};
use crate::variables::{Segment, parse};
use std::sync::Arc;

/// A value of an attribute; none leaves the attribute out.
pub(super) trait Value {
    /// The text, as it is meant.
    fn text(self) -> Option<String>;
}

impl Value for &str {
    fn text(self) -> Option<String> {
        Some(self.to_owned())
    }
}

impl Value for String {
    fn text(self) -> Option<String> {
        Some(self)
    }
}

impl Value for i32 {
    fn text(self) -> Option<String> {
        Some(self.to_string())
    }
}

impl<V: Value> Value for Option<V> {
    fn text(self) -> Option<String> {
        self.and_then(Value::text)
    }
}

/// An element without attributes and children.
pub(super) fn element(name: &str) -> Element {
    Element {
        name: name.to_owned(),
        namespace: NAMESPACE.to_owned(),
        attributes: Vec::new(),
        children: Vec::new(),
        at: nowhere(),
    }
}

/// Where an element stands before it is numbered.
fn nowhere() -> Location {
    Location { file: Arc::from(""), line: 0, column: 0 }
}

/// Adding to an element.
pub(super) trait Build {
    /// With the attribute `name`, whose text means nothing but itself.
    fn with(self, name: &str, value: impl Value) -> Element;
    /// With the attribute `name` as the language reads it: variables in it count.
    fn with_variable(self, name: &str, value: impl Value) -> Element;
    /// With `name="yes"` if `set`.
    fn flag(self, name: &str, set: bool) -> Element;
    /// With children after those that are there.
    fn holding(self, children: impl IntoIterator<Item = Element>) -> Element;
}

impl Build for Element {
    fn with(self, name: &str, value: impl Value) -> Element {
        self.with_variable(name, value.text().map(|text| literal(&text)))
    }

    fn with_variable(mut self, name: &str, value: impl Value) -> Element {
        if let Some(value) = value.text() {
            let value = value.chars().map(|c| if is_xml(c) { c } else { '\u{fffd}' }).collect();
            let name = name.to_owned();
            self.attributes.push(Attribute { name, namespace: String::new(), value, at: nowhere() });
        }
        self
    }

    fn flag(self, name: &str, set: bool) -> Element {
        self.with(name, set.then_some("yes"))
    }

    fn holding(mut self, children: impl IntoIterator<Item = Element>) -> Element {
        self.children.extend(children.into_iter().map(Node::Element));
        self
    }
}

/// Whether XML 1.0 can have the character (<https://www.w3.org/TR/xml/#charsets>).
pub(super) fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// `text` with a `!` before what would be a variable.
fn literal(text: &str) -> String {
    let parts = parse(text).into_iter().map(|(source, segment)| match segment {
        // what looks like an escape already
        Segment::Text(meant) if meant.len() < source.len() => {
            let at = source.len() - meant.len();
            format!("{}!{}", &source[..at], literal(&source[at..]))
        }
        Segment::Text(_) => source.to_owned(),
        _ => format!("!{source}"),
    });
    parts.collect()
}

/// The child elements.
pub(super) fn children(element: &Element) -> impl Iterator<Item = &Element> {
    element.children.iter().filter_map(|node| match node {
        Node::Element(child) => Some(child),
        Node::Text { .. } => None,
    })
}

/// Gives `element` and everything in it its number, in the order of the source from `next`, as its line, and each attribute
/// its number in the element as its column. Gives the number after the last one.
pub(super) fn number(element: &mut Element, file: &Arc<str>, next: u32) -> u32 {
    element.at = Location { file: file.clone(), line: next, column: 0 };
    for (attribute, column) in element.attributes.iter_mut().zip(1..) {
        attribute.at = Location { file: file.clone(), line: next, column };
    }
    element.children.iter_mut().fold(next.saturating_add(1), |next, node| match node {
        Node::Element(child) => number(child, file, next),
        Node::Text { .. } => next,
    })
}
