//! The smallest edits. Each has an inverse of the same kinds, so that undoing can be undone.

use crate::document::address::{self, Address, Hop};
use crate::document::tree::{self, Document, Element, Node, SPACE};
use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// One edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A new child element, where it is not there yet.
    Insert {
        /// The parent.
        parent: Address,
        /// The element that it follows; none: it is the first. Where that is gone, the element goes to the end.
        previous: Option<Sibling>,
        /// The raw text (comments, blank lines) between the previous sibling and `lead`.
        gap: String,
        /// The white space before the element, from its line break on.
        lead: String,
        /// The element's raw text.
        element: String,
        /// How many siblings of the same name and key it must find; with another number, it is not missing.
        expects: usize,
        /// How to open a parent that has no content.
        shell: Option<Shell>,
    },
    /// A child element goes, with the white space before it on its line.
    Remove {
        /// The parent.
        parent: Address,
        /// What tells the element from its siblings.
        entry: Hop,
        /// How the parent looked without content; it looks so again where nothing else has come into it.
        shell: Option<Shell>,
        /// Whether it goes with whatever it holds. Otherwise one that has come to hold comments or elements stays.
        whole: bool,
    },
    /// An attribute changes, where it still is as expected. Other quotes make no difference, and are kept.
    Set {
        /// The element.
        element: Address,
        /// The attribute's name.
        attribute: String,
        /// The value with its quotes that it must have; none: it must be missing.
        from: Option<String>,
        /// The value with its quotes that it gets; none: it goes.
        to: Option<String>,
    },
}

/// An element recognised by its place and its tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sibling {
    /// Which of the parent's elements it is, from 0.
    pub index: usize,
    /// Its raw start tag.
    pub tag: String,
}

/// The look of an element without content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shell {
    /// The white space between the first child and the end tag.
    pub trail: String,
    /// The end of the tag where it is one (`<a />`), from the white space on.
    pub tail: Option<String>,
}

impl Step {
    /// Does it, and gives what takes it back; nothing where it was not to be done.
    pub(crate) fn apply(&self, document: &mut Document) -> Option<Step> {
        match self {
            Step::Insert { parent, previous, gap, lead, element, expects, shell } => {
                let node = tree::fragment(element)?;
                let entry = Hop::of(&node);
                let trail = address::find(document, parent)?;
                let parent = parent.remembering(document, &trail);
                let found = address::element_mut(document, &trail)?;
                if alike(found, &entry) != *expects {
                    return None;
                }
                let (index, shell) = if found.content.is_empty() {
                    (0, Some(fill(found, lead, node, shell.as_ref())))
                } else {
                    let (at, offset) = place(found, previous.as_ref(), gap);
                    (insert(&mut found.content, at, offset, lead, node), None)
                };
                Some(Step::Remove { parent, entry: entry.at(index), shell, whole: false })
            }
            Step::Remove { parent, entry, shell, whole } => {
                let trail = address::find(document, &parent.child(entry.clone()))?;
                let (at, above) = trail.split_last()?;
                let parent = parent.remembering(document, above);
                let found = address::element_mut(document, above)?;
                if !whole && found.content[*at].element()?.content.iter().any(Node::is_substance) {
                    return None;
                }
                Some(remove(found, *at, shell.as_ref(), parent))
            }
            Step::Set { element, attribute, from, to } => {
                let trail = address::find(document, element)?;
                let address = element.remembering(document, &trail);
                let found = address::element_mut(document, &trail)?;
                let (tag, from, to) = set(found, attribute, from.as_deref(), to.as_deref())?;
                found.open = Cow::Owned(tag);
                Some(Step::Set { element: address, attribute: attribute.clone(), from: to, to: from })
            }
        }
    }
}

/// How many children of an element are called and keyed like `entry`.
pub(crate) fn alike(parent: &Element, entry: &Hop) -> usize {
    parent.elements().filter(|element| entry.matches(parent.name(), element)).count()
}

/// Puts the first child into an element without content.
fn fill<'a>(parent: &mut Element<'a>, lead: &str, child: Element<'a>, shell: Option<&Shell>) -> Shell {
    let tail = parent.is_one_tag().then(|| {
        let bare = parent.open[..parent.open.len() - 2].trim_end_matches(SPACE).to_string();
        let tail = parent.open[bare.len()..].to_string();
        parent.close = Cow::Owned(alloc::format!("</{}>", parent.name()));
        parent.open = Cow::Owned(bare + ">");
        tail
    });
    let trail = shell.map_or_else(String::new, |shell| shell.trail.clone());
    parent.content = [text(lead), Some(Node::Element(child)), text(&trail)].into_iter().flatten().collect();
    Shell { trail, tail }
}

fn text(characters: &str) -> Option<Node<'static>> {
    (!characters.is_empty()).then(|| Node::Text(Cow::Owned(characters.to_string())))
}

/// Where a new child goes: a position in the content, and an offset within the text there.
fn place(parent: &Element, previous: Option<&Sibling>, gap: &str) -> (usize, usize) {
    let start = match previous {
        None => 0,
        Some(sibling) => {
            let is = |at: &usize| parent.content[*at].element().is_some_and(|e| e.open == sibling.tag);
            let remembered = tree::position(&parent.content, sibling.index).filter(is);
            match remembered.or_else(|| (0..parent.content.len()).find(is)) {
                Some(at) => at + 1,
                None => return end(parent),
            }
        }
    };
    let mut rest = gap;
    for (at, node) in parent.content.iter().enumerate().skip(start) {
        if rest.is_empty() {
            return (at, 0);
        }
        let raw = match node {
            Node::Text(text) if text.starts_with(rest) => return (at, rest.len()),
            Node::Text(raw) | Node::Markup(raw) => raw,
            Node::Element(_) => break,
        };
        match rest.strip_prefix(raw.as_ref()) {
            Some(after) => rest = after,
            None => break,
        }
    }
    if rest.is_empty() { (parent.content.len(), 0) } else { (start, 0) }
}

