//! Searches: rows of AppSearch become elements inside of their property, with what they look in around them.

use super::rows::{Row, rows};
use super::tree::{Build, element};
use super::work::Work;
use crate::ids::RegistryRoot;
use crate::msi::Database;
use crate::source::Element;
use std::collections::{BTreeMap, BTreeSet};

/// The bit of RegLocator's Type for the 64-bit view.
const VIEW_64_BIT: i32 = 16;
/// Searches inside one another; more is a circle.
const DEEPEST: usize = 32;

/// The tables of searches by signature.
pub(super) struct Searches<'d> {
    registry: BTreeMap<&'d str, Row<'d>>,
    components: BTreeMap<&'d str, Row<'d>>,
    files: BTreeMap<&'d str, Row<'d>>,
    ini_files: BTreeMap<&'d str, Row<'d>>,
    directories: BTreeMap<&'d str, Vec<Row<'d>>>,
    properties: BTreeMap<&'d str, Vec<&'d str>>,
    /// Signatures whose rows an element has given already.
    written: BTreeSet<String>,
}

impl<'d> Searches<'d> {
    pub fn new(database: &'d Database) -> Searches<'d> {
        let by_signature = |table| -> BTreeMap<&str, Row<'_>> {
            rows(database, table).map(|row| (row.or_empty("Signature_"), row)).collect()
        };
        let mut directories: BTreeMap<&str, Vec<Row<'_>>> = BTreeMap::new();
        for row in rows(database, "DrLocator") {
            directories.entry(row.or_empty("Signature_")).or_default().push(row);
        }
        let mut properties: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for row in rows(database, "AppSearch") {
            properties.entry(row.or_empty("Property")).or_default().push(row.or_empty("Signature_"));
        }
        Searches {
            registry: by_signature("RegLocator"),
            components: by_signature("CompLocator"),
            files: rows(database, "Signature").map(|row| (row.or_empty("Signature"), row)).collect(),
            ini_files: by_signature("IniLocator"),
            directories,
            properties,
            written: BTreeSet::new(),
        }
    }

    /// The searches whose result the property `name` gets.
    pub fn of_property(&mut self, work: &mut Work<'d>, name: &str) -> Vec<Element> {
        let signatures = self.properties.get(name).cloned().unwrap_or_default();
        signatures.into_iter().filter_map(|signature| self.search(work, signature)).collect()
    }

    /// The search with `signature`: from the inside to the outside.
    fn search(&mut self, work: &mut Work<'d>, signature: &str) -> Option<Element> {
        if !self.written.insert(signature.to_owned()) {
            return self.again(signature);
        }
        if let Some(found) = self.start(work, signature, &[]) {
            return Some(found);
        }
        let row = *self.directories.get(signature)?.first()?;
        let file = self.files.get(signature).copied();
        // a file with a signature of its own, in a directory that says where
        let is_bare = row.text("Path").is_none() && row.int("Depth").is_none();
        match (file, row.text("Parent")) {
            (Some(file), Some(_)) if is_bare => {
                let found = file_search(work, file, true);
                self.below(work, row.text("Parent"), found)
            }
            (None, Some(parent)) if is_bare && self.files.contains_key(parent) => {
                // the property gets the folder: folder and file have changed places
                self.written.insert(parent.to_owned());
                let file = *self.files.get(parent)?;
                let row = *self.directories.get(parent)?.first()?;
                let found = directory(row, signature).flag("AssignToProperty", true);
                let found = found.holding([file_search(work, file, true)]);
                self.below(work, row.text("Parent"), found)
            }
            (file, parent) => {
                let file = file.map(|file| file_search(work, file, false));
                self.below(work, parent, directory(row, signature).holding(file))
            }
        }
    }

    /// What has been written already.
    fn again(&self, signature: &str) -> Option<Element> {
        if self.registry.contains_key(signature) {
            return Some(element("RegistrySearchRef").with("Id", signature));
        }
        let row = self.directories.get(signature)?.first()?;
        let search = element("DirectorySearchRef").with("Id", signature);
        Some(search.with("Parent", row.text("Parent")).with("Path", row.text("Path")))
    }

