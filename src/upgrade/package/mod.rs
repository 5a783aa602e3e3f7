//! A package as the simulation sees it: rows grouped by the component that owns them, conditions parsed.
//!
//! Reads tables; decides nothing. Unknown tables are ignored, a missing table means that the resource class is not
//! processed, a broken one is an error that names table and row.

mod components;
mod conditions;
mod few;
mod limits;
mod load;
mod named;
mod payload;
mod registry;
mod search;
mod sequence;
mod swap;
mod table;

pub use few::Few;
pub use limits::{Memory, TooLarge};
pub(super) use load::is_per_machine;
pub use named::Named;
pub use payload::{FileFacts, Payload, PayloadError, for_each_file, for_each_file_in, read_payload};
pub use registry::{Registry, RemoveRegistry};
pub use search::{InRegistry, Search};
pub use swap::Swap;
pub use table::PackageError;

use crate::id::{Arch, ComponentId, FileVersion, ProductCode, ProductVersion, UpgradeCode};
use installer_condition::Condition;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Bits of `Component.Attributes` (<https://learn.microsoft.com/windows/win32/msi/component-table>).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ComponentAttributes(pub i32);

impl ComponentAttributes {
    /// The key path is a registry value.
    pub const REGISTRY_KEY_PATH: i32 = 4;
    /// The key file's SharedDLLs count is raised.
    pub const SHARED_DLL: i32 = 8;
    /// Never removed.
    pub const PERMANENT: i32 = 16;
    /// The key path is an ODBC data source.
    pub const ODBC_DATA_SOURCE: i32 = 32;
    /// Kept in its highest version while a package that marks it so is installed.
    pub const SHARED: i32 = 2048;
    /// Not installed where the key path exists.
    pub const NEVER_OVERWRITE: i32 = 128;
    /// 64-bit folders and registry view.
    pub const SIXTY_FOUR_BIT: i32 = 256;

    /// Whether `bit` is set.
    #[must_use]
    pub fn has(self, bit: i32) -> bool {
        self.0 & bit != 0
    }
}

/// What tells Windows Installer whether a component is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyPath {
    /// The component's folder.
    Directory,
    /// A file: index into [`Component::files`].
    File(usize),
    /// A registry value: index into [`Component::registry`].
    Registry(usize),
    /// An ODBC data source; not simulated.
    OdbcDataSource(String),
}

/// A row of the File table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its key.
    pub key: String,
    /// Long name on the disk.
    pub name: String,
    /// The version column; none where it is empty or names a companion.
    pub version: Option<FileVersion>,
    /// The file that this one follows.
    pub companion: Option<String>,
    /// The language column.
    pub languages: BTreeSet<u16>,
    /// The attributes column.
    pub attributes: i32,
    /// Place in the cabinet; the order of copying.
    pub sequence: i32,
    /// The four parts of `MsiFileHash`.
    pub hash: Option<[i32; 4]>,
    /// The real file: from the cabinet where its bytes were read, else what the columns claim.
    pub facts: Arc<FileFacts>,
}

/// A row of the RemoveFile table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoveFile {
    /// Its key.
    pub key: String,
    /// Name or pattern; empty removes the folder itself.
    pub pattern: String,
    /// The directory or property that holds the folder.
    pub directory: String,
    /// 1 on install, 2 on removal, 3 both.
    pub mode: i32,
}

/// A row of the DuplicateFile table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuplicateFile {
    /// The file that is copied.
    pub file: String,
    /// The copy's name; empty keeps the file's.
    pub name: String,
    /// The copy's folder; empty keeps the file's.
    pub directory: String,
}

/// A row of the MoveFile table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoveFile {
    /// Name or pattern of the sources.
    pub source: String,
    /// Their folder.
    pub source_directory: String,
    /// The new name; empty keeps the old.
    pub name: String,
    /// The folder of the target.
    pub directory: String,
    /// Whether the source goes away.
    pub moves: bool,
}

/// A row of the ServiceControl table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceControl {
    /// The service, formatted.
    pub service: String,
    /// Bits: 1 start, 2 stop, 8 delete on install; 0x10, 0x20, 0x80 the same on removal.
    pub events: i32,
}

/// A row of the Environment table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// The name with its prefixes.
    pub name: String,
    /// The value with its `[~]`.
    pub value: String,
}

/// A row of the Shortcut table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortcut {
    /// Its folder.
    pub directory: String,
    /// Its long name.
    pub name: String,
    /// What it points to, formatted.
    pub target: String,
}

