//! Extensions that were named (`-ext`): what their libraries have.

use super::ext::Wanted;
use super::tree::children;
use crate::compile::{self, Extension};
use crate::diag::{Diagnostic, Location, Severity};
use crate::library::{Culture, Library, Origin as Comes};
use crate::link::Origin;
use crate::localization::Localization;
use crate::msi::{Cell, Database};
use crate::report::Report;
use crate::source::Element;
use crate::symbol::{Access, Section};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Begins the name of a place in a library, which its number follows.
const LIBRARY: &str = "library ";

/// How much of an extension a source may have in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// Whatever it has.
    All,
    /// Sets of dialogs, but no texts of progress.
    Sets,
    /// Single dialogs and texts of progress, but no sets.
    Parts,
    /// Single dialogs.
    Dialogs,
    /// Nothing: what it made stays rows.
    Nothing,
}

impl Use {
    /// What is tried next where this gives other rows than the package has.
    fn less(self, is_ui: bool) -> Use {
        match self {
            Use::All if is_ui => Use::Sets,
            Use::Sets => Use::Parts,
            Use::Parts => Use::Dialogs,
            _ => Use::Nothing,
        }
    }
}

/// Extensions that were named, with their libraries.
#[derive(Debug, Default)]
pub struct Extensions {
    /// Names as they were given.
    names: Vec<String>,
    known: Vec<Option<&'static Extension>>,
    libraries: Vec<Library>,
    /// What each library defines for others: kinds and ids.
    defined: Vec<BTreeSet<(String, String)>>,
    /// Hashes (SHA-256) of the package's streams by name, as far as they are known.
    streams: BTreeMap<String, [u8; 32]>,
}

impl Extensions {
    /// Opens the libraries of `named`, each with where it is; `streams` has the SHA-256 of the package's streams by name: what
    /// a library gives has to be the same. One that is not there is not compared.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn open(
        named: &[(String, PathBuf)],
        streams: BTreeMap<String, [u8; 32]>,
    ) -> Result<Extensions, Vec<Diagnostic>> {
        let report = Report::default();
        let mut all = Extensions { streams, ..Extensions::default() };
        for (number, (name, path)) in named.iter().enumerate() {
            let Some(mut library) = Library::open(path, number, Comes::Extension, &report) else { continue };
            let mut defined = BTreeSet::new();
            for section in &mut library.sections {
                place(section, number);
                let ids = section.symbols.iter().filter_map(|symbol| {
                    let id = symbol.id.as_ref()?;
                    let is_open = matches!(id.access, Access::Global | Access::Virtual);
                    is_open.then(|| (symbol.kind.name().to_owned(), id.name.clone()))
                });
                defined.extend(ids);
            }
            all.names.push(name.clone());
            all.known.push(compile::extension(name));
            all.libraries.push(library);
            all.defined.push(defined);
        }
        let mut errors = report.into_diagnostics();
        errors.retain(|finding| finding.severity == Severity::Error);
        if errors.is_empty() { Ok(all) } else { Err(errors) }
    }
}

/// Gives everything in `section` the library as its place.
fn place(section: &mut Section, number: usize) {
    let at = Location { file: format!("{LIBRARY}{number}").into(), line: 0, column: 0 };
    section.at = at.clone();
    section.symbols.iter_mut().for_each(|symbol| symbol.at = at.clone());
    section.references.iter_mut().for_each(|reference| reference.at = at.clone());
    section.memberships.iter_mut().for_each(|membership| membership.at = at.clone());
}

/// The number of the library that `at` is in.
pub(super) fn library_of(at: &Location) -> Option<usize> {
    at.file.strip_prefix(LIBRARY)?.parse().ok()
}

/// What a source is compiled with.
#[derive(Debug)]
pub(super) struct Around<'e> {
    extensions: &'e Extensions,
    uses: Vec<Use>,
    /// The cultures whose texts count; none for the libraries' own default.
    pub cultures: Vec<String>,
    pub localization: Localization,
}

