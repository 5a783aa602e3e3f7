//! Which installed products the new package is a release of, as far as packages tell.

use super::machine::{Client, RecordedKeyPath};
use super::package::{Package, Upgrade};
use super::report::name_of;
use super::scenario::{Played, Scenario};
use crate::id::ProductCode;
use std::collections::BTreeSet;

/// The predecessors of a new package among what is installed.
pub(super) struct Kin {
    predecessors: BTreeSet<ProductCode>,
}

impl Kin {
    /// Those of its UpgradeCode, or of one that it removes. Where there are none, those with its name or with a key file
    /// of its: a family that changed its UpgradeCode looks like that.
    pub(super) fn of(scenario: &Scenario, played: &Played) -> Kin {
        let new = scenario.new;
        let removes = |old: &Package| {
            let rows = new.upgrades.iter().filter(|row| !row.has(Upgrade::ONLY_DETECT));
            rows.map(|row| Some(row.upgrade_code)).any(|code| code == old.upgrade_code)
        };
        let is_family = |old: &&&Package| {
            old.upgrade_code.is_some() && (old.upgrade_code == new.upgrade_code || removes(old))
        };
        let codes = |packages: Vec<&&Package>| packages.iter().map(|package| package.product_code).collect();
        let family: BTreeSet<ProductCode> = codes(scenario.installed.iter().filter(is_family).collect());
        if !family.is_empty() {
            return Kin { predecessors: family };
        }
        let paths = |of: ProductCode| -> BTreeSet<&RecordedKeyPath> {
            let clients = played.engine.machine.clients.values().chain(played.before.clients.values());
            let own = clients.filter_map(|clients| clients.get(&Client::Product(of)));
            own.filter(|path| matches!(path, RecordedKeyPath::File(_))).collect()
        };
        let ours = paths(new.product_code);
        let looks_like_it = |old: &&&Package| {
            name_of(old) == name_of(new) || paths(old.product_code).intersection(&ours).next().is_some()
        };
        Kin { predecessors: codes(scenario.installed.iter().filter(looks_like_it).collect()) }
    }

    /// Whether the new package looks like a release of `product`.
    pub(super) fn is_predecessor(&self, product: &ProductCode) -> bool {
        self.predecessors.contains(product)
    }
}
