//! What compiling makes and linking, binding and emitting work on: symbols, grouped in sections.
//!
//! Strings in symbols may still hold `!(…)` variables; binding resolves them.

mod kinds;
mod text;

pub use kinds::*;

use crate::diag::Location;
use crate::msi::Table;
use std::borrow::Cow;

/// Who may refer to a symbol by its id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// Everyone.
    #[default]
    Global,
    /// Sections of the same library.
    Library,
    /// Sections of the same source file.
    File,
    /// Its own section only; every generated id is of this kind.
    Section,
    /// Everyone, and an `override` symbol replaces it.
    Virtual,
    /// Everyone; it replaces a `virtual` symbol.
    Override,
}

/// A symbol's id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Id {
    /// The identifier: what stands in the table's first key column.
    pub name: String,
    /// Who may refer to it.
    pub access: Access,
}

impl Id {
    /// An id that everyone may refer to.
    pub fn global(name: impl Into<String>) -> Id {
        Id { name: name.into(), access: Access::Global }
    }

    /// An id that only its own section may refer to.
    pub fn section(name: impl Into<String>) -> Id {
        Id { name: name.into(), access: Access::Section }
    }
}

/// A cell of a row to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// Nothing.
    Null,
    /// A number.
    Int(i32),
    /// A string, which may hold variables. In a number's column it must be a number once they are resolved.
    Text(String),
    /// The path of a file whose bytes the cell has, as authored.
    Source(String),
    /// The path of a file whose text the cell has, as authored.
    TextFile(String),
    /// The feature that the component with this id belongs to first of all, known once all is linked.
    Feature(String),
    /// A file's or directory's name, written `short|long` where the long one is not a short one already.
    Name {
        /// The long name.
        long: String,
        /// The short name, where authored.
        short: Option<String>,
        /// What else goes into a short name that is made up: kind of row, keys.
        salt: Vec<String>,
    },
}

impl From<i32> for Field {
    fn from(number: i32) -> Field {
        Field::Int(number)
    }
}

impl From<&str> for Field {
    fn from(text: &str) -> Field {
        Field::Text(text.to_owned())
    }
}

impl From<String> for Field {
    fn from(text: String) -> Field {
        Field::Text(text)
    }
}

impl From<&String> for Field {
    fn from(text: &String) -> Field {
        Field::Text(text.clone())
    }
}

impl From<&Id> for Field {
    fn from(id: &Id) -> Field {
        Field::Text(id.name.clone())
    }
}

impl From<&Option<String>> for Field {
    fn from(value: &Option<String>) -> Field {
        value.as_ref().map_or(Field::Null, Into::into)
    }
}

impl<T: Into<Field>> From<Option<T>> for Field {
    fn from(value: Option<T>) -> Field {
        value.map_or(Field::Null, Into::into)
    }
}

/// The cells of a row: `fields![id, 3, None::<i32>, text]`, each anything that [`Field`] can be made from.
macro_rules! fields {
    ($($field:expr),* $(,)?) => { vec![$($crate::symbol::Field::from($field)),*] };
}
pub(crate) use fields;

/// Stands for the package code, without braces, until the contents of the package are known. No author can mean it.
pub const PACKAGE_CODE: &str = "8C3E1B5D-7A0F-4D62-9E14-D5B20C6F7A93";

/// One thing that a source defines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// By which references find it; none for what nothing can refer to. Keys of several columns are joined by `/`.
    pub id: Option<Id>,
    /// Where it was written.
    pub at: Location,
    /// What it is.
    pub kind: Kind,
}

impl Symbol {
    /// Visits every string in the symbol that may hold variables or the id of a component: all but what tells tables
    /// and kinds apart.
    pub fn each_text(&mut self, visit: &mut impl FnMut(&mut String)) {
        if let Some(id) = &mut self.id {
            visit(&mut id.name);
        }
        self.kind.each_text(visit);
    }
}

