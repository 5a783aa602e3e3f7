//! The components and directories that follow from a product: what a package has of which nothing else is written down.

use super::{Bits, Component, Directory, Entries, Holds, KeyPath, VERSION, issue};
use crate::id::{Arch, Dll, Flavour, Role};
use crate::product::{Edition, Product};
use std::collections::BTreeSet;

/// Packages for 64-bit Windows.
const WIDE: [Arch; 2] = [Arch::X64, Arch::Arm64];
/// Where dependency providers are (<https://docs.firegiant.com/wix/schema/dependency/provides/>).
const PROVIDERS: &str = r"HKMU\Software\Classes\Installer\Dependencies";

/// What follows from `product` for `flavour`; nothing where it has no packages for it.
pub(super) fn entries(product: &Product, flavour: Flavour) -> Entries {
    let Some(edition) = product.edition(flavour) else { return Entries::default() };
    let mut layout = Layout { flavour, components: Vec::new() };
    layout.dlls(product, edition);
    layout.schema(product);
    layout.registry(edition);
    let directories = directories(&layout.components, edition);
    let mut families: Vec<_> = edition.families().collect();
    families.sort();
    families.dedup();
    Entries { families, directories, components: layout.components }
}

/// What of `follow` nothing in `written` stands for: in the same packages, an active component of the same path.
pub(super) fn beyond(follow: Vec<Component>, written: &[Component]) -> Vec<Component> {
    let rest = follow.into_iter().filter_map(|mut component| {
        let place = component.key_path.text();
        let same = |other: &&Component| {
            other.active && other.bits == component.bits && other.key_path.text().eq_ignore_ascii_case(&place)
        };
        let taken: Vec<Arch> =
            written.iter().filter(same).flat_map(|other| other.arches.iter().copied()).collect();
        component.arches.retain(|arch| !taken.contains(arch));
        (!component.arches.is_empty()).then_some(component)
    });
    rest.collect()
}

struct Layout {
    flavour: Flavour,
    components: Vec<Component>,
}

impl Layout {
    fn dlls(&mut self, product: &Product, edition: &Edition) {
        let source = &edition.event_source;
        for (dll, part) in product.parts() {
            let key = if dll == Dll::Module { "Module" } else { "Handler" };
            let folder = match dll {
                Dll::Module => edition.folder.clone(),
                Dll::Handler => format!(r"{}\{VERSION}", edition.folder),
            };
            let path = |root: &str, suffix: &str| format!(r"[{root}]{folder}\{}{suffix}.dll", part.base_name);
            let main64 = path("ProgramFiles64Folder", "");
            let main32 = path("ProgramFilesFolder", "");
            let source = (dll == Dll::Module).then_some(source.as_str());
            let payload = |arch| Holds::Payload(Role::Dll(dll, arch));
            self.file(&[Arch::X86], Bits::B32, &main32, key, payload(Arch::X86), source);
            self.file(&[Arch::X64], Bits::B64, &main64, key, payload(Arch::X64), source);
            self.file(&[Arch::Arm64], Bits::B64, &main64, key, Holds::Forwarder(dll), source);
            for arch in [Arch::Arm64, Arch::X64] {
                let beside = path("ProgramFiles64Folder", &format!("_{arch}"));
                self.file(&[Arch::Arm64], Bits::B64, &beside, &format!("{key}.{arch}"), payload(arch), None);
            }
            self.file(&WIDE, Bits::B32, &main32, &format!("{key}.wow"), payload(Arch::X86), None);
        }
    }

