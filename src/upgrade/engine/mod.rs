//! The installer: runs one package's InstallExecuteSequence against a machine, with nested removals inside.
//!
//! There is no "upgrade diff": an install, a repair, an uninstall and the removal of an old product are the same run
//! with another purpose, and every trap falls out of doing the documented steps in the order of the sequence table.

mod cost;
mod custom;
mod detect;
mod doubt;
mod files;
mod formatted;
mod handlers;
mod lists;
mod properties;
mod registration;
mod removal;
mod schedule;
mod session;
mod swaps;
mod system;
mod wildcard;
mod write;

pub(crate) use detect::is_in_range;
pub use doubt::{Doubt, World};
pub use files::{Decision, ReinstallMode, decide, veto};
pub use schedule::{Schedule, ScheduleClass};

use crate::diag::shortened;
use crate::id::{ComponentId, ProductCode};
use crate::journal::{Deed, Doer, Event, Journal, SHOWN, Subject};
use crate::machine::{Machine, Product, Resource};
use crate::names::Folded;
use crate::package::{Component, CustomAction, Package};
use crate::rules::{Confidence, Rule};
use schedule::Queued;
use session::{ComponentAction, Purpose, Session};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the user passes to an install, and what is assumed of the machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// REINSTALLMODE on the command line; none leaves it to the package, whose default is `omus`.
    pub mode: Option<ReinstallMode>,
    /// Properties that searches and the command line are assumed to give.
    pub assumed: BTreeMap<String, String>,
}

/// A custom action that would run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fired {
    /// The product whose action it is.
    pub product: ProductCode,
    /// Whether that product was being removed for an upgrade.
    pub upgrading: bool,
    /// The action.
    pub action: Arc<CustomAction>,
    /// Whether what it does is known, and played.
    pub is_followed: bool,
    /// Whether the condition depends on the machine.
    pub unknown: bool,
}

/// A component that owns a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FileOwner<'a> {
    /// The product.
    pub product: ProductCode,
    /// The component's key.
    pub component: &'a str,
    /// Its ComponentId.
    pub id: Option<ComponentId>,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It went through.
    Done,
    /// It was refused or failed; the machine is as before.
    Failed {
        /// The error number of Windows Installer.
        error: u32,
        /// What happened.
        reason: String,
        /// The rule.
        rule: Rule,
    },
}

/// What a run did besides changing the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The product.
    pub product: ProductCode,
    /// How it ended.
    pub ending: Ending,
    /// REINSTALLMODE as it was when costing ended.
    pub mode: ReinstallMode,
    /// Properties that searches set to what packages had written before.
    pub found: BTreeMap<String, String>,
    /// Products that it found and removed.
    pub removed: Vec<ProductCode>,
    /// Products that it found, by the property that received them.
    pub detected: BTreeMap<String, Vec<ProductCode>>,
    /// Custom actions that would have run, those of nested removals included.
    pub fired: Vec<Fired>,
    /// The place in the journal where the run began and ended.
    pub events: std::ops::Range<usize>,
}

/// Windows Installer on one machine.
#[derive(Clone, Debug)]
pub struct Engine<'a> {
    /// The machine.
    pub machine: Machine,
    /// What happened.
    pub journal: Journal,
    packages: BTreeMap<ProductCode, &'a Package>,
    assumed: BTreeMap<ProductCode, BTreeMap<String, String>>,
    world: World,
    doubts: Vec<Doubt>,
    /// Whether there are more than are kept.
    has_more_doubts: bool,
    /// How much more is done that grows with the product of two numbers of rows.
    budget: usize,
    runs: usize,
}

struct Failure {
    error: u32,
    reason: String,
    rule: Rule,
}

impl<'a> Engine<'a> {
    /// So many doubts are kept; real packages have a few. Of what there are more, everything is uncertain.
    const DOUBTS: usize = 64;

    /// So many names are held against wildcards, folders are moved, and the like; real packages need some hundreds.
    const BUDGET: usize = 500_000;

