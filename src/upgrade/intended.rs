//! What a clean install of a package gives.

use super::engine::{Engine, World};
use super::journal::{Deed, Subject};
use super::machine::{Machine, Resource};
use super::package::Package;
use super::report::Owners;
use super::scenario::Scenario;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a clean install of a package gives: the measure of what is missing, stale or left behind.
#[derive(Clone, Debug)]
pub(super) struct Intended {
    pub(super) machine: Machine,
    owners: BTreeMap<Resource, Owners>,
}

impl Intended {
    /// For `package`, installed as it is in `scenario`, where searches and conditions come out as in `world`.
    pub(super) fn in_world(scenario: &Scenario, package: &Package, world: &World) -> Intended {
        let is_new = package.product_code == scenario.new.product_code;
        let options = if is_new { scenario.options.clone() } else { scenario.old_options() };
        let mut engine = Engine::in_world(Machine::new(scenario.arch()), world.clone());
        engine.install(package, &options);
        // most resources have the owners of the one before
        let mut last = Owners::default();
        let owners = |resource: Resource| {
            let events = engine.journal.of(&Subject::Resource(resource.clone()));
            let keys: BTreeSet<&Arc<str>> = events
                .filter(|(_, event)| matches!(event.deed, Deed::Wrote | Deed::Kept))
                .map(|(_, event)| &event.by.component)
                .collect();
            if !keys.iter().copied().eq(last.iter()) {
                last = keys.into_iter().cloned().collect();
            }
            (resource, last.clone())
        };
        let owners = engine.machine.resources().map(owners).collect();
        Intended { machine: engine.machine, owners }
    }

    /// The names of its files, in lower case.
    pub(super) fn file_names(&self) -> BTreeSet<String> {
        self.machine.files.keys().map(|path| path.name().to_lowercase()).collect()
    }

    /// The keys of the components that put `resource` there.
    pub(super) fn owners(&self, resource: &Resource) -> Option<&Owners> {
        self.owners.get(resource)
    }
}
