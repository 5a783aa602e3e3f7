//! A source file after preprocessing: elements with their places.

use crate::diag::{Diagnostic, Location};

/// The root of the namespaces of WiX 3, whose language is another one.
const WIX_3: &str = "http://schemas.microsoft.com/wix/2006/";

/// That the root `element` is of another namespace than `expected` (WIX0199).
pub(crate) fn foreign(element: &Element, expected: &str) -> Diagnostic {
    let namespace = &element.namespace;
    let message = format!("the root element's namespace is `{namespace}`; expected `{expected}`");
    let finding = Diagnostic::error("WIX0199", message).at(&element.at);
    if namespace.starts_with(WIX_3) {
        finding.help("this is a source of WiX 3; `cargo xtask wix convert` makes one of WiX 4 of it")
    } else {
        finding.help(format!("write `xmlns=\"{expected}\"`"))
    }
}

/// An XML element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// Local name.
    pub name: String,
    /// Namespace name; empty for none.
    pub namespace: String,
    /// Attributes, in the order of the source.
    pub attributes: Vec<Attribute>,
    /// Children, in the order of the source. Comments are gone; white space between elements is gone.
    pub children: Vec<Node>,
    /// Where the start tag begins, in the file that the author wrote (an include keeps its own file).
    pub at: Location,
}

/// An attribute with its preprocessed value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Local name.
    pub name: String,
    /// Namespace name; empty for none, which is what the WiX language uses.
    pub namespace: String,
    /// The value.
    pub value: String,
    /// Where the attribute's name begins.
    pub at: Location,
}

/// A child of an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// An element.
    Element(Element),
    /// Text or CDATA with something other than white space in it.
    Text {
        /// The text.
        text: String,
        /// Where it begins.
        at: Location,
    },
}
