//! Services, shortcuts, environment and assemblies.

use super::Engine;
use super::session::{ComponentAction, Purpose, Session};
use super::write::by;
use crate::journal::Deed;
use crate::machine::Resource;
use crate::names::Folded;
use crate::package::{Component, Environment, Package};
use crate::rules::{Confidence, Rule};
use std::collections::BTreeSet;
use std::sync::Arc;

/// `ServiceControl.Event`: start on install.
const START_ON_INSTALL: i32 = 1;
/// `ServiceControl.Event`: stop on install.
const STOP_ON_INSTALL: i32 = 2;
/// `ServiceControl.Event`: delete on install.
const DELETE_ON_INSTALL: i32 = 8;
/// `ServiceControl.Event`: stop on removal.
const STOP_ON_REMOVAL: i32 = 0x20;
/// `ServiceControl.Event`: delete on removal.
const DELETE_ON_REMOVAL: i32 = 0x80;

impl<'a> Engine<'a> {
    pub(super) fn take_away(&mut self, session: &Session<'a>, index: usize, resource: Resource, rule: Rule) {
        if self.machine.others.remove(&resource).is_some() {
            let owner = &session.package.components[index];
            let detail = owner.id.map(|id| format!("{id} goes")).unwrap_or_default();
            self.note(session, index, resource, Deed::Removed, by(rule), detail);
        }
    }

    /// The services that ServiceControl rows name, with the places of their components: those of `on_install` for
    /// components that are installed, those of `on_removal` for components that go.
    fn controlled(session: &Session<'a>, on_install: i32, on_removal: i32) -> Vec<(usize, Folded)> {
        let mut services = Vec::new();
        for (action, bit) in [(ComponentAction::Local, on_install), (ComponentAction::Absent, on_removal)] {
            for (index, component) in Self::selected(session, &[action]) {
                let rows = component.service_controls.iter().filter(|row| row.events & bit != 0);
                services.extend(rows.map(|row| (index, Folded::new(&session.formatted(&row.service)))));
            }
        }
        services
    }

    /// StopServices: the service no longer runs, and its program is no longer in use.
    pub(super) fn stop_services(&mut self, session: &mut Session<'a>) {
        for (index, name) in Self::controlled(session, STOP_ON_INSTALL, STOP_ON_REMOVAL) {
            if let Some(service) = self.machine.others.get(&Resource::Service(name.clone()))
                && let Some(program) = self.machine.files.get_mut(&Folded::path(&service.data))
            {
                program.locked = false;
            }
            self.take_away(session, index, Resource::Running(name), Rule::A48);
        }
    }

    /// The services of `package`, which is installed, that it does not stop when it goes.
    pub(crate) fn unstopped_services(&self, package: &'a Package) -> Vec<Folded> {
        if package.components.iter().all(|component| component.services.is_empty()) {
            return Vec::new();
        }
        let assumed = self.assumed.get(&package.product_code).cloned().unwrap_or_default();
        let session = Session::new(package, Purpose::Repair, 0, self.machine.arch, &assumed, None);
        let name = |text: &String| Folded::new(&session.formatted(text));
        let controls = package.components.iter().flat_map(|component| &component.service_controls);
        let stopping = controls.filter(|row| row.events & STOP_ON_REMOVAL != 0);
        let stopped: BTreeSet<Folded> = stopping.map(|row| name(&row.service)).collect();
        let services = package.components.iter().flat_map(|component| &component.services).map(name);
        services.filter(|service| !stopped.contains(service)).collect()
    }

    /// DeleteServices.
    pub(super) fn delete_services(&mut self, session: &mut Session<'a>) {
        for (index, name) in Self::controlled(session, DELETE_ON_INSTALL, DELETE_ON_REMOVAL) {
            self.take_away(session, index, Resource::Running(name.clone()), Rule::A48);
            self.take_away(session, index, Resource::Service(name), Rule::A48);
        }
    }

    /// StartServices.
    pub(super) fn start_services(&mut self, session: &mut Session<'a>) {
        for (index, name) in Self::controlled(session, START_ON_INSTALL, 0) {
            if self.machine.has(&Resource::Service(name.clone())) {
                self.write(session, index, Resource::Running(name), "");
            }
        }
    }

    /// InstallServices.
    pub(super) fn install_services(&mut self, session: &mut Session<'a>) {
        for (index, component) in Self::selected(session, &[ComponentAction::Local]) {
            let image: Arc<str> = component
                .key_file()
                .map(|file| session.folder(component).join(&file.name).as_str().into())
                .unwrap_or_default();
            for name in &component.services {
                let name = Folded::new(&session.formatted(name));
                self.write(session, index, Resource::Service(name), image.clone());
            }
        }
    }

