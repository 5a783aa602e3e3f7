//! Text to a [`Tree`]. The parser of the engine finds what is where, and refuses what is no XML.

use crate::space::Space;
use crate::tree::{Attribute, Content, DOCUMENT, Element, Id, Tree};
use roxmltree::{Document, Node, NodeType, ParsingOptions};

/// Elements within elements.
const DEPTH: u32 = 200;

/// Why a text is no source, and where: line and column, from 1.
pub struct Problem {
    /// What is wrong.
    pub message: String,
    /// Line and column.
    pub at: (u32, u32),
}

/// The tree of `text`.
///
/// # Errors
/// The text is no XML, has a document type, or nests too deep.
pub fn parse(text: &str) -> Result<Tree, Problem> {
    let limit = ParsingOptions { allow_dtd: false, nodes_limit: 2_000_000, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, limit).map_err(|error| {
        let at = error.pos();
        let words = error.to_string();
        // the place is told beside it
        let message = words.rfind(" at ").map_or(&*words, |end| &words[..end]);
        Problem { message: format!("not a valid source file: {message}"), at: (at.row, at.col) }
    })?;
    let mut reader = Reader { text, tree: Tree::default(), root_space: root_space(&document) };
    let top = reader.tree.add(Content::Document);
    debug_assert_eq!(top, DOCUMENT);
    reader.children(&document, document.root(), DOCUMENT, 0..text.len(), 0)?;
    Ok(reader.tree)
}

/// What elements without a namespace are, where the root has none: somebody forgot it.
fn root_space(document: &Document) -> Space {
    let root = document.root_element().tag_name();
    match (root.namespace().unwrap_or_default(), root.name()) {
        ("", "Wix" | "Include") => Space::Wix,
        ("", "WixLocalization") => Space::Wxl,
        _ => Space::None,
    }
}

struct Reader<'t> {
    text: &'t str,
    tree: Tree,
    root_space: Space,
}

impl Reader<'_> {
    /// Reads what stands in `node`, which is `parent` in the tree and whose content has the bytes `within`.
    fn children(
        &mut self,
        document: &Document,
        node: Node,
        parent: Id,
        within: std::ops::Range<usize>,
        depth: u32,
    ) -> Result<(), Problem> {
        let mut at = within.start;
        // characters are what lies between everything else: a parser that joins text and CDATA has no places for them
        for child in node.children().filter(|child| child.node_type() != NodeType::Text) {
            let range = child.range();
            self.characters(parent, at..range.start);
            at = range.end;
            let raw = &self.text[range.clone()];
            let id = match child.node_type() {
                NodeType::Comment => self.tree.add(Content::Comment(raw.to_owned())),
                NodeType::Element => self.element(document, child, depth)?,
                _ => self.tree.add(Content::Instruction(raw.to_owned())),
            };
            self.tree.append(parent, id);
        }
        self.characters(parent, at..within.end);
        Ok(())
    }

    fn characters(&mut self, parent: Id, range: std::ops::Range<usize>) {
        let mut rest = &self.text[range];
        while !rest.is_empty() {
            // only the document's own text can have a declaration in it
            let (length, content): (usize, fn(String) -> Content) = if rest.starts_with("<![CDATA[") {
                (rest.find("]]>").map_or(rest.len(), |end| end + 3), Content::Cdata)
            } else if rest.starts_with("<?") {
                (rest.find("?>").map_or(rest.len(), |end| end + 2), Content::Instruction)
            } else {
                (rest.find('<').filter(|end| *end > 0).unwrap_or(rest.len()), Content::Text)
            };
            let id = self.tree.add(content(rest[..length].to_owned()));
            self.tree.append(parent, id);
            rest = &rest[length..];
        }
    }

    fn element(&mut self, document: &Document, node: Node, depth: u32) -> Result<Id, Problem> {
        let range = node.range();
        if depth == DEPTH {
            let at = document.text_pos_at(range.start);
            let message = format!("elements stand within one another more than {DEPTH} deep");
            return Err(Problem { message, at: (at.row, at.col) });
        }
        let raw = &self.text[range.clone()];
        let name_end = 1 + raw[1..].find([' ', '\t', '\r', '\n', '/', '>']).unwrap_or(raw.len() - 1);
        let mut at = name_end;
        let mut attributes = Vec::new();
        let (tail, closed) = loop {
            let rest = &raw[at..];
            let blank = rest.len() - rest.trim_start().len();
            let (before, rest) = rest.split_at(blank);
            if rest.starts_with(['/', '>']) {
                at += blank + if rest.starts_with('/') { 2 } else { 1 };
                break (before.to_owned(), rest.starts_with('/'));
            }
            let (attribute, length) = attribute(node, before, rest);
            at += blank + length;
            attributes.push(attribute);
        };
        // a start tag's `</` would be an error, so that the last one begins the end tag
        let end_at = if closed { at } else { raw.rfind("</").unwrap_or(at) };
        let name = raw[1..name_end].to_owned();
        // the blanks before its `>`; its name is that of the start tag, though it may be written otherwise (`</:Wix>`)
        let end = (!closed).then(|| {
            let tag = raw[end_at..].trim_end_matches('>');
            tag[tag.trim_end().len()..].to_owned()
        });
        let space = match node.tag_name().namespace() {
            None | Some("") => self.root_space,
            Some(uri) => Space::of(uri),
        };
        let id = self.tree.add(Content::Element(Element { name, space, attributes, tail, end }));
        if !closed {
            self.children(document, node, id, range.start + at..range.start + end_at, depth + 1)?;
        }
        Ok(id)
    }
}

/// The attribute with which `rest` begins, and how long it is there.
fn attribute(node: Node, before: &str, rest: &str) -> (Attribute, usize) {
    let equals_at = rest.find('=').unwrap_or(rest.len());
    let name = rest[..equals_at].trim_end();
    let quote_at = rest.find(['"', '\'']).unwrap_or(rest.len());
    let quote = rest[quote_at..].chars().next().unwrap_or('"');
    let value = rest.get(quote_at + 1..).unwrap_or_default();
    let raw = &value[..value.find(quote).unwrap_or(value.len())];
    let space = match name.split_once(':') {
        Some(("xmlns" | "xml", _)) | None => Space::None,
        Some((prefix, _)) => node.lookup_namespace_uri(Some(prefix)).map_or(Space::Other, Space::of),
    };
    let attribute = Attribute {
        before: before.to_owned(),
        name: name.to_owned(),
        space,
        equals: rest[name.len()..quote_at].to_owned(),
        quote,
        raw: raw.to_owned(),
    };
    (attribute, (quote_at + 1 + raw.len() + 1).min(rest.len()))
}
