//! A source as text.

use super::tree::children;
use crate::compile::NAMESPACE;
use crate::diag::markup::attribute;
use crate::source::Element;
use std::collections::BTreeSet;

/// Characters of a line before attributes go to lines of their own.
const WIDTH: usize = 120;

/// The document with `root`, after the lines of a comment.
pub(super) fn document(root: &Element, comment: &[String]) -> String {
    let mut text = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n".to_owned();
    if !comment.is_empty() {
        text.push_str("<!--\n");
        for line in comment {
            text.push_str(format!("  {}", comment_text(line)).trim_end());
            text.push('\n');
        }
        text.push_str("-->\n");
    }
    let mut others = BTreeSet::new();
    namespaces(root, &mut others);
    others.remove(root.namespace.as_str());
    let mut declared = format!(" xmlns=\"{}\"", root.namespace);
    for namespace in others {
        declared.push_str(&format!(" xmlns:{}=\"{namespace}\"", prefix(namespace)));
    }
    write(root, &declared, 0, &mut text);
    text
}

/// The namespaces of `element` and what is in it.
fn namespaces<'e>(element: &'e Element, all: &mut BTreeSet<&'e str>) {
    all.insert(&element.namespace);
    let attributes = element.attributes.iter().map(|attribute| attribute.namespace.as_str());
    all.extend(attributes.filter(|namespace| !namespace.is_empty()));
    children(element).for_each(|child| namespaces(child, all));
}

/// What stands for the namespace of an extension: its last word.
fn prefix(namespace: &str) -> &str {
    namespace.rsplit('/').next().unwrap_or_default()
}

/// A name, with what stands for its namespace.
fn qualified(namespace: &str, name: &str) -> String {
    match namespace {
        "" | NAMESPACE => name.to_owned(),
        other => format!("{}:{name}", prefix(other)),
    }
}

/// Two hyphens in a row, which XML forbids in a comment, get a blank between; what XML cannot have is left out.
fn comment_text(line: &str) -> String {
    let line: String = line.chars().filter(|c| super::tree::is_xml(*c)).collect();
    let mut text = line.replace("--", "- -").replace("--", "- -");
    if text.ends_with('-') {
        text.push(' ');
    }
    text
}

/// The depth is bounded: what makes elements nests none deeper than the engine reads.
fn write(element: &Element, namespace: &str, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    let attributes: Vec<String> = element
        .attributes
        .iter()
        .map(|a| format!("{}=\"{}\"", qualified(&a.namespace, &a.name), escaped(&a.value)))
        .collect();
    let one_line: usize = attributes.iter().map(|a| a.chars().count() + 1).sum();
    let name = qualified(&element.namespace, &element.name);
    text.push_str(&format!("{indent}<{name}{namespace}"));
    if indent.len() + name.len() + one_line + 4 <= WIDTH || attributes.len() < 2 {
        attributes.iter().for_each(|attribute| text.push_str(&format!(" {attribute}")));
    } else {
        // filled lines, each below the first attribute
        let margin = format!("\n{indent}{}", " ".repeat(name.len() + 2));
        let mut column = WIDTH;
        for attribute in &attributes {
            let length = attribute.chars().count() + 1;
            if column + length > WIDTH && column != 0 {
                let first = column == WIDTH && text.ends_with(&name);
                text.push_str(if first { " " } else { &margin });
                column = margin.len() - 1;
            } else {
                text.push(' ');
            }
            text.push_str(attribute);
            column += length;
        }
    }
    let mut inside = children(element).peekable();
    if inside.peek().is_none() {
        text.push_str(" />\n");
        return;
    }
    text.push_str(">\n");
    inside.for_each(|child| write(child, "", depth + 1, text));
    text.push_str(&format!("{indent}</{name}>\n"));
}

/// An attribute's value as XML has it and the preprocessor takes it.
fn escaped(value: &str) -> String {
    let is_looked_at = value.contains("$(") || value.contains("$$");
    if is_looked_at { attribute(&value.replace('$', "$$")) } else { attribute(value) }
}
