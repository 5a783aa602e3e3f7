//! Everything that the ledger knows of a path.

use super::is_version;
use crate::id::{Arch, Flavour};
use crate::ledger::{Bits, Component, Foreign, KeyPath, Ledger, VERSION, issue};

/// An entry that an explanation is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained<'l> {
    /// The product.
    pub flavour: Flavour,
    /// The entry.
    pub component: &'l Component,
    /// Where Windows has it: one place, or two where packages for 32-bit and 64-bit Windows have it.
    pub places: Vec<String>,
    /// Other entries with its id.
    pub same_id: Vec<(Flavour, &'l Component)>,
    /// Products of others with its id.
    pub foreign: Vec<&'l Foreign>,
    /// Whether the id is one that we issued.
    pub issued: bool,
}

/// The entries that `asked` is about: a path as the ledger writes it or as Windows shows it, a file's name, a registry
/// key, a file or component key, or a ComponentId. Case and the way that slashes lean do not matter.
#[must_use]
pub fn explain<'l>(ledger: &'l Ledger, asked: &str) -> Vec<Explained<'l>> {
    let id = asked.parse().ok();
    let asked = normal(asked);
    let all =
        || Flavour::ALL.into_iter().flat_map(|f| ledger.entries(f).components.iter().map(move |c| (f, c)));
    let is_asked = |component: &Component| {
        let text = component.key_path.text();
        let mut names = vec![text.clone(), component.key.clone()];
        match &component.key_path {
            KeyPath::File { file, path } => {
                names.push(file.clone());
                names.push(path.rsplit('\\').next().unwrap_or_default().to_owned());
            }
            KeyPath::Registry { key, .. } => names.push(key.clone()),
        }
        names.extend(places(component));
        Some(component.id) == id || names.iter().any(|name| normal(name) == asked)
    };
    all()
        .filter(|(_, component)| is_asked(component))
        .map(|(flavour, component)| Explained {
            flavour,
            component,
            places: places(component),
            same_id: all().filter(|(_, c)| c.id == component.id && *c != component).collect(),
            foreign: ledger.foreign.iter().filter(|foreign| foreign.ids.contains(&component.id)).collect(),
            issued: component.id == issue(flavour, component.bits, &component.key_path.text()),
        })
        .collect()
}

/// Backslashes, lower case, drive C, and [`VERSION`] for a version.
fn normal(path: &str) -> String {
    let path = path.replace('/', "\\").to_lowercase();
    let path = match path.as_bytes() {
        [drive, b':', b'\\', ..] if drive.is_ascii_alphabetic() => format!("c{}", &path[1..]),
        _ => path,
    };
    let names: Vec<&str> =
        path.split('\\').map(|name| if is_version(name) { VERSION } else { name }).collect();
    names.join("\\")
}

/// Where Windows has a component of packages for each of its processors.
fn places(component: &Component) -> Vec<String> {
    let KeyPath::File { path, .. } = &component.key_path else { return vec![component.key_path.text()] };
    let place = |arch: &Arch| {
        let wow = arch.is_64_bit() && component.bits == Bits::B32;
        let (programs, system) = match wow {
            true => (r"C:\Program Files (x86)\", r"C:\Windows\SysWOW64\"),
            false => (r"C:\Program Files\", r"C:\Windows\System32\"),
        };
        // where 10.0 rc 2 put 32-bit components into the 64-bit folders, the folder's name decides
        path.replace("[ProgramFiles64Folder]", r"C:\Program Files\")
            .replace("[System64Folder]", r"C:\Windows\System32\")
            .replace("[ProgramFilesFolder]", programs)
            .replace("[SystemFolder]", system)
    };
    let mut places: Vec<String> = component.arches.iter().map(place).collect();
    places.dedup();
    places
}
