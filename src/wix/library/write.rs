//! Writing the sections of a library.

use super::document::{self, AccessName, Document, Field as Written, VERSION};
use super::kinds::{self, Beside};
use super::read::{CONTAINERS, MEMBERS};
use super::shapes;
use super::unread::{self, Made};
use super::{custom_table, extension_shapes, files::Files};
use crate::diag::{Diagnostic, Location};
use crate::ids;
use crate::report::Report;
use crate::symbol::{
    Access, Field, GroupKind, Id, Kind, Membership, Property, Reference, Section, SectionKind, Symbol,
};
use std::collections::{BTreeMap, BTreeSet};

/// What a library says of itself: its sources are compiled, and its sections combined.
const LEVEL: &str = "compiled;combined";

/// The document for `sections`. Files go to `files`, problems to `report`.
pub(super) fn document(
    sections: &[Section],
    localizations: Vec<document::Localization>,
    files: &mut Files<'_>,
    report: &Report,
) -> Document {
    let mut made = Vec::new();
    for section in sections {
        if section.kind == SectionKind::Package {
            let message = "a `Package` cannot be in a library";
            let help =
                "put what is to be in the library into a `Fragment`, or leave out `-outputtype library`";
            report.push(Diagnostic::error("wix::library", message).at(&section.at).help(help));
            continue;
        }
        let mut writer = Writer { files, report, symbols: Vec::new() };
        writer.section(section);
        made.push(document::Section { kind: "fragment".to_owned(), symbols: writer.symbols });
    }
    let kinds = made.iter().flat_map(|section| &section.symbols).map(|symbol| symbol.kind.as_str());
    let kinds: BTreeSet<&str> = kinds.collect();
    let definitions = kinds.into_iter().filter_map(extension_shapes::definition).collect();
    Document {
        id: String::new(),
        level: LEVEL.to_owned(),
        version: VERSION.to_owned(),
        sections: made,
        definitions,
        localizations,
    }
}

struct Writer<'w, 'f> {
    files: &'w mut Files<'f>,
    report: &'w Report,
    symbols: Vec<document::Symbol>,
}

/// The place of a symbol in its source.
fn line(at: &Location) -> Option<document::Line> {
    Some(document::Line { file: at.file.to_string(), line: (at.line > 0).then_some(at.line) })
}

fn access(access: Access) -> AccessName {
    match access {
        Access::Global => AccessName::Global,
        Access::Library => AccessName::Library,
        Access::File => AccessName::File,
        Access::Section => AccessName::Section,
        Access::Virtual => AccessName::Virtual,
        Access::Override => AccessName::Override,
    }
}

impl Writer<'_, '_> {
    fn push(&mut self, kind: &str, id: Option<&Id>, at: &Location, fields: Vec<Option<Written>>) {
        let id = id.map(|id| document::Id { id: id.name.clone(), access: access(id.access) });
        self.symbols.push(document::Symbol { kind: kind.to_owned(), id, ln: line(at), fields });
    }

    fn section(&mut self, section: &Section) {
        let beside = beside(section);
        for symbol in &section.symbols {
            self.symbol(symbol, &beside);
        }
        // as WiX: a section refers to a thing once
        let mut done = BTreeSet::new();
        for reference in &section.references {
            if done.insert((reference.kind.as_ref(), reference.key.as_str())) {
                self.reference(reference);
            }
        }
        for membership in &section.memberships {
            self.membership(membership);
        }
    }

    fn symbol(&mut self, symbol: &Symbol, beside: &BTreeMap<String, Beside>) {
        let (id, at) = (symbol.id.as_ref(), &symbol.at);
        let (kind, made) = match &symbol.kind {
            Kind::Row { table, fields } => return self.row(symbol, table, fields),
            Kind::Component(component) => kinds::component(component),
            Kind::File(file) => {
                let none = Beside::default();
                let beside = id.and_then(|id| beside.get(&id.name)).unwrap_or(&none);
                let files = &mut *self.files;
                kinds::file(file, beside, &mut |path| files.take(path, at))
            }
            Kind::Directory(directory) => kinds::directory(directory),
            Kind::Media(media) => kinds::media(media),
            Kind::MediaTemplate(template) => {
                let mut first = Made::new("NNSSSSNS");
                first.number(0, 1);
                self.push("Media", Some(&Id::global("1")), at, first.fields);
                let (kind, made) = kinds::media_template(template);
                return self.push(kind, None, at, made.fields);
            }
            Kind::Registry(registry) => kinds::registry(registry),
            Kind::Property(property) => return self.property(id, at, property),
            Kind::Action(action) => kinds::action(action),
            Kind::Upgrade(upgrade) => kinds::upgrade(upgrade),
            Kind::EnsureTable(table) => {
                let mut made = Made::new("S");
                made.text(0, table);
                ("WixEnsureTable", made)
            }
            Kind::Variable { value, overridable } => {
                let mut made = Made::new("SB");
                made.text(0, value);
                made.flag(1, *overridable);
                ("WixVariable", made)
            }
            Kind::Group(GroupKind::Component) => ("WixComponentGroup", Made::new("SS")),
            Kind::Group(GroupKind::Feature) => ("WixFeatureGroup", Made::new("")),
            Kind::Group(GroupKind::Ui) => ("WixUI", Made::new("")),
            Kind::CustomTable { table, declared, unreal } => {
                for (column, declared) in table.columns.iter().zip(declared) {
                    let name = format!("{}/{}", table.name, column.name);
                    let made = custom_table::write_column(&table.name, column, declared.modularize);
                    self.push("WixCustomTableColumn", Some(&Id::section(name)), &declared.at, made.fields);
                }
                ("WixCustomTable", custom_table::write_table(table, *unreal))
            }
            Kind::CustomRow(row) => {
                let place = [&*at.file, &at.line.to_string(), &self.symbols.len().to_string()];
                let number = ids::identifier("row", &place);
                for cell in &row.cells {
                    let made = custom_table::write_cell(&row.table, &number, cell);
                    let own = Id::section(format!("{}/{number}/{}", row.table, cell.column));
                    self.push("WixCustomTableCell", Some(&own), &cell.at, made.fields);
                }
                return;
            }
            Kind::Harvest(_) | Kind::Package(_) | Kind::Summary(_) | Kind::Foreign(_) => {
                return self.refuse(symbol, symbol.kind.name());
            }
        };
        self.push(kind, id, at, made.fields);
    }

