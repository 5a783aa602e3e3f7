//! The identity ledger: which component owns which installed path, in every package that shipped or will ship.
//!
//! A ComponentId or file key that has shipped for a path never changes (`ARCHITECTURE.md`, invariant 2), and this
//! module is the only one that issues new ones. What a package contains follows from the product; the product's
//! `identity.toml`, which this reads and gives back with entries added, has what shipped under which identity.

mod edit;
mod file;
mod layout;

pub use edit::with_components;
pub use file::ROOTS;

use crate::id::{Arch, ComponentId, Dll, FileVersion, Flavour, Guid, Role, UnknownWord, UpgradeCode};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What stands in a path for the name of the handler's folder, which changes with each version.
pub const VERSION: &str = "{version}";

/// The namespace of the ComponentIds that we issue.
const NAMESPACE: Guid = Guid::from_u128(0x8c1e_6e5b_3d0a_4b7e_9a5d_51f0_6b2f_3c77);

/// The ComponentId of a path that no package has had before: the same for everyone, for ever.
///
/// `path` is as [`KeyPath::text`] has it, with [`VERSION`] in the place of a version, since nothing that varies from
/// build to build may go into an identity; case does not matter, as it does not to Windows.
#[must_use]
pub fn issue(flavour: Flavour, bits: Bits, path: &str) -> ComponentId {
    ComponentId(NAMESPACE.derive(format!("{flavour}|{bits}|{}", path.to_lowercase()).as_bytes()))
}

/// Which half of a 64-bit Windows a component lives in: folders and registry view
/// (`msidbComponentAttributes64bit`, <https://learn.microsoft.com/windows/win32/msi/component-table>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bits {
    /// Attribute absent.
    B32,
    /// Attribute 256.
    B64,
}

impl fmt::Display for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Bits::B32 => "32",
            Bits::B64 => "64",
        })
    }
}

/// A time in which the packages that shipped had one authoring; the ledger says which there are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Era(pub String);

impl fmt::Display for Era {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The resource by which Windows Installer knows whether a component is there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyPath {
    /// A file.
    File {
        /// `[Root]folders\name`.
        path: String,
        /// The key in the File table.
        file: String,
    },
    /// A registry value.
    Registry {
        /// Root and key, as `HKLM\SOFTWARE\…`.
        key: String,
        /// Name of the value.
        value: String,
    },
}

impl KeyPath {
    /// The text that identifies it, version not filled in.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            KeyPath::File { path, .. } => path.clone(),
            KeyPath::Registry { key, value } => format!(r"{key}\{value}"),
        }
    }
}

impl KeyPath {
    /// The key path with `version` filled in.
    #[must_use]
    pub fn with_version(&self, version: &str) -> KeyPath {
        match self {
            KeyPath::File { path, file } => {
                KeyPath::File { path: path.replace(VERSION, version), file: file.clone() }
            }
            KeyPath::Registry { .. } => self.clone(),
        }
    }
}

/// What a component brings to its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holds {
    /// A file of the payload.
    Payload(Role),
    /// The ARM64X forwarder that stands in the place of this DLL.
    Forwarder(Dll),
    /// The registry values by which other installers find the module.
    Discoverability,
    /// The registry values of the dependency provider.
    Provider,
    /// Something of somebody else's package. Only retired components hold it.
    Other,
}

impl fmt::Display for Holds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Holds::Payload(role) => role.fmt(f),
            Holds::Forwarder(module) => write!(f, "{module} forwarder"),
            Holds::Discoverability => f.write_str("discoverability"),
            Holds::Provider => f.write_str("provider"),
            Holds::Other => f.write_str("other"),
        }
    }
}

impl FromStr for Holds {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let forwarders = Dll::ALL.map(Holds::Forwarder);
        let others = [Holds::Discoverability, Holds::Provider, Holds::Other];
        let named = forwarders.into_iter().chain(others).find(|holds| holds.to_string() == text);
        named.or_else(|| text.parse().ok().map(Holds::Payload)).ok_or_else(|| {
            let expected = "a role such as `module x64`, `module forwarder`, `handler forwarder`, `schema`, \
                            `discoverability`, `provider` or `other`";
            UnknownWord::new(text, "something that a component holds", expected)
        })
    }
}

