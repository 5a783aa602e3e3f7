//! What a machine holds, as far as Windows Installer is concerned.
//!
//! Plain state. The engine changes it by the rules; perturbations change it by hand.

use crate::id::{Arch, ComponentId, ProductCode, ProductVersion, UpgradeCode};
use crate::names::{Folded, RegistryName, is_of_windows};
use crate::package::FileFacts;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// Anything that an install puts on a machine and an upgrade can lose.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// A file by its path.
    File(Folded),
    /// A registry value.
    Registry(Arc<RegistryName>),
    /// An IIS module in applicationHost.config.
    Module(String),
    /// A Windows service.
    Service(Folded),
    /// That a Windows service runs.
    Running(Folded),
    /// A shortcut by its path.
    Shortcut(Folded),
    /// A segment of an environment variable: variable, segment.
    Environment(Arc<(Folded, Folded)>),
    /// An assembly in the global cache.
    Assembly(String),
}

impl Resource {
    /// What kind of thing it is, for people.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Resource::File(_) => "file",
            Resource::Registry(_) => "registry value",
            Resource::Module(_) => "IIS module",
            Resource::Service(_) => "service",
            Resource::Running(_) => "running service",
            Resource::Shortcut(_) => "shortcut",
            Resource::Environment(_) => "environment variable",
            Resource::Assembly(_) => "assembly",
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Resource::File(path) | Resource::Shortcut(path) => write!(f, "{path}"),
            Resource::Registry(name) => write!(f, "{name}"),
            Resource::Module(name) | Resource::Assembly(name) => f.write_str(name),
            Resource::Service(name) | Resource::Running(name) => write!(f, "{name}"),
            Resource::Environment(named) => write!(f, "%{}% {}", named.0, named.1),
        }
    }
}

/// A file on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskFile {
    /// What its bytes are.
    pub facts: Arc<FileFacts>,
    /// The product that wrote it; none for files of unknown origin.
    pub writer: Option<ProductCode>,
    /// Whether it was written to after it was created.
    pub modified: bool,
    /// Whether a program holds it open.
    pub locked: bool,
}

/// Anything but a file: its data, and who wrote it last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The data.
    pub data: Arc<str>,
    /// The product that wrote it last; none for what was there before.
    pub writer: Option<ProductCode>,
}

/// What stands for a resource on a machine.
#[derive(Clone, Copy)]
pub(crate) enum Thing<'m> {
    /// A file.
    File(&'m DiskFile),
    /// Anything else.
    Other(&'m Written),
}

impl Thing<'_> {
    /// The product that wrote it last.
    pub(crate) fn writer(self) -> Option<ProductCode> {
        match self {
            Thing::File(file) => file.writer,
            Thing::Other(written) => written.writer,
        }
    }

    /// Whether it is as `wanted`; nothing where that is not known, since bytes are not.
    pub(crate) fn is_as(self, wanted: Thing) -> Option<bool> {
        match (self, wanted) {
            (Thing::File(there), Thing::File(wanted)) if there.writer == wanted.writer => Some(true),
            (Thing::File(there), Thing::File(wanted)) => there.facts.same_bytes(&wanted.facts),
            (Thing::Other(there), Thing::Other(wanted)) => Some(there.data == wanted.data),
            _ => Some(false),
        }
    }
}

/// Who keeps a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Client {
    /// Windows Installer's pseudo client for permanent components.
    Permanent,
    /// A product.
    Product(ProductCode),
}

/// The recorded key path of a component.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordedKeyPath {
    /// A file.
    File(Folded),
    /// A folder.
    Directory(Folded),
    /// A registry value.
    Registry(Arc<RegistryName>),
    /// Something that is not simulated; counts as present.
    Other(String),
}

impl fmt::Display for RecordedKeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecordedKeyPath::File(path) | RecordedKeyPath::Directory(path) => write!(f, "{path}"),
            RecordedKeyPath::Registry(name) => write!(f, "{name}"),
            RecordedKeyPath::Other(text) => f.write_str(text),
        }
    }
}

/// The clients of a component, each with its key path: few, so that they stand in a row. Copies of a machine share them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clients(Arc<Vec<(Client, RecordedKeyPath)>>);

impl Clients {
    fn place(&self, client: &Client) -> Result<usize, usize> {
        self.0.binary_search_by_key(client, |(other, _)| *other)
    }

    /// The key path of `client`.
    #[must_use]
    pub fn get(&self, client: &Client) -> Option<&RecordedKeyPath> {
        self.place(client).ok().map(|at| &self.0[at].1)
    }

    /// Records `client` at `path`.
    pub fn insert(&mut self, client: Client, path: RecordedKeyPath) {
        let place = self.place(&client);
        let clients = Arc::make_mut(&mut self.0);
        match place {
            Ok(at) => clients[at].1 = path,
            Err(at) => {
                clients.reserve_exact(1);
                clients.insert(at, (client, path));
            }
        }
    }

    /// Takes `client` off.
    pub fn remove(&mut self, client: &Client) {
        if let Ok(at) = self.place(client) {
            Arc::make_mut(&mut self.0).remove(at);
        }
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Client, &RecordedKeyPath)> {
        self.0.iter().map(|(client, path)| (client, path))
    }

