//! A source as a tree of pieces of its own text: what nobody touches is written again byte for byte.
//!
//! Knows XML's syntax and nothing of what an element means but its namespace.

use crate::space::Space;

/// A node of a [`Tree`], by number; a number is never given twice.
pub type Id = usize;

/// The document, which everything else stands in.
pub const DOCUMENT: Id = 0;

/// The nodes of a source.
#[derive(Debug, Default)]
pub struct Tree {
    nodes: Vec<Node>,
}

/// A node and its links: whatever moves, moves in constant time, however many siblings it has.
#[derive(Debug)]
struct Node {
    content: Content,
    parent: Option<Id>,
    before: Option<Id>,
    after: Option<Id>,
    first: Option<Id>,
    last: Option<Id>,
}

/// What a node is.
#[derive(Debug)]
pub enum Content {
    /// The document itself.
    Document,
    /// An element.
    Element(Element),
    /// Characters, with references as they are written.
    Text(String),
    /// A CDATA section, with its markup.
    Cdata(String),
    /// A comment, with its markup.
    Comment(String),
    /// A processing instruction, with its markup; the XML declaration is one here.
    Instruction(String),
}

/// The tags of an element.
#[derive(Debug)]
pub struct Element {
    /// The name as it is written, with its prefix.
    pub name: String,
    /// What the prefix stands for.
    pub space: Space,
    /// The attributes, those that declare namespaces among them.
    pub attributes: Vec<Attribute>,
    /// What stands before the start tag's `>` or `/>`.
    pub tail: String,
    /// What stands between the end tag's name and its `>`; none where there is no end tag.
    pub end: Option<String>,
}

/// An attribute.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// White space before the name.
    pub before: String,
    /// The name as it is written, with its prefix.
    pub name: String,
    /// What the prefix stands for; [`Space::None`] for none.
    pub space: Space,
    /// `=` with the white space around it.
    pub equals: String,
    /// The quotation mark around the value.
    pub quote: char,
    /// The value as it is written.
    pub raw: String,
}

impl Attribute {
    /// The value.
    #[must_use]
    pub fn value(&self) -> String {
        unescape(&self.raw)
    }

    /// Changes the value.
    pub fn set(&mut self, value: &str) {
        self.raw = escape(value, self.quote);
    }

    /// Whether it declares a namespace.
    #[must_use]
    pub fn declares(&self) -> bool {
        self.name == "xmlns" || self.name.starts_with("xmlns:")
    }
}

impl Element {
    /// The name without its prefix.
    #[must_use]
    pub fn local(&self) -> &str {
        local(&self.name)
    }
}

/// A name without its prefix.
#[must_use]
pub fn local(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, local)| local)
}

impl Tree {
    /// Adds a node that stands nowhere yet.
    pub fn add(&mut self, content: Content) -> Id {
        let (parent, before, after, first, last) = (None, None, None, None, None);
        self.nodes.push(Node { content, parent, before, after, first, last });
        self.nodes.len() - 1
    }

    /// What stands in `id`, in order.
    #[must_use]
    pub fn children(&self, id: Id) -> Vec<Id> {
        std::iter::successors(self.nodes[id].first, |child| self.nodes[*child].after).collect()
    }

    /// What stands right before `id`.
    #[must_use]
    pub fn before(&self, id: Id) -> Option<Id> {
        self.nodes[id].before
    }

    /// What stands right after `id`.
    #[must_use]
    pub fn after(&self, id: Id) -> Option<Id> {
        self.nodes[id].after
    }

    /// What stands first in `id`.
    #[must_use]
    pub fn first(&self, id: Id) -> Option<Id> {
        self.nodes[id].first
    }

    /// What stands last in `id`.
    #[must_use]
    pub fn last(&self, id: Id) -> Option<Id> {
        self.nodes[id].last
    }

    /// What `id` stands in.
    #[must_use]
    pub fn parent(&self, id: Id) -> Option<Id> {
        self.nodes[id].parent
    }

    /// What `id` is.
    #[must_use]
    pub fn content(&self, id: Id) -> &Content {
        &self.nodes[id].content
    }

    /// What `id` is, to change it.
    pub fn content_mut(&mut self, id: Id) -> &mut Content {
        &mut self.nodes[id].content
    }

    /// The element `id`, if it is one.
    #[must_use]
    pub fn element(&self, id: Id) -> Option<&Element> {
        match &self.nodes[id].content {
            Content::Element(element) => Some(element),
            _ => None,
        }
    }

    /// The element `id`, to change it.
    pub fn element_mut(&mut self, id: Id) -> Option<&mut Element> {
        match &mut self.nodes[id].content {
            Content::Element(element) => Some(element),
            _ => None,
        }
    }

    /// Whether `id` is the element `name` of `space`.
    #[must_use]
    pub fn is(&self, id: Id, space: Space, name: &str) -> bool {
        self.element(id).is_some_and(|element| element.space == space && element.local() == name)
    }

    /// The elements in `id`.
    pub fn elements(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        std::iter::successors(self.nodes[id].first, |child| self.nodes[*child].after)
            .filter(|child| self.element(*child).is_some())
    }

