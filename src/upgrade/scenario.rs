//! A question: what is installed, what happened to it since, and what comes over it.

use super::engine::{Ending, Engine, Options, Run, World};
use super::machine::{Client, DiskFile, Machine, Product, RecordedKeyPath, Resource};
use super::names::Folded;
use super::package::{FileFacts, KeyPath, Package};
use crate::id::{Arch, ComponentId, FileVersion, Guid, ProductCode};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

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
    /// A file of another origin stands at a path; a DLL is for a processor.
    ForeignFile(String, Option<FileVersion>, Option<Arch>),
}

/// The product that [`Perturbation::ForeignClient`] speaks of.
pub const FOREIGN_PRODUCT: ProductCode =
    ProductCode(Guid::from_u128(0xF0BE_1617_0000_4000_8000_0000_0000_0001));

/// What happens to an installed product after the upgrade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// It is removed: `msiexec /x`.
    Remove(ProductCode),
    /// It is repaired: `msiexec /f`.
    Repair(ProductCode),
}

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
    /// How the installed ones were installed; none for the same assumptions as those of the new one.
    pub old_options: Option<Options>,
    /// The machine's processor; none takes 64-bit Windows, on ARM64 where a package is for that, else on x64. A package
    /// that refuses 64-bit Windows is played on 32-bit Windows.
    pub arch: Option<Arch>,
    /// Whether a bundle removes the old packages after the new chain is complete.
    pub bundle: bool,
    /// What happens afterwards, in order.
    pub then: Vec<Then>,
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
            old_options: None,
            arch: None,
            bundle: false,
            then: Vec::new(),
        }
    }

    /// The machine's processor.
    #[must_use]
    pub fn arch(&self) -> Arch {
        if let Some(arch) = self.arch {
            return arch;
        }
        let packages = || self.installed.iter().copied().chain([self.new]);
        if packages().any(|package| package.arch == Arch::Arm64) {
            return Arch::Arm64;
        }
        let all_narrow = packages().all(|package| package.arch == Arch::X86);
        let refuses = |package: &Package| !World::default().admits(package, Arch::X64);
        if all_narrow && packages().any(refuses) { Arch::X86 } else { Arch::X64 }
    }

    /// How the installed packages were installed.
    #[must_use]
    pub fn old_options(&self) -> Options {
        let same = || Options { mode: None, assumed: self.options.assumed.clone() };
        self.old_options.clone().unwrap_or_else(same)
    }

    /// Plays it.
    #[must_use]
    pub fn play(&self) -> Played<'a> {
        self.play_in(&World::default())
    }

    /// Plays it on a machine where searches and conditions come out as in `world`.
    #[must_use]
    pub fn play_in(&self, world: &World) -> Played<'a> {
        self.play_after(self.earlier(world))
    }

    /// Plays what was installed before, on a machine where searches and conditions come out as in `world`.
    pub(super) fn earlier(&self, world: &World) -> Earlier<'a> {
        let mut engine = Engine::in_world(Machine::new(self.arch()), world.clone());
        let defaults = self.old_options();
        let runs = self.installed.iter().map(|package| engine.install(package, &defaults)).collect();
        let mut held = Vec::new();
        for package in &self.installed {
            held.extend(hold_programs(&mut engine, package));
        }
        engine.journal.forget_details();
        Earlier { engine, runs, held }
    }

    /// Plays what comes after that.
    pub(super) fn play_after(&self, earlier: Earlier<'a>) -> Played<'a> {
        let Earlier { mut engine, runs: earlier, held } = earlier;
        for perturbation in &self.perturbations {
            perturb(&mut engine.machine, &self.installed, perturbation);
        }
        let before = engine.machine.clone();
        let run = engine.install(self.new, &self.options);
        let mut bundle_runs = Vec::new();
        if self.bundle && run.ending == Ending::Done {
            for package in &self.installed {
                bundle_runs.extend(engine.remove(package.product_code, &Options::default()));
            }
        }
        let upgraded = (!self.then.is_empty()).then(|| engine.machine.products.clone());
        let later = |then: &Then| match then {
            Then::Remove(product) => engine.remove(*product, &Options::default()),
            Then::Repair(product) => engine.repair(*product, &Options::default()),
        };
        let later: Vec<Run> = self.then.iter().filter_map(later).collect();
        let restart = !engine.machine.pending.is_empty();
        engine.machine.restart();
        Played { earlier, before, run, bundle_runs, upgraded, later, held, restart, engine }
    }
}