    fn shortcut(
        session: &Session<'a>,
        component: &Component,
        directory: &str,
        name: &str,
    ) -> Option<Resource> {
        let folder = session.directory_of(component, directory)?;
        Some(Resource::Shortcut(folder.join(&format!("{name}.lnk"))))
    }

    /// CreateShortcuts.
    pub(super) fn create_shortcuts(&mut self, session: &mut Session<'a>) {
        for (index, component) in Self::selected(session, &[ComponentAction::Local]) {
            for row in &component.shortcuts {
                if let Some(resource) = Self::shortcut(session, component, &row.directory, &row.name) {
                    let target = session.formatted(&row.target);
                    self.write(session, index, resource, target);
                }
            }
        }
    }

    /// RemoveShortcuts.
    pub(super) fn remove_shortcuts(&mut self, session: &mut Session<'a>) {
        for (index, component) in Self::selected(session, &[ComponentAction::Absent]) {
            for row in &component.shortcuts {
                if let Some(resource) = Self::shortcut(session, component, &row.directory, &row.name) {
                    self.take_away(session, index, resource, Rule::A34);
                }
            }
        }
    }

    fn environment(session: &Session<'a>, row: &Environment) -> (String, Resource) {
        let bare = row.name.trim_start_matches(['=', '+', '-', '!', '*']);
        let prefixes = row.name[..row.name.len() - bare.len()].to_owned();
        let value = session.formatted(&row.value);
        let segment = value.replace("[~]", "").trim_matches(';').to_owned();
        let variable = if prefixes.contains('*') { bare.to_owned() } else { format!("{bare} (user)") };
        (prefixes, Resource::Environment(Arc::new((Folded::new(&variable), Folded::new(&segment)))))
    }

    /// What the environment variable of `resource` holds.
    fn values<'s>(&'s self, resource: &'s Resource) -> impl Iterator<Item = &'s Resource> + use<'s, 'a> {
        let variable = match resource {
            Resource::Environment(named) => named.0.clone(),
            _ => Folded::new(""),
        };
        let first = Resource::Environment(Arc::new((variable.clone(), Folded::new(""))));
        let all = self.machine.others.range(first..).map(|(other, _)| other);
        all.take_while(move |other| matches!(other, Resource::Environment(named) if named.0 == variable))
    }

    /// What else it holds.
    fn other_values(&self, resource: &Resource) -> Vec<Resource> {
        self.values(resource).filter(|other| *other != resource).cloned().collect()
    }

    /// WriteEnvironmentStrings.
    pub(super) fn write_environment(&mut self, session: &mut Session<'a>) {
        for (index, component) in Self::selected(session, &[ComponentAction::Local]) {
            for row in &component.environment {
                let (prefixes, resource) = Self::environment(session, row);
                let exists = self.values(&resource).next().is_some();
                if prefixes.contains('!') {
                    self.take_away(session, index, resource, Rule::A49);
                } else if prefixes.contains('+') && !prefixes.contains('=') && exists {
                    let detail = "the variable exists already".to_owned();
                    self.note(session, index, resource, Deed::Kept, by(Rule::A49), detail);
                } else {
                    // a value without `[~]` is the whole variable
                    if !row.value.contains("[~]") {
                        for other in self.other_values(&resource) {
                            self.take_away(session, index, other, Rule::A49);
                        }
                    }
                    self.write(session, index, resource, "");
                }
            }
        }
    }

    /// RemoveEnvironmentStrings: rows whose name has `-`.
    pub(super) fn remove_environment(&mut self, session: &mut Session<'a>) {
        for (index, component) in Self::selected(session, &[ComponentAction::Absent]) {
            for row in &component.environment {
                let (prefixes, resource) = Self::environment(session, row);
                if !prefixes.contains('-') {
                    continue;
                }
                if !row.value.contains("[~]") {
                    // by name; whether Windows compares the value first is not proven
                    for other in self.other_values(&resource) {
                        self.machine.others.remove(&other);
                        let detail = "the variable goes, and with it another value".to_owned();
                        self.note(session, index, other, Deed::Removed, (Rule::A49, Confidence::D), detail);
                    }
                }
                self.take_away(session, index, resource, Rule::A49);
            }
        }
    }

    /// MsiPublishAssemblies.
    pub(super) fn publish_assemblies(&mut self, session: &mut Session<'a>) {
        for (index, component) in Self::selected(session, &[ComponentAction::Local]) {
            if let Some(identity) = &component.assembly {
                self.write(session, index, Resource::Assembly(identity.clone()), "");
            }
        }
    }

    /// MsiUnpublishAssemblies.
    pub(super) fn remove_assemblies(&mut self, session: &mut Session<'a>) {
        for (index, component) in Self::selected(session, &[ComponentAction::Absent]) {
            if let Some(identity) = &component.assembly {
                self.take_away(session, index, Resource::Assembly(identity.clone()), Rule::A34);
            }
        }
    }
}
