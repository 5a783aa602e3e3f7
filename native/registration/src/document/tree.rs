//! The text as a tree that loses nothing: every node keeps its raw text, and all raw texts together are the file.

use crate::Error;
use alloc::borrow::Cow;
use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// A configuration nests some ten deep; beyond this a file only tries to exhaust the stack.
const DEEPEST: usize = 200;

/// A whole file: what stands before and after the root, and the root.
#[derive(Debug)]
pub(crate) struct Document<'a> {
    /// The top level; exactly one node of it is an element.
    pub content: Vec<Node<'a>>,
}

/// What an element's content consists of.
#[derive(Debug)]
pub(crate) enum Node<'a> {
    /// Characters, mostly white space.
    Text(Cow<'a, str>),
    /// A comment, processing instruction, CDATA section or the XML declaration.
    Markup(Cow<'a, str>),
    /// An element.
    Element(Element<'a>),
}

/// An element with its raw tags.
#[derive(Debug)]
pub(crate) struct Element<'a> {
    /// The start tag, or the whole of an empty element's tag.
    pub open: Cow<'a, str>,
    /// What lies between the tags.
    pub content: Vec<Node<'a>>,
    /// The end tag; empty exactly where `open` ends in `/>`.
    pub close: Cow<'a, str>,
}

/// An attribute within a start tag; all offsets are into the tag.
pub(crate) struct Attribute<'t> {
    /// The name, prefix included.
    pub name: &'t str,
    /// The value with its quotes.
    pub raw: &'t str,
    /// Where the white space before the name begins.
    pub start: usize,
    /// Where the value with its quotes ends.
    pub end: usize,
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'-' | b'.') || byte >= 0x80
}

/// White space as XML has it.
pub(crate) const SPACE: &[char] = &[' ', '\t', '\r', '\n'];

/// The name at the beginning of `text`; empty where there is none.
fn name(text: &str) -> &str {
    let end = text.bytes().position(|b| !is_name_byte(b)).unwrap_or(text.len());
    let name = &text[..end];
    if name.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '.')) { "" } else { name }
}

/// The next attribute in the start tag `tag` from offset `at` on; nothing at the tag's end, and an error for anything
/// else that stands there.
fn attribute(tag: &str, at: usize) -> Result<Option<Attribute<'_>>, &'static str> {
    let rest = &tag[at..];
    let trimmed = rest.trim_start_matches(SPACE);
    if trimmed == ">" || trimmed == "/>" {
        return Ok(None);
    }
    let name_at = tag.len() - trimmed.len();
    let name = name(trimmed);
    if name.is_empty() || name_at == at {
        return Err("expected an attribute or the end of the tag");
    }
    let after = trimmed[name.len()..].trim_start_matches(SPACE);
    let value =
        after.strip_prefix('=').ok_or("expected `=` after an attribute's name")?.trim_start_matches(SPACE);
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    let quote = quote.ok_or("expected a quoted attribute value")?;
    let length = value[1..].find(quote).ok_or("an attribute value without its end")? + 2;
    let raw = &value[..length];
    if raw.contains('<') {
        return Err("`<` in an attribute value");
    }
    references(raw)?;
    let end = tag.len() - value.len() + length;
    Ok(Some(Attribute { name, raw, start: at, end }))
}

/// Where the tag that begins `text` ends, quotes observed.
fn tag_end(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'>') => return Some(at + 1),
            (None, _) => {}
        }
    }
    None
}

/// Checks a start tag from its name to its end.
pub(crate) fn check_tag(tag: &str) -> Result<(), &'static str> {
    let mut at = 1 + name(&tag[1..]).len();
    if at == 1 {
        return Err("`<` that begins no tag; write `&lt;`");
    }
    let mut names = BTreeSet::new();
    while let Some(attribute) = attribute(tag, at)? {
        if !names.insert(attribute.name) {
            return Err("an attribute is given twice");
        }
        at = attribute.end;
    }
    Ok(())
}

