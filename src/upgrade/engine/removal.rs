//! What a removal takes away: whatever is at the place, whoever wrote it.

use super::Engine;
use super::lists::List;
use super::session::{ComponentAction, Purpose, Session};
use super::write::by;
use crate::diag::shortened;
use crate::journal::{Deed, SHOWN};
use crate::machine::{Pending, RecordedKeyPath, Resource};
use crate::names::Folded;
use crate::package::{Component, KeyPath};
use crate::rules::{Confidence, Rule};
use std::sync::Arc;

/// RemoveFile rows that act on install.
const ON_INSTALL: i32 = 1;
/// RemoveFile rows that act on removal.
const ON_REMOVAL: i32 = 2;

impl<'a> Engine<'a> {
    /// RemoveFiles: RemoveFile rows, then the files of removed components.
    pub(super) fn remove_files(&mut self, session: &mut Session<'a>) {
        for (index, component) in Self::selected(session, &[ComponentAction::Local]) {
            self.remove_listed(session, index, component, ON_INSTALL);
        }
        for (index, component) in Self::selected(session, &[ComponentAction::Absent]) {
            self.remove_listed(session, index, component, ON_REMOVAL);
        }
        for (index, path) in std::mem::take(&mut session.abandoned) {
            if matches!(session.actions[index], ComponentAction::Local | ComponentAction::Absent) {
                let detail = "a handler that no product has any more".to_owned();
                self.delete(session, index, path, by(Rule::A45), detail);
            }
        }
        for (index, component) in
            Self::selected(session, &[ComponentAction::Absent, ComponentAction::FileAbsent])
        {
            for position in 0..component.files.len() {
                self.remove_component_file(session, index, component, position);
            }
        }
    }

    /// What of a product is left, of which some features were removed.
    pub(super) fn forget_features(&mut self, session: &Session<'a>) {
        let Purpose::Remove { features: Some(names), .. } = &session.purpose else { return };
        let Some(product) = self.machine.products.get_mut(&session.package.product_code) else { return };
        let product = Arc::make_mut(product);
        for (_, state) in product.features.iter_mut().filter(|(name, _)| names.contains(*name)) {
            *state = false;
        }
        let gone = [ComponentAction::Absent, ComponentAction::FileAbsent];
        for (_, component) in Self::selected(session, &gone) {
            product.components.remove(&component.key);
        }
    }

    fn remove_listed(&mut self, session: &Session<'a>, index: usize, component: &Component, mode: i32) {
        for row in component.remove_files.iter().filter(|row| row.mode & mode != 0) {
            let Some(folder) = session.directory_of(component, &row.directory) else { continue };
            for (path, sure) in self.matching(&folder, &session.formatted(&row.pattern)) {
                let by_short_name = if sure == Confidence::D { ", if it has a short name" } else { "" };
                let detail = format!("RemoveFile row `{}`{by_short_name}", row.key);
                self.delete(session, index, path, (Rule::A45, sure), detail);
            }
        }
    }

    fn remove_component_file(
        &mut self,
        session: &Session<'a>,
        index: usize,
        component: &Component,
        position: usize,
    ) {
        let path = session.file_path(component, position);
        let Some(disk) = self.machine.files.get(&path) else { return };
        let is_key = component.key_path == KeyPath::File(position);
        let count = self.machine.shared_dlls.get(&path).copied().unwrap_or(0);
        if is_key && count > 0 {
            let detail = format!("its SharedDLLs count is still {count}");
            self.note(session, index, Resource::File(path), Deed::Spared, by(Rule::A40), detail);
            return;
        }
        let own = disk.writer == Some(session.package.product_code);
        let rule = match (session.actions[index], own) {
            (ComponentAction::FileAbsent, _) => Rule::A37,
            (_, true) => Rule::A34,
            (_, false) => Rule::A36,
        };
        let id = component.id.map(|id| id.to_string()).unwrap_or_default();
        let whose = if own { "its own file" } else { "a file that another product wrote" };
        self.delete(session, index, path, by(rule), format!("{id} owns the path; {whose}"));
    }

