//! A question: what is installed, what happened to it since, and what comes over it.

use super::engine::{Ending, Engine, Options, Run, STOP_ON_REMOVAL};
use super::folded::Folded;
use super::machine::{Client, DiskFile, Machine, RecordedKeyPath, Resource};
use super::package::{FileFacts, KeyPath, Package};
use crate::id::{Arch, ComponentId, FileVersion, Guid, ProductCode};
use std::collections::BTreeSet;

/// What may have happened on the machine before the upgrade. A name selects files by their last path part, in any
/// case; without one, all are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Perturbation {
    /// Unversioned files were edited.
    Edited(Option<String>),
    /// Key files were deleted.
    KeyFileDeleted(Option<String>),
    /// Versioned files were replaced by a hotfix with a version above every package's.
    HotFix(Option<String>),
    /// Files are in use.
    Locked(Option<String>),
    /// Another product is a client of a ComponentId, at a path of its own, or where the old package has it.
    ForeignClient(ComponentId, Option<String>),
    /// A file of another origin stands at a path.
    ForeignFile(String, Option<FileVersion>),
}

/// The product that [`Perturbation::ForeignClient`] speaks of.
pub const FOREIGN_PRODUCT: ProductCode =
    ProductCode(Guid::from_u128(0xF0BE_1617_0000_4000_8000_0000_0000_0001));

/// The question.
#[derive(Clone, Debug)]
pub struct Scenario<'a> {
    /// What is installed, oldest first; each is installed over the one before.
    pub installed: Vec<&'a Package>,
    /// What happened then.
    pub perturbations: Vec<Perturbation>,
    /// What comes over it.
    pub new: &'a Package,
    /// How it is installed.
    pub options: Options,
    /// The machine's processor; none takes the new package's.
    pub arch: Option<Arch>,
    /// Whether a bundle removes the old packages after the new chain is complete.
    pub bundle: bool,
}

impl<'a> Scenario<'a> {
    /// `new` over `old`, on a clean machine, with everything by default.
    #[must_use]
    pub fn upgrade(old: &'a Package, new: &'a Package) -> Scenario<'a> {
        Scenario::chain(vec![old], new)
    }

    /// `new` over what a chain of packages left.
    #[must_use]
    pub fn chain(installed: Vec<&'a Package>, new: &'a Package) -> Scenario<'a> {
        Scenario {
            installed,
            perturbations: Vec::new(),
            new,
            options: Options::default(),
            arch: None,
            bundle: false,
        }
    }

    /// The machine's processor.
    #[must_use]
    pub fn arch(&self) -> Arch {
        self.arch.unwrap_or(self.new.arch)
    }

    /// Plays it.
    #[must_use]
    pub fn play(&self) -> Played<'a> {
        let mut engine = Engine::new(Machine::new(self.arch()));
        let defaults = Options { mode: None, assumed: self.options.assumed.clone() };
        let earlier: Vec<Run> =
            self.installed.iter().map(|package| engine.install(package, &defaults)).collect();
        for package in &self.installed {
            hold_programs(&mut engine.machine, package);
        }
        for perturbation in &self.perturbations {
            perturb(&mut engine.machine, &self.installed, perturbation);
        }
        let before = engine.machine.clone();
        let run = engine.install(self.new, &self.options);
        let mut bundle_runs = Vec::new();
        if self.bundle && run.ending == Ending::Done {
            for package in &self.installed {
                bundle_runs.extend(engine.remove(package.product_code, &defaults));
            }
        }
        let restart = !engine.machine.pending.is_empty();
        engine.machine.restart();
        Played { earlier, before, run, bundle_runs, restart, engine }
    }
}

/// What happened.
#[derive(Clone, Debug)]
pub struct Played<'a> {
    /// The installs before.
    pub earlier: Vec<Run>,
    /// The machine before the new package came.
    pub before: Machine,
    /// The new package's run.
    pub run: Run,
    /// Removals by the bundle.
    pub bundle_runs: Vec<Run>,
    /// Whether Windows had to be restarted; the machine is as after that.
    pub restart: bool,
    /// The machine now, and the journal.
    pub engine: Engine<'a>,
}

/// A service that nothing stops when its package goes holds its program open.
fn hold_programs(machine: &mut Machine, package: &Package) {
    let controls = || package.components.iter().flat_map(|component| &component.service_controls);
    let stops = |name: &str| {
        controls().any(|row| row.events & STOP_ON_REMOVAL != 0 && row.service.eq_ignore_ascii_case(name))
    };
    for name in package.components.iter().flat_map(|component| &component.services) {
        let service = Resource::Service(Folded::new(name));
        if let Some(service) = machine.others.get(&service).filter(|_| !stops(name))
            && let Some(program) = machine.files.get_mut(&Folded::path(&service.data))
        {
            program.locked = true;
        }
    }
}

fn perturb(machine: &mut Machine, installed: &[&Package], perturbation: &Perturbation) {
    let named = |path: &Folded, name: &Option<String>| {
        name.as_ref().is_none_or(|name| path.name().eq_ignore_ascii_case(name))
    };
    match perturbation {
        Perturbation::Edited(name) => {
            for (path, file) in &mut machine.files {
                if named(path, name) && file.facts.version.is_none() {
                    file.modified = true;
                    file.facts.hash = Some([-1; 4]);
                    file.facts.size = None;
                }
            }
        }
        Perturbation::KeyFileDeleted(name) => {
            let has_key_file = |id: &ComponentId| {
                installed.iter().flat_map(|package| &package.components).any(|component| {
                    component.id == Some(*id) && matches!(component.key_path, KeyPath::File(_))
                })
            };
            let key_files: BTreeSet<Folded> = machine
                .clients
                .iter()
                .filter(|(id, _)| has_key_file(id))
                .flat_map(|(_, clients)| clients.values())
                .filter_map(|path| match path {
                    RecordedKeyPath::File(path) => Some(path.clone()),
                    _ => None,
                })
                .collect();
            machine.files.retain(|path, _| !(key_files.contains(path) && named(path, name)));
        }
        Perturbation::HotFix(name) => {
            for (path, file) in &mut machine.files {
                if named(path, name) && file.facts.version.is_some() {
                    file.facts.version = Some(FileVersion([65_535; 4]));
                    file.facts.version_range = None;
                    file.facts.hash = None;
                    file.facts.size = None;
                }
            }
        }
        Perturbation::Locked(name) => {
            for (path, file) in &mut machine.files {
                file.locked |= named(path, name);
            }
        }
        Perturbation::ForeignClient(id, path) => {
            let clients = machine.clients.entry(*id).or_default();
            let own = path.as_ref().map(|path| RecordedKeyPath::File(Folded::path(path)));
            if let Some(path) = own.or_else(|| clients.values().next().cloned()) {
                clients.insert(Client::Product(FOREIGN_PRODUCT), path);
            }
        }
        Perturbation::ForeignFile(path, version) => {
            let facts = FileFacts { version: *version, ..FileFacts::default() };
            let file = DiskFile { facts, writer: None, modified: false, locked: false };
            machine.files.insert(Folded::path(path), file);
        }
    }
}
