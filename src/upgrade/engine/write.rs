//! What an install writes: registration, files, registry.

use super::lists::List;
use super::session::{ComponentAction, Session};
use super::{Engine, ReinstallMode, decide};
use crate::diag::shortened;
use crate::id::Arch;
use crate::journal::{Deed, SHOWN};
use crate::machine::{Client, DiskFile, Pending, RecordedKeyPath, Resource, Written};
use crate::names::{Folded, RegistryName};
use crate::package::{Component, ComponentAttributes, File, MoveFile};
use crate::rules::{Confidence, Rule};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

/// What InstallFiles did with a file; companions ask for it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Installed,
    KeptEqual,
    Kept,
}

/// A rule at its own confidence.
pub(super) fn by(rule: Rule) -> (Rule, Confidence) {
    (rule, rule.confidence())
}

impl<'a> Engine<'a> {
    /// The components of `session` whose action is one of `actions`, with their places.
    pub(super) fn selected(
        session: &Session<'a>,
        actions: &[ComponentAction],
    ) -> Vec<(usize, &'a Component)> {
        session
            .package
            .components
            .iter()
            .enumerate()
            .filter(|(index, _)| actions.contains(&session.actions[*index]))
            .collect()
    }

    /// Registers the components that are installed or vetoed, unregisters all of a product that goes.
    pub(super) fn process_components(&mut self, session: &mut Session<'a>) {
        let code = session.package.product_code;
        if session.removes() {
            for (index, component) in session.package.components.iter().enumerate() {
                let stays = !session.removes_all() && session.actions[index] == ComponentAction::Null;
                if let (Some(id), false) = (component.id, stays) {
                    self.release(session, index, component);
                    if let Some(clients) = self.machine.clients.get_mut(&id) {
                        clients.remove(&Client::Product(code));
                        if clients.is_empty() {
                            self.machine.clients.remove(&id);
                        }
                    }
                }
            }
            return;
        }
        let system = ["SystemFolder", "System64Folder"].map(|folder| session.directory(folder));
        for (_, component) in Self::selected(session, &[ComponentAction::Local, ComponentAction::Vetoed]) {
            let Some(id) = component.id else { continue };
            let key_path = session.key_path(component);
            self.count_shared(&system, component, &key_path);
            let clients = self.machine.clients.entry(id).or_default();
            clients.insert(Client::Product(code), key_path.clone());
            if component.attributes.has(ComponentAttributes::PERMANENT) {
                clients.insert(Client::Permanent, key_path);
            }
        }
    }

    /// Raises the SharedDLLs count of a key file: where bit 8 is set, where the file stands in one of the `system` folders,
    /// and where there is a count already; once per ComponentId and path.
    fn count_shared(&mut self, system: &[Option<Folded>], component: &Component, key_path: &RecordedKeyPath) {
        let RecordedKeyPath::File(path) = key_path else { return };
        let folder = path.folded().rsplit_once('\\').map(|(folder, _)| folder);
        let system = system.iter().flatten().any(|system| Some(system.folded()) == folder);
        let counted = self.machine.shared_dlls.contains_key(path);
        let already = component
            .id
            .and_then(|id| self.machine.clients.get(&id))
            .is_some_and(|clients| clients.values().any(|other| other == key_path));
        let wanted = component.attributes.has(ComponentAttributes::SHARED_DLL) || system || counted;
        if wanted && !already {
            *self.machine.shared_dlls.entry(path.clone()).or_default() += 1;
        }
    }

    /// Lowers the SharedDLLs count of a component that goes for good.
    fn release(&mut self, session: &Session<'a>, index: usize, component: &Component) {
        if session.actions[index] != ComponentAction::Absent {
            return;
        }
        if let RecordedKeyPath::File(path) = session.key_path(component)
            && let Some(count) = self.machine.shared_dlls.get_mut(&path)
        {
            *count = count.saturating_sub(1);
        }
    }

