//! What every package has to pass before it is let out: upgrades to it lose nothing.

use super::evidence::Played;
use crate::diag::Diagnostic;
use crate::id::{Arch, Flavour, UpgradeCode};
use crate::ledger::Ledger;
use crate::upgrade::matrix::{Accident, Installed, Target, runs_on};
use crate::upgrade::{Package, Report, Resource, Scenario};
use std::collections::{BTreeMap, BTreeSet};

/// Whether an upgrade from any package of the same product that shipped would lose something, whatever happened on the
/// machine before. Which those are is said by UpgradeCodes: those of the package, of its Upgrade rows, and those that
/// the ledger has for the product. Names of files and baselines say nothing.
pub struct Gate {
    baselines: BTreeMap<String, Package>,
    families: Vec<BTreeSet<UpgradeCode>>,
    /// By baseline: what damages a machine before it.
    damage: BTreeMap<String, Vec<String>>,
}

impl Gate {
    /// With these baselines, by name, and the ledger of their product.
    #[must_use]
    pub fn of(baselines: BTreeMap<String, Package>, ledger: &Ledger) -> Gate {
        let family = |flavour: Flavour| ledger.entries(flavour).families.iter().copied().collect();
        let families = Flavour::ALL.into_iter().map(family).collect();
        let mut gate = Gate { baselines, families, damage: BTreeMap::new() };
        let mut known: BTreeMap<(Arch, BTreeSet<UpgradeCode>), Vec<String>> = BTreeMap::new();
        let mut damage = BTreeMap::new();
        for (name, package) in &gate.baselines {
            let codes = gate.codes(package);
            let key = (package.arch, codes.clone());
            let found = known.entry(key).or_insert_with(|| gate.damaging(package.arch, &codes));
            damage.insert(name.clone(), found.clone());
        }
        gate.damage = damage;
        gate
    }

    /// What an upgrade to `new` would lose; nothing where it may go out.
    #[must_use]
    pub fn check(&self, new: &Package) -> Vec<Diagnostic> {
        let name = &new.name;
        let mut lost = Vec::new();
        for Played { from: old, cells } in self.play(new) {
            for (accident, tally) in cells {
                let Some(tally) = tally else { continue };
                if tally.missing > 0 {
                    lost.push(
                        Diagnostic::error(
                            "upgrade::regression",
                            format!("`{name}` over `{old}` ({accident}) would lose something: {tally}"),
                        )
                        .help(format!("see `cargo xtask upgrade {old} {name}`")),
                    );
                }
            }
        }
        lost
    }

    /// Every upgrade to `new` from a package of the same product that shipped.
    #[must_use]
    pub fn play(&self, new: &Package) -> Vec<Played> {
        let target = Target::of(new);
        let codes = self.codes(new);
        let related = |package: &Package| package.upgrade_code.is_some_and(|code| codes.contains(&code));
        let all = self.all(new).into_iter().filter(|(_, installed)| related(installed.package()));
        all.map(|(old, installed)| {
            let upgrades = target.over(&installed);
            let cells = Accident::ALL.map(|accident| (accident, upgrades.after(accident))).into();
            Played { from: old.to_owned(), cells }
        })
        .collect()
    }

    /// The UpgradeCodes of the product that `package` is a release of.
    fn codes(&self, package: &Package) -> BTreeSet<UpgradeCode> {
        let own = package.upgrade_code.into_iter();
        let mut codes: BTreeSet<UpgradeCode> =
            own.chain(package.upgrades.iter().map(|row| row.upgrade_code)).collect();
        for family in &self.families {
            if family.iter().any(|code| codes.contains(code)) {
                codes.extend(family);
            }
        }
        codes
    }

    /// The baselines that run on the machine of `new`, each with what damages a machine before it.
    pub fn all<'a>(&'a self, new: &Package) -> Vec<(&'a str, Installed<'a>)> {
        self.baselines
            .iter()
            .filter(|(_, old)| runs_on(old.arch, new.arch))
            .map(|(name, package)| {
                let damage = self.damage[name].iter().map(|name| &self.baselines[name]).collect();
                (name.as_str(), Installed::new(package, damage))
            })
            .collect()
    }

    /// The oldest package of a product for `arch`, and the first one after it that loses a file or a module when it
    /// comes over that one; nothing where none does.
    fn damaging(&self, arch: Arch, codes: &BTreeSet<UpgradeCode>) -> Vec<String> {
        let is_family = |package: &Package| {
            package.arch == arch && package.upgrade_code.is_some_and(|code| codes.contains(&code))
        };
        let mut family: Vec<(&String, &Package)> =
            self.baselines.iter().filter(|(_, package)| is_family(package)).collect();
        family.sort_by_key(|(_, package)| package.version.numbers());
        let Some(((first, oldest), later)) = family.split_first() else { return Vec::new() };
        let loses = |(_, new): &&(&String, &Package)| {
            let report = Report::of(&Scenario::upgrade(oldest, new));
            report.outcomes.iter().any(|outcome| {
                let matters = matches!(outcome.resource, Resource::File(_) | Resource::Module(_));
                matters && outcome.verdict.is_loss() && !outcome.is_uncertain()
            })
        };
        match later.iter().find(loses) {
            Some((breaker, _)) => vec![(*first).clone(), (*breaker).clone()],
            None => Vec::new(),
        }
    }
}
