//! One run of one package: its properties, folders and names.

use super::properties::{Properties, Worth};
use super::schedule::Queued;
use super::{Fired, ReinstallMode};
use crate::id::{Arch, ProductCode};
use crate::journal::Doer;
use crate::machine::Shared;
use crate::names::{Folded, Looker, RegistryName};
use crate::package::{Component, KeyPath, Package, is_per_machine};
use crate::rules::{Confidence, Rule};
use installer_condition::{Lookup, Truth, Value};
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Properties that select features; they speak to one run, not to the machine.
pub(super) const SELECTING: [&str; 6] =
    ["ADDLOCAL", "ADDDEFAULT", "ADDSOURCE", "ADVERTISE", "REINSTALL", "REMOVE"];

/// What a session is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A first install.
    Install,
    /// A repair of an installed product.
    Repair,
    /// A removal: for whom, and which features (none for all).
    Remove {
        /// The product that replaces this one; none for an ordinary uninstall.
        upgrading: Option<ProductCode>,
        /// The features to remove; none for all.
        features: Option<BTreeSet<String>>,
    },
}

/// What costing decided for a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ComponentAction {
    /// Nothing happens to it.
    Null,
    /// Installed.
    Local,
    /// Registered, not installed.
    Vetoed,
    /// Removed.
    Absent,
    /// Its files are removed, the rest stays.
    FileAbsent,
}

/// A product that FindRelatedProducts found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Detected {
    /// The product.
    pub product: ProductCode,
    /// The row's place in the Upgrade table.
    pub row: usize,
}

/// The state of a run.
pub(super) struct Session<'a> {
    pub package: &'a Package,
    pub purpose: Purpose,
    pub run: usize,
    pub arch: Arch,
    pub mode: ReinstallMode,
    pub properties: Properties<'a>,
    pub directories: Shared<BTreeMap<String, Folded>>,
    pub costed: bool,
    pub features: Vec<bool>,
    /// By feature: whether its level is 0, so that nothing installs it.
    pub disabled: Vec<bool>,
    /// Properties that a search of this run has set.
    pub searched: BTreeSet<&'a str>,
    /// Properties that a search of this run has set to what packages had written before.
    pub found: BTreeMap<String, String>,
    pub actions: Vec<ComponentAction>,
    pub confidence: Vec<Confidence>,
    /// By component: the rule by which what stood at the key path when costing looked is no veto.
    pub not_vetoed: Vec<Option<Rule>>,
    pub per_machine: bool,
    pub detected: Vec<Detected>,
    /// Files that an action has RemoveFiles take away, and the components that they go with.
    pub abandoned: Vec<(usize, Folded)>,
    pub queue: Vec<Queued<'a>>,
    pub fired: Vec<Fired>,
    pub registered: bool,
    /// By component: what its events name, once there is one.
    pub doers: Vec<OnceCell<Arc<Doer>>>,
    /// Places by key, once one is asked for.
    files: OnceCell<BTreeMap<&'a str, (usize, usize)>>,
    components: OnceCell<BTreeMap<&'a str, usize>>,
    feature_places: OnceCell<BTreeMap<&'a str, usize>>,
}

