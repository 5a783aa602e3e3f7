//! Identities that WiX computes: generated ids, component GUIDs and short names. The algorithms are WiX's
//! (`Common.cs`, `FinalizeComponentGuids.cs`, `Uuid.cs`), value for value: a package that changes engines must keep
//! its identities.
//!
//! Knows no symbols: texts in, texts out.

use super::compile::names::is_short_name;
use crate::id::Guid;
use base64::alphabet::Alphabet;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};
use sha1::{Digest, Sha1};

/// The namespace of component GUIDs.
const COMPONENTS: Guid = Guid::from_u128(0x3064_E5C6_FB63_4FE9_AC49_E446_A792_EFA5);
/// The namespace of upgrade codes that come from `Package/@Id`.
const UPGRADES: Guid = Guid::from_u128(0xD9C5_E8D9_0F97_4D24_A235_91BD_2FA1_69A6);

/// A root of the registry, as the Registry table numbers it
/// (<https://learn.microsoft.com/windows/win32/msi/registry-table>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegistryRoot {
    /// `HKMU`: per machine or per user, whichever the installation is.
    MachineUser,
    /// `HKCR`
    ClassesRoot,
    /// `HKCU`
    CurrentUser,
    /// `HKLM`
    LocalMachine,
    /// `HKU`
    Users,
}

impl RegistryRoot {
    /// Every root with the name that authoring gives it.
    pub const NAMES: [(&'static str, RegistryRoot); 5] = [
        ("HKMU", RegistryRoot::MachineUser),
        ("HKCR", RegistryRoot::ClassesRoot),
        ("HKCU", RegistryRoot::CurrentUser),
        ("HKLM", RegistryRoot::LocalMachine),
        ("HKU", RegistryRoot::Users),
    ];

    /// The number in the Registry table.
    #[must_use]
    pub const fn number(self) -> i32 {
        match self {
            RegistryRoot::MachineUser => -1,
            RegistryRoot::ClassesRoot => 0,
            RegistryRoot::CurrentUser => 1,
            RegistryRoot::LocalMachine => 2,
            RegistryRoot::Users => 3,
        }
    }

    /// The root with this number.
    #[must_use]
    pub fn from_number(number: i32) -> Option<RegistryRoot> {
        Self::NAMES.into_iter().map(|(_, root)| root).find(|root| root.number() == number)
    }
}

/// The id that something without one gets: `prefix`, and a hash of what tells it apart. An argument that is not
/// there is empty.
#[must_use]
pub fn identifier(prefix: &str, arguments: &[&str]) -> String {
    let alphabet = Alphabet::new("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._")
        .expect("64 different characters");
    format!("{prefix}{}", hash(&arguments.join("|"), &alphabet))
}

/// The id that a name makes: what cannot stand in an identifier becomes `_`.
#[must_use]
pub fn identifier_of_name(name: &str) -> String {
    let starts_well = name.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    let fixed =
        name.encode_utf16().map(|unit| char::from_u32(unit.into()).filter(|c| legal(*c)).unwrap_or('_'));
    if starts_well { fixed.collect() } else { std::iter::once('_').chain(fixed).collect() }
}

/// A yes or no as it goes into ids.
#[must_use]
pub fn boolean(yes: bool) -> &'static str {
    if yes { "True" } else { "False" }
}

/// The GUID of a component whose key path is a file. `directory` is the canonical one: the standard directory's id
/// or the seed as written, then the lower-case names of the directories below it, joined by `\`.
#[must_use]
pub fn file_component(directory: &str, name: &str) -> Guid {
    derive(COMPONENTS, &format!("{directory}\\{}", lower(name)))
}

/// The GUID of a component whose key path is a registry value; `root` is the name of the root, or its number for a GUID
/// of WiX 3, and `name` is empty for the key's default value.
#[must_use]
pub fn registry_component(root: &str, key: &str, name: &str, is_64_bit: bool) -> Guid {
    let bits = if is_64_bit { "64" } else { "" };
    derive(COMPONENTS, &lower(&format!("{bits}{root}\\{key}\\{name}")))
}

/// The upgrade code of a package that has an `Id` instead of one.
#[must_use]
pub fn upgrade_code(package_id: &str) -> Guid {
    derive(UPGRADES, package_id)
}

/// The short name for a long one: eight characters of a hash, and the first three of the extension if the name is
/// a file's (`keep_extension`) and they are legal there. `arguments` tell apart equal names in different places.
#[must_use]
pub fn short_name(long: &str, keep_extension: bool, arguments: &[&str]) -> String {
    let long = lower(long);
    let mut hashed = long.clone();
    for argument in arguments {
        hashed.push('|');
        hashed.push_str(argument);
    }
    let mut name = hash(&hashed, &base64::alphabet::URL_SAFE);
    name.truncate(8);
    if keep_extension && let Some(dot) = long.rfind('.').filter(|dot| dot + 1 < long.len()) {
        let extension: String = long[dot..].chars().take(4).collect();
        let whole = format!("{name}{extension}");
        if is_short_name(&whole) {
            name = whole;
        }
    }
    name.to_ascii_lowercase()
}

/// Lower case, character by character, as .NET's invariant culture has it: nothing that would need two characters
/// changes, and a sigma at the end of a word is like any other.
#[must_use]
pub fn lower(text: &str) -> String {
    text.chars()
        .map(|c| {
            let mut lower = c.to_lowercase();
            match (lower.next(), lower.next()) {
                (Some(single), None) => single,
                _ => c,
            }
        })
        .collect()
}

/// Upper case, character by character, as [`lower`] is.
#[must_use]
pub fn upper(text: &str) -> String {
    text.chars()
        .map(|c| {
            let mut upper = c.to_uppercase();
            match (upper.next(), upper.next()) {
                (Some(single), None) => single,
                _ => c,
            }
        })
        .collect()
}

/// A name-based GUID, of the name in UTF-16 as .NET has it.
fn derive(namespace: Guid, name: &str) -> Guid {
    let bytes: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    namespace.derive(&bytes)
}

fn hash(text: &str, alphabet: &Alphabet) -> String {
    base64::Engine::encode(&GeneralPurpose::new(alphabet, NO_PAD), Sha1::digest(text.as_bytes()))
}