/// What a symbol is: a row as it will stand in the table, or something that binding works on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A row that needs nothing but its variables resolved.
    Row {
        /// The table.
        table: Cow<'static, str>,
        /// The cells, in the order of the table's columns.
        fields: Vec<Field>,
    },
    /// A row of the Component table.
    Component(Component),
    /// A row of the File table and what belongs to it.
    File(File),
    /// Files to be found by their names.
    Harvest(Harvest),
    /// A row of the Directory table.
    Directory(Directory),
    /// A row of the Media table.
    Media(Media),
    /// Media to be made as files need it.
    MediaTemplate(MediaTemplate),
    /// A row of the Registry table.
    Registry(Registry),
    /// A row of the Property table, or the fact that there is such a property.
    Property(Property),
    /// An action in a sequence table.
    Action(Action),
    /// A row of the Upgrade table.
    Upgrade(Upgrade),
    /// A table of the author's own.
    CustomTable {
        /// Its columns; no rows.
        table: Table,
        /// What else is known of each of its columns.
        declared: Vec<DeclaredColumn>,
        /// Whether the table exists for the compiler only.
        unreal: bool,
    },
    /// A row of a table of the author's own.
    CustomRow(CustomRow),
    /// A table that must be there even without rows.
    EnsureTable(String),
    /// A `!(wix.Name)` variable; the name is the symbol's id.
    Variable {
        /// The value.
        value: String,
        /// Whether another definition may win.
        overridable: bool,
    },
    /// A group of components or features: a name to refer to, no row.
    Group(GroupKind),
    /// The package as such: what the summary information is made from.
    Package(Package),
    /// What `SummaryInformation` says otherwise.
    Summary(Summary),
    /// A symbol in a library that nobody here knows, of this kind: one of an extension, a bundle or a patch.
    Foreign(String),
}

/// A row of a table of the author's own, before it is matched with the table's columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomRow {
    /// The table.
    pub table: String,
    /// The cells that were given, in the order of the source.
    pub cells: Vec<CustomCell>,
}

/// What is known of a column of the author's own table besides what the database has of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredColumn {
    /// How merge modules would rename what stands in it.
    pub modularize: &'static str,
    /// Where it is declared.
    pub at: Location,
}

/// A cell of a [`CustomRow`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomCell {
    /// The column's name.
    pub column: String,
    /// The value; the path of a file in a binary column.
    pub value: Option<String>,
    /// Where it was written.
    pub at: Location,
}

/// What a group groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupKind {
    /// `ComponentGroup`.
    Component,
    /// `FeatureGroup`.
    Feature,
    /// `UI`: not a group to the installer, only a name to pull by.
    Ui,
}

impl Kind {
    /// A row of `table`.
    pub fn row(table: impl Into<Cow<'static, str>>, fields: Vec<Field>) -> Kind {
        Kind::Row { table: table.into(), fields }
    }

    /// The name of the kind, by which a [`Reference`] names it: the table's for rows.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Kind::Row { table, .. } => table,
            Kind::Component(_) => "Component",
            Kind::File(_) => "File",
            Kind::Harvest(_) => "WixHarvest",
            Kind::Directory(_) => "Directory",
            Kind::Media(_) | Kind::MediaTemplate(_) => "Media",
            Kind::Registry(_) => "Registry",
            Kind::Property(_) => "Property",
            Kind::Action(_) => "WixAction",
            Kind::Upgrade(_) => "Upgrade",
            Kind::CustomTable { .. } => "WixCustomTable",
            Kind::CustomRow(_) => "WixCustomRow",
            Kind::EnsureTable(_) => "WixEnsureTable",
            Kind::Variable { .. } => "WixVariable",
            Kind::Group(GroupKind::Component) => "WixComponentGroup",
            Kind::Group(GroupKind::Feature) => "WixFeatureGroup",
            Kind::Group(GroupKind::Ui) => "WixUI",
            Kind::Package(_) => "WixPackage",
            Kind::Summary(_) => "SummaryInformation",
            Kind::Foreign(kind) => kind,
        }
    }
}

/// A demand that a symbol exists; it pulls the section that has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The kind's name; see [`Kind::name`].
    pub kind: Cow<'static, str>,
    /// The id.
    pub key: String,
    /// Who demands.
    pub at: Location,
}

/// What can have members.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Container {
    /// The package itself.
    Package,
    /// A feature.
    Feature,
    /// A feature group.
    FeatureGroup,
    /// A component group.
    ComponentGroup,
}

/// What can be a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Member {
    /// A feature.
    Feature,
    /// A feature group.
    FeatureGroup,
    /// A component group.
    ComponentGroup,
    /// A component.
    Component,
}

/// That something belongs to something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The kind of the container.
    pub container: Container,
    /// The container's id.
    pub container_id: String,
    /// The kind of the member.
    pub member: Member,
    /// The member's id.
    pub member_id: String,
    /// Whether the container is where the member belongs first of all (its parent feature; what an advertised
    /// shortcut installs).
    pub primary: bool,
    /// Where it was written.
    pub at: Location,
}

/// What a section is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SectionKind {
    /// A package: where linking starts.
    Package,
    /// A fragment: linked if something in it is referred to.
    Fragment,
}

/// The symbols that come along together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// What it is.
    pub kind: SectionKind,
    /// Its symbols, in the order of the source.
    pub symbols: Vec<Symbol>,
    /// What it demands.
    pub references: Vec<Reference>,
    /// What belongs to what.
    pub memberships: Vec<Membership>,
    /// Where it begins.
    pub at: Location,
}
