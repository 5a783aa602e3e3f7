//! What compiling makes and linking, binding and emitting work on: symbols, grouped in sections.
//!
//! Strings in symbols may still hold `!(…)` variables; binding resolves them.

use crate::diag::Location;
use crate::msi::Table;
use crate::wix::ids::RegistryRoot;
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

impl<T: Into<Field>> From<Option<T>> for Field {
    fn from(value: Option<T>) -> Field {
        value.map_or(Field::Null, Into::into)
    }
}

/// The cells of a row: `fields![id, 3, None::<i32>, text]`, each anything that [`Field`] can be made from.
macro_rules! fields {
    ($($field:expr),* $(,)?) => { vec![$($crate::wix::symbol::Field::from($field)),*] };
}
pub(in crate::wix) use fields;

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
}

/// A row of a table of the author's own, before it is matched with the table's columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomRow {
    /// The table.
    pub table: String,
    /// The cells that were given, in the order of the source.
    pub cells: Vec<CustomCell>,
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

    fn each_text(&mut self, visit: &mut impl FnMut(&mut String)) {
        match self {
            Kind::Row { fields, .. } => {
                for field in fields {
                    match field {
                        Field::Null | Field::Int(_) => {}
                        Field::Text(text) | Field::Source(text) | Field::TextFile(text) => visit(text),
                        Field::Name { long, short, salt } => {
                            visit(long);
                            short.iter_mut().chain(salt).for_each(&mut *visit);
                        }
                    }
                }
            }
            Kind::Component(component) => {
                if let ComponentGuid::Text(text) = &mut component.guid {
                    visit(text);
                }
                if let KeyPath::File(id) | KeyPath::Registry(id) | KeyPath::OdbcDataSource(id) =
                    &mut component.key_path
                {
                    visit(id);
                }
                visit(&mut component.directory);
                component.condition.iter_mut().for_each(visit);
            }
            Kind::File(file) => {
                [&mut file.component, &mut file.directory, &mut file.name, &mut file.source]
                    .into_iter()
                    .for_each(&mut *visit);
                [&mut file.short_name, &mut file.version, &mut file.language]
                    .into_iter()
                    .flatten()
                    .for_each(visit);
            }
            Kind::Directory(directory) => {
                visit(&mut directory.name);
                [
                    &mut directory.parent,
                    &mut directory.short_name,
                    &mut directory.source_name,
                    &mut directory.short_source_name,
                    &mut directory.guid_seed,
                ]
                .into_iter()
                .flatten()
                .for_each(visit);
            }
            Kind::Media(media) => {
                [
                    &mut media.cabinet,
                    &mut media.prompt,
                    &mut media.volume,
                    &mut media.source,
                    &mut media.layout,
                ]
                .into_iter()
                .flatten()
                .for_each(visit);
            }
            Kind::MediaTemplate(template) => {
                visit(&mut template.cabinet);
                [&mut template.prompt, &mut template.volume].into_iter().flatten().for_each(visit);
            }
            Kind::Registry(registry) => {
                visit(&mut registry.key);
                visit(&mut registry.component);
                registry.name.iter_mut().for_each(&mut *visit);
                match &mut registry.value {
                    None => {}
                    Some(
                        RegistryValue::String(text)
                        | RegistryValue::Expandable(text)
                        | RegistryValue::Integer(text)
                        | RegistryValue::Binary(text)
                        | RegistryValue::MultiString(text)
                        | RegistryValue::Append(text)
                        | RegistryValue::Prepend(text),
                    ) => visit(text),
                }
            }
            Kind::Property(property) => property.value.iter_mut().for_each(visit),
            Kind::Action(action) => action.condition.iter_mut().for_each(visit),
            Kind::Upgrade(upgrade) => {
                visit(&mut upgrade.code);
                visit(&mut upgrade.property);
                [&mut upgrade.minimum, &mut upgrade.maximum, &mut upgrade.language, &mut upgrade.remove]
                    .into_iter()
                    .flatten()
                    .for_each(visit);
            }
            Kind::Variable { value, .. } => visit(value),
            Kind::Package(package) => {
                [&mut package.name, &mut package.manufacturer, &mut package.version]
                    .into_iter()
                    .for_each(&mut *visit);
                [
                    &mut package.language,
                    &mut package.codepage,
                    &mut package.product_code,
                    &mut package.upgrade_code,
                ]
                .into_iter()
                .flatten()
                .for_each(visit);
            }
            Kind::Summary(summary) => {
                [
                    &mut summary.codepage,
                    &mut summary.comments,
                    &mut summary.description,
                    &mut summary.keywords,
                    &mut summary.manufacturer,
                ]
                .into_iter()
                .flatten()
                .for_each(visit);
            }
            Kind::CustomRow(row) => {
                row.cells.iter_mut().filter_map(|cell| cell.value.as_mut()).for_each(visit)
            }
            Kind::Harvest(_) | Kind::CustomTable { .. } | Kind::EnsureTable(_) | Kind::Group(_) => {}
        }
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
        }
    }
}