    fn schema(&mut self, product: &Product) {
        let Some(schema) = &product.schema else { return };
        let (native, wow, folder) = match self.flavour {
            Flavour::Iis => ("System64Folder", "SystemFolder", r"inetsrv\config\schema"),
            Flavour::IisExpress => {
                ("ProgramFiles64Folder", "ProgramFilesFolder", r"IIS Express\config\schema")
            }
        };
        let path = |root: &str| format!(r"[{root}]{folder}\{}", schema.file);
        let holds = Holds::Payload(Role::Schema);
        self.file(&[Arch::X86], Bits::B32, &path(wow), "Schema", holds, None);
        self.file(&WIDE, Bits::B64, &path(native), "Schema", holds, None);
        // full IIS has one folder for both bitnesses, IIS Express one for each
        if self.flavour == Flavour::IisExpress {
            self.file(&WIDE, Bits::B32, &path(wow), "Schema.wow", holds, None);
        }
    }

    fn registry(&mut self, edition: &Edition) {
        if let Some(key) = &edition.discovery_key {
            let key = format!(r"HKLM\{key}");
            let holds = Holds::Discoverability;
            self.value(&[Arch::X86], Bits::B32, &key, "Install", "Discovery", holds);
            self.value(&WIDE, Bits::B64, &key, "Install", "Discovery", holds);
            self.value(&WIDE, Bits::B32, &key, "Install", "Discovery.wow", holds);
        }
        for arch in Arch::ALL {
            for (number, provider) in edition.providers.get(&arch).into_iter().flatten().enumerate() {
                let key = format!(r"{PROVIDERS}\{provider}");
                let component = match number {
                    0 => "Provider".to_owned(),
                    number => format!("Provider.{number}"),
                };
                self.value(&[arch], Bits::B32, &key, "Version", &component, Holds::Provider);
            }
        }
    }

    fn file(
        &mut self,
        arches: &[Arch],
        bits: Bits,
        path: &str,
        key: &str,
        holds: Holds,
        source: Option<&str>,
    ) {
        let key_path = KeyPath::File { path: path.to_owned(), file: format!("{key}File") };
        self.add(arches, bits, key_path, key, holds, source);
    }

    fn value(&mut self, arches: &[Arch], bits: Bits, key: &str, value: &str, component: &str, holds: Holds) {
        let key_path = KeyPath::Registry { key: key.to_owned(), value: value.to_owned() };
        self.add(arches, bits, key_path, component, holds, None);
    }

    fn add(
        &mut self,
        arches: &[Arch],
        bits: Bits,
        key_path: KeyPath,
        key: &str,
        holds: Holds,
        source: Option<&str>,
    ) {
        self.components.push(Component {
            arches: arches.to_vec(),
            id: issue(self.flavour, bits, &key_path.text()),
            key_path,
            holds,
            key: key.to_owned(),
            bits,
            event_source: source.map(str::to_owned),
            shipped: Vec::new(),
            active: true,
            line: 0,
        });
    }
}

/// Every folder of the files and those above, each under both of its roots: a package for x86 has the one, and a package
/// for 64-bit Windows the other.
fn directories(components: &[Component], edition: &Edition) -> Vec<Directory> {
    let mut folders = BTreeSet::new();
    for component in components {
        let KeyPath::File { path, .. } = &component.key_path else { continue };
        let Some((root, rest)) = path.split_once(']') else { continue };
        let root = match root.trim_start_matches('[') {
            "ProgramFiles64Folder" => "ProgramFiles6432Folder",
            "ProgramFilesFolder" => "ProgramFilesFolder",
            _ => "System6432Folder",
        };
        let names: Vec<&str> = rest.split('\\').collect();
        for depth in 1..names.len() {
            folders.insert((root, names[..depth].join("\\")));
        }
    }
    let mut directories = Vec::new();
    for (number, (root, folder)) in (1..).zip(&folders) {
        let second = edition.folder.split('\\').take(2).collect::<Vec<_>>().join("\\");
        let name = root.trim_end_matches("Folder");
        directories.push(Directory {
            id: format!("{name}.{number}"),
            path: format!("[{root}]{folder}"),
            short_name: edition.short_name.clone().filter(|_| *folder == second),
            source_name: None,
        });
    }
    directories
}
