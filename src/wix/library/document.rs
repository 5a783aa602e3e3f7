//! The intermediate document of a library: `wix-ir.json` in it, sections of symbols whose fields have no names, only
//! places. WiX 4 to 7 write the same form (`WixToolset.Data`, `Intermediate.cs`).

use crate::symbol::Access;
use serde::{Deserialize, Serialize};

/// The member of a library that has its symbols.
pub(super) const DOCUMENT: &str = "wix-ir.json";

/// The version of the form.
pub(super) const VERSION: &str = "4.0.0.0";

/// The whole document.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Document {
    /// What tells the library from others.
    #[serde(default)]
    pub id: String,
    /// How far it is, several words joined by `;`.
    #[serde(default)]
    pub level: String,
    /// [`VERSION`].
    #[serde(default)]
    pub version: String,
    #[serde(default)]
    pub sections: Vec<Section>,
    /// What is known of symbols that are not the core's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub definitions: Vec<Definition>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub localizations: Vec<Localization>,
}

/// What the fields of a kind of symbols are.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Definition {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub fields: Vec<FieldDefinition>,
}

/// A field of a kind of symbols.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct FieldDefinition {
    #[serde(default)]
    pub name: String,
    /// Nothing for a text.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// What comes along together.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Section {
    /// `fragment`; others have no place in a library.
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub symbols: Vec<Symbol>,
}

/// One thing that a source defines.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Symbol {
    /// The name of its definition, which says what the fields are.
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Id>,
    /// Where it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ln: Option<Line>,
    #[serde(default)]
    pub fields: Vec<Option<Field>>,
}

/// A symbol's id.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Id {
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub access: AccessName,
}

/// [`Access`], as the document spells it.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum AccessName {
    #[default]
    #[serde(alias = "public")]
    Global,
    #[serde(alias = "internal")]
    Library,
    #[serde(alias = "protected")]
    File,
    #[serde(alias = "private")]
    Section,
    Virtual,
    Override,
}

impl From<AccessName> for Access {
    fn from(name: AccessName) -> Access {
        match name {
            AccessName::Global => Access::Global,
            AccessName::Library => Access::Library,
            AccessName::File => Access::File,
            AccessName::Section => Access::Section,
            AccessName::Virtual => Access::Virtual,
            AccessName::Override => Access::Override,
        }
    }
}

/// A place in a source.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Line {
    #[serde(default)]
    pub file: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

/// What a symbol says at one place.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Field {
    /// What set it, if not the compiler.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    pub data: Data,
    /// What it was before that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev: Option<Box<Field>>,
}

impl From<Data> for Field {
    fn from(data: Data) -> Field {
        Field { context: None, data, prev: None }
    }
}

/// A value.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(untagged)]
pub(super) enum Data {
    Null,
    Bool(bool),
    Number(i64),
    Text(String),
    /// A file: one in the library if `embed` is there.
    Path {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        embed: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        path: Option<String>,
    },
}

/// The texts of one culture.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Localization {
    #[serde(default)]
    pub location: Place,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codepage: Option<i32>,
    #[serde(rename = "summaryCodepage", default, skip_serializing_if = "Option::is_none")]
    pub summary_codepage: Option<i32>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub culture: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<Variable>,
    /// By dialog and control, joined by `/`.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub controls: serde_json::Map<String, serde_json::Value>,
}

/// What a localization is of.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Place {
    #[default]
    Source,
    Library,
    Extension,
    ExtensionDefaultCulture,
}

/// A text with a name.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Variable {
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub value: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overridable: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ln: Option<Line>,
}

/// What a localization changes of a dialog or control; numbers that are not given are [`NOT_SET`].
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Control {
    pub dialog: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub control: Option<String>,
    pub x: i32,
    pub y: i32,
    pub width: i32,
    pub height: i32,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub right_to_left: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub right_aligned: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub left_scroll: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// A number that is not given (`CompilerConstants.IntegerNotSet`).
pub(super) const NOT_SET: i32 = i32::MIN;