impl<'a> Document<'a> {
    /// Reads a whole file.
    pub fn parse(text: &'a str) -> Result<Self, Error> {
        if let Some(at) = text.find(|character| !is_character(character)) {
            return Err(Parser { text, at }.error("a character that XML does not allow"));
        }
        let document = Document { content: Parser { text, at: 0 }.content()? };
        match document.root().name() {
            "configuration" => Ok(document),
            other => Err(Error::UnknownRoot(other.to_string())),
        }
    }

    /// The root element.
    pub fn root(&self) -> &Element<'a> {
        self.content.iter().find_map(Node::element).expect("the parser insists on one")
    }

    /// The whole file again; `expected` is a guess at its length in bytes.
    pub fn text(&self, expected: usize) -> String {
        let mut text = String::with_capacity(expected + 1024);
        self.content.iter().for_each(|node| node.write(&mut text));
        text
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn error(&self, problem: &'static str) -> Error {
        let before = self.text.as_bytes().get(..self.at).unwrap_or_default();
        Error::Malformed { line: 1 + before.iter().filter(|b| **b == b'\n').count(), problem }
    }

    /// The top level, with exactly one element in it.
    fn content(mut self) -> Result<Vec<Node<'a>>, Error> {
        // elements whose end tag is still to come; the first stands for the document itself
        let mut open: Vec<Element<'a>> = alloc::vec![element("")];
        while self.at < self.text.len() {
            let rest = &self.text[self.at..];
            let depth = open.len();
            let current = open.last_mut().expect("the document's own is never taken off");
            if !rest.starts_with('<') {
                let end = rest.find('<').unwrap_or(rest.len());
                let characters = &rest[..end];
                if depth == 1 && !characters.trim_matches(SPACE).is_empty() {
                    return Err(self.error("text outside the root element"));
                }
                if characters.contains("]]>") {
                    return Err(self.error("`]]>` outside of a CDATA section; write `]]&gt;`"));
                }
                references(characters).map_err(|problem| self.error(problem))?;
                current.content.push(Node::Text(Cow::Borrowed(characters)));
                self.at += end;
            } else if let Some(end) = self.markup(rest, depth)? {
                current.content.push(Node::Markup(Cow::Borrowed(&rest[..end])));
                self.at += end;
            } else if let Some(closing) = rest.strip_prefix("</") {
                let name = name(closing);
                let end =
                    closing[name.len()..].find('>').ok_or_else(|| self.error("a tag without its end"))?;
                if depth == 1 || current.name() != name {
                    return Err(self.error("an end tag without its start tag"));
                }
                if !closing[name.len()..][..end].trim_matches(SPACE).is_empty() {
                    return Err(self.error("something after the name in an end tag"));
                }
                let length = 2 + name.len() + end + 1;
                current.close = Cow::Borrowed(&rest[..length]);
                self.at += length;
                let closed = open.pop().expect("deeper than the document");
                let parent = open.last_mut().expect("the document's own is never taken off");
                parent.content.push(Node::Element(closed));
            } else {
                let end = tag_end(rest).ok_or_else(|| self.error("a tag without its end"))?;
                let tag = &rest[..end];
                check_tag(tag).map_err(|problem| self.error(problem))?;
                if depth == 1 && current.elements().next().is_some() {
                    return Err(self.error("a second root element"));
                }
                if depth > DEEPEST {
                    return Err(self.error("elements nested deeper than 200"));
                }
                if tag.ends_with("/>") {
                    current.content.push(Node::Element(element(tag)));
                } else {
                    open.push(element(tag));
                }
                self.at += end;
            }
        }
        if open.len() > 1 {
            return Err(self.error("the file ends before its elements do"));
        }
        let content = open.pop().map(|document| document.content).unwrap_or_default();
        if content.iter().any(|node| node.element().is_some()) {
            Ok(content)
        } else {
            Err(self.error("no element at all"))
        }
    }

    /// The length of a comment and the like at the beginning of `rest`; nothing where a tag begins.
    fn markup(&self, rest: &str, depth: usize) -> Result<Option<usize>, Error> {
        let (skip, terminator) = if rest.starts_with("<!--") {
            (4, "-->")
        } else if rest.starts_with("<![CDATA[") && depth > 1 {
            (9, "]]>")
        } else if rest.starts_with("<?") {
            (2, "?>")
        } else if rest.starts_with("<!") {
            // a document type could define entities, and with them what attributes mean
            return Err(self.error("a document type or declaration, which no IIS configuration has"));
        } else {
            return Ok(None);
        };
        let end = rest[skip..]
            .find(terminator)
            .ok_or_else(|| self.error("a comment or the like without its end"))?;
        let inner = &rest[skip..skip + end];
        let problem = match terminator {
            "-->" if inner.contains("--") || inner.ends_with('-') => Some("`--` within a comment"),
            "?>" => self.instruction(inner),
            _ => None,
        };
        match problem {
            Some(problem) => Err(self.error(problem)),
            None => Ok(Some(skip + end + terminator.len())),
        }
    }

    /// What is wrong with a processing instruction, or with the XML declaration.
    fn instruction(&self, inner: &str) -> Option<&'static str> {
        let target = name(inner);
        if target.is_empty() {
            return Some("a processing instruction without a name");
        }
        if !target.eq_ignore_ascii_case("xml") {
            return None;
        }
        if self.at > 0 || target != "xml" {
            return Some("an XML declaration that is not the first thing in the file");
        }
        let version = inner[target.len()..].split_once("version").map_or("", |(_, rest)| rest);
        let version = version.trim_start_matches(SPACE).strip_prefix('=').unwrap_or("");
        let version = version.trim_start_matches(SPACE).trim_start_matches(['"', '\'']);
        (!version.starts_with("1.0")).then_some("an XML declaration of another version than 1.0")
    }
}