/// What a component's key path is (<https://learn.microsoft.com/windows/win32/msi/component-table>, KeyPath).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyPath {
    /// The component's directory.
    Directory,
    /// The file with this id.
    File(String),
    /// The registry value with this id.
    Registry(String),
    /// The data source with this id.
    OdbcDataSource(String),
}

/// Where a component's GUID comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ComponentGuid {
    /// `Guid="*"`, or none: computed from the key path.
    Computed,
    /// `Guid=""`: the installer does not register the component.
    None,
    /// As written, upper-case in braces; or a variable.
    Text(String),
}

/// A component. Its id is the symbol's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// The GUID.
    pub guid: ComponentGuid,
    /// The directory's id.
    pub directory: String,
    /// The bits of the Attributes column, except the key path's.
    pub attributes: i32,
    /// Whether the component is a 64-bit one (bit 256).
    pub is_64_bit: bool,
    /// The condition.
    pub condition: Option<String>,
    /// The key path.
    pub key_path: KeyPath,
}

/// A file. Its id is the symbol's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its component's id.
    pub component: String,
    /// Its directory's id.
    pub directory: String,
    /// Long name.
    pub name: String,
    /// Short name, where authored.
    pub short_name: Option<String>,
    /// `DefaultVersion`, or the id of a companion file: used if the file itself has no version.
    pub version: Option<String>,
    /// Whether `version` is a companion file's id, which wins over the file's own version.
    pub companion: bool,
    /// `DefaultLanguage`.
    pub language: Option<String>,
    /// The bits of the Attributes column.
    pub attributes: i32,
    /// `DiskId`; the default disk if none.
    pub disk: Option<i32>,
    /// Where the bytes are, as authored.
    pub source: String,
}

/// Files to be found by their names: each becomes a file with a component of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Harvest {
    /// The directory that they are installed to, with folders below it for those below the pattern's folder.
    pub directory: String,
    /// Patterns, as authored.
    pub include: Vec<String>,
    /// Patterns of files that are left out.
    pub exclude: Vec<String>,
    /// The folder that patterns are relative to; that of the source file if empty.
    pub source: String,
    /// The feature or group that they are members of.
    pub parent: Option<(Container, String)>,
}

/// A directory. Its id is the symbol's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    /// The parent's id; none for `TARGETDIR` and for what stands in it without saying so.
    pub parent: Option<String>,
    /// Long name; several, joined by `\`, for a whole path.
    pub name: String,
    /// Short name, where authored.
    pub short_name: Option<String>,
    /// Name on the source medium, where another.
    pub source_name: Option<String>,
    /// Short name on the source medium, where authored.
    pub short_source_name: Option<String>,
    /// Stands for the path in the GUIDs of components below.
    pub guid_seed: Option<String>,
}

/// A disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// DiskId.
    pub disk: i32,
    /// Cabinet's name, without `#`; none where files lie beside the package.
    pub cabinet: Option<String>,
    /// Whether the cabinet is a stream of the package.
    pub embed: bool,
    /// Compression; the build's default if none.
    pub compression: Option<Compression>,
    /// DiskPrompt.
    pub prompt: Option<String>,
    /// VolumeLabel.
    pub volume: Option<String>,
    /// Source.
    pub source: Option<String>,
    /// Where uncompressed files go, relative to the package.
    pub layout: Option<String>,
}

/// How disks are made as files need them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaTemplate {
    /// Cabinet's name with `{0}` for the number.
    pub cabinet: String,
    /// Whether cabinets are streams of the package.
    pub embed: bool,
    /// Compression; the build's default if none.
    pub compression: Option<Compression>,
    /// DiskPrompt.
    pub prompt: Option<String>,
    /// VolumeLabel.
    pub volume: Option<String>,
    /// Bytes of files for a cabinet, in MiB.
    pub maximum_uncompressed_mib: u32,
}

/// How hard a cabinet is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Stored.
    None,
    /// A little.
    Low,
    /// The default.
    Medium,
    /// Well.
    High,
    /// MSZIP.
    Mszip,
}

/// A registry value, or a key to create or remove. Its id is the symbol's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registry {
    /// The root.
    pub root: RegistryRoot,
    /// The key below the root.
    pub key: String,
    /// The value's name; none for the default value. `+`, `-` and `*` without a value create and remove the key.
    pub name: Option<String>,
    /// The value.
    pub value: Option<RegistryValue>,
    /// Its component's id.
    pub component: String,
}