    fn row(&mut self, symbol: &Symbol, table: &str, cells: &[Field]) {
        let at = &symbol.at;
        let files = &mut *self.files;
        let mut source = |path: &str| files.take(path, at);
        let (kind, own, made) = match table {
            // said of the file itself
            "Font" | "SelfReg" => return,
            "CustomAction" => whole(kinds::custom_action(cells, &mut source)),
            "Environment" => whole(kinds::environment(cells)),
            "IniFile" | "RemoveIniFile" => whole(kinds::ini_file(cells)),
            "MsiAssembly" => whole(kinds::assembly(cells)),
            "RemoveRegistry" => whole(kinds::remove_registry(cells)),
            "TextStyle" => whole(kinds::text_style(cells)),
            _ => match shapes::of_table(table) {
                Some(shape) => {
                    let (own, made) = unread::write(shape, cells, &mut source);
                    (shape.symbol, own, made)
                }
                None => return self.refuse(symbol, table),
            },
        };
        let own = own.filter(|_| symbol.id.is_none()).map(Id::global);
        self.push(kind, symbol.id.as_ref().or(own.as_ref()), at, made.fields);
    }

    fn refuse(&self, symbol: &Symbol, kind: &str) {
        let message = format!("this engine cannot put what makes `{kind}` into a library");
        let help = "leave it to the sources of the package, or build the library with WiX itself";
        self.report.push(Diagnostic::error("wix::library", message).at(&symbol.at).help(help));
    }

    fn property(&mut self, id: Option<&Id>, at: &Location, property: &Property) {
        let mut made = Made::new("S");
        made.optional(0, property.value.as_ref());
        let has_flags = property.admin || property.hidden || property.secure;
        // what has an id that only this section knows says flags of a property that is elsewhere
        let is_elsewhere = has_flags && id.is_some_and(|id| id.access == Access::Section);
        if !is_elsewhere {
            self.push("Property", id, at, made.fields);
        }
        if let (true, Some(id)) = (has_flags, id) {
            let mut flags = Made::new("SBBB");
            flags.text(0, &id.name);
            flags.flag(1, property.admin);
            flags.flag(2, property.hidden);
            flags.flag(3, property.secure);
            self.push("WixProperty", None, at, flags.fields);
        }
    }

    fn reference(&mut self, reference: &Reference) {
        let mut made = Made::new("SS");
        let shape = shapes::of_table(&reference.kind);
        made.text(0, shape.map_or(&*reference.kind, |shape| shape.symbol));
        made.text(1, &reference.key);
        self.push("WixSimpleReference", None, &reference.at, made.fields);
    }

    fn membership(&mut self, membership: &Membership) {
        let container = CONTAINERS.iter().find(|(_, kind)| *kind == membership.container).map(|(n, _)| *n);
        let member = MEMBERS.iter().find(|(_, kind)| *kind == membership.member).map(|(n, _)| *n);
        let (Some(container), Some(member)) = (container, member) else { return };
        let mut made = Made::new("SNSSNB");
        made.text(0, &membership.container_id);
        made.number(1, container);
        made.text(3, &membership.member_id);
        made.number(4, member);
        made.flag(5, membership.primary);
        self.push("WixComplexReference", None, &membership.at, made.fields);
        let mut group = Made::new("SNSN");
        group.text(0, &membership.container_id);
        group.number(1, container);
        group.text(2, &membership.member_id);
        group.number(3, member);
        self.push("WixGroup", None, &membership.at, group.fields);
    }
}

fn whole((kind, made): kinds::Written) -> (&'static str, Option<String>, Made) {
    (kind, None, made)
}

/// What rows of other tables say of the files of a section, which a library has in the file's own symbol.
fn beside(section: &Section) -> BTreeMap<String, Beside> {
    let mut all: BTreeMap<String, Beside> = BTreeMap::new();
    for symbol in &section.symbols {
        let Kind::Row { table, fields } = &symbol.kind else { continue };
        let Some(Field::Text(file)) = fields.first() else { continue };
        match (table.as_ref(), fields.get(1)) {
            ("Font", Some(Field::Text(title))) => {
                all.entry(file.clone()).or_default().font = Some(title.clone())
            }
            ("Font", _) => all.entry(file.clone()).or_default().font = Some(String::new()),
            ("SelfReg", Some(cost)) => {
                all.entry(file.clone()).or_default().self_registration = Some(unread::number(cost));
            }
            _ => {}
        }
    }
    all
}