    /// The elements in `id` named `name` of the language itself.
    #[must_use]
    pub fn named(&self, id: Id, name: &str) -> Vec<Id> {
        self.elements(id).filter(|child| self.is(*child, Space::Wix, name)).collect()
    }

    /// The root element.
    #[must_use]
    pub fn root(&self) -> Option<Id> {
        self.elements(DOCUMENT).next()
    }

    /// Everything in the document, in the order of the source.
    #[must_use]
    pub fn all(&self) -> Vec<Id> {
        let mut found = Vec::new();
        let mut waiting = vec![DOCUMENT];
        while let Some(next) = waiting.pop() {
            found.push(next);
            waiting.extend(self.children(next).into_iter().rev());
        }
        found
    }

    /// Every element, in the order of the source.
    #[must_use]
    pub fn all_elements(&self) -> Vec<Id> {
        self.all().into_iter().filter(|id| self.element(*id).is_some()).collect()
    }

    /// The text of `id` where it is nothing but white space.
    #[must_use]
    pub fn blank(&self, id: Id) -> Option<&str> {
        match self.content(id) {
            Content::Text(text) if text.trim().is_empty() => Some(text),
            _ => None,
        }
    }

    /// Puts `id`, which stands nowhere, at the end of `parent`.
    pub fn append(&mut self, parent: Id, id: Id) {
        let last = self.nodes[parent].last;
        self.link(Some(parent), last, id, None);
    }

    /// Puts `id`, which stands nowhere, right before `next`.
    pub fn insert_before(&mut self, next: Id, id: Id) {
        let (parent, before) = (self.nodes[next].parent, self.nodes[next].before);
        self.link(parent, before, id, Some(next));
    }

    fn link(&mut self, parent: Option<Id>, before: Option<Id>, id: Id, after: Option<Id>) {
        let Some(above) = parent else { return };
        (self.nodes[id].parent, self.nodes[id].before, self.nodes[id].after) = (parent, before, after);
        match before {
            Some(before) => self.nodes[before].after = Some(id),
            None => self.nodes[above].first = Some(id),
        }
        match after {
            Some(after) => self.nodes[after].before = Some(id),
            None => self.nodes[above].last = Some(id),
        }
    }

    /// Takes `id` out of where it stands; the white space around it stays.
    pub fn detach(&mut self, id: Id) {
        let node = &mut self.nodes[id];
        let (parent, before, after) = (node.parent.take(), node.before.take(), node.after.take());
        let Some(parent) = parent else { return };
        match before {
            Some(before) => self.nodes[before].after = after,
            None => self.nodes[parent].first = after,
        }
        match after {
            Some(after) => self.nodes[after].before = before,
            None => self.nodes[parent].last = before,
        }
    }

    /// Puts `nodes`, which stand nowhere, into the place of `id`.
    pub fn replace(&mut self, id: Id, nodes: &[Id]) {
        for node in nodes {
            self.insert_before(id, *node);
        }
        self.detach(id);
    }

    /// Takes everything out of `id`, and gives it.
    pub fn empty(&mut self, id: Id) -> Vec<Id> {
        let children = self.children(id);
        children.iter().for_each(|child| self.detach(*child));
        children
    }

    /// The value of the attribute `name`, which has no prefix, of the element `id`.
    #[must_use]
    pub fn value(&self, id: Id, name: &str) -> Option<String> {
        self.attribute(id, Space::None, name).map(Attribute::value)
    }

    /// The attribute `name` of `space` of the element `id`.
    #[must_use]
    pub fn attribute(&self, id: Id, space: Space, name: &str) -> Option<&Attribute> {
        let mut all = self.element(id)?.attributes.iter();
        all.find(|attribute| {
            attribute.space == space && local(&attribute.name) == name && !attribute.declares()
        })
    }

    /// Gives the attribute `name`, which may have a prefix, of `id` the `value`; an attribute that is not there comes last.
    pub fn set(&mut self, id: Id, name: &str, value: &str) {
        let Some(element) = self.element_mut(id) else { return };
        if let Some(attribute) = element.attributes.iter_mut().find(|attribute| attribute.name == name) {
            return attribute.set(value);
        }
        let like = element.attributes.last();
        let quote = like.map_or('"', |last| last.quote);
        let broken = like.filter(|last| element.attributes.len() > 1 && last.before.contains('\n'));
        let before = broken.map_or(" ", |last| &last.before).to_owned();
        let raw = escape(value, quote);
        let (name, equals) = (name.to_owned(), "=".to_owned());
        element.attributes.push(Attribute { before, name, space: Space::None, equals, quote, raw });
    }

    /// Renames the attribute `from`, which has no prefix, of `id`; its place and its value stay. Where there is a `to` already,
    /// that one stands.
    pub fn rename(&mut self, id: Id, from: &str, to: &str) {
        if from != to && self.value(id, to).is_some() {
            self.unset(id, from);
            return;
        }
        if let Some(element) = self.element_mut(id)
            && let Some(attribute) = element.attributes.iter_mut().find(|attribute| attribute.name == from)
        {
            to.clone_into(&mut attribute.name);
        }
    }

