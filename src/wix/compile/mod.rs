//! Compiling: elements of a source become symbols in sections. One function for each element, in a file for it or its
//! family, which also says what it may stand in; `elements.rs` lists the files.
//!
//! Knows nothing of other sources: what is only referred to here, linking finds.

mod assembly;
mod attributes;
mod binary;
mod category;
mod certificates;
mod choice;
mod com;
mod component;
pub(crate) mod control;
pub(crate) mod custom_action;
pub(crate) mod custom_table;
pub(crate) mod dependency;
pub(crate) mod dialog;
mod directory;
mod elements;
pub(crate) mod embedded;
mod environment;
mod event;
pub(crate) mod ext;
mod feature;
mod file;
mod files;
mod folder;
mod ini_file;
mod instance;
mod isolate;
mod language;
mod media;
pub(crate) mod names;
mod odbc;
mod package;
pub(crate) mod permission;
mod place;
mod property;
mod reference;
mod registry;
mod search;
pub(crate) mod sequence;
mod service_config;
mod service_control;
mod service_install;
mod sfp_catalog;
mod shortcut;
mod software_tag;
mod summary;
mod symbol_path;
mod ui;
pub(crate) mod upgrade;

use attributes::Foreign;
pub use attributes::{Attributes, GuidForms};
pub(crate) use dialog::localize;
pub(crate) use directory::below as directory_below;
pub(crate) use ext::table as extension_table;
pub use ext::{Extension, extension};
pub(crate) use upgrade::default_major_upgrade;

use crate::compat::Compat;
use crate::diag::{Diagnostic, Location};
use crate::id::Arch;
use crate::report::Report;
use crate::source::{Element, Node};
use crate::symbol::{Container, Field, Id, Kind, Member, Membership, Package, Reference, Section, Symbol};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The namespace of the language, of versions 4 to 7.
pub const NAMESPACE: &str = "http://wixtoolset.org/schemas/v4/wxs";

/// What the functions of elements work with: the section being filled, and where problems go.
pub struct Compiler<'r> {
    /// Where problems go.
    pub report: &'r Report,
    /// The processor that the package is for.
    pub arch: Arch,
    /// The WiX that this engine is like.
    pub compat: Compat,
    /// The extensions whose elements are known.
    pub extensions: &'r [&'static Extension],
    /// What attributes of theirs are known.
    foreign: &'r dyn Foreign,
    /// The section being filled.
    pub section: Section,
    /// The package, while its children are compiled.
    package: Option<Package>,
    /// Components of this source that were named after their key path so far.
    placeholders: usize,
    /// Display of the last feature at the top of the section.
    last_display: i32,
    /// Ids of directories that inline paths made in this section, by parent and path.
    inline_directories: BTreeMap<(String, String), String>,
}

/// Elements of the language that lead to what is no package, or to one with other packages in it.
const ELSEWHERE: [(&str, &str); 8] = [
    ("Bundle", "bundles"),
    ("Merge", "packages with merge modules in them"),
    ("MergeRef", "packages with merge modules in them"),
    ("Module", "merge modules"),
    ("Patch", "patches"),
    ("PatchCreation", "patches"),
    ("PatchFamily", "patches"),
    ("PatchFamilyGroup", "patches"),
];

