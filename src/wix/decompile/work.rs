//! What the functions of tables work with: the database, and the elements made so far by what they stand in.

use super::layout::Layout;
use super::rows::{Row, rows};
use super::tree::{Build, element};
use crate::compile::names::{is_long_name, is_short_name};
use crate::id::{Arch, Guid};
use crate::msi::Database;
use crate::source::Element;
use std::collections::{BTreeMap, BTreeSet};

/// What an element stands in: the kind of row (`Component`, `File`, `Registry`, …) and its key; `Package` and `UI` have none.
pub(super) type Around = (&'static str, String);

/// A source being made.
pub(super) struct Work<'d> {
    /// What is decompiled.
    pub database: &'d Database,
    /// The processor that the package is for.
    pub arch: Arch,
    /// Where extracted files are.
    pub layout: &'d Layout,
    /// Elements by what they stand in.
    inside: BTreeMap<Around, Vec<Element>>,
    /// Texts that stand in files: by path as the source names it, the path below the folder and the text.
    pub texts: BTreeMap<String, (String, String)>,
    /// Ids of variables by their values.
    variables: BTreeMap<String, String>,
    /// Key paths of components, with the bits that say what they are.
    key_paths: BTreeMap<&'d str, (&'d str, i32)>,
    /// Rows, by table and key, that an element of another row gives.
    covered: BTreeSet<(&'static str, String)>,
}

/// The bits of Component.Attributes that say what the key path is.
pub(super) const REGISTRY_KEY_PATH: i32 = 4;
pub(super) const ODBC_DATA_SOURCE: i32 = 32;

impl<'d> Work<'d> {
    pub fn new(database: &'d Database, arch: Arch, layout: &'d Layout) -> Work<'d> {
        let key_paths = rows(database, "Component").filter_map(|row| {
            let bits = row.or_zero("Attributes") & (REGISTRY_KEY_PATH | ODBC_DATA_SOURCE);
            Some((row.text("Component")?, (row.text("KeyPath")?, bits)))
        });
        let key_paths = key_paths.collect();
        let (inside, texts, variables) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Work { database, arch, layout, inside, texts, variables, key_paths, covered: BTreeSet::new() }
    }

    /// The rows of a table.
    pub fn rows(&self, table: &str) -> impl Iterator<Item = Row<'d>> + use<'d> {
        rows(self.database, table)
    }

    /// Puts `element` into what it stands in.
    pub fn put(&mut self, kind: &'static str, key: &str, element: Element) {
        self.inside.entry((kind, key.to_owned())).or_default().push(element);
    }

    /// Takes the elements out that stand in the row `key` of `kind`.
    pub fn take(&mut self, kind: &'static str, key: &str) -> Vec<Element> {
        self.inside.remove(&(kind, key.to_owned())).unwrap_or_default()
    }

    /// Says that the row `key` of `table` comes with another row's element.
    pub fn cover(&mut self, table: &'static str, key: &str) {
        self.covered.insert((table, key.to_owned()));
    }

    /// Whether the row `key` of `table` comes with another row's element.
    pub fn is_covered(&self, table: &'static str, key: &str) -> bool {
        self.covered.contains(&(table, key.to_owned()))
    }

    /// Whether `key`, of the kind that `bits` say, is the key path of `component`.
    pub fn is_key_path(&self, component: &str, key: &str, bits: i32) -> bool {
        self.key_paths.get(component) == Some(&(key, bits))
    }

    /// A variable that stands for `text`, where the language would not take the text itself: it looks at names, versions and
    /// GUIDs as they are written.
    pub fn exactly(&mut self, text: &str) -> String {
        let next = self.variables.len() + 1;
        let id = self.variables.entry(text.to_owned()).or_insert_with(|| format!("Text{next}"));
        format!("!(wix.{id})")
    }

    /// `element` with `name`, a GUID, as it is spelled.
    pub fn guid(&mut self, element: Element, name: &str, text: &str) -> Element {
        if text.parse::<Guid>().is_ok_and(|guid| guid.to_string() == text) {
            element.with(name, text)
        } else {
            let variable = self.exactly(text);
            element.with_variable(name, variable)
        }
    }

    /// `element` with `name` and `short`, the two names of a cell `short|long`
    /// (<https://learn.microsoft.com/windows/win32/msi/filename>).
    pub fn names(&mut self, element: Element, name: &str, short: &str, cell: &str) -> Element {
        let (short_name, long) = match cell.split_once('|') {
            Some((short, long)) => (Some(short), long),
            // only a variable keeps the engine from making a short name up
            None => ((!is_short_name(cell)).then_some(cell), cell),
        };
        let element = if is_long_name(long) {
            element.with(name, long)
        } else {
            let variable = self.exactly(long);
            element.with_variable(name, variable)
        };
        match short_name {
            None => element,
            Some(text) if is_short_name(text) => element.with(short, text),
            Some(text) => {
                let variable = self.exactly(text);
                element.with_variable(short, variable)
            }
        }
    }

    /// The definitions of the variables.
    pub fn definitions(&self) -> Vec<Element> {
        let defined: BTreeSet<(&String, &String)> =
            self.variables.iter().map(|(text, id)| (id, text)).collect();
        let one = |(id, text): (&String, &String)| {
            element("WixVariable").with("Id", id.as_str()).with("Value", text.as_str())
        };
        defined.into_iter().map(one).collect()
    }
}

/// `yes` or nothing for each attribute whose bit is set.
pub(super) fn flags<'n>(
    element: Element,
    bits: i32,
    names: impl IntoIterator<Item = &'n (&'n str, i32)>,
) -> Element {
    names.into_iter().fold(element, |element, (name, bit)| element.flag(name, bits & bit != 0))
}

/// The name that `choices` have for `value`, if it is not the first one.
pub(super) fn choice<'n, T: PartialEq>(choices: &'n [(&'n str, T)], value: &T) -> Option<&'n str> {
    let at = choices.iter().position(|(_, known)| known == value)?;
    (at > 0).then(|| choices[at].0)
}