    fn delete(
        &mut self,
        session: &Session<'a>,
        index: usize,
        path: Folded,
        reason: (Rule, Confidence),
        detail: String,
    ) {
        let Some(disk) = self.machine.files.get(&path) else { return };
        if disk.locked {
            self.machine.pending.push(Pending::Delete(path.clone()));
            let detail = format!("{detail}; it is in use, so the next start of Windows deletes it");
            self.note(session, index, Resource::File(path), Deed::PutOff, by(Rule::A52), detail);
        } else {
            self.machine.files.remove(&path);
            self.machine.shared_dlls.remove(&path);
            self.note(session, index, Resource::File(path), Deed::Removed, reason, detail);
        }
    }

    /// RemoveFolders: folders that the component made, where nothing is left in them.
    pub(super) fn remove_folders(&mut self, session: &mut Session<'a>) {
        for (_, component) in Self::selected(session, &[ComponentAction::Absent]) {
            for key in &component.create_folders {
                let Some(folder) = session.directory_of(component, key) else { continue };
                let was_made = self.machine.folders.remove(&folder);
                if was_made && self.machine.has_key_path(&RecordedKeyPath::Directory(folder.clone())) {
                    self.machine.folders.insert(folder);
                }
            }
        }
    }

    /// RemoveDuplicateFiles.
    pub(super) fn remove_duplicates(&mut self, session: &mut Session<'a>) {
        for (index, component) in Self::selected(session, &[ComponentAction::Absent]) {
            for row in &component.duplicate_files {
                let Some((owner, position)) = session.file(&row.file) else { continue };
                let owner = &session.package.components[owner];
                let folder = match row.directory.as_str() {
                    "" => Some(session.folder(owner)),
                    key => session.directory_of(component, key),
                };
                let Some(folder) = folder else { continue };
                let name = if row.name.is_empty() { &owner.files[position].name } else { &row.name };
                self.delete(session, index, folder.join(name), by(Rule::A46), "a duplicate".to_owned());
            }
        }
    }

    /// RemoveRegistryValues: by name, whatever the data; `-` and `*` take the whole key.
    pub(super) fn remove_registry(&mut self, session: &mut Session<'a>) {
        for (index, component) in Self::selected(session, &[ComponentAction::Absent]) {
            for row in &component.registry {
                if row.makes_key() && !row.removes_key() {
                    continue;
                }
                let name = session.registry_name(component, row.root, &row.path, &row.name);
                if row.removes_key() {
                    self.remove_registry_name(session, index, &name, true);
                    continue;
                }
                let resource = Resource::Registry(name);
                let Some(there) = self.machine.others.get(&resource).cloned() else { continue };
                let own = session.formatted_data(&row.value);
                let list = List::of(&own);
                if list.is_some() && !self.can_afford(List::work(&there.data)) {
                    continue;
                }
                if let Some(left) = list.as_ref().and_then(|list| list.left_of(&there.data)) {
                    let data = left.into();
                    self.machine.others.insert(resource, crate::machine::Written { data, ..there });
                    continue;
                }
                let same = list.map_or(there.data == own, |list| list.is_all_of(&there.data));
                let confidence = if same { Confidence::A } else { Confidence::D };
                let detail = if same {
                    format!("the value that {} owns", component.key)
                } else {
                    format!(
                        "`{}` is there, the row has `{own}`; whether Windows compares is not proven",
                        shortened(&there.data, SHOWN)
                    )
                };
                self.machine.others.remove(&resource);
                let emptied = self.emptied_key(&resource);
                self.note(session, index, resource, Deed::Removed, (Rule::A44, confidence), detail);
                if let Some(key) = emptied {
                    self.machine.others.remove(&key);
                    let detail = "nothing is left in the key".to_owned();
                    self.note(session, index, key, Deed::Removed, by(Rule::A44), detail);
                }
            }
        }
    }
}