    /// Removes the attribute `name` of `id`, and gives its value.
    pub fn unset(&mut self, id: Id, name: &str) -> Option<String> {
        let element = self.element_mut(id)?;
        let index = element.attributes.iter().position(|attribute| attribute.name == name)?;
        let gone = element.attributes.remove(index);
        // what stood first stands beside the name; what comes first now may have been on a line of its own
        if index == 0
            && let Some(next) = element.attributes.first_mut()
            && !gone.before.contains('\n')
        {
            next.before.clone_from(&gone.before);
        }
        Some(gone.value())
    }

    /// Makes the element `id` one named `name`, with the prefix that it has.
    pub fn set_name(&mut self, id: Id, name: &str) {
        if let Some(element) = self.element_mut(id) {
            element.name = match element.name.split_once(':') {
                Some((prefix, _)) => format!("{prefix}:{name}"),
                None => name.to_owned(),
            };
        }
    }

    /// Makes an element without content, with the prefix of `like`, an element of the language itself.
    pub fn make(&mut self, like: Id, name: &str) -> Id {
        let prefix =
            self.element(like).and_then(|element| element.name.split_once(':')).map(|(prefix, _)| prefix);
        let name = prefix.map_or_else(|| name.to_owned(), |prefix| format!("{prefix}:{name}"));
        self.make_of(Space::Wix, &name)
    }

    /// Makes an element of `space` without content; `name` has its prefix.
    pub fn make_of(&mut self, space: Space, name: &str) -> Id {
        let (name, tail) = (name.to_owned(), " ".to_owned());
        self.add(Content::Element(Element { name, space, attributes: Vec::new(), tail, end: None }))
    }

    /// Closes the element `id` in its start tag, where nothing stands in it.
    pub fn close(&mut self, id: Id) {
        if self.first(id).is_none()
            && let Some(element) = self.element_mut(id)
            && element.end.take().is_some()
            && element.tail.is_empty()
        {
            element.tail.push(' ');
        }
    }

    /// The text of the whole, and where each node begins in it; a node that is not in it begins nowhere.
    #[must_use]
    pub fn write(&self) -> (String, Vec<Option<usize>>) {
        let mut text = String::new();
        let mut starts = vec![None; self.nodes.len()];
        self.write_node(DOCUMENT, &mut text, &mut starts);
        (text, starts)
    }

    fn write_node(&self, id: Id, text: &mut String, starts: &mut [Option<usize>]) {
        starts[id] = Some(text.len());
        match self.content(id) {
            Content::Document => self.write_children(id, text, starts),
            Content::Text(raw) | Content::Cdata(raw) | Content::Comment(raw) | Content::Instruction(raw) => {
                text.push_str(raw);
            }
            Content::Element(element) => {
                text.push('<');
                text.push_str(&element.name);
                for Attribute { before, name, equals, quote, raw, .. } in &element.attributes {
                    for part in [before, name, equals] {
                        text.push_str(part);
                    }
                    text.push(*quote);
                    text.push_str(raw);
                    text.push(*quote);
                }
                text.push_str(&element.tail);
                let Some(end) = &element.end else { return text.push_str("/>") };
                text.push('>');
                self.write_children(id, text, starts);
                text.push_str("</");
                text.push_str(&element.name);
                text.push_str(end);
                text.push('>');
            }
        }
    }

    fn write_children(&self, id: Id, text: &mut String, starts: &mut [Option<usize>]) {
        for child in self.children(id) {
            self.write_node(child, text, starts);
        }
    }
}

/// `value` as it is written between two `quote`s.
fn escape(value: &str, quote: char) -> String {
    let mut raw = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '&' => raw.push_str("&amp;"),
            '<' => raw.push_str("&lt;"),
            '"' if quote == '"' => raw.push_str("&quot;"),
            '\'' if quote == '\'' => raw.push_str("&apos;"),
            '\n' => raw.push_str("&#10;"),
            '\r' => raw.push_str("&#13;"),
            '\t' => raw.push_str("&#9;"),
            _ => raw.push(c),
        }
    }
    raw
}

/// What `raw` stands for: references are replaced. A document without a type has no others than these.
#[must_use]
pub fn unescape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.find(';').map_or(rest.len(), |end| end + 1);
        let name = rest[1..end].trim_end_matches(';');
        match (name, name.strip_prefix("#x"), name.strip_prefix('#')) {
            ("amp", ..) => text.push('&'),
            ("lt", ..) => text.push('<'),
            ("gt", ..) => text.push('>'),
            ("quot", ..) => text.push('"'),
            ("apos", ..) => text.push('\''),
            (_, Some(digits), _) => {
                text.extend(u32::from_str_radix(digits, 16).ok().and_then(char::from_u32))
            }
            (_, _, Some(digits)) => text.extend(digits.parse().ok().and_then(char::from_u32)),
            _ => text.push_str(&rest[..end]),
        }
        rest = &rest[end..];
    }
    text.push_str(rest);
    text
}
