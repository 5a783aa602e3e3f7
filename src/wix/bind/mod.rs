//! Binding: variables get their values, files their facts, components their GUIDs, actions their numbers, files their
//! places on disks.
//!
//! Knows no element of the language and no table's columns: the one is compiling's job, the other emitting's.

pub(crate) mod assembly;
mod dependency;
pub(crate) mod directories;
mod files;
mod guids;
mod limits;
mod media;
mod properties;
mod resolve;
mod sequence;
mod software_tag;

pub(crate) use files::{Contents, on_disk};
pub(crate) use media::Disk;
pub(crate) use properties::DERIVED_PRODUCT_CODE;
pub(crate) use sequence::Sequenced;

use crate::compile;
use crate::diag::Location;
use crate::id::Arch;
use crate::library::Library;
use crate::localization::Localization;
use crate::paths::BindPath;
use crate::report::Report;
use crate::stored;
use crate::symbol::{Field, File, KeyPath, Kind, Package, Symbol, fields};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// What binding needs to know besides the symbols.
pub(crate) struct Binding<'b> {
    pub localization: &'b Localization,
    /// `-bv Name=Value`.
    pub bind_variables: &'b BTreeMap<String, String>,
    pub bind_paths: &'b [BindPath],
    /// Where files are that lie in libraries.
    pub libraries: &'b [Library],
    pub arch: Arch,
    /// How many threads may read files.
    pub threads: NonZeroUsize,
    /// Variables of the environment.
    pub environment: &'b BTreeMap<String, String>,
    /// Whether GUIDs of registry key paths are made as by WiX 3.
    pub legacy_registry_guids: bool,
}

/// A file with everything that is known of it.
#[derive(Clone, Debug)]
pub(crate) struct BoundFile {
    pub component: String,
    pub directory: String,
    /// Long name.
    pub name: String,
    pub short_name: Option<String>,
    pub version: Option<String>,
    pub language: Option<String>,
    /// Whether it has a row in MsiFileHash.
    pub hashed: bool,
    pub attributes: i32,
    pub disk: i32,
    pub sequence: i32,
    pub patch_group: Option<i32>,
    pub content: Content,
    pub contents: Contents,
    /// What it is called as an assembly, by kinds of names; nothing if it is none.
    pub names: Vec<(&'static str, String)>,
    pub at: Location,
}

/// Where the bytes of a file are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// In a file.
    File(PathBuf),
    /// Made up here; they may hold [`crate::symbol::PACKAGE_CODE`].
    Bytes(Vec<u8>),
    /// Out of a library.
    Stored(Vec<u8>),
}

impl Content {
    /// The bytes.
    fn read(&self) -> std::io::Result<Cow<'_, [u8]>> {
        Ok(match self {
            Content::File(path) => std::fs::read(path)?.into(),
            Content::Bytes(bytes) | Content::Stored(bytes) => bytes.into(),
        })
    }
}

/// A package ready to be written as tables.
pub(crate) struct Bound {
    pub package: Package,
    /// What is not in one of the other fields.
    pub symbols: Vec<Symbol>,
    /// Files by id.
    pub files: BTreeMap<String, BoundFile>,
    pub disks: Vec<Disk>,
    pub actions: Vec<Sequenced>,
    /// The files of streams by their source, as authored.
    pub sources: BTreeMap<String, (Content, Contents)>,
}

/// Binds linked symbols. Problems go to `report`.
pub(crate) fn bind(mut symbols: Vec<Symbol>, binding: &Binding<'_>, report: &Report) -> Option<Bound> {
    compile::localize(&mut symbols, binding.localization);
    let Beginning { package, at, has_language, actions } = begin(&mut symbols, binding, report)?;
    text_files(&mut symbols, binding, report);
    let sources = sources(&mut symbols, binding, report);
    let files = files(&mut symbols, &package, binding, report);
    if report.has_errors() {
        return None;
    }
    let facts = facts(&symbols, &files, has_language);
    resolve::second_pass(&mut symbols, &facts, report);
    let mut files = late_texts(files, &facts, report);
    let package = properties::bound(package, &mut symbols, &at, &facts, report);
    limits::check(&symbols, report);
    guids::assign(&mut symbols, &files, binding, report);
    let disks =
        media::assign(&symbols, &mut files, package.compressed, (binding.arch, binding.environment), report);
    if report.has_errors() {
        return None;
    }
    Some(Bound { package, symbols, files, disks, actions, sources })
}

/// What is known once everything is bound that comes before files.
struct Beginning {
    package: Package,
    /// Where the package was written.
    at: Location,
    /// Whether a source says its language.
    has_language: bool,
    actions: Vec<Sequenced>,
}