impl Serialize for Holds {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

/// A component of one or more packages of a flavour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// The packages that have it.
    pub arches: Vec<Arch>,
    /// What it is known by.
    pub key_path: KeyPath,
    /// What it brings.
    pub holds: Holds,
    /// Its ComponentId.
    pub id: ComponentId,
    /// Key in the Component table.
    pub key: String,
    /// Which half of Windows it lives in.
    pub bits: Bits,
    /// The event log source whose messages its key file has. One component of a package at most has one: several
    /// writers of one value delete one another's.
    pub event_source: Option<String>,
    /// The eras in which it shipped exactly so; empty for what we added.
    pub shipped: Vec<Era>,
    /// Whether our packages have it. Retired components are there so that their identity is never used again.
    pub active: bool,
    /// Where the entry is in the ledger: line, from 1; 0 for what follows from the product.
    pub line: u32,
}

/// A row of the Directory table that has a name of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    /// Its key.
    pub id: String,
    /// `[Root]folders`, where the root is the package's own: `ProgramFiles6432Folder`, `System6432Folder`.
    pub path: String,
    /// The 8.3 name, where it is not left to the engine.
    pub short_name: Option<String>,
    /// The name in an administrative image, where it differs.
    pub source_name: Option<String>,
}

/// What the ledger knows of one flavour.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entries {
    /// The families of packages, earlier ones too.
    pub families: Vec<UpgradeCode>,
    /// Directories with a name of their own.
    pub directories: Vec<Directory>,
    /// Components, active and retired, in the order of the file.
    pub components: Vec<Component>,
}

/// A product of others that has ids of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Foreign {
    /// What it is called.
    pub name: String,
    /// The families of its packages.
    pub upgrade_codes: Vec<UpgradeCode>,
    /// Our ids that it has, at paths of its own.
    pub ids: Vec<ComponentId>,
    /// What that means for a machine that has both.
    pub note: String,
}

/// Ids of another product that packages of this one have had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Borrowed {
    /// Whose they are.
    pub from: String,
    /// The ids. Ours never has them: Windows counts a component by its id, wherever it is.
    pub ids: Vec<ComponentId>,
}

/// The whole ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    /// The file that it was read from, as the user named it.
    pub file: String,
    /// The eras of packages that shipped, the oldest first, each with the releases that it stands for.
    pub eras: Vec<(Era, String)>,
    /// The highest version of the module's DLLs that is known to have shipped, one for each release line.
    pub highest_shipped: Vec<FileVersion>,
    /// Products of others that have ids of ours.
    pub foreign: Vec<Foreign>,
    /// Ids of others that packages of this product have had.
    pub borrowed: Vec<Borrowed>,
    iis: Entries,
    iis_express: Entries,
}

impl Ledger {
    /// What it knows of `flavour`.
    #[must_use]
    pub fn entries(&self, flavour: Flavour) -> &Entries {
        match flavour {
            Flavour::Iis => &self.iis,
            Flavour::IisExpress => &self.iis_express,
        }
    }

    /// The era that is called `name`.
    #[must_use]
    pub fn era(&self, name: &str) -> Option<&Era> {
        self.eras.iter().map(|(era, _)| era).find(|era| era.0 == name)
    }

    /// The kind of IIS whose packages are in this family.
    #[must_use]
    pub fn flavour_of(&self, family: UpgradeCode) -> Option<Flavour> {
        Flavour::ALL.into_iter().find(|flavour| self.entries(*flavour).families.contains(&family))
    }

    /// The components of a package, in the order of the file.
    pub fn components(&self, flavour: Flavour, arch: Arch) -> impl Iterator<Item = &Component> {
        let all = self.entries(flavour).components.iter();
        all.filter(move |component| component.active && component.arches.contains(&arch))
    }

    /// Whether an id belongs to another product.
    #[must_use]
    pub fn is_borrowed(&self, id: ComponentId) -> bool {
        self.borrowed.iter().any(|borrowed| borrowed.ids.contains(&id))
    }

    /// The id that `path` has or shall have: the one that shipped for it in most eras, else the issued one.
    #[must_use]
    pub fn id_for(&self, flavour: Flavour, bits: Bits, path: &str) -> ComponentId {
        let components = self.entries(flavour).components.iter();
        let same = components.filter(|c| c.bits == bits && c.key_path.text().eq_ignore_ascii_case(path));
        let same = same.filter(|c| !self.is_borrowed(c.id));
        let known = same.max_by_key(|component| (component.shipped.len(), component.active));
        known.map_or_else(|| issue(flavour, bits, path), |component| component.id)
    }

    /// The component of a package that owns `path`, as [`KeyPath::text`] has it; case does not matter.
    #[must_use]
    pub fn component(&self, flavour: Flavour, arch: Arch, path: &str) -> Option<&Component> {
        self.components(flavour, arch).find(|component| component.key_path.text().eq_ignore_ascii_case(path))
    }
}