    /// InstallFiles: file by file in the order of the cabinet, by what is on the disk at that moment.
    pub(super) fn install_files(&mut self, session: &mut Session<'a>) {
        let mut order: Vec<(i32, usize, usize)> = Vec::new();
        for (index, component) in Self::selected(session, &[ComponentAction::Local]) {
            order.extend(component.files.iter().enumerate().map(|(at, file)| (file.sequence, index, at)));
        }
        order.sort_unstable();
        let mut decided: BTreeMap<&str, Fate> = BTreeMap::new();
        for companions in [false, true] {
            for (_, index, position) in &order {
                let component = &session.package.components[*index];
                let file = &component.files[*position];
                if file.companion.is_some() == companions {
                    let fate = self.install_file(session, *index, *position, &decided);
                    decided.insert(&file.key, fate);
                }
            }
        }
    }

    fn install_file(
        &mut self,
        session: &Session<'a>,
        index: usize,
        position: usize,
        decided: &BTreeMap<&str, Fate>,
    ) -> Fate {
        let component = &session.package.components[index];
        let file = &component.files[position];
        let path = session.file_path(component, position);
        let there = self.machine.files.get_key_value(&path).map(|(path, disk)| (path.clone(), disk.clone()));
        // what is there already has a name that others share
        let (path, disk) = there.map_or((path, None), |(path, disk)| (path, Some(disk)));
        let old_only = ReinstallMode::default();
        let mode = if is_spared_redistributable(session.arch, &path) { &old_only } else { &session.mode };
        let (install, reason) = match (&file.companion, &disk) {
            (Some(parent), Some(_)) => {
                let again = mode.has('o') || mode.has('e');
                let install = match decided.get(parent.as_str()) {
                    Some(Fate::Installed) => true,
                    Some(Fate::KeptEqual) => again,
                    Some(Fate::Kept) | None => mode.has('a'),
                };
                (install, by(Rule::A29))
            }
            (_, None) => (true, by(session.not_vetoed[index].unwrap_or(Rule::S07))),
            (None, Some(_)) => {
                let decision = decide(file, disk.as_ref(), mode);
                (decision.install, (decision.rule, decision.confidence))
            }
        };
        let fate = match (install, &disk) {
            (true, _) => Fate::Installed,
            (false, Some(disk)) if disk.facts.version == file.version => Fate::KeptEqual,
            (false, _) => Fate::Kept,
        };
        let new = DiskFile {
            facts: file.facts.clone(),
            writer: Some(session.package.product_code),
            modified: false,
            locked: false,
        };
        let resource = Resource::File(path.clone());
        match disk {
            Some(old) if install && old.locked => {
                self.machine.pending.push(Pending::Replace(path, new));
                let detail = "it is in use; the new file comes at the next start of Windows".to_owned();
                self.note(session, index, resource, Deed::PutOff, by(Rule::A52), detail);
            }
            Some(old) if !install => {
                let waiting = self.machine.pending.contains(&Pending::Delete(path));
                let (reason, what) = if waiting {
                    (by(Rule::A53), "stays, and is deleted at the next start of Windows")
                } else {
                    (reason, "stays")
                };
                let detail = format!("{} {what}; the package brings {}", describe_disk(&old), describe(file));
                self.note(session, index, resource, Deed::Kept, reason, detail);
            }
            old => {
                let over = old.map_or_else(String::new, |old| format!(" over {}", describe_disk(&old)));
                let detail = format!("{}{over}", describe(file));
                self.machine.files.insert(path, new);
                self.note(session, index, resource, Deed::Wrote, reason, detail);
            }
        }
        fate
    }

    /// DuplicateFiles: a copy of an installed file; whether a later copy replaces it follows the file rules.
    pub(super) fn duplicate_files(&mut self, session: &mut Session<'a>) {
        for (index, component) in Self::selected(session, &[ComponentAction::Local]) {
            for row in &component.duplicate_files {
                let Some((owner, position)) = session.file(&row.file) else { continue };
                let source = &session.package.components[owner].files[position];
                let folder = match row.directory.as_str() {
                    "" => Some(session.folder(&session.package.components[owner])),
                    key => session.directory_of(component, key),
                };
                let Some(folder) = folder else { continue };
                let name = if row.name.is_empty() { &source.name } else { &row.name };
                let path = folder.join(name);
                let decision = decide(source, self.machine.files.get(&path), &session.mode);
                let deed = if decision.install { Deed::Wrote } else { Deed::Kept };
                if decision.install {
                    let file = DiskFile {
                        facts: source.facts.clone(),
                        writer: Some(session.package.product_code),
                        modified: false,
                        locked: false,
                    };
                    self.machine.files.insert(path.clone(), file);
                }
                let reason = (decision.rule, decision.confidence.max(Confidence::C));
                let detail = format!("duplicate of `{}`", source.key);
                self.note(session, index, Resource::File(path), deed, reason, detail);
            }
        }
    }

