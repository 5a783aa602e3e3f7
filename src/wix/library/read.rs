//! Reading the sections of a library.

use super::document::{self, DOCUMENT, Data, Document, VERSION};
use super::error::{FieldError, LibraryError};
use super::row::{self, Fields};
use super::shapes;
use super::zip::Zip;
use super::{custom_table, extension_shapes, special};
use crate::diag::{Diagnostic, Location};
use crate::report::Report;
use crate::stored;
use crate::symbol::{
    Access, Assembly, Container, Field, Id, Kind, Member, Membership, Property, Reference, Section,
    SectionKind, Symbol,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The document in the library `zip`, which `file` is.
///
/// # Errors
/// What is wrong with it.
pub(super) fn document(zip: &Zip) -> Result<Document, LibraryError> {
    let Some(bytes) = zip.read(DOCUMENT) else {
        return Err(LibraryError::NoDocument);
    };
    let bytes = bytes?;
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let document: Document = serde_json::from_slice(text).map_err(LibraryError::Document)?;
    if document.version != VERSION {
        return Err(LibraryError::Version(document.version));
    }
    if !document.level.split(';').any(|level| level == "compiled") {
        return Err(LibraryError::Level(document.level));
    }
    match document.definitions.iter().find_map(extension_shapes::problem) {
        Some(problem) => Err(problem),
        None => Ok(document),
    }
}

/// What reads the sections of one library.
pub(super) struct Reader<'r> {
    pub zip: &'r Zip,
    /// The number that its files are found by.
    pub library: usize,
    /// The library, as the user named it.
    pub file: Arc<str>,
    pub report: &'r Report,
    /// The names of sources.
    pub files: BTreeMap<String, Arc<str>>,
}

impl Reader<'_> {
    /// The sections; problems go to the report.
    pub(super) fn sections(&mut self, document: Vec<document::Section>) -> Vec<Section> {
        document.into_iter().filter_map(|section| self.section(section)).collect()
    }

    fn section(&mut self, section: document::Section) -> Option<Section> {
        let whole = Location { file: self.file.clone(), line: 0, column: 0 };
        if section.kind != "fragment" {
            let message = format!("the library has a section of kind `{}`", section.kind);
            let help =
                "only fragments belong into a library; take the rest as a source, or build it for itself";
            self.report.push(Diagnostic::error("wix::library", message).at(&whole).help(help));
            return None;
        }
        let first = section.symbols.iter().find_map(|symbol| symbol.ln.as_ref());
        let at = first.map_or(whole, |line| self.place(Some(line)));
        let mut made = Section {
            kind: SectionKind::Fragment,
            symbols: Vec::new(),
            references: Vec::new(),
            memberships: Vec::new(),
            at,
        };
        let mut tables = custom_table::Tables::default();
        let mut flags = Vec::new();
        for symbol in section.symbols {
            let at = self.place(symbol.ln.as_ref());
            if let Err(problem) = self.symbol(&symbol, &at, &mut made, &mut tables, &mut flags) {
                let id = symbol.id.as_ref().map(|id| format!(" `{}`", id.id)).unwrap_or_default();
                let message =
                    format!("`{}{id}` of the library `{}` is broken: {problem}", symbol.kind, self.file);
                let help = "get the library again, or build it again from its sources";
                self.report.push(Diagnostic::error("wix::library", message).at(&at).help(help));
            }
        }
        tables.finish(&mut made, self.report);
        template(&mut made.symbols);
        assemblies(&mut made.symbols);
        for flag in flags {
            flag.set(&mut made.symbols);
        }
        Some(made)
    }

    fn place(&mut self, line: Option<&document::Line>) -> Location {
        let Some(line) = line else { return Location { file: self.file.clone(), line: 0, column: 0 } };
        let file = self.files.entry(line.file.clone()).or_insert_with(|| line.file.as_str().into());
        Location { file: file.clone(), line: line.line.unwrap_or(0), column: 0 }
    }

    fn symbol(
        &self,
        symbol: &document::Symbol,
        at: &Location,
        section: &mut Section,
        tables: &mut custom_table::Tables,
        flags: &mut Vec<Flags>,
    ) -> Result<(), FieldError> {
        let source = |field: &document::Field| self.source(field);
        let fields = Fields { fields: &symbol.fields, source: &source };
        let own = symbol.id.as_ref().map(|id| id.id.as_str());
        let access = symbol.id.as_ref().map_or(Access::Global, |id| id.access.into());
        match symbol.kind.as_str() {
            "WixSimpleReference" => {
                let (table, key) = (fields.required(0)?, fields.required(1)?);
                section.references.push(Reference { kind: referred(table).into(), key, at: at.clone() });
                return Ok(());
            }
            "WixComplexReference" => {
                section.memberships.extend(membership(&fields, at)?);
                return Ok(());
            }
            "WixProperty" => {
                flags.push(Flags::read(&fields, at)?);
                return Ok(());
            }
            kind if custom_table::KINDS.contains(&kind) => return tables.take(kind, own, &fields, at),
            // what means something to merge modules, patches and bundles only, or is said by other symbols, too
            kind if PASSED_OVER.contains(&kind) => return Ok(()),
            _ => {}
        }
        let shape = shapes::of_symbol(&symbol.kind);
        let kinds = match (shape, special::KINDS.iter().find(|(name, _)| *name == symbol.kind)) {
            (Some(shape), _) => vec![Kind::row(shape.table, row::read(shape, own, &fields)?)],
            (None, Some((_, read))) => read(own, &fields)?,
            (None, None) => vec![Kind::Foreign(symbol.kind.clone())],
        };
        let mut id = own.map(|id| (id.to_owned(), access));
        for kind in kinds {
            // what comes with a symbol has no id of its own
            let id = id.take().and_then(|(name, access)| special::id(name, access, &kind));
            section.symbols.push(Symbol { id, at: at.clone(), kind });
        }
        Ok(())
    }

    /// What a field with a path means: a file of the library, or one that is looked for.
    fn source(&self, field: &document::Field) -> Result<String, FieldError> {
        let (embed, path) = match &field.data {
            Data::Text(path) => (false, path.clone()),
            Data::Path { embed, path } => (embed.is_some(), path.clone().unwrap_or_default()),
            _ => return Err(FieldError::NotAPath),
        };
        if !embed {
            return Ok(path);
        }
        let member = path.replace('\\', "/");
        let Some(index) = self.zip.names().position(|name| name == member) else {
            return Err(FieldError::NoFile(path));
        };
        let before = field.prev.as_ref().and_then(|before| match &before.data {
            Data::Text(path) | Data::Path { path: Some(path), .. } => Some(path.as_str()),
            _ => None,
        });
        Ok(stored::name(self.library, index, before))
    }
}

