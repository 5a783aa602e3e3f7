//! Which installed products a package replaces.

use super::properties::Worth;
use super::session::{Detected, Purpose, SELECTING, Session};
use super::{Engine, Failure, Run};
use crate::id::{ProductCode, ProductVersion};
use crate::machine::Product;
use crate::package::Upgrade;
use crate::rules::Rule;
use std::collections::BTreeSet;

impl<'a> Engine<'a> {
    /// FindRelatedProducts (<https://learn.microsoft.com/windows/win32/msi/findrelatedproducts-action>).
    pub(super) fn find_related(&mut self, session: &mut Session<'a>, run: &mut Run) {
        if !session.is_first_install() {
            return;
        }
        for (row, upgrade) in session.package.upgrades.iter().enumerate() {
            for (code, product) in &self.machine.products {
                if matches(upgrade, session.per_machine, product) {
                    session.detected.push(Detected { product: *code, row });
                    let found = run.detected.entry(upgrade.property.clone()).or_default();
                    // there are as many as there are products
                    if !found.contains(code) {
                        found.push(*code);
                    }
                }
            }
        }
        for (property, products) in &run.detected {
            let codes: Vec<String> = products.iter().map(ToString::to_string).collect();
            session.properties.set(property, Worth::Known(codes.join(";")));
        }
    }

    /// Removes what FindRelatedProducts found, each with its own package, inside this run.
    pub(super) fn remove_existing(
        &mut self,
        session: &mut Session<'a>,
        run: &mut Run,
    ) -> Result<(), Failure> {
        if !session.is_first_install() {
            return Ok(());
        }
        if !session.queue.is_empty() {
            return Err(Failure {
                error: 2613,
                reason:
                    "`RemoveExistingProducts` stands between operations that were queued and their execution"
                        .to_owned(),
                rule: Rule::A08,
            });
        }
        for found in std::mem::take(&mut session.detected) {
            let row = &session.package.upgrades[found.row];
            if row.has(Upgrade::ONLY_DETECT) || run.removed.contains(&found.product) {
                continue;
            }
            let Some(old) = self.packages.get(&found.product).copied() else { continue };
            let features: Option<BTreeSet<String>> = row.remove.as_ref().map(|list| {
                let list = session.formatted(list);
                list.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect()
            });
            if features.as_ref().is_some_and(BTreeSet::is_empty) {
                continue;
            }
            let features = features.filter(|names| !names.contains("ALL"));
            let upgrading = Some(session.package.product_code);
            let assumed = self.assumed.get(&found.product).cloned().unwrap_or_default();
            let mut nested = self.session(old, Purpose::Remove { upgrading, features }, &assumed, None);
            self.sequence(&mut nested, &assumed, run)?;
            run.fired.append(&mut nested.fired);
            run.removed.push(found.product);
        }
        Ok(())
    }

    /// MigrateFeatureStates: a feature takes the state that its namesake has in the products found; local wins.
    pub(super) fn migrate_features(&mut self, session: &mut Session<'a>) {
        let chosen = |name: &&str| !session.text(name).is_empty();
        if session.purpose != Purpose::Install || SELECTING.iter().chain(&["Preselected"]).any(chosen) {
            return;
        }
        let migrating =
            |found: &&Detected| session.package.upgrades[found.row].has(Upgrade::MIGRATE_FEATURES);
        let found: BTreeSet<ProductCode> =
            session.detected.iter().filter(migrating).map(|found| found.product).collect();
        let found: Vec<&Product> = found
            .iter()
            .filter_map(|code| self.machine.products.get(code).map(|product| &**product))
            .collect();
        let mut changed = false;
        for (index, feature) in session.package.features.iter().enumerate() {
            let states: Vec<bool> =
                found.iter().filter_map(|product| product.features.get(&feature.key).copied()).collect();
            if !states.is_empty() {
                let local = states.contains(&true) && !session.disabled[index];
                changed |= session.features[index] != local;
                session.features[index] = local;
            }
        }
        if changed && session.costed {
            self.select_components(session);
        }
    }
}

/// Whether `product` falls under a row of the Upgrade table, for a package that installs for the machine or not.
pub(super) fn matches(row: &Upgrade, per_machine: bool, product: &Product) -> bool {
    let language = row.languages.is_empty()
        || row.languages.contains(&product.language) != row.has(Upgrade::LANGUAGES_EXCLUSIVE);
    product.upgrade_code == Some(row.upgrade_code)
        && product.per_machine == per_machine
        && is_in_range(row, product.version)
        && language
}

/// Whether `version` lies in the range of a row.
pub(crate) fn is_in_range(row: &Upgrade, version: ProductVersion) -> bool {
    let version = version.compared();
    let above = row.min.is_none_or(|min| {
        let min = min.compared();
        version > min || (version == min && row.has(Upgrade::MIN_INCLUSIVE))
    });
    let below = row.max.is_none_or(|max| {
        let max = max.compared();
        version < max || (version == max && row.has(Upgrade::MAX_INCLUSIVE))
    });
    above && below
}
