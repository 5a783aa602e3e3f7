//! The identities that packages have, held against the ledger: what shipped, what we plan, what a package brings.

mod check;
mod explain;
mod import;

pub use check::check;
pub use explain::{Explained, explain};
pub use import::{Import, import};

use crate::id::{Arch, ComponentId, Dll, Flavour, Role, UpgradeCode};
use crate::ledger::{Bits, Era, Holds, KeyPath, Ledger, ROOTS, VERSION};
use crate::product::Product;
use crate::upgrade::{self, Component, Package};

/// What identifies a component of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// What Windows Installer counts clients of.
    pub id: ComponentId,
    /// Key in the Component table.
    pub key: String,
    /// The key path, with the handler's folder as [`VERSION`].
    pub key_path: KeyPath,
    /// Which half of Windows it lives in.
    pub bits: Bits,
    /// What it seems to bring.
    pub holds: Holds,
}

/// The identities of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identities {
    /// The package's name.
    pub name: String,
    /// Its family.
    pub upgrade_code: Option<UpgradeCode>,
    /// The flavour whose family that is, as the ledger knows it.
    pub flavour: Option<Flavour>,
    /// Its processor.
    pub arch: Arch,
    /// The era that the first part of its name says.
    pub era: Option<Era>,
    /// Its components.
    pub components: Vec<Identity>,
    /// Keys of registered components whose key path is no file and no registry value; the ledger cannot hold them.
    pub without_key_path: Vec<String>,
}

impl Identities {
    /// The identities of `package`.
    #[must_use]
    pub fn of(package: &Package, ledger: &Ledger, product: &Product) -> Identities {
        let mut identities = Identities {
            name: package.name.clone(),
            upgrade_code: package.upgrade_code,
            flavour: package.upgrade_code.and_then(|code| ledger.flavour_of(code)),
            arch: package.arch,
            era: package.name.split('-').next().and_then(|era| ledger.era(era)).cloned(),
            components: Vec::new(),
            without_key_path: Vec::new(),
        };
        for component in &package.components {
            let Some(id) = component.id else { continue };
            let Some(key_path) = key_path(package, component) else {
                identities.without_key_path.push(component.key.to_string());
                continue;
            };
            let bits = if component.is_64_bit() { Bits::B64 } else { Bits::B32 };
            let holds = holds(package, component, &key_path, product);
            identities.components.push(Identity {
                id,
                key: component.key.to_string(),
                key_path,
                bits,
                holds,
            });
        }
        identities
    }
}

fn key_path(package: &Package, component: &Component) -> Option<KeyPath> {
    match component.key_path {
        upgrade::KeyPath::File(index) => {
            let file = component.files.get(index)?;
            let folder = folder(package, &component.directory);
            let separator = if folder.ends_with(']') { "" } else { "\\" };
            Some(KeyPath::File { path: format!("{folder}{separator}{}", file.name), file: file.key.clone() })
        }
        upgrade::KeyPath::Registry(index) => {
            let row = component.registry.get(index)?;
            let root = match row.root {
                0 => "HKCR",
                1 => "HKCU",
                2 => "HKLM",
                3 => "HKU",
                _ => "HKMU",
            };
            Some(KeyPath::Registry { key: format!(r"{root}\{}", row.path), value: row.name.to_string() })
        }
        upgrade::KeyPath::Directory | upgrade::KeyPath::OdbcDataSource(_) => None,
    }
}

/// The folder of a directory, as `[Root]names`.
fn folder(package: &Package, key: &str) -> String {
    // a standard folder is where Windows has it, wherever it stands in the table (T11) and whatever it is called
    let is_standard = |key: &str| ROOTS.iter().any(|(root, _)| root.trim_matches(['[', ']']) == key);
    let (root, names) = package.way_to(key, is_standard);
    let names: Vec<&str> =
        names.into_iter().map(|name| if is_version(name) { VERSION } else { name }).collect();
    format!("[{root}]{}", names.join("\\"))
}

/// Whether it is a name of the handler's folder: three numbers.
fn is_version(name: &str) -> bool {
    let parts: Vec<&str> = name.split('.').collect();
    parts.len() == 3 && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

/// Told by names and processors; [`Holds::Other`] where they say nothing.
fn holds(package: &Package, component: &Component, key_path: &KeyPath, product: &Product) -> Holds {
    let KeyPath::File { path, .. } = key_path else {
        let key = key_path.text();
        return match () {
            () if key.contains(r"\Installer\Dependencies\") => Holds::Provider,
            () if key.contains(r"\IIS Extensions\") => Holds::Discoverability,
            () => Holds::Other,
        };
    };
    let name = path.rsplit('\\').next().unwrap_or_default().to_lowercase();
    if product.schema.as_ref().is_some_and(|schema| schema.file.eq_ignore_ascii_case(&name)) {
        return Holds::Payload(Role::Schema);
    }
    // the longer name first: the other one may begin it
    let mut parts: Vec<(Dll, &str)> =
        product.parts().map(|(dll, part)| (dll, part.base_name.as_str())).collect();
    parts.sort_by_key(|(_, base)| std::cmp::Reverse(base.len()));
    let begins = |base: &str| name.get(..base.len()).is_some_and(|start| start.eq_ignore_ascii_case(base));
    let Some((dll, base)) = parts.into_iter().find(|(_, base)| begins(base)) else {
        return Holds::Other;
    };
    let behind = format!("{base}_arm64.dll");
    let leads = package.files().any(|(_, file)| file.name.eq_ignore_ascii_case(&behind));
    let machine = component.key_file().and_then(|file| file.facts.machine);
    match machine {
        Some(Arch::Arm64) if leads && name.eq_ignore_ascii_case(&format!("{base}.dll")) => {
            Holds::Forwarder(dll)
        }
        Some(arch) => Holds::Payload(Role::Dll(dll, arch)),
        None => Holds::Other,
    }
}

/// Whether two component keys are the same but for the mark of those that an extension of WiX made.
fn same_key(ours: &str, theirs: &str) -> bool {
    ours.trim_end_matches(".auto") == theirs.trim_end_matches(".auto")
}

/// Whether two key paths are the same place, with the same file key; case does not matter in a place.
fn same_key_path(a: &KeyPath, b: &KeyPath) -> bool {
    let files = match (a, b) {
        (KeyPath::File { file: a, .. }, KeyPath::File { file: b, .. }) => a == b,
        _ => true,
    };
    files && a.text().eq_ignore_ascii_case(&b.text())
}