/// The single element that `text` consists of, on its own feet; nothing where it is something else.
pub(crate) fn fragment(text: &str) -> Option<Element<'static>> {
    if !text.chars().all(is_character) {
        return None;
    }
    let mut content = Parser { text, at: 0 }.content().ok()?;
    match (content.pop(), content.is_empty()) {
        (Some(Node::Element(element)), true) => Some(element.into_owned()),
        _ => None,
    }
}

/// An element of which only the start tag is known.
fn element<'a>(tag: impl Into<Cow<'a, str>>) -> Element<'a> {
    Element { open: tag.into(), content: Vec::new(), close: Cow::Borrowed("") }
}

impl<'a> Node<'a> {
    /// The node as an element.
    pub fn element(&self) -> Option<&Element<'a>> {
        if let Node::Element(element) = self { Some(element) } else { None }
    }

    /// Whether the node is more than white space.
    pub fn is_substance(&self) -> bool {
        if let Node::Text(text) = self { !text.trim_matches(SPACE).is_empty() } else { true }
    }

    /// Appends the raw text.
    pub fn write(&self, text: &mut String) {
        match self {
            Node::Text(characters) => text.push_str(characters),
            Node::Markup(raw) => text.push_str(raw),
            Node::Element(element) => element.write(text),
        }
    }
}

/// How many of the nodes are elements.
pub(crate) fn count(nodes: &[Node]) -> usize {
    nodes.iter().filter(|node| node.element().is_some()).count()
}

/// The position of element number `index` among the nodes.
pub(crate) fn position(nodes: &[Node], index: usize) -> Option<usize> {
    let positions = nodes.iter().enumerate().filter(|(_, node)| node.element().is_some());
    positions.map(|(at, _)| at).nth(index)
}

/// The raw text of several nodes.
pub(crate) fn raw(nodes: &[Node]) -> String {
    let mut text = String::new();
    nodes.iter().for_each(|node| node.write(&mut text));
    text
}