/// Behind everything but the white space before the end tag.
pub(crate) fn end(parent: &Element) -> (usize, usize) {
    match parent.content.last() {
        Some(Node::Text(text)) => (parent.content.len() - 1, text.trim_end_matches(SPACE).len()),
        _ => (parent.content.len(), 0),
    }
}

/// Inserts into content that is not empty; gives the number of the element among its siblings.
fn insert<'a>(
    content: &mut Vec<Node<'a>>,
    at: usize,
    offset: usize,
    lead: &str,
    child: Element<'a>,
) -> usize {
    let index = tree::count(&content[..at]);
    let mut new: Vec<Node> = Vec::new();
    let split = if let Some(Node::Text(characters)) = content.get(at).filter(|_| offset > 0) {
        new.extend(text(&characters[..offset]));
        new.extend(text(lead));
        new.push(Node::Element(child));
        new.extend(text(&characters[offset..]));
        1
    } else {
        new.extend(text(lead));
        new.push(Node::Element(child));
        0
    };
    content.splice(at..at + split, new);
    index
}

/// The raw text between the element before position `at` and that position.
fn before(content: &[Node], at: usize) -> String {
    let start = content[..at].iter().rposition(|node| node.element().is_some()).map_or(0, |found| found + 1);
    tree::raw(&content[start..at])
}

/// The white space at the end of `text` from its last line break on; empty where that line holds something.
pub(crate) fn own_line(text: &str) -> &str {
    let space = &text[text.trim_end_matches(SPACE).len()..];
    match space.rfind('\n') {
        Some(at) if space[..at].ends_with('\r') => &space[at - 1..],
        Some(at) => &space[at..],
        None => "",
    }
}

/// The white space before the element at position `at`, from its line break on.
pub(crate) fn lead(content: &[Node], at: usize) -> String {
    own_line(&before(content, at)).to_string()
}

fn remove(parent: &mut Element, at: usize, shell: Option<&Shell>, address: Address) -> Step {
    let content = &mut parent.content;
    let previous_at = content[..at].iter().rposition(|node| node.element().is_some());
    let previous = previous_at.map(|found| Sibling {
        index: tree::count(&content[..found]),
        tag: content[found].element().map(|element| element.open.to_string()).unwrap_or_default(),
    });
    let between = before(content, at);
    let lead = own_line(&between).to_string();
    let gap = between[..between.len() - lead.len()].to_string();
    let element = tree::raw(&content[at..=at]);
    let entry = content[at].element().map(Hop::of);
    content.remove(at);
    cut(content, at, lead.len());
    let expects = entry.map_or(0, |entry| alike(parent, &entry));
    let content = &mut parent.content;
    let mut used = None;
    if let Some(shell) = shell.filter(|shell| tree::raw(content) == shell.trail) {
        content.clear();
        if let Some(tail) = &shell.tail {
            let tag = alloc::format!("{}{tail}", parent.open.trim_end_matches('>'));
            if tag.ends_with("/>") && tree::check_tag(&tag).is_ok() {
                parent.open = Cow::Owned(tag);
                parent.close = Cow::Borrowed("");
            }
        }
        used = Some(shell.clone());
    }
    Step::Insert { parent: address, previous, gap, lead, element, expects, shell: used }
}

/// Takes `length` bytes of white space off before position `at`.
fn cut(content: &mut Vec<Node>, mut at: usize, mut length: usize) {
    while length > 0 && at > 0 {
        at -= 1;
        let Node::Text(text) = &mut content[at] else { return };
        let kept = text.len().saturating_sub(length);
        length -= text.len() - kept;
        if kept == 0 {
            content.remove(at);
        } else {
            *text = Cow::Owned(text[..kept].to_string());
        }
    }
}

/// The start tag with the attribute changed, the raw value that it had, and that which it has got; nothing where it is
/// not as expected.
fn set(
    element: &Element,
    name: &str,
    from: Option<&str>,
    to: Option<&str>,
) -> Option<(String, Option<String>, Option<String>)> {
    let found = element.attribute(name);
    let had = found.as_ref().map(|attribute| attribute.raw);
    if had.map(tree::inner) != from.map(tree::inner) || from.map(tree::inner) == to.map(tree::inner) {
        return None;
    }
    let to = match (had, from, to) {
        (Some(had), Some(from), Some(to)) if had[..1] != *from.get(..1)? => {
            let inner = tree::inner(to)?;
            let quote = &had[..1];
            Some(if inner.contains(quote) { to.to_string() } else { alloc::format!("{quote}{inner}{quote}") })
        }
        _ => to.map(ToString::to_string),
    };
    let open: &str = &element.open;
    let (start, end) = match &found {
        Some(attribute) if to.is_some() => (attribute.end - attribute.raw.len(), attribute.end),
        Some(attribute) => (attribute.start, attribute.end),
        None => {
            let end = element.attributes().last().map_or(1 + element.name().len(), |last| last.end);
            (end, end)
        }
    };
    let new = match (&to, &found) {
        (Some(raw), Some(_)) => raw.to_string(),
        (Some(raw), None) => alloc::format!(" {name}={raw}"),
        (None, _) => String::new(),
    };
    let had = had.map(ToString::to_string);
    let tag = alloc::format!("{}{new}{}", &open[..start], &open[end..]);
    tree::check_tag(&tag).is_ok().then_some((tag, had, to))
}