/// Binds what comes before files.
fn begin(symbols: &mut Vec<Symbol>, binding: &Binding<'_>, report: &Report) -> Option<Beginning> {
    resolve::first_pass(symbols, binding, report);
    let has_language = symbols
        .iter()
        .any(|symbol| matches!(&symbol.kind, Kind::Package(package) if package.language.is_some()));
    let (package, at) = properties::package(symbols, binding.localization)?;
    let actions = sequence::schedule(symbols, report);
    properties::special(symbols);
    create_folders(symbols);
    dependency::add(symbols);
    Some(Beginning { package, at, has_language, actions })
}

/// Binds what needs no file: all but files, disks, GUIDs that are to be computed, and streams. `texts` has the contents of
/// files whose text stands in a cell, by their source; those of libraries are read. Problems go to `report`.
pub(crate) fn without_files(
    mut symbols: Vec<Symbol>,
    binding: &Binding<'_>,
    texts: &BTreeMap<String, String>,
    report: &Report,
) -> Option<Bound> {
    let Beginning { package, at, has_language, actions } = begin(&mut symbols, binding, report)?;
    for symbol in &mut symbols {
        let Kind::Row { fields, .. } = &mut symbol.kind else { continue };
        for field in fields {
            let Field::TextFile(source) = field else { continue };
            *field = match texts.get(source) {
                Some(text) => text.into(),
                None if stored::numbers(source).is_some() => {
                    let found = files::find(source, binding, &symbol.at, report);
                    found.and_then(|found| files::text(&found, &symbol.at, report)).into()
                }
                None => Field::Null,
            };
        }
    }
    let facts = facts(&symbols, &BTreeMap::new(), has_language);
    resolve::second_pass(&mut symbols, &facts, report);
    let package = properties::bound(package, &mut symbols, &at, &facts, report);
    limits::check(&symbols, report);
    let (files, disks, sources) = (BTreeMap::new(), Vec::new(), BTreeMap::new());
    (!report.has_errors()).then_some(Bound { package, symbols, files, disks, actions, sources })
}

/// A component whose key path is its folder creates it, or the folder might not be there.
fn create_folders(symbols: &mut Vec<Symbol>) {
    let created: BTreeSet<String> = symbols
        .iter()
        .filter_map(|symbol| match &symbol.kind {
            Kind::Row { table, fields } if table == "CreateFolder" => match fields.as_slice() {
                [_, Field::Text(component)] => Some(component.clone()),
                _ => None,
            },
            _ => None,
        })
        .collect();
    let missing: Vec<Symbol> = symbols
        .iter()
        .filter_map(|symbol| {
            let (Kind::Component(component), Some(id)) = (&symbol.kind, &symbol.id) else { return None };
            let needed = component.key_path == KeyPath::Directory && !created.contains(&id.name);
            needed.then(|| Symbol {
                id: None,
                at: symbol.at.clone(),
                kind: Kind::row("CreateFolder", fields![&component.directory, id]),
            })
        })
        .collect();
    symbols.extend(missing);
}

/// Replaces [`Field::TextFile`] cells by the text in the file.
fn text_files(symbols: &mut [Symbol], binding: &Binding<'_>, report: &Report) {
    for symbol in symbols {
        let Kind::Row { fields, .. } = &mut symbol.kind else { continue };
        for field in fields {
            let Field::TextFile(source) = field else { continue };
            let found = files::find(source, binding, &symbol.at, report);
            let text = found.and_then(|found| files::text(&found, &symbol.at, report));
            *field = text.map_or(Field::Null, Field::Text);
        }
    }
}

/// The files behind [`Field::Source`] cells.
fn sources(
    symbols: &mut [Symbol],
    binding: &Binding<'_>,
    report: &Report,
) -> BTreeMap<String, (Content, Contents)> {
    let mut found: BTreeMap<String, (Content, Location)> = BTreeMap::new();
    for symbol in symbols {
        let Kind::Row { fields, .. } = &symbol.kind else { continue };
        for field in fields {
            let Field::Source(source) = field else { continue };
            if let Some(content) = files::find(source, binding, &symbol.at, report) {
                found.insert(source.clone(), (content, symbol.at.clone()));
            }
        }
    }
    let (names, found): (Vec<String>, Vec<(Content, Location)>) = found.into_iter().unzip();
    let contents = files::read_all(&found, binding.threads, report);
    let all = names.into_iter().zip(found).zip(contents);
    all.filter_map(|((name, (content, _)), contents)| Some((name, (content, contents?)))).collect()
}