/// A component with all that it owns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// Its key in the package.
    pub key: Arc<str>,
    /// What Windows Installer counts; none for a component that is never registered.
    pub id: Option<ComponentId>,
    /// Its directory.
    pub directory: String,
    /// Its attributes.
    pub attributes: ComponentAttributes,
    /// The condition that enables it.
    pub condition: Condition,
    /// Its key path.
    pub key_path: KeyPath,
    /// Its files, in the order of copying.
    pub files: Vec<File>,
    /// Its registry values, in table order.
    pub registry: Vec<Registry>,
    /// Its RemoveFile rows.
    pub remove_files: Few<RemoveFile>,
    /// Its RemoveRegistry rows.
    pub remove_registry: Few<RemoveRegistry>,
    /// Its DuplicateFile rows.
    pub duplicate_files: Few<DuplicateFile>,
    /// Its MoveFile rows.
    pub move_files: Few<MoveFile>,
    /// Directories that it makes.
    pub create_folders: Few<String>,
    /// Names of services that it installs, formatted.
    pub services: Few<String>,
    /// What it does to services.
    pub service_controls: Few<ServiceControl>,
    /// Its environment variables.
    pub environment: Few<Environment>,
    /// Its shortcuts.
    pub shortcuts: Few<Shortcut>,
    /// The identity of the global assembly that it installs.
    pub assembly: Option<String>,
    /// Names of IIS modules whose image is one of its files (table `IISGlobalModule` of Microsoft's IIS extension).
    pub modules: Few<String>,
    /// Configurations that name a module while it is installed (table `AncmConfiguration` of our packages).
    pub configurations: Few<Configuration>,
    /// Folders in which handlers of other versions are looked for (table `AncmHandlerFolder` of our packages).
    pub handler_folders: Few<HandlerFolder>,
    /// DLLs of other packages that it puts its own in the place of (table `FileSwap` of our patches).
    pub swaps: Few<Swap>,
    /// Whether rules that are not modelled decide over it too: it holds fonts, whose versions are not in a resource, or
    /// it is isolated.
    pub has_rules_of_its_own: bool,
    /// Indices of the features that hold it.
    pub features: Vec<usize>,
}

impl Component {
    /// The key file.
    #[must_use]
    pub fn key_file(&self) -> Option<&File> {
        match self.key_path {
            KeyPath::File(index) => self.files.get(index),
            KeyPath::Directory | KeyPath::Registry(_) | KeyPath::OdbcDataSource(_) => None,
        }
    }

    /// Whether it belongs to the 64-bit half of the machine.
    #[must_use]
    pub fn is_64_bit(&self) -> bool {
        self.attributes.has(ComponentAttributes::SIXTY_FOUR_BIT)
    }
}

/// A row of the table `AncmConfiguration`; `wix/registration.wxs` says what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// The file, formatted.
    pub file: String,
    /// Where it does not hold, the file is left alone.
    pub condition: Condition,
    /// The module's name.
    pub module: String,
    /// The module's DLL, as the file shall name it.
    pub image: String,
    /// Whether it is the configuration of IIS, which can be a shared one; otherwise it is one of IIS Express.
    pub of_iis: bool,
}

/// A row of the table `AncmHandlerFolder`; `wix/upgrade.wxs` says what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandlerFolder {
    /// The folder with a folder for each version, formatted.
    pub folder: String,
    /// The name of this version's folder.
    pub kept: String,
    /// Names that handlers have.
    pub files: Vec<String>,
}

/// A row of the Feature table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feature {
    /// Its key.
    pub key: String,
    /// The feature that it belongs to.
    pub parent: Option<usize>,
    /// Install level; installed where it is between 1 and `INSTALLLEVEL`.
    pub level: i32,
    /// Whether it is installed where its parent is.
    pub follows_parent: bool,
    /// Rows of the Condition table: the level to take where the condition holds.
    pub levels: Vec<(i32, Condition)>,
}

/// A row of the Directory table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    /// The directory above; empty for the root.
    pub parent: String,
    /// Long name of the target; empty for the parent's own folder.
    pub name: String,
}

/// A row of the Upgrade table (<https://learn.microsoft.com/windows/win32/msi/upgrade-table>).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upgrade {
    /// The family looked for.
    pub upgrade_code: UpgradeCode,
    /// Lower bound.
    pub min: Option<ProductVersion>,
    /// Upper bound.
    pub max: Option<ProductVersion>,
    /// Product languages; empty means every one.
    pub languages: BTreeSet<u16>,
    /// The attributes.
    pub attributes: i32,
    /// The features to remove; none means all.
    pub remove: Option<String>,
    /// The property that receives the product codes.
    pub property: String,
}

impl Upgrade {
    /// Feature states are taken over from the product found.
    pub const MIGRATE_FEATURES: i32 = 1;
    /// The product found stays.
    pub const ONLY_DETECT: i32 = 2;
    /// A failing removal does not stop the install.
    pub const IGNORE_REMOVE_FAILURE: i32 = 4;
    /// The lower bound belongs to the range.
    pub const MIN_INCLUSIVE: i32 = 0x100;
    /// The upper bound belongs to the range.
    pub const MAX_INCLUSIVE: i32 = 0x200;
    /// Every language but those listed.
    pub const LANGUAGES_EXCLUSIVE: i32 = 0x400;