impl<'e> Around<'e> {
    /// Everything that `extensions` have, in the language of `database`.
    pub fn new(extensions: &'e Extensions, database: &Database) -> Around<'e> {
        let cultures = cultures(extensions, database);
        let texts: Vec<&Culture> = extensions.libraries.iter().flat_map(|library| &library.texts).collect();
        let mut localization = Localization::of_libraries(&texts, &cultures, &Report::default());
        localization.define_default("WixDowngradePreventedMessage", "");
        Around { extensions, uses: vec![Use::All; extensions.libraries.len()], cultures, localization }
    }

    /// Uses less of the library `number`.
    pub fn give_up(&mut self, number: usize) {
        let is_ui = self.extensions.known[number].is_some_and(|known| known.name == "WixToolset.UI.wixext");
        self.uses[number] = self.uses[number].less(is_ui);
    }

    /// Whether there are texts.
    pub fn has_texts(&self) -> bool {
        self.extensions.libraries.iter().any(|library| !library.texts.is_empty())
    }

    fn in_use(&self) -> impl Iterator<Item = usize> {
        (0..self.uses.len()).filter(|number| self.uses[*number] != Use::Nothing)
    }

    /// The extensions whose elements are known.
    pub fn known(&self) -> Vec<&'static Extension> {
        self.in_use().filter_map(|number| self.extensions.known[number]).collect()
    }

    /// The extensions whose elements are to be made.
    pub fn wanted(&self) -> Vec<Wanted<'e>> {
        let one = |number: usize| {
            let how = self.uses[number];
            Some(Wanted {
                extension: self.extensions.known[number]?,
                defined: &self.extensions.defined[number],
                sets: matches!(how, Use::All | Use::Sets),
                progress: matches!(how, Use::All | Use::Parts),
            })
        };
        self.in_use().filter_map(one).collect()
    }

    /// The sections of the libraries.
    pub fn sections(&self) -> impl Iterator<Item = (Origin, Section)> {
        self.in_use().flat_map(|number| {
            let origin = Origin { library: number + 1, source: 0 };
            self.extensions.libraries[number].sections.iter().map(move |section| (origin, section.clone()))
        })
    }

    /// All libraries, each at the place that its number says.
    pub fn libraries(&self) -> &'e [Library] {
        &self.extensions.libraries
    }

    /// The hash of the package's stream `name`, if it is known.
    pub fn stream(&self, name: &str) -> Option<&[u8; 32]> {
        self.extensions.streams.get(name)
    }

    /// The names of the extensions that the source of `root` needs.
    /// `libraries` are those that something is from.
    pub fn used(&self, root: &Element, libraries: &BTreeSet<usize>) -> Vec<String> {
        let namespaces = namespaces(root);
        let is_used = |number: &usize| {
            let known = self.extensions.known[*number];
            libraries.contains(number) || known.is_some_and(|known| namespaces.contains(known.namespace))
        };
        self.in_use().filter(is_used).map(|number| self.extensions.names[number].clone()).collect()
    }

    /// What is to be said of extensions of which nothing is used, each with the row that its library has otherwise.
    pub fn unlike(&self, disputes: &BTreeMap<usize, String>) -> Vec<Diagnostic> {
        let of = |(number, dispute): (&usize, &String)| {
            let name = &self.extensions.names[*number];
            let message = format!("`{name}` gives something else than the package has: {dispute}");
            let help =
                "what is its stays rows of tables; name the version of it that the package was made with";
            (self.uses[*number] == Use::Nothing)
                .then(|| Diagnostic::warning("wix::other_extension", message).help(help))
        };
        disputes.iter().filter_map(of).collect()
    }
}

/// The namespaces of `element` and what is in it.
fn namespaces(element: &Element) -> BTreeSet<&str> {
    let attributes = element.attributes.iter().map(|attribute| attribute.namespace.as_str());
    let own = attributes.chain([element.namespace.as_str()]);
    own.chain(children(element).flat_map(namespaces)).collect()
}

/// The culture most of whose texts the package has, and the default one after it; none where that is the one.
fn cultures(extensions: &Extensions, database: &Database) -> Vec<String> {
    let cells = database.tables.values().flat_map(|table| &table.rows).flatten();
    let own: BTreeSet<&str> = cells.filter_map(Cell::as_str).collect();
    let mut found: BTreeMap<String, (usize, bool)> = BTreeMap::new();
    for texts in extensions.libraries.iter().flat_map(|library| &library.texts) {
        let count = texts.texts.iter().filter(|(_, value, ..)| own.contains(value.as_str())).count();
        let entry = found.entry(texts.culture.to_lowercase()).or_default();
        *entry = (entry.0 + count, entry.1 || texts.by_default);
    }
    let best = found.iter().max_by_key(|(_, (count, by_default))| (*count, *by_default));
    match best {
        Some((culture, (count, false))) if *count > 0 && !culture.is_empty() => {
            let others = found.iter().filter(|(name, (_, by_default))| *by_default && !name.is_empty());
            std::iter::once(culture.clone()).chain(others.map(|(name, _)| name.clone())).collect()
        }
        _ => Vec::new(),
    }
}