impl<'r> Compiler<'r> {
    /// The attributes of `element`, to be read.
    pub fn attributes<'e>(&self, element: &'e Element) -> Attributes<'e>
    where
        'r: 'e,
    {
        Attributes::new(element, self.report).with_foreign(self.foreign)
    }

    /// Gives each child of `element` that is in its own namespace to `compile`, which says whether it knows it; one that
    /// it does not know is an error (WIX0005), as are text (WIX0400) and elements of other namespaces (WIX0200 where
    /// no extension that was named has them).
    pub fn children(&mut self, element: &Element, compile: impl FnMut(&mut Self, &Element) -> bool) {
        let mut compile = compile;
        self.open_children(element, |c, child| child.namespace == element.namespace && compile(c, child));
    }

    /// As [`Compiler::children`], and gives `compile` the elements of extensions that were named, too.
    fn open_children(&mut self, element: &Element, mut compile: impl FnMut(&mut Self, &Element) -> bool) {
        for node in &element.children {
            match node {
                Node::Text { at, .. } => {
                    let message = format!("`{}` cannot have text inside", element.name);
                    self.report.push(
                        Diagnostic::error("WIX0400", message)
                            .at(at)
                            .help("use an attribute or a child element"),
                    );
                }
                Node::Element(child)
                    if child.namespace != element.namespace
                        && !ext::is_named(self.extensions, &child.namespace) =>
                {
                    let message = format!("element `{}` is from `{}`", child.name, child.namespace);
                    self.report.push(
                        Diagnostic::error("WIX0200", message)
                            .at(&child.at)
                            .help(ext::advice(&child.namespace)),
                    );
                }
                Node::Element(child) => {
                    if !compile(self, child) {
                        let message = format!("`{}` is not known inside `{}`", child.name, element.name);
                        let help = match ELSEWHERE.iter().find(|(name, _)| *name == child.name) {
                            Some((_, what)) => {
                                format!("this engine makes no {what}; build it with WiX itself")
                            }
                            None => language::misplaced(
                                (&child.namespace, &child.name),
                                (&element.namespace, &element.name),
                            ),
                        };
                        self.report.push(Diagnostic::error("WIX0005", message).at(&child.at).help(help));
                    }
                }
            }
        }
    }

    /// An error under a code of ours: of what WiX does not see, or this engine does not do.
    pub(super) fn ours(
        &self,
        code: &str,
        at: &Location,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.report.push(Diagnostic::error(code, message).at(at).help(help));
    }

    /// For an element that has no children.
    pub fn no_children(&mut self, element: &Element) {
        self.children(element, |_, _| false);
    }

    /// Adds a symbol.
    pub fn add(&mut self, id: Option<Id>, at: &Location, kind: Kind) {
        self.section.symbols.push(Symbol { id, at: at.clone(), kind });
    }

    /// Adds a row of `table` with its cells in the order of the table's columns.
    pub fn row(
        &mut self,
        table: impl Into<Cow<'static, str>>,
        id: Option<Id>,
        at: &Location,
        fields: Vec<Field>,
    ) {
        self.add(id, at, Kind::row(table, fields));
    }

    /// Says that the table must be there even without rows.
    pub fn ensure_table(&mut self, table: &str, at: &Location) {
        self.add(None, at, Kind::EnsureTable(table.to_owned()));
    }

    /// Demands that the symbol `key` of `kind` exists; pulls the section that has it. Kinds are tables' names and
    /// the names in [`Kind::name`].
    pub fn refer(&mut self, kind: impl Into<Cow<'static, str>>, key: impl Into<String>, at: &Location) {
        let reference = Reference { kind: kind.into(), key: key.into(), at: at.clone() };
        self.section.references.push(reference);
    }

    /// Says that something belongs to something.
    pub fn member(
        &mut self,
        (container, container_id): (Container, &str),
        (member, member_id): (Member, &str),
        primary: bool,
        at: &Location,
    ) {
        self.section.memberships.push(Membership {
            container,
            container_id: container_id.to_owned(),
            member,
            member_id: member_id.to_owned(),
            primary,
            at: at.clone(),
        });
    }
}

/// Compiles a source, preprocessed, to the sections in it. Of elements of extensions, those of `extensions` are known.
///
/// Problems go to `report`; the sections are of use only if it has no errors afterwards.
pub fn compile(
    source: &Element,
    arch: Arch,
    compat: Compat,
    extensions: &[&'static Extension],
    report: &Report,
) -> Vec<Section> {
    package::wix(source, (arch, compat), extensions, report)
}