    /// Whether `bit` is set.
    #[must_use]
    pub fn has(&self, bit: i32) -> bool {
        self.attributes & bit != 0
    }
}

/// A row of a sequence table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// The action.
    pub name: String,
    /// Its condition.
    pub condition: Condition,
    /// Its place.
    pub sequence: i32,
    /// What it does where it is a custom one.
    pub custom: Option<Arc<CustomAction>>,
    /// Whether it writes operations into the script, so that nothing happens before that runs.
    pub is_queued: bool,
}

/// A row of the CustomAction table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomAction {
    /// Its key.
    pub name: String,
    /// Kind and options.
    pub kind: i32,
    /// Where the code is, or which property is set.
    pub source: String,
    /// What is called, or the text that is set.
    pub target: String,
}

impl CustomAction {
    /// Whether it is written into the script, and runs when that runs.
    #[must_use]
    pub fn is_deferred(&self) -> bool {
        self.stage() != "immediate"
    }

    /// When it runs, in a word, by the bits of its type
    /// (<https://learn.microsoft.com/windows/win32/msi/custom-action-in-script-execution-options>).
    #[must_use]
    pub fn stage(&self) -> &'static str {
        match self.kind & 0x700 {
            0x600 => "commit",
            0x500 => "rollback",
            0x400 => "deferred",
            _ => "immediate",
        }
    }
}

/// A package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// How the user named it.
    pub name: String,
    /// The processor that it is for.
    pub arch: Arch,
    /// This release.
    pub product_code: ProductCode,
    /// Its family; none for a package that nothing can upgrade.
    pub upgrade_code: Option<UpgradeCode>,
    /// Its version.
    pub version: ProductVersion,
    /// `ProductLanguage`.
    pub language: u16,
    /// Whether it installs for the machine.
    pub per_machine: bool,
    /// The Property table.
    pub properties: Named<String>,
    /// `SecureCustomProperties`.
    pub secure: BTreeSet<String>,
    /// Directories by key.
    pub directories: BTreeMap<String, Directory>,
    /// Of those, the ones that components and their rows name.
    pub used_directories: BTreeSet<String>,
    /// How many rows its tables have.
    pub rows: usize,
    /// Features; parents before children is not guaranteed.
    pub features: Vec<Feature>,
    /// Components, in table order.
    pub components: Vec<Component>,
    /// Upgrade rows, in table order.
    pub upgrades: Vec<Upgrade>,
    /// InstallExecuteSequence, in order; rows without a positive number are left out.
    pub execute: Vec<Action>,
    /// InstallUISequence, likewise.
    pub ui: Vec<Action>,
    /// Launch conditions with the text that is shown where they do not hold.
    pub launch_conditions: Vec<(Condition, String)>,
    /// Searches of AppSearch.
    pub searches: Vec<Search>,
    /// Type libraries: identifier and language, with the version column (major << 8 | minor).
    pub type_libraries: BTreeMap<(String, i32), i32>,
    /// Directories that a user may choose in the package's dialogs.
    pub chosen_by_user: BTreeSet<String>,
    /// What of the package is not simulated: tables with rows that install something, and files whose bytes are not at
    /// hand.
    pub not_simulated: Vec<String>,
}

impl Package {
    /// The directory that the way up from `directory` ends at, which is the first for which `is_root` holds or one
    /// without a parent, and the names from there down.
    #[must_use]
    pub fn way_to<'a>(
        &'a self,
        directory: &'a str,
        is_root: impl Fn(&str) -> bool,
    ) -> (&'a str, Vec<&'a str>) {
        let (mut at, mut names) = (directory, Vec::new());
        // a directory that is its own ancestor is no folder; as many steps as there are rows end at any root
        for _ in 0..self.directories.len() {
            let Some(directory) = self.directories.get(at) else { break };
            if is_root(at) || directory.parent.is_empty() {
                break;
            }
            if !directory.name.is_empty() {
                names.push(directory.name.as_str());
            }
            at = &directory.parent;
        }
        names.reverse();
        (at, names)
    }

    /// The path that a file of the package is installed to, from a standard folder in brackets: `[ProgramFilesFolder]IIS\a.dll`.
    #[must_use]
    pub fn path(&self, component: &Component, file: &File) -> String {
        // standard folders end in this, and WiX's own ones, which are inside them, in the other
        let is_standard = |key: &str| key.ends_with("Folder") && !key.ends_with("6432Folder");
        let (root, mut names) = self.way_to(&component.directory, is_standard);
        names.push(&file.name);
        format!("[{root}]{}", names.join("\\"))
    }

    /// The component with `key`.
    #[must_use]
    pub fn component(&self, key: &str) -> Option<&Component> {
        self.components.iter().find(|component| *component.key == *key)
    }

    /// Every file with its component.
    pub fn files(&self) -> impl Iterator<Item = (&Component, &File)> {
        self.components.iter().flat_map(|component| component.files.iter().map(move |file| (component, file)))
    }
}