    /// MoveFiles: moves or copies what matches on the machine, before InstallFiles.
    pub(super) fn move_files(&mut self, session: &mut Session<'a>) {
        for (index, component) in Self::selected(session, &[ComponentAction::Local]) {
            for row in &component.move_files {
                self.move_file(session, index, component, row);
            }
        }
    }

    fn move_file(&mut self, session: &Session<'a>, index: usize, component: &Component, row: &MoveFile) {
        let (Some(from), Some(to)) = (
            session.directory_of(component, &row.source_directory),
            session.directory_of(component, &row.directory),
        ) else {
            return;
        };
        for (source, _) in
            self.matching(&from, &row.source).into_iter().filter(|(_, sure)| *sure != Confidence::D)
        {
            // a file takes more than a comparison
            if !self.can_afford(16) {
                return;
            }
            let Some(file) = self.machine.files.get(&source).cloned() else { continue };
            let name = if row.name.is_empty() { source.name() } else { &row.name };
            let target = to.join(name);
            let detail = format!("from {source}");
            self.machine.files.insert(target.clone(), file);
            self.note(session, index, Resource::File(target), Deed::Wrote, by(Rule::A47), detail);
            if row.moves {
                self.machine.files.remove(&source);
                let detail = "moved away".to_owned();
                self.note(session, index, Resource::File(source), Deed::Removed, by(Rule::A47), detail);
            }
        }
    }

    /// CreateFolders.
    pub(super) fn create_folders(&mut self, session: &mut Session<'a>) {
        for (_, component) in Self::selected(session, &[ComponentAction::Local]) {
            for key in &component.create_folders {
                self.machine.folders.extend(session.directory_of(component, key));
            }
        }
    }

    /// WriteRegistryValues; values with `[~]` join what is there.
    pub(super) fn write_registry(&mut self, session: &mut Session<'a>) {
        for (index, component) in Self::selected(session, &[ComponentAction::Local]) {
            for row in &component.remove_registry {
                let name = session.registry_name(component, row.root, &row.path, &row.name);
                self.remove_registry_name(session, index, &name, row.name == "-");
            }
            for row in &component.registry {
                if row.removes_key() && !row.makes_key() {
                    continue;
                }
                let name = session.registry_name(component, row.root, &row.path, row.written_name());
                let resource = Resource::Registry(name);
                let data = session.formatted_data(&row.value);
                let data = match List::of(&data) {
                    None => data,
                    Some(list) => match self.machine.others.get(&resource).map(|old| old.data.clone()) {
                        Some(old) if !self.can_afford(List::work(&old)) => old,
                        old => list.over(old.as_deref().unwrap_or_default()).into(),
                    },
                };
                self.write(session, index, resource, data);
            }
        }
    }

    /// Writes something that is not a file.
    pub(super) fn write(
        &mut self,
        session: &Session<'a>,
        index: usize,
        resource: Resource,
        data: impl Into<Arc<str>>,
    ) {
        let data = data.into();
        // no more of it than the journal keeps
        let detail = format!("`{}`", shortened(&data, SHOWN));
        let written = Written { data, writer: Some(session.package.product_code) };
        // what is there already has a name that others share
        let resource = match self.machine.others.entry(resource) {
            Entry::Occupied(mut there) => {
                there.insert(written);
                there.key().clone()
            }
            Entry::Vacant(place) => {
                let resource = place.key().clone();
                place.insert(written);
                resource
            }
        };
        self.note(session, index, resource, Deed::Wrote, by(Rule::S08), detail);
    }

