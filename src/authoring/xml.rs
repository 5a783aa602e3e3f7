//! Writing indented XML.

use crate::diag::markup::attribute;

/// A document under construction.
pub(super) struct Xml {
    text: String,
    depth: usize,
}

impl Xml {
    pub fn new() -> Xml {
        Xml { text: "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n".to_owned(), depth: 0 }
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(&"  ".repeat(self.depth));
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// A comment. Two hyphens in a row, which XML forbids in one, become one.
    pub fn comment(&mut self, text: &str) {
        self.line(&format!("<!-- {} -->", text.replace("--", "-")));
    }

    /// An element without content.
    pub fn element(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.line(&format!("<{name}{} />", written(attributes)));
    }

    /// An element with what `content` writes.
    pub fn within(&mut self, name: &str, attributes: &[(&str, &str)], content: impl FnOnce(&mut Xml)) {
        self.line(&format!("<{name}{}>", written(attributes)));
        self.depth += 1;
        content(self);
        self.depth -= 1;
        self.line(&format!("</{name}>"));
    }

    pub fn finish(self) -> String {
        self.text
    }
}

fn written(attributes: &[(&str, &str)]) -> String {
    attributes.iter().map(|(name, value)| format!(" {name}=\"{}\"", attribute(value))).collect()
}