/// A registry value as authored; the table has it with a prefix that tells the type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegistryValue {
    /// REG_SZ.
    String(String),
    /// REG_EXPAND_SZ.
    Expandable(String),
    /// REG_DWORD, decimal.
    Integer(String),
    /// REG_BINARY, hexadecimal.
    Binary(String),
    /// REG_MULTI_SZ: strings with `[~]` between them.
    MultiString(String),
    /// Strings to put after those that are there already.
    Append(String),
    /// Strings to put before those that are there already.
    Prepend(String),
}

/// A property. Its name is the symbol's id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Property {
    /// Its value in the table; without one, only the name is known and the flags count.
    pub value: Option<String>,
    /// Listed in `AdminProperties`.
    pub admin: bool,
    /// Listed in `SecureCustomProperties`.
    pub secure: bool,
    /// Listed in `MsiHiddenProperties`.
    pub hidden: bool,
}

/// A sequence table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sequence {
    /// AdminExecuteSequence.
    AdminExecute,
    /// AdminUISequence.
    AdminUi,
    /// AdvtExecuteSequence.
    AdvertiseExecute,
    /// InstallExecuteSequence.
    InstallExecute,
    /// InstallUISequence.
    InstallUi,
}

impl Sequence {
    /// Every one, in the order of the tables' names.
    pub const ALL: [Sequence; 5] = [
        Sequence::AdminExecute,
        Sequence::AdminUi,
        Sequence::AdvertiseExecute,
        Sequence::InstallExecute,
        Sequence::InstallUi,
    ];

    /// The table's name.
    #[must_use]
    pub fn table(self) -> &'static str {
        match self {
            Sequence::AdminExecute => "AdminExecuteSequence",
            Sequence::AdminUi => "AdminUISequence",
            Sequence::AdvertiseExecute => "AdvtExecuteSequence",
            Sequence::InstallExecute => "InstallExecuteSequence",
            Sequence::InstallUi => "InstallUISequence",
        }
    }
}

/// When an action runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// At the standard action's own number.
    Standard,
    /// At this number; negative ones are the ways to exit.
    Number(i16),
    /// Right before another action.
    Before(String),
    /// Right after another action.
    After(String),
    /// Not at all, although something else asks for it.
    Suppressed,
}

/// An action in a sequence table. Its id is `table/action`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// The table.
    pub sequence: Sequence,
    /// The action's or dialog's name.
    pub action: String,
    /// The condition.
    pub condition: Option<String>,
    /// When.
    pub schedule: Schedule,
    /// Whether another scheduling of the same action in the same table wins.
    pub overridable: bool,
}

/// A row of the Upgrade table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upgrade {
    /// UpgradeCode.
    pub code: String,
    /// VersionMin.
    pub minimum: Option<String>,
    /// VersionMax.
    pub maximum: Option<String>,
    /// Language.
    pub language: Option<String>,
    /// Attributes (<https://learn.microsoft.com/windows/win32/msi/upgrade-table>).
    pub attributes: i32,
    /// Remove.
    pub remove: Option<String>,
    /// ActionProperty.
    pub property: String,
}

impl Upgrade {
    /// Whether the products that it finds stay.
    #[must_use]
    pub fn only_detects(&self) -> bool {
        self.attributes & 2 != 0
    }
}

/// The package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// ProductName.
    pub name: String,
    /// Manufacturer.
    pub manufacturer: String,
    /// ProductVersion, as authored.
    pub version: String,
    /// ProductLanguage; the culture's if none.
    pub language: Option<String>,
    /// The string pool's code page, as authored: a number, a web name, or a variable.
    pub codepage: Option<String>,
    /// Least version of Windows Installer, times 100.
    pub installer_version: i32,
    /// Who it is installed for.
    pub scope: Scope,
    /// Whether files lie in cabinets unless they say otherwise.
    pub compressed: bool,
    /// Whether file names on the medium are short ones.
    pub short_names: bool,
    /// ProductCode; derived from the contents if none.
    pub product_code: Option<String>,
    /// UpgradeCode.
    pub upgrade_code: Option<String>,
    /// Whether upgrades are the author's business alone.
    pub upgrade_strategy_none: bool,
}

/// Who a package is installed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everyone.
    Machine,
    /// One user, without elevation.
    User,
    /// Either, one user by default.
    UserOrMachine,
}

/// What `SummaryInformation` says otherwise than the package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Code page.
    pub codepage: Option<String>,
    /// Comments.
    pub comments: Option<String>,
    /// Subject.
    pub description: Option<String>,
    /// Keywords.
    pub keywords: Option<String>,
    /// Author.
    pub manufacturer: Option<String>,
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