/// Takes the files out of `symbols` and reads them.
fn files(
    symbols: &mut Vec<Symbol>,
    package: &Package,
    binding: &Binding<'_>,
    report: &Report,
) -> BTreeMap<String, BoundFile> {
    let mut taken = Vec::new();
    let mut found = Vec::new();
    let mut bound = BTreeMap::new();
    let mut assemblies = Vec::new();
    for symbol in symbols.extract_if(.., |symbol| matches!(symbol.kind, Kind::File(_))) {
        let (Kind::File(mut file), Some(id)) = (symbol.kind, symbol.id) else { continue };
        if let Some(assembly) = file.assembly.take() {
            assemblies.push((id.name.clone(), assembly));
        }
        if let Some(regid) = file.tag.take() {
            let bytes = software_tag::contents(package, &regid);
            bound.insert(id.name, generated(file, bytes, symbol.at));
            continue;
        }
        let Some(content) = files::find(&file.source, binding, &symbol.at, report) else { continue };
        taken.push((id.name, file));
        found.push((content, symbol.at));
    }
    let contents = files::read_all(&found, binding.threads, report);
    for (((id, file), (content, at)), contents) in taken.into_iter().zip(found).zip(contents) {
        let Some(contents) = contents else { continue };
        let own = contents.version.map(|version| version.to_string());
        let hashed = own.is_none() && file.version.is_none();
        if own.is_none() && file.version.is_some() && !file.companion {
            let message = format!("file `{id}` has no version of its own; `DefaultVersion` is used");
            report.warning(1103, &at, message);
        }
        let version = match own {
            Some(own) if !file.companion => Some(own),
            _ => file.version,
        };
        let language = match contents.version {
            Some(_) => contents.language().or(file.language),
            None => {
                if file.language.is_some() && hashed {
                    let message = format!("file `{id}` has no version; `DefaultLanguage` means nothing");
                    report.warning(1102, &at, message);
                }
                file.language
            }
        };
        let file = BoundFile {
            component: file.component,
            directory: file.directory,
            name: file.name,
            short_name: file.short_name,
            version,
            language,
            hashed,
            attributes: file.attributes,
            disk: file.disk.unwrap_or(1),
            sequence: 0,
            patch_group: file.patch_group,
            content,
            contents,
            names: Vec::new(),
            at,
        };
        bound.insert(id, file);
    }
    assembly::names(symbols, &mut bound, &assemblies, report);
    bound
}

/// A file that has no source.
fn generated(file: File, bytes: Vec<u8>, at: Location) -> BoundFile {
    BoundFile {
        component: file.component,
        directory: file.directory,
        name: file.name,
        short_name: file.short_name,
        version: None,
        language: None,
        hashed: true,
        attributes: file.attributes,
        disk: file.disk.unwrap_or(1),
        sequence: 0,
        patch_group: None,
        contents: Contents::of(&bytes),
        content: Content::Bytes(bytes),
        names: Vec::new(),
        at,
    }
}

/// What `!(bind.…)` variables can ask for.
fn facts(symbols: &[Symbol], files: &BTreeMap<String, BoundFile>, has_language: bool) -> resolve::Facts {
    let mut facts = resolve::Facts::new();
    for symbol in symbols {
        let (Kind::Property(property), Some(id)) = (&symbol.kind, &symbol.id) else { continue };
        // As WiX: the culture's language is not known yet.
        if let Some(value) = property.value.as_ref().filter(|_| has_language || id.name != "ProductLanguage")
        {
            facts.insert(resolve::key("property", &id.name), value.clone());
        }
        if id.name == "ProductVersion" {
            let parts = ["Major", "Minor", "Build", "Revision"];
            let version = property.value.as_deref().unwrap_or_default();
            let numbers: Option<Vec<u32>> = version.split('.').map(|part| part.parse().ok()).collect();
            // A part that is not there is -1, as .NET has it.
            for (index, part) in
                parts.iter().enumerate().filter(|_| numbers.as_ref().is_some_and(|n| n.len() > 1))
            {
                let number = numbers.as_ref().and_then(|numbers| numbers.get(index));
                let value = number.map_or_else(|| "-1".to_owned(), u32::to_string);
                facts.insert(resolve::key("property", &format!("ProductVersion.{part}")), value);
            }
        }
    }
    for (id, file) in files {
        facts.insert(resolve::key("fileVersion", id), file.version.clone().unwrap_or_default());
        facts.insert(resolve::key("fileLanguage", id), file.language.clone().unwrap_or_default());
        for (name, value) in &file.names {
            facts.insert(resolve::key(&format!("assembly{name}"), id), value.clone());
        }
    }
    facts
}

/// Resolves what files' own texts ask for.
fn late_texts(
    files: BTreeMap<String, BoundFile>,
    facts: &resolve::Facts,
    report: &Report,
) -> BTreeMap<String, BoundFile> {
    let mut files = files;
    for file in files.values_mut() {
        let at = file.at.clone();
        for text in
            [Some(&mut file.name), file.version.as_mut(), file.language.as_mut()].into_iter().flatten()
        {
            if text.contains("!(") {
                *text = resolve::resolve_bind(text, facts, &at, report);
            }
        }
    }
    files
}