/// The installs before the question, which are the same whatever happens on the machine later.
#[derive(Clone, Debug)]
pub(super) struct Earlier<'a> {
    engine: Engine<'a>,
    runs: Vec<Run>,
    held: Vec<Folded>,
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
    /// The products that were installed after the upgrade, where something is to happen afterwards.
    pub upgraded: Option<BTreeMap<ProductCode, Arc<Product>>>,
    /// Removals and repairs afterwards.
    pub later: Vec<Run>,
    /// Services whose programs are taken to be in use, since nothing stops them.
    pub held: Vec<Folded>,
    /// Whether Windows had to be restarted; the machine is as after that.
    pub restart: bool,
    /// The machine now, and the journal.
    pub engine: Engine<'a>,
}

/// A service that nothing stops when its package goes holds its program open.
fn hold_programs(engine: &mut Engine, package: &Package) -> Vec<Folded> {
    let mut held = Vec::new();
    for name in engine.unstopped_services(package) {
        let machine = &mut engine.machine;
        if let Some(service) = machine.others.get(&Resource::Service(name.clone()))
            && let Some(program) = machine.files.get_mut(&Folded::path(&service.data))
        {
            program.locked = true;
            held.push(name);
        }
    }
    held
}

fn perturb(machine: &mut Machine, installed: &[&Package], perturbation: &Perturbation) {
    let named = |path: &Folded, name: &Option<String>| {
        name.as_ref().is_none_or(|name| path.name().eq_ignore_ascii_case(name))
    };
    match perturbation {
        Perturbation::Edited(name) => {
            for (path, file) in machine.files.iter_mut() {
                if named(path, name) && file.facts.version.is_none() {
                    file.modified = true;
                    let facts = Arc::make_mut(&mut file.facts);
                    facts.hash = Some([-1; 4]);
                    facts.size = None;
                }
            }
        }
        Perturbation::KeyFileDeleted(name) => {
            let components = installed.iter().flat_map(|package| &package.components);
            let with_key_file = components.filter(|component| matches!(component.key_path, KeyPath::File(_)));
            let ids: BTreeSet<ComponentId> = with_key_file.filter_map(|component| component.id).collect();
            let key_files: BTreeSet<Folded> = machine
                .clients
                .iter()
                .filter(|(id, _)| ids.contains(*id))
                .flat_map(|(_, clients)| clients.values())
                .filter_map(|path| match path {
                    RecordedKeyPath::File(path) => Some(path.clone()),
                    _ => None,
                })
                .collect();
            machine.files.retain(|path, _| !(key_files.contains(path) && named(path, name)));
        }
        Perturbation::HotFix(name) => {
            for (path, file) in machine.files.iter_mut() {
                if named(path, name) && file.facts.version.is_some() {
                    let facts = Arc::make_mut(&mut file.facts);
                    facts.version = Some(FileVersion([65_535; 4]));
                    facts.version_range = None;
                    facts.hash = None;
                    facts.size = None;
                }
            }
        }
        Perturbation::Locked(name) => {
            for (path, file) in machine.files.iter_mut() {
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
        Perturbation::ForeignFile(path, version, arch) => {
            let facts = FileFacts { version: *version, machine: *arch, ..FileFacts::default() };
            let facts = Arc::new(facts);
            let file = DiskFile { facts, writer: None, modified: false, locked: false };
            machine.files.insert(Folded::path(path), file);
        }
    }
}