    /// Their key paths.
    pub fn values(&self) -> impl Iterator<Item = &RecordedKeyPath> {
        self.0.iter().map(|(_, path)| path)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A part of a machine. Copies of the machine share it until one of them changes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shared<T>(Arc<T>);

impl<T> Deref for Shared<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Clone> DerefMut for Shared<T> {
    fn deref_mut(&mut self) -> &mut T {
        Arc::make_mut(&mut self.0)
    }
}

/// An installed product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Its name in Apps & Features.
    pub name: String,
    /// Its family.
    pub upgrade_code: Option<UpgradeCode>,
    /// Its version.
    pub version: ProductVersion,
    /// Its language.
    pub language: u16,
    /// Whether it is installed for the machine.
    pub per_machine: bool,
    /// Which features are installed.
    pub features: BTreeMap<String, bool>,
    /// Where its directories were.
    pub directories: Shared<BTreeMap<String, Folded>>,
    /// Keys of the components that were enabled when it was installed.
    pub components: BTreeSet<Arc<str>>,
}

/// What the next start of Windows will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pending {
    /// Delete the file.
    Delete(Folded),
    /// Put the new file in its place.
    Replace(Folded, DiskFile),
}

/// What stands in a file's place that a swap wrote, and what was there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Swapped {
    /// The file.
    pub path: Folded,
    /// What was there before; none where there was no file.
    pub before: Option<DiskFile>,
    /// What was put there.
    pub after: FileFacts,
}

/// A machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// Its processor.
    pub arch: Arch,
    /// Files by path.
    pub files: Shared<BTreeMap<Folded, DiskFile>>,
    /// Everything that is not a file.
    pub others: Shared<BTreeMap<Resource, Written>>,
    /// Folders that an installer made on purpose.
    pub folders: Shared<BTreeSet<Folded>>,
    /// Who keeps which component, and where it is.
    pub clients: Shared<BTreeMap<ComponentId, Clients>>,
    /// SharedDLLs counts.
    pub shared_dlls: Shared<BTreeMap<Folded, u32>>,
    /// Installed products.
    pub products: BTreeMap<ProductCode, Arc<Product>>,
    /// What waits for the next start of Windows, in order.
    pub pending: Vec<Pending>,
    /// Files that stand in others' places, by the path of the patch's own file.
    pub swapped: BTreeMap<Folded, Vec<Swapped>>,
}

impl Machine {
    /// A machine on which nothing is installed yet.
    #[must_use]
    pub fn new(arch: Arch) -> Machine {
        Machine {
            arch,
            files: Shared::default(),
            others: Shared::default(),
            folders: Shared::default(),
            clients: Shared::default(),
            shared_dlls: Shared::default(),
            products: BTreeMap::new(),
            pending: Vec::new(),
            swapped: BTreeMap::new(),
        }
    }

    /// Whether `resource` is there.
    #[must_use]
    pub fn has(&self, resource: &Resource) -> bool {
        match resource {
            Resource::File(path) => self.files.contains_key(path),
            other => self.others.contains_key(other),
        }
    }

    /// Every resource that is there.
    pub fn resources(&self) -> impl Iterator<Item = Resource> + '_ {
        let files = self.files.keys().map(|path| Resource::File(path.clone()));
        files.chain(self.others.keys().cloned())
    }

    /// Every resource that is there, in order, with what stands for it.
    pub(crate) fn things(&self) -> impl Iterator<Item = (Resource, Thing<'_>)> {
        let files = self.files.iter().map(|(path, file)| (Resource::File(path.clone()), Thing::File(file)));
        let others = self.others.iter();
        files.chain(others.map(|(resource, written)| (resource.clone(), Thing::Other(written))))
    }

    /// What stands for `resource`; nothing where it is not there.
    pub(crate) fn thing(&self, resource: &Resource) -> Option<Thing<'_>> {
        match resource {
            Resource::File(path) => self.files.get(path).map(Thing::File),
            other => self.others.get(other).map(Thing::Other),
        }
    }

    /// As [`Machine::things`], those that are not on `other`.
    pub(crate) fn things_not_on<'m>(
        &'m self,
        other: &'m Machine,
    ) -> impl Iterator<Item = (Resource, Thing<'m>)> {
        let files = without(&self.files, &other.files);
        let files = files.map(|(path, file)| (Resource::File(path.clone()), Thing::File(file)));
        let others = without(&self.others, &other.others);
        files.chain(others.map(|(resource, written)| (resource.clone(), Thing::Other(written))))
    }

    /// Whether what was recorded as a key path is there.
    #[must_use]
    pub fn has_key_path(&self, key_path: &RecordedKeyPath) -> bool {
        match key_path {
            RecordedKeyPath::File(path) => self.files.contains_key(path),
            RecordedKeyPath::Registry(name) => self.others.contains_key(&Resource::Registry(name.clone())),
            RecordedKeyPath::Directory(path) => self.has_folder(path),
            RecordedKeyPath::Other(_) => true,
        }
    }

    /// Whether the folder exists: it is one of Windows, it was made on purpose, or something stands in it.
    fn has_folder(&self, path: &Folded) -> bool {
        let prefix = format!("{}\\", path.folded());
        let below = |first: Option<&Folded>| first.is_some_and(|name| name.folded().starts_with(&prefix));
        let from = Folded::new(&prefix);
        is_of_windows(path, self.arch)
            || self.folders.contains(path)
            || below(self.files.range(from.clone()..).next().map(|(file, _)| file))
            || below(self.folders.range(from..).next())
    }

    /// Restarts Windows: what was pending happens, in order.
    pub fn restart(&mut self) {
        for pending in std::mem::take(&mut self.pending) {
            match pending {
                Pending::Delete(path) => {
                    self.files.remove(&path);
                }
                Pending::Replace(path, file) => {
                    self.files.insert(path, file);
                }
            }
        }
    }
}

/// What `all` has and `others` has not.
fn without<'m, K: Ord, V>(
    all: &'m BTreeMap<K, V>,
    others: &'m BTreeMap<K, V>,
) -> impl Iterator<Item = (&'m K, &'m V)> {
    let mut rest = others.keys().peekable();
    all.iter().filter(move |(key, _)| {
        while rest.next_if(|other| other < key).is_some() {}
        rest.peek() != Some(key)
    })
}
