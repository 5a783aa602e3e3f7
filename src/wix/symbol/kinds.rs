//! What symbols of each kind say.

use super::Container;
use crate::cab::{Effort, Method, Window};
use crate::id::UnknownWord;
use crate::ids::RegistryRoot;

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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    /// Whether it is bound to the DLLs that it imports.
    pub binds_image: bool,
    /// Its group: groups stand behind all other files.
    pub patch_group: Option<i32>,
    /// What makes it an assembly.
    pub assembly: Option<Assembly>,
    /// The regid of the software tag that the file is: it is made up, and has no source.
    pub tag: Option<String>,
}

/// An assembly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assembly {
    /// Whether it is one of .NET, and not a side-by-side assembly of Windows.
    pub is_dotnet: bool,
    /// The id of the file that is its manifest.
    pub manifest: Option<String>,
    /// Whether it belongs to one program, and not to the global assembly cache.
    pub is_private: bool,
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
    /// From which size on a cabinet with one large file would be split, in MiB.
    pub split_mib: Option<u32>,
    /// Bytes of files for a cabinet, in MiB.
    pub maximum_uncompressed_mib: u32,
}

/// How a cabinet is compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    /// Stored.
    None,
    /// LZX with a window of 2^15 bytes.
    Low,
    /// LZX with a window of 2^18 bytes: what WiX does if nothing is said.
    #[default]
    Medium,
    /// LZX with a window of 2^21 bytes.
    High,
    /// MSZIP.
    Mszip,
}

impl Compression {
    /// Each with its name in the language.
    pub const NAMES: [(&str, Compression); 5] = [
        ("none", Compression::None),
        ("low", Compression::Low),
        ("medium", Compression::Medium),
        ("high", Compression::High),
        ("mszip", Compression::Mszip),
    ];

    /// What a cabinet is told. The windows are those of WiX (`CabCBegin` in its `cabcutil.cpp`).
    #[must_use]
    pub fn method(self, effort: Effort) -> Method {
        let lzx = |exponent| match Window::new(exponent) {
            Some(window) => Method::Lzx { window, effort },
            None => Method::MsZip,
        };
        match self {
            Compression::None => Method::Stored,
            Compression::Low => lzx(15),
            Compression::Medium => lzx(18),
            Compression::High => lzx(21),
            Compression::Mszip => Method::MsZip,
        }
    }
}

impl std::str::FromStr for Compression {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Compression, UnknownWord> {
        let found = Compression::NAMES.into_iter().find(|(name, _)| text.eq_ignore_ascii_case(name));
        found
            .map(|(_, level)| level)
            .ok_or_else(|| UnknownWord::new(text, "a compression level", "none, low, medium, high or mszip"))
    }
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