impl<'a> Element<'a> {
    fn into_owned(self) -> Element<'static> {
        let own = |text: Cow<'a, str>| Cow::Owned(text.into_owned());
        let content = self.content.into_iter().map(|node| match node {
            Node::Text(text) => Node::Text(own(text)),
            Node::Markup(raw) => Node::Markup(own(raw)),
            Node::Element(element) => Node::Element(element.into_owned()),
        });
        Element { open: own(self.open), content: content.collect(), close: own(self.close) }
    }

    /// The tag's name, prefix included.
    pub fn name(&self) -> &str {
        self.open.get(1..).map_or("", name)
    }

    /// Whether the element is written as one tag, `<a />`.
    pub fn is_one_tag(&self) -> bool {
        self.open.ends_with("/>")
    }

    /// The element children.
    pub fn elements(&self) -> impl Iterator<Item = &Element<'a>> {
        self.content.iter().filter_map(Node::element)
    }

    /// The attribute `name`, raw.
    pub fn attribute(&self, name: &str) -> Option<Attribute<'_>> {
        // a tag can be long, and most that are asked do not have what they are asked for
        if !self.open.contains(name) {
            return None;
        }
        self.attributes().find(|attribute| attribute.name == name)
    }

    /// The attributes in their order. The tag was checked when it was read, or is our own.
    pub fn attributes(&self) -> impl Iterator<Item = Attribute<'_>> {
        let mut at = 1 + self.name().len();
        core::iter::from_fn(move || {
            let found = attribute(&self.open, at).ok().flatten()?;
            at = found.end;
            Some(found)
        })
    }

    /// The value of the attribute `name`, references resolved.
    pub fn value(&self, name: &str) -> Option<Cow<'_, str>> {
        self.attribute(name).map(|attribute| unescape(&attribute.raw[1..attribute.raw.len() - 1]))
    }

    /// Appends the raw text.
    pub fn write(&self, text: &mut String) {
        text.push_str(&self.open);
        self.content.iter().for_each(|node| node.write(text));
        text.push_str(&self.close);
    }
}

/// What stands between the quotes of a raw value; nothing where there are none.
pub(crate) fn inner(raw: &str) -> Option<&str> {
    let quote = raw.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    raw[1..].strip_suffix(quote).filter(|inner| !inner.contains(quote))
}

/// Whether XML 1.0 allows the character (production 2).
pub(crate) fn is_character(character: char) -> bool {
    !matches!(character, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

/// Refuses an `&` that begins no reference, and references to what nobody has declared.
pub(crate) fn references(raw: &str) -> Result<(), &'static str> {
    for rest in raw.split('&').skip(1) {
        let (name, _) = rest.split_once(';').ok_or("an `&` that begins no reference; write `&amp;`")?;
        character(name)
            .filter(|found| is_character(*found))
            .ok_or("a reference to an unknown entity or character")?;
    }
    Ok(())
}

/// The value of an attribute: references resolved, line breaks and tabs blanks (XML 1.0, section 3.3.3).
fn unescape(raw: &str) -> Cow<'_, str> {
    if !raw.contains(['&', '\t', '\r', '\n']) {
        return Cow::Borrowed(raw);
    }
    let raw = raw.replace("\r\n", " ").replace(['\t', '\r', '\n'], " ");
    let mut value = String::with_capacity(raw.len());
    let mut rest = raw.as_str();
    while let Some((before, after)) = rest.split_once('&') {
        value.push_str(before);
        let reference = after.split_once(';').and_then(|(name, tail)| Some((character(name)?, tail)));
        if let Some((character, tail)) = reference {
            value.push(character);
            rest = tail;
        } else {
            value.push('&');
            rest = after;
        }
    }
    value.push_str(rest);
    Cow::Owned(value)
}

fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |digits| (digits, 16));
            let is_number = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            char::from_u32(u32::from_str_radix(digits, radix).ok().filter(|_| is_number)?)
        }
    }
}

/// `value` as it stands between double quotes.
pub(crate) fn escape(value: &str) -> String {
    let mut raw = String::with_capacity(value.len());
    for character in value.chars() {
        match character {
            '&' => raw.push_str("&amp;"),
            '<' => raw.push_str("&lt;"),
            '"' => raw.push_str("&quot;"),
            other => raw.push(other),
        }
    }
    raw
}
