//! Where an element stands, said in a way that survives edits by others: by names and keys, not by offsets.

use super::tree::{self, Document, Element, Node};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The attributes by which IIS tells the entries of a collection, the sections and the locations apart.
const KEYS: [&str; 3] = ["name", "mimeType", "path"];

/// One step down the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The element's name.
    pub element: String,
    /// An attribute and the value that it must have, references resolved. An empty value is met by a missing
    /// attribute too: `<location>` is `<location path="">`.
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
    pub(super) fn named(element: &str) -> Self {
        Hop { element: element.to_string(), key: None, index: None }
    }

    /// An element by its name and one attribute.
    pub(super) fn keyed(element: &str, attribute: &str, value: &str) -> Self {
        let key = Some((attribute.to_string(), value.to_string()));
        Hop { element: element.to_string(), key, index: None }
    }

    /// The same, with its place remembered.
    pub(super) fn at(mut self, index: usize) -> Self {
        self.index = Some(index);
        self
    }

    /// What tells `element` from its siblings.
    pub(super) fn of(element: &Element) -> Self {
        let key =
            KEYS.iter().find_map(|key| element.value(key).map(|value| (key.to_string(), value.into_owned())));
        Hop { element: element.name().to_string(), key, index: None }
    }

    pub(super) fn matches(&self, element: &Element) -> bool {
        element.name() == self.element
            && self.key.as_ref().is_none_or(|(name, value)| {
                element.value(name).map_or(value.is_empty(), |found| found == value.as_str())
            })
    }
}

impl Address {
    /// The address of a child.
    pub(super) fn child(&self, hop: Hop) -> Self {
        let mut hops = self.0.clone();
        hops.push(hop);
        Address(hops)
    }

    /// The same with the places remembered that `trail`, found for it, leads through.
    pub(super) fn remembering(&self, document: &Document, trail: &[usize]) -> Self {
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
    pub(super) fn by_names(mut self) -> Self {
        self.0.iter_mut().for_each(|hop| hop.index = None);
        self
    }
}

/// Positions in the contents on the way to an element; the first is in the document's.
pub(super) type Trail = Vec<usize>;

/// The first element that stands at `address`.
pub(super) fn find(document: &Document, address: &Address) -> Option<Trail> {
    let mut trail = Vec::with_capacity(address.0.len());
    search(&document.content, &address.0, &mut trail).then_some(trail)
}

fn search(content: &[Node], hops: &[Hop], trail: &mut Trail) -> bool {
    let Some((hop, rest)) = hops.split_first() else { return true };
    let fits = |at: &usize| content[*at].element().is_some_and(|element| hop.matches(element));
    let remembered = hop.index.and_then(|index| tree::position(content, index)).filter(fits);
    for at in remembered.into_iter().chain((0..content.len()).filter(fits)) {
        let Some(element) = content[at].element() else { continue };
        trail.push(at);
        if search(&element.content, rest, trail) {
            return true;
        }
        trail.pop();
    }
    false
}

/// The element at a trail that [`find`] gave for this very document.
pub(super) fn element<'d, 'a>(document: &'d Document<'a>, trail: &[usize]) -> Option<&'d Element<'a>> {
    let (first, rest) = trail.split_first()?;
    let root = document.content.get(*first)?.element()?;
    rest.iter().try_fold(root, |element, at| element.content.get(*at)?.element())
}

/// The same, to change it.
pub(super) fn element_mut<'d, 'a>(
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