    /// Removes a registry value, or the whole key with all below it.
    pub(super) fn remove_registry_name(
        &mut self,
        session: &Session<'a>,
        index: usize,
        name: &Arc<RegistryName>,
        whole_key: bool,
    ) {
        let gone = if whole_key { self.in_key(name) } else { vec![Resource::Registry(name.clone())] };
        for resource in gone {
            if self.machine.others.remove(&resource).is_none() {
                continue;
            }
            let detail = if whole_key { "the whole key goes".to_owned() } else { String::new() };
            self.note(session, index, resource, Deed::Removed, by(Rule::A44), detail);
        }
    }
}

impl Engine<'_> {
    /// The key of the value `resource`, which is gone, where a row has made it and nothing is left in it: Windows Installer takes
    /// it away with the last value.
    pub(super) fn emptied_key(&self, resource: &Resource) -> Option<Resource> {
        let Resource::Registry(name) = resource else { return None };
        let of = |key: Folded, value: &str| {
            Resource::Registry(RegistryName { key, value: Folded::new(value), ..(**name).clone() }.into())
        };
        let key = of(name.key.clone(), "*");
        let others = &self.machine.others;
        if !others.contains_key(&key) {
            return None;
        }
        let is_below = |other: &Resource, below: &dyn Fn(&Folded) -> bool| match other {
            Resource::Registry(other) => {
                (other.hive, other.view) == (name.hive, name.view) && below(&other.key)
            }
            _ => false,
        };
        let prefix = format!("{}\\", name.key.folded());
        let mut values =
            others.range(of(name.key.clone(), "")..).map(|(other, _)| other).filter(|other| **other != key);
        let mut keys = others.range(of(Folded::new(&prefix), "")..).map(|(other, _)| other);
        let has_value = values.next().is_some_and(|other| is_below(other, &|key| *key == name.key));
        let has_key =
            keys.next().is_some_and(|other| is_below(other, &|key| key.folded().starts_with(&prefix)));
        (!has_value && !has_key).then_some(key)
    }

    /// The values of the key of `name`, and of all keys below it.
    fn in_key(&self, name: &RegistryName) -> Vec<Resource> {
        let below = format!("{}\\", name.key.folded());
        let from =
            |key| Resource::Registry(RegistryName { key, value: Folded::new(""), ..name.clone() }.into());
        let values = |first: Resource, wanted: &dyn Fn(&Folded) -> bool| -> Vec<Resource> {
            let rest = self.machine.others.range(first..).map(|(resource, _)| resource);
            let same = |resource: &&Resource| match resource {
                Resource::Registry(other) => {
                    (other.hive, other.view) == (name.hive, name.view) && wanted(&other.key)
                }
                _ => false,
            };
            rest.take_while(same).cloned().collect()
        };
        let mut all = values(from(name.key.clone()), &|key| *key == name.key);
        all.extend(values(from(Folded::new(&below)), &|key| key.folded().starts_with(&below)));
        all
    }
}

/// Whether the file at `path` is one of the runtime libraries that Windows 11 24H2 on ARM64 replaces by higher versions
/// only, whatever REINSTALLMODE says (<https://learn.microsoft.com/windows/win32/msi/reinstallmode>).
fn is_spared_redistributable(arch: Arch, path: &Folded) -> bool {
    const RUNTIMES: [&str; 7] = ["vcruntime", "msvcp", "concrt", "vccorlib", "mfc", "vcamp", "vcomp"];
    let Some(below) = path.folded().strip_prefix(r"c:\windows\") else { return false };
    let name = below.rsplit('\\').next().unwrap_or(below);
    arch == Arch::Arm64 && RUNTIMES.iter().any(|runtime| name.starts_with(runtime)) && name.ends_with(".dll")
}

fn describe(file: &File) -> String {
    file.version.map_or_else(|| "an unversioned file".to_owned(), |version| format!("version {version}"))
}

fn describe_disk(disk: &DiskFile) -> String {
    match disk.facts.version {
        Some(version) => format!("version {version}"),
        None if disk.modified => "an edited unversioned file".to_owned(),
        None => "an unversioned file".to_owned(),
    }
}