/// What makes disks is also what is referred to as the first one, for which a library has a symbol of its own.
fn template(symbols: &mut Vec<Symbol>) {
    if !symbols.iter().any(|symbol| matches!(symbol.kind, Kind::MediaTemplate(_))) {
        return;
    }
    symbols.retain(
        |symbol| !matches!(&symbol.kind, Kind::Media(media) if media.disk == 1 && media.cabinet.is_none()),
    );
    for symbol in symbols {
        if matches!(symbol.kind, Kind::MediaTemplate(_)) {
            symbol.id = Some(Id::global("1"));
        }
    }
}

/// That a file is an assembly is said by a row of its id, and here by the file itself, too.
fn assemblies(symbols: &mut [Symbol]) {
    let text = |cell: &Field| if let Field::Text(text) = cell { Some(text.clone()) } else { None };
    let rows = symbols.iter().filter_map(|symbol| match (&symbol.kind, &symbol.id) {
        (Kind::Row { table, fields }, Some(id)) if table == "MsiAssembly" => {
            let [_, _, manifest, application, attributes] = fields.as_slice() else { return None };
            let is_dotnet = *attributes == Field::Null;
            let is_private = text(application).is_some();
            Some((id.name.clone(), Assembly { is_dotnet, manifest: text(manifest), is_private }))
        }
        _ => None,
    });
    let mut rows: BTreeMap<String, Assembly> = rows.collect();
    for symbol in symbols {
        if let (Kind::File(file), Some(id)) = (&mut symbol.kind, &symbol.id) {
            file.assembly = rows.remove(&id.name);
        }
    }
}

/// Symbols that say nothing to a package.
const PASSED_OVER: [&str; 12] = [
    "WixBindUpdatedFiles",
    "WixBuildInfo",
    "WixDeltaPatchFile",
    "WixDeltaPatchSymbolPaths",
    "WixFragment",
    "WixGroup",
    "WixInstanceComponent",
    "WixOrdering",
    "WixPatchFamilyGroup",
    "WixPatchRef",
    "WixPatchTarget",
    "WixSuppressModularization",
];

/// The kind that a reference means, by the name of its table in a library.
fn referred(table: String) -> String {
    match shapes::of_symbol(&table) {
        Some(shape) => shape.table.to_owned(),
        None => table,
    }
}

/// Containers and members by their numbers in a library.
pub(super) const CONTAINERS: [(i32, Container); 4] = [
    (1, Container::Feature),
    (2, Container::ComponentGroup),
    (3, Container::FeatureGroup),
    (5, Container::Package),
];
pub(super) const MEMBERS: [(i32, Member); 4] =
    [(1, Member::Component), (2, Member::Feature), (3, Member::ComponentGroup), (4, Member::FeatureGroup)];

/// That something belongs to something; nothing where it belongs to a patch, bundle or module.
fn membership(fields: &Fields<'_>, at: &Location) -> Result<Option<Membership>, FieldError> {
    let (parent, child) = (fields.number(1)?, fields.number(4)?);
    let container = CONTAINERS.iter().find(|(number, _)| Some(*number) == parent);
    let member = MEMBERS.iter().find(|(number, _)| Some(*number) == child);
    let (Some((_, container)), Some((_, member))) = (container, member) else { return Ok(None) };
    Ok(Some(Membership {
        container: *container,
        container_id: fields.required(0)?,
        member: *member,
        member_id: fields.required(3)?,
        primary: fields.flag(5)?,
        at: at.clone(),
    }))
}

/// What a library says of a property beside its value.
struct Flags {
    property: String,
    flags: Property,
    at: Location,
}

impl Flags {
    fn read(fields: &Fields<'_>, at: &Location) -> Result<Flags, FieldError> {
        let (admin, hidden, secure) = (fields.flag(1)?, fields.flag(2)?, fields.flag(3)?);
        let flags = Property { value: None, admin, secure, hidden };
        Ok(Flags { property: fields.required(0)?, flags, at: at.clone() })
    }

    /// Sets them where the property is, or says that there is such a property.
    fn set(self, symbols: &mut Vec<Symbol>) {
        for symbol in &mut *symbols {
            if let (Kind::Property(known), Some(id)) = (&mut symbol.kind, &symbol.id)
                && id.name == self.property
            {
                known.admin |= self.flags.admin;
                known.hidden |= self.flags.hidden;
                known.secure |= self.flags.secure;
                return;
            }
        }
        let id = Some(Id::section(self.property));
        symbols.push(Symbol { id, at: self.at, kind: Kind::Property(self.flags) });
    }
}