impl<'a> Session<'a> {
    pub fn new(
        package: &'a Package,
        purpose: Purpose,
        run: usize,
        arch: Arch,
        assumed: &BTreeMap<String, String>,
        mode: Option<&ReinstallMode>,
    ) -> Session<'a> {
        let mut properties = Properties::new(package, arch);
        let known = |text: &str| Worth::Known(text.to_owned());
        let is_installed = purpose != Purpose::Install;
        properties.set("ProductState", known(if is_installed { "5" } else { "-1" }));
        if is_installed {
            properties.set("Installed", known("00:00:00"));
        }
        match &purpose {
            Purpose::Install => {}
            Purpose::Repair => {
                properties.set("REINSTALL", known("ALL"));
            }
            Purpose::Remove { upgrading, features } => {
                let list = features.as_ref().map_or_else(
                    || "ALL".to_owned(),
                    |names| names.iter().map(String::as_str).collect::<Vec<_>>().join(","),
                );
                properties.set("REMOVE", Worth::Known(list));
                if let Some(product) = upgrading {
                    properties.set("UPGRADINGPRODUCTCODE", Worth::Known(product.to_string()));
                }
            }
        }
        if let Some(mode) = mode {
            properties.set("REINSTALLMODE", Worth::Known(mode.to_string()));
        }
        let own_selection = purpose != Purpose::Install;
        for (name, value) in assumed {
            if !(own_selection && SELECTING.contains(&name.as_str())) {
                properties.set(name, known(value));
            }
        }
        let count = package.components.len();
        let mut session = Session {
            package,
            purpose,
            run,
            arch,
            mode: ReinstallMode::default(),
            properties,
            directories: Shared::default(),
            costed: false,
            features: vec![false; package.features.len()],
            disabled: vec![false; package.features.len()],
            searched: BTreeSet::new(),
            found: BTreeMap::new(),
            actions: vec![ComponentAction::Null; count],
            confidence: vec![Confidence::A; count],
            not_vetoed: vec![None; count],
            per_machine: false,
            detected: Vec::new(),
            abandoned: Vec::new(),
            queue: Vec::new(),
            fired: Vec::new(),
            registered: false,
            doers: vec![OnceCell::new(); count],
            files: OnceCell::new(),
            components: OnceCell::new(),
            feature_places: OnceCell::new(),
        };
        session.choose_context();
        *session.directories = session.moved_directories();
        session
    }

    /// Whether it is an install for the machine, by what the properties are now.
    pub fn choose_context(&mut self) {
        self.per_machine = is_per_machine(self.text("ALLUSERS"), self.text("MSIINSTALLPERUSER"));
    }

    /// Whether the session removes the whole product.
    pub fn removes_all(&self) -> bool {
        matches!(self.purpose, Purpose::Remove { features: None, .. })
    }

    /// Whether the session removes something.
    pub fn removes(&self) -> bool {
        matches!(self.purpose, Purpose::Remove { .. })
    }

    /// The text of the property `name`; empty where it is not set or not known.
    pub fn text(&self, name: &str) -> &str {
        match self.properties.get(name) {
            Some(Value::Known(text)) => text,
            _ => "",
        }
    }

    /// Whether the session installs the product for the first time: with REINSTALL on the command line, or with all of
    /// it removed, Windows Installer takes it for maintenance.
    pub fn is_first_install(&self) -> bool {
        self.purpose == Purpose::Install && self.text("REINSTALL").is_empty() && self.text("REMOVE") != "ALL"
    }

    /// The directories that a property moves.
    fn moved_directories(&self) -> BTreeMap<String, Folded> {
        let keys = self.package.directories.keys();
        keys.filter_map(|key| Some((key.clone(), self.path_property(key)?))).collect()
    }

    /// CostFinalize, when custom actions have set properties: resolves the directories that a property moves, and those that
    /// something stands in. What else there is lies between them ([`Session::directory`]).
    pub fn resolve_directories(&mut self) {
        *self.directories = self.moved_directories();
        for key in &self.package.used_directories {
            if let Some(path) = self.directory(key) {
                self.directories.insert(key.clone(), path);
            }
        }
    }

    fn path_property(&self, key: &str) -> Option<Folded> {
        match self.properties.get(key) {
            Some(Value::Known(path)) if !path.is_empty() => Some(Folded::path(path)),
            _ => None,
        }
    }

    /// Gives every folder's property the path with a backslash at its end, as CostFinalize does
    /// (<https://learn.microsoft.com/windows/win32/msi/costfinalize-action>).
    pub fn tell_directories(&mut self) {
        for (key, path) in self.directories.iter() {
            self.properties.set(key, Worth::Known(format!("{path}\\")));
        }
    }

    /// Moves the folder `key` to where its property points now, and what is below it along; whether it is a folder.
    pub fn move_directory(&mut self, key: &str) -> bool {
        let directories = &self.package.directories;
        let (Some(path), Some((key, _))) = (self.path_property(key), directories.get_key_value(key)) else {
            return false;
        };
        let moved = key.as_str();
        let mut places: BTreeMap<&str, Option<Folded>> = BTreeMap::from([(moved, Some(path))]);
        for start in directories.keys() {
            let (mut at, mut way) = (start.as_str(), Vec::new());
            let mut place = loop {
                match (places.get(at), directories.get(at)) {
                    (Some(known), _) => break known.clone(),
                    (None, Some(directory)) if !directory.parent.is_empty() => {
                        way.push(at);
                        at = &directory.parent;
                    }
                    _ => break None,
                }
            };
            places.insert(at, place.clone());
            while let Some(below) = way.pop() {
                let name = &directories[below].name;
                place = place.map(|place| if name.is_empty() { place } else { place.join(name) });
                places.insert(below, place.clone());
            }
        }
        for (key, path) in places {
            let Some(path) = path else { continue };
            let is_kept = self.package.used_directories.contains(key) || self.directories.contains_key(key);
            if is_kept || key == moved {
                self.properties.set(key, Worth::Known(format!("{path}\\")));
                self.directories.insert(key.to_owned(), path);
            }
        }
        true
    }

    /// The folder `key` (a directory, or a property that holds a path).
    pub fn directory(&self, key: &str) -> Option<Folded> {
        if let Some(path) = self.directories.get(key) {
            return Some(path.clone());
        }
        let mut directory = match self.package.directories.get(key) {
            Some(directory) => directory,
            None => return self.path_property(key),
        };
        // up to what is resolved; loading refuses directories that are below themselves
        let mut names = vec![directory.name.as_str()];
        let mut path = loop {
            if directory.parent.is_empty() {
                names.pop();
                break Folded::path("C:");
            }
            if let Some(path) = self.directories.get(&directory.parent) {
                break path.clone();
            }
            match self.package.directories.get(&directory.parent) {
                Some(parent) => directory = parent,
                None => break self.path_property(&directory.parent).unwrap_or_else(|| Folded::path("C:")),
            }
            names.push(&directory.name);
        };
        for name in names.into_iter().rev().filter(|name| !name.is_empty()) {
            path = path.join(name);
        }
        Some(path)
    }

    /// The folder `key` as `component` sees it: 32-bit components are sent from System32 to SysWOW64.
    pub fn directory_of(&self, component: &Component, key: &str) -> Option<Folded> {
        const SYSTEM: &str = r"c:\windows\system32";
        let path = self.directory(key)?;
        let is_system = |path: &Folded| {
            let below = path.folded().strip_prefix(SYSTEM);
            below.is_some_and(|below| below.is_empty() || below.starts_with('\\'))
        };
        if self.arch.is_64_bit() && !component.is_64_bit() && is_system(&path) {
            return Some(Folded::path(&format!(r"C:\Windows\SysWOW64{}", &path.as_str()[SYSTEM.len()..])));
        }
        Some(path)
    }

    /// The folder of `component`.
    pub fn folder(&self, component: &Component) -> Folded {
        self.directory_of(component, &component.directory).unwrap_or_else(|| Folded::path("C:"))
    }

    /// The path of the file at `position` of `component`.
    pub fn file_path(&self, component: &Component, position: usize) -> Folded {
        self.folder(component).join(&component.files[position].name)
    }

    /// Component and position of the file `key`.
    pub fn file(&self, key: &str) -> Option<(usize, usize)> {
        let files = || {
            let components = self.package.components.iter().enumerate();
            let keys = components.flat_map(|(index, component)| {
                component.files.iter().enumerate().map(move |(at, file)| (file.key.as_str(), (index, at)))
            });
            keys.collect()
        };
        self.files.get_or_init(files).get(key).copied()
    }

    /// The place of the component `key`.
    pub fn component(&self, key: &str) -> Option<usize> {
        let components = self.package.components.iter().enumerate();
        let places = || components.map(|(index, component)| (&*component.key, index)).collect();
        self.components.get_or_init(places).get(key).copied()
    }

    /// The place of the feature `key`.
    fn feature(&self, key: &str) -> Option<usize> {
        let features = self.package.features.iter().enumerate();
        let places = || features.map(|(place, feature)| (feature.key.as_str(), place)).collect();
        self.feature_places.get_or_init(places).get(key).copied()
    }

    /// The name of a registry value of `component`.
    pub fn registry_name(
        &self,
        component: &Component,
        root: i32,
        path: &str,
        value: &str,
    ) -> Arc<RegistryName> {
        self.registry_name_for(component.is_64_bit(), root, path, value)
    }

    /// The name of a registry value, for who is a 64-bit one or not.
    pub fn registry_name_for(&self, is_wide: bool, root: i32, path: &str, value: &str) -> Arc<RegistryName> {
        let looker = Looker {
            wide_machine: self.arch.is_64_bit(),
            wide_component: is_wide,
            per_machine: self.per_machine,
        };
        Arc::new(RegistryName::of_row(root, &self.formatted(path), &self.formatted(value), looker))
    }

    /// The recorded key path of `component`.
    pub fn key_path(&self, component: &Component) -> crate::machine::RecordedKeyPath {
        use crate::machine::RecordedKeyPath;
        match &component.key_path {
            KeyPath::Directory => RecordedKeyPath::Directory(self.folder(component)),
            KeyPath::File(position) => RecordedKeyPath::File(self.file_path(component, *position)),
            KeyPath::Registry(position) => {
                let row = &component.registry[*position];
                RecordedKeyPath::Registry(self.registry_name(
                    component,
                    row.root,
                    &row.path,
                    row.written_name(),
                ))
            }
            KeyPath::OdbcDataSource(key) => RecordedKeyPath::Other(key.clone()),
        }
    }

    /// Whether `condition` holds here.
    pub fn evaluate(&self, condition: &installer_condition::Condition) -> Truth {
        condition.evaluate(self)
    }
}

impl Lookup for Session<'_> {
    fn property<'v>(&'v self, name: &'v str) -> Value<'v> {
        self.properties.get(name).unwrap_or(Value::Known(""))
    }

    /// `INSTALLSTATE` numbers: 2 absent, 3 local, -1 nothing happens.
    fn state(&self, prefix: char, name: &str) -> Option<i32> {
        if !self.costed {
            return None;
        }
        match prefix {
            '$' => self.component(name).map(|index| match self.actions[index] {
                ComponentAction::Null | ComponentAction::Vetoed => -1,
                ComponentAction::Local => 3,
                ComponentAction::Absent | ComponentAction::FileAbsent => 2,
            }),
            '&' => self.feature(name).map(|index| match (self.features[index], self.removes()) {
                (true, true) => 2,
                (true, false) => 3,
                (false, _) => -1,
            }),
            // what is installed before: nothing, or what has an installed feature
            _ => {
                let is_installed = match prefix {
                    '?' => {
                        let component = &self.package.components[self.component(name)?];
                        component.features.iter().any(|feature| self.features[*feature])
                    }
                    _ => self.features[self.feature(name)?],
                };
                Some(if self.purpose != Purpose::Install && is_installed { 3 } else { 2 })
            }
        }
    }
}