    /// `inner`, in what the search with the signature `parent` finds.
    fn below(&mut self, work: &mut Work<'d>, parent: Option<&'d str>, mut inner: Element) -> Option<Element> {
        let mut parent = parent;
        for _ in 0..DEEPEST {
            let Some(signature) = parent else { return Some(inner) };
            let is_new = self.written.insert(signature.to_owned());
            if is_new && let Some(found) = self.start(work, signature, std::slice::from_ref(&inner)) {
                return Some(found);
            }
            let row = *self.directories.get(signature)?.first()?;
            if !is_new {
                let outer = element("DirectorySearchRef").with("Id", signature);
                let outer = outer.with("Parent", row.text("Parent")).with("Path", row.text("Path"));
                return Some(outer.holding([inner]));
            }
            inner = directory(row, signature).holding([inner]);
            parent = row.text("Parent");
        }
        None
    }

    /// The search with `signature` that looks in nothing else: in the registry, for a component, in an `.ini` file.
    fn start(&self, work: &mut Work<'d>, signature: &str, inner: &[Element]) -> Option<Element> {
        // a file with a signature of its own: the search around it had another one, which stands with the file only
        let rows = self.directories.get(signature).map(Vec::as_slice).unwrap_or_default();
        let outer = rows.first().and_then(|row| row.text("Parent")).filter(|_| inner.is_empty());
        let id = outer.unwrap_or(signature);
        let file = |work: &mut Work<'d>| {
            let file = self.files.get(signature).copied().filter(|_| inner.is_empty());
            file.map(|file| file_search(work, file, outer.is_some()))
        };
        let types = ["directory", "file", "raw"];
        let kind = |row: &Row<'_>| {
            usize::try_from(row.or_zero("Type") & !VIEW_64_BIT).ok().and_then(|at| types.get(at))
        };
        if let Some(row) = self.registry.get(signature).copied() {
            let root = row.int("Root").and_then(RegistryRoot::from_number);
            let root =
                RegistryRoot::NAMES.iter().find(|(_, known)| Some(*known) == root).map(|(name, _)| *name);
            let is_64_bit = row.or_zero("Type") & VIEW_64_BIT != 0;
            let bitness = if is_64_bit { "always64" } else { "always32" };
            let search = element("RegistrySearch")
                .with("Id", id)
                .with("Root", root)
                .with("Key", row.text("Key"))
                .with("Name", row.text("Name"))
                .with("Type", kind(&row).copied())
                .with("Bitness", (is_64_bit != work.arch.is_64_bit()).then_some(bitness));
            let file = file(work);
            return Some(search.holding(file).holding(inner.to_vec()));
        }
        if let Some(row) = self.components.get(signature).copied() {
            let search = element("ComponentSearch").with("Id", id);
            let search = work.guid(search, "Guid", row.or_empty("ComponentId"));
            let search = search.with("Type", kind(&row).copied());
            let file = file(work);
            return Some(search.holding(file).holding(inner.to_vec()));
        }
        let row = self.ini_files.get(signature).copied()?;
        let search = element("IniFileSearch").with("Id", id);
        let search = work.names(search, "Name", "ShortName", row.or_empty("FileName"));
        let search = search
            .with("Section", row.text("Section"))
            .with("Key", row.text("Key"))
            .with("Field", row.int("Field"))
            .with("Type", kind(&row).copied());
        let file = file(work);
        Some(search.holding(file).holding(inner.to_vec()))
    }
}

fn directory(row: Row<'_>, signature: &str) -> Element {
    element("DirectorySearch")
        .with("Id", signature)
        .with("Path", row.text("Path"))
        .with("Depth", row.int("Depth"))
}

/// `FileSearch`, with an id of its own or with that of the search around it.
fn file_search(work: &mut Work<'_>, row: Row<'_>, own_id: bool) -> Element {
    let search = element("FileSearch").with("Id", row.text("Signature").filter(|_| own_id));
    let name = row.or_empty("FileName");
    let search = match name.contains('|') || name.is_empty() {
        // the language reads one name only
        true => {
            let variable = work.exactly(name);
            search.with_variable("Name", variable)
        }
        false => search.with("Name", name),
    };
    search
        .with("MinVersion", row.text("MinVersion"))
        .with("MaxVersion", row.text("MaxVersion"))
        .with("MinSize", row.int("MinSize"))
        .with("MaxSize", row.int("MaxSize"))
        .with("MinDate", row.int("MinDate").map(date))
        .with("MaxDate", row.int("MaxDate").map(date))
        .with("Languages", row.text("Languages"))
}

/// A date in the format of MS-DOS, as text.
fn date(number: i32) -> String {
    let bits = |from: u32, count: u32| (number.cast_unsigned() >> from) & ((1 << count) - 1);
    let (year, month, day) = (1980 + bits(25, 7), bits(21, 4), bits(16, 5));
    let (hour, minute, second) = (bits(11, 5), bits(5, 6), 2 * bits(0, 5));
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
}
