//! Where an element stands, said in a way that survives edits by others: by names and keys, not by offsets.

use super::tree::{self, Document, Element, Node};
use crate::rules::keys;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The attributes by which IIS tells the entries of a collection and the declarations of sections apart.
const KEYS: [&str; 2] = ["name", "mimeType"];

/// The elements that have such an attribute, of those that a registration passes.
const KEYED: [&str; 3] = ["add", "section", "sectionGroup"];

/// One step down the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The element's name.
    pub element: String,
    /// An attribute and the value that it must have, references resolved, compared as IIS compares it.
    pub key: Option<(String, String)>,
    /// Which of its parent's elements it was, from 0; decides between several that fit.
    pub index: Option<usize>,
}

/// The way to an element, beginning at the root. Where several elements fit, the one at the remembered index counts,
/// or else the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(pub Vec<Hop>);

impl Hop {
    /// An element by its name alone.
    pub(crate) fn named(element: &str) -> Self {
        Hop { element: element.to_string(), key: None, index: None }
    }

    /// An element by its name and one attribute.
    pub(crate) fn keyed(element: &str, attribute: &str, value: &str) -> Self {
        let key = Some((attribute.to_string(), value.to_string()));
        Hop { element: element.to_string(), key, index: None }
    }

    /// The same, with its place remembered.
    pub(crate) fn at(mut self, index: usize) -> Self {
        self.index = Some(index);
        self
    }

    /// What tells `element` from its siblings.
    pub(crate) fn of(element: &Element) -> Self {
        let value = |key: &str| element.value(key).map(|value| value.into_owned());
        let key = if keys::is_location(element.name()) {
            Some(("path".to_string(), value("path").unwrap_or_default()))
        } else if !KEYED.contains(&element.name()) {
            None
        } else {
            KEYS.iter().find_map(|key| Some((key.to_string(), value(key)?)))
        };
        Hop { element: element.name().to_string(), key, index: None }
    }

    /// Whether `element`, a child of a `parent`, is meant.
    pub(crate) fn matches(&self, parent: &str, element: &Element) -> bool {
        element.name() == self.element
            && self.key.as_ref().is_none_or(|(name, value)| {
                let found = element.value(name);
                let found = found.as_deref().or(keys::is_location(&self.element).then_some(""));
                found.is_some_and(|found| keys::same(parent, &self.element, name, found, value))
            })
    }
}

impl Address {
    /// The address of the element at a trail of this document, its places remembered.
    pub(crate) fn of(document: &Document, trail: &[usize]) -> Self {
        let mut content = &document.content;
        let mut hops = Vec::with_capacity(trail.len());
        for at in trail {
            let Some(element) = content.get(*at).and_then(Node::element) else { break };
            hops.push(Hop::of(element).at(tree::count(&content[..*at])));
            content = &element.content;
        }
        Address(hops)
    }

    /// The address of a child.
    pub(crate) fn child(&self, hop: Hop) -> Self {
        let mut hops = self.0.clone();
        hops.push(hop);
        Address(hops)
    }

    /// The same with the places remembered that `trail`, found for it, leads through.
    pub(crate) fn remembering(&self, document: &Document, trail: &[usize]) -> Self {
        let mut content = &document.content;
        let mut hops = self.0.clone();
        for (hop, at) in hops.iter_mut().zip(trail) {
            hop.index = Some(tree::count(&content[..*at]));
            if let Node::Element(element) = &content[*at] {
                content = &element.content;
            }
        }
        Address(hops)
    }

    /// The same by names alone.
    pub(crate) fn by_names(mut self) -> Self {
        self.0.iter_mut().for_each(|hop| hop.index = None);
        self
    }
}

/// Positions in the contents on the way to an element; the first is in the document's.
pub(crate) type Trail = Vec<usize>;

/// The first element that stands at `address`.
pub(crate) fn find(document: &Document, address: &Address) -> Option<Trail> {
    let mut trail = Vec::with_capacity(address.0.len());
    search("", &document.content, &address.0, &mut trail).then_some(trail)
}

fn search(parent: &str, content: &[Node], hops: &[Hop], trail: &mut Trail) -> bool {
    let Some((hop, rest)) = hops.split_first() else { return true };
    let fits = |at: &usize| content[*at].element().is_some_and(|element| hop.matches(parent, element));
    let remembered = hop.index.and_then(|index| tree::position(content, index)).filter(fits);
    for at in remembered.into_iter().chain((0..content.len()).filter(fits)) {
        let Some(element) = content[at].element() else { continue };
        trail.push(at);
        if search(element.name(), &element.content, rest, trail) {
            return true;
        }
        trail.pop();
    }
    false
}

/// The element at a trail that [`find`] gave for this very document.
pub(crate) fn element<'d, 'a>(document: &'d Document<'a>, trail: &[usize]) -> Option<&'d Element<'a>> {
    let (first, rest) = trail.split_first()?;
    let root = document.content.get(*first)?.element()?;
    rest.iter().try_fold(root, |element, at| element.content.get(*at)?.element())
}

/// The same, to change it.
pub(crate) fn element_mut<'d, 'a>(
    document: &'d mut Document<'a>,
    trail: &[usize],
) -> Option<&'d mut Element<'a>> {
    fn of<'d, 'a>(node: &'d mut Node<'a>) -> Option<&'d mut Element<'a>> {
        if let Node::Element(element) = node { Some(element) } else { None }
    }
    let (first, rest) = trail.split_first()?;
    let root = of(document.content.get_mut(*first)?)?;
    rest.iter().try_fold(root, |element, at| of(element.content.get_mut(*at)?))
}
