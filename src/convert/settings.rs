//! Settings files of `wix convert` and `wix format`:
//! `<Settings><IgnoreErrors><Test Id="…"/></IgnoreErrors><ErrorsAsWarnings>…</ErrorsAsWarnings><ExemptFiles><File Name="…"/>`.

use crate::kinds;
use roxmltree::{Document, Node};
use std::collections::BTreeSet;

/// What settings files say.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Names of kinds of conversions that are left out; see [`KINDS`](crate::KINDS).
    pub ignored: BTreeSet<String>,
    /// Names of kinds of questions that are warnings only.
    pub warnings: BTreeSet<String>,
    /// Names of files that are left alone, in capital letters.
    pub exempt: BTreeSet<String>,
}

/// Why a settings file is none.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// It is no XML.
    #[error(transparent)]
    Xml(#[from] roxmltree::Error),
    /// It names a kind of finding that does not exist.
    #[error("`{0}` is no kind of finding; a finding names its kind in parentheses")]
    Kind(String),
}

impl Settings {
    /// Adds what the `text` of a settings file says.
    ///
    /// # Errors
    /// The text is no XML, or names a kind that does not exist.
    pub fn add(&mut self, text: &str) -> Result<(), SettingsError> {
        let document = Document::parse(text)?;
        for element in document.root_element().descendants().filter(Node::is_element) {
            let parent = element.parent().map_or("", |parent| parent.tag_name().name());
            let value = |name| element.attribute(name).unwrap_or_default();
            match (parent, element.tag_name().name()) {
                ("IgnoreErrors", "Test") => drop(self.ignored.insert(kind(value("Id"))?)),
                ("ErrorsAsWarnings", "Test") => drop(self.warnings.insert(kind(value("Id"))?)),
                ("ExemptFiles", "File") => drop(self.exempt.insert(value("Name").to_uppercase())),
                _ => {}
            }
        }
        Ok(())
    }
}

/// The kind named `id`, as it is written here.
fn kind(id: &str) -> Result<String, SettingsError> {
    let known = kinds::ALL.iter().find(|kind| kind.name.eq_ignore_ascii_case(id));
    known.map(|kind| kind.name.to_owned()).ok_or_else(|| SettingsError::Kind(id.to_owned()))
}