    /// An installer on `machine`.
    #[must_use]
    pub fn new(machine: Machine) -> Engine<'a> {
        Engine::in_world(machine, World::default())
    }

    /// An installer on `machine`, where searches and conditions come out as in `world`.
    #[must_use]
    pub fn in_world(machine: Machine, world: World) -> Engine<'a> {
        Engine {
            machine,
            journal: Journal::default(),
            packages: BTreeMap::new(),
            assumed: BTreeMap::new(),
            world,
            doubts: Vec::new(),
            has_more_doubts: false,
            budget: Self::BUDGET,
            runs: 0,
        }
    }

    /// The same machine and products, before anything happened.
    pub(crate) fn without_journal(&self) -> Engine<'a> {
        let (world, machine) = (self.world.clone(), self.machine.clone());
        let (packages, assumed) = (self.packages.clone(), self.assumed.clone());
        Engine { packages, assumed, runs: self.runs, ..Engine::in_world(machine, world) }
    }

    /// Whether something was left out because there was too much of it.
    #[must_use]
    pub fn is_exhausted(&self) -> bool {
        self.budget == 0
    }

    /// Whether there is room for so much work whose amount grows with the product of two numbers of rows.
    fn can_afford(&mut self, work: usize) -> bool {
        let left = self.budget.checked_sub(work);
        self.budget = left.unwrap_or(0);
        left.is_some()
    }

    /// What only a real machine knows, and what it decided.
    #[must_use]
    pub fn doubts(&self) -> &[Doubt] {
        &self.doubts
    }

    /// Whether there is more of it than anybody plays.
    pub(crate) fn has_more_doubts(&self) -> bool {
        self.has_more_doubts
    }

    /// Installs `package`: `msiexec /i`.
    pub fn install(&mut self, package: &'a Package, options: &Options) -> Run {
        if let Some(product) = self.machine.products.get(&package.product_code) {
            let reason = format!("`{}` with this ProductCode is installed already", product.name);
            let at = self.journal.len();
            let ending = Ending::Failed { error: 1638, reason, rule: Rule::S04 };
            return Run {
                product: package.product_code,
                ending,
                mode: ReinstallMode::default(),
                found: BTreeMap::new(),
                removed: Vec::new(),
                detected: BTreeMap::new(),
                fired: Vec::new(),
                events: at..at,
            };
        }
        self.packages.insert(package.product_code, package);
        self.assumed.insert(package.product_code, options.assumed.clone());
        self.run(package, Purpose::Install, options)
    }

    /// Repairs an installed product: `msiexec /f`. Nothing where it is not installed.
    pub fn repair(&mut self, product: ProductCode, options: &Options) -> Option<Run> {
        self.maintain(product, Purpose::Repair, options)
    }

    /// Removes a product: `msiexec /x`. Nothing where it is not installed.
    pub fn remove(&mut self, product: ProductCode, options: &Options) -> Option<Run> {
        self.maintain(product, Purpose::Remove { upgrading: None, features: None }, options)
    }

    /// Who owns which file, of all installed products and the components that they have installed.
    pub(crate) fn file_owners(&self) -> BTreeMap<Folded, Vec<FileOwner<'a>>> {
        let mut owners: BTreeMap<Folded, Vec<FileOwner>> = BTreeMap::new();
        for (code, product) in &self.machine.products {
            let Some(package) = self.packages.get(code).copied() else { continue };
            let mut session =
                Session::new(package, Purpose::Repair, 0, self.machine.arch, &BTreeMap::new(), None);
            session.directories.clone_from(&product.directories);
            let is_installed = |component: &&Component| product.components.contains(&component.key);
            for component in package.components.iter().filter(is_installed) {
                for position in 0..component.files.len() {
                    let owner = FileOwner { product: *code, component: &component.key, id: component.id };
                    owners.entry(session.file_path(component, position)).or_default().push(owner);
                }
            }
        }
        owners
    }

    fn maintain(&mut self, product: ProductCode, purpose: Purpose, options: &Options) -> Option<Run> {
        let package = *self.packages.get(&product)?;
        self.machine.products.contains_key(&product).then(|| self.run(package, purpose, options))
    }

    fn run(&mut self, package: &'a Package, purpose: Purpose, options: &Options) -> Run {
        let start = self.journal.len();
        let before = self.machine.clone();
        let mut assumed = self.assumed.get(&package.product_code).cloned().unwrap_or_default();
        assumed.extend(options.assumed.clone());
        let mut session = self.session(package, purpose, &assumed, options.mode.as_ref());
        let mut run = Run {
            product: package.product_code,
            ending: Ending::Done,
            mode: ReinstallMode::default(),
            found: BTreeMap::new(),
            removed: Vec::new(),
            detected: BTreeMap::new(),
            fired: Vec::new(),
            events: start..start,
        };
        if let Err(failure) = self.sequence(&mut session, &assumed, &mut run) {
            self.machine = before;
            run.ending = Ending::Failed { error: failure.error, reason: failure.reason, rule: failure.rule };
            run.removed.clear();
        }
        run.mode = session.mode.clone();
        run.found = std::mem::take(&mut session.found);
        run.fired.append(&mut session.fired);
        run.events.end = self.journal.len();
        run
    }

    fn session(
        &mut self,
        package: &'a Package,
        purpose: Purpose,
        assumed: &BTreeMap<String, String>,
        mode: Option<&ReinstallMode>,
    ) -> Session<'a> {
        let run = self.runs;
        self.runs += 1;
        Session::new(package, purpose, run, self.machine.arch, assumed, mode)
    }

    /// Row by row, each condition evaluated when its turn comes.
    fn sequence(
        &mut self,
        session: &mut Session<'a>,
        assumed: &BTreeMap<String, String>,
        run: &mut Run,
    ) -> Result<(), Failure> {
        let package = session.package;
        for action in &package.execute {
            if let Some(custom) = &action.custom {
                self.custom_action(session, custom, &action.condition)?;
                continue;
            }
            if !self.ask(session, &action.condition, || format!("`{}`", action.name)).holds {
                continue;
            }
            match action.name.as_str() {
                "FindRelatedProducts" => self.find_related(session, run),
                "AppSearch" => self.search(session, assumed),
                "LaunchConditions" => self.launch_conditions(session)?,
                "CostFinalize" => self.cost(session),
                "MigrateFeatureStates" => self.migrate_features(session),
                "InstallExecute" | "InstallExecuteAgain" | "InstallFinalize" => self.flush(session),
                "RemoveExistingProducts" => self.remove_existing(session, run)?,
                name if action.is_queued => session.queue.push(Queued::Standard(name)),
                _ => {}
            }
        }
        if session.removes_all() {
            self.machine.products.remove(&package.product_code);
            self.assumed.remove(&package.product_code);
        } else if session.removes() {
            self.forget_features(session);
        }
        Ok(())
    }

    /// What does not hold only because a search is taken to find something is taken to hold: there would be nothing to
    /// play. Whether another machine refuses the package is found out in another world.
    fn launch_conditions(&mut self, session: &Session<'a>) -> Result<(), Failure> {
        for (condition, message) in &session.package.launch_conditions {
            let answer = self.ask(session, condition, || "whether it installs at all".to_owned());
            let is_assumed = answer.is_open && self.world.is_as_assumed();
            if !answer.holds && !is_assumed {
                let reason =
                    format!("launch condition `{}`: {}", condition.text(), session.formatted(message));
                return Err(Failure { error: 1603, reason, rule: Rule::S03 });
            }
        }
        Ok(())
    }

    /// Runs the queued script: what was decided at costing happens now, file decisions by what is on the disk now.
    fn flush(&mut self, session: &mut Session<'a>) {
        for queued in std::mem::take(&mut session.queue) {
            match queued {
                Queued::Standard(action) => self.standard(session, action),
                Queued::Modules { install } => self.modules(session, install),
                Queued::Configurations { install } => self.configurations(session, install),
                Queued::Swaps { install } => self.swaps(session, install),
                Queued::Command(command) => self.command(session, &command),
            }
        }
    }

    fn standard(&mut self, session: &mut Session<'a>, action: &str) {
        match action {
            "ProcessComponents" => self.process_components(session),
            "StopServices" => self.stop_services(session),
            "DeleteServices" => self.delete_services(session),
            "RemoveRegistryValues" => self.remove_registry(session),
            "RemoveShortcuts" => self.remove_shortcuts(session),
            "RemoveEnvironmentStrings" => self.remove_environment(session),
            "RemoveDuplicateFiles" => self.remove_duplicates(session),
            "MsiUnpublishAssemblies" => self.remove_assemblies(session),
            "RemoveFiles" => self.remove_files(session),
            "RemoveFolders" => self.remove_folders(session),
            "CreateFolders" => self.create_folders(session),
            "MoveFiles" => self.move_files(session),
            "InstallFiles" => self.install_files(session),
            "DuplicateFiles" => self.duplicate_files(session),
            "CreateShortcuts" => self.create_shortcuts(session),
            "WriteRegistryValues" => self.write_registry(session),
            "WriteEnvironmentStrings" => self.write_environment(session),
            "InstallServices" => self.install_services(session),
            "StartServices" => self.start_services(session),
            "MsiPublishAssemblies" => self.publish_assemblies(session),
            "RegisterProduct" | "PublishProduct" => self.register_product(session),
            _ => {}
        }
    }

    fn register_product(&mut self, session: &mut Session<'a>) {
        if session.purpose != Purpose::Install || std::mem::replace(&mut session.registered, true) {
            return;
        }
        let package = session.package;
        let name = package.properties.get("ProductName").map_or(package.name.as_str(), String::as_str);
        let features = package.features.iter().zip(&session.features);
        let enabled = package.components.iter().zip(&session.actions);
        self.machine.products.insert(
            package.product_code,
            Arc::new(Product {
                name: name.to_owned(),
                upgrade_code: package.upgrade_code,
                version: package.version,
                language: package.language,
                per_machine: session.per_machine,
                features: features.map(|(feature, local)| (feature.key.clone(), *local)).collect(),
                directories: session.directories.clone(),
                components: enabled
                    .filter(|(_, action)| matches!(action, ComponentAction::Local | ComponentAction::Vetoed))
                    .map(|(component, _)| component.key.clone())
                    .collect(),
            }),
        );
    }

    /// Notes what happened to `resource` because of the component at `index`.
    fn note(
        &mut self,
        session: &Session<'a>,
        index: usize,
        resource: Resource,
        deed: Deed,
        (rule, confidence): (Rule, Confidence),
        detail: String,
    ) {
        let event = self.event(session, index, deed, (rule, confidence), detail);
        self.journal.add(Subject::Resource(resource), event);
    }

    /// Notes what was decided about the component at `index`.
    fn note_component(
        &mut self,
        session: &Session<'a>,
        index: usize,
        deed: Deed,
        (rule, confidence): (Rule, Confidence),
        detail: String,
    ) {
        let event = self.event(session, index, deed, (rule, confidence), detail);
        let key = session.package.components[index].key.clone();
        self.journal.add(Subject::Component(session.package.product_code, key), event);
    }

    fn event(
        &self,
        session: &Session<'a>,
        index: usize,
        deed: Deed,
        (rule, confidence): (Rule, Confidence),
        detail: String,
    ) -> Event {
        let by = session.doers[index].get_or_init(|| {
            Arc::new(Doer {
                session: session.package.product_code,
                run: session.run,
                removing: session.removes(),
                component: session.package.components[index].key.clone(),
            })
        });
        Event {
            by: by.clone(),
            deed,
            rule,
            confidence: rule.confidence().max(confidence).max(session.confidence[index]),
            detail: shortened(&detail, SHOWN).into(),
        }
    }
}
