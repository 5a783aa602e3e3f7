//! A source file after preprocessing: elements with their places.

use crate::diag::Location;

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
