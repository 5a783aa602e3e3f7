//! What a clean install of a package gives.

use super::engine::{Engine, World};
use super::journal::Deed;
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
    /// In order.
    owners: Vec<(Resource, Owners)>,
}

impl Intended {
    /// For `package`, installed as it is in `scenario`, where searches and conditions come out as in `world`, and searches
    /// have `found` what packages had written before.
    pub(super) fn in_world(
        scenario: &Scenario,
        package: &Package,
        world: &World,
        found: &BTreeMap<String, String>,
    ) -> Intended {
        let is_new = package.product_code == scenario.new.product_code;
        let mut options = if is_new { scenario.options.clone() } else { scenario.old_options() };
        options.assumed.extend(found.clone());
        let mut engine = Engine::in_world(Machine::new(scenario.arch()), world.clone());
        engine.install(package, &options);
        // most resources have the owners of the one before
        let mut last = Owners::default();
        let mut owners = Vec::with_capacity(engine.machine.files.len() + engine.machine.others.len());
        for (resource, events) in engine.journal.of_resources() {
            let keys: BTreeSet<&Arc<str>> = events
                .filter(|event| matches!(event.deed, Deed::Wrote | Deed::Kept))
                .map(|event| &event.by.component)
                .collect();
            if !keys.iter().copied().eq(last.iter()) {
                last = keys.into_iter().cloned().collect();
            }
            owners.push((resource.clone(), last.clone()));
        }
        Intended { machine: engine.machine, owners }
    }

    /// The names of its files, in lower case.
    pub(super) fn file_names(&self) -> BTreeSet<String> {
        self.machine.files.keys().map(|path| path.name().to_lowercase()).collect()
    }

    /// As [`Intended::owners`], for resources that are asked for in order.
    pub(super) fn owners_in_order(&self) -> impl FnMut(&Resource) -> Owners {
        let mut rest = self.owners.iter().peekable();
        move |resource| {
            while rest.next_if(|(other, _)| other < resource).is_some() {}
            let found = rest.peek().filter(|(other, _)| other == resource);
            found.map(|(_, owners)| owners.clone()).unwrap_or_default()
        }
    }

    /// The keys of the components that put `resource` there.
    pub(super) fn owners(&self, resource: &Resource) -> Option<&Owners> {
        let place = self.owners.binary_search_by(|(other, _)| other.cmp(resource)).ok()?;
        Some(&self.owners[place].1)
    }
}
