//! The way to a report: an upgrade played, judged, compared with other worlds, and searched for causes.

use super::elsewhere::Elsewhere;
use super::engine::{Ending, Schedule, World};
use super::findings::findings;
use super::intended::Intended;
use super::judge::outcomes;
use super::kin::Kin;
use super::package::Package;
use super::report::Report;
use super::scenario::{Played, Scenario, Then};
use super::worlds;
use crate::id::{Arch, ProductCode};
use std::collections::BTreeMap;
use std::rc::Rc;

impl Report {
    /// Plays `scenario` and judges the result against a clean install.
    #[must_use]
    pub fn of(scenario: &Scenario) -> Report {
        Report::judged(scenario, &Afresh(scenario))
    }

    /// As [`Report::of`]; `elsewhere` plays it.
    pub(super) fn judged<'a>(scenario: &Scenario<'a>, elsewhere: &dyn Elsewhere<'a>) -> Report {
        let assumed = World::default();
        let (played, intended) = elsewhere.played(&assumed);
        let assumed = outcomes(scenario, &played, &intended, &assumed, elsewhere);
        let (outcomes, searches) = worlds::compared(scenario, &played, assumed, elsewhere);
        let kin = Kin::of(scenario, &played);
        let new = scenario.new.product_code;
        let packages = || scenario.installed.iter().copied().chain([scenario.new]);
        let mut removed = played.run.removed.clone();
        removed.extend(played.bundle_runs.iter().map(|run| run.product));
        let mut fired = played.run.fired.clone();
        fired.extend(played.bundle_runs.iter().flat_map(|run| run.fired.iter().cloned()));
        let products = &played.engine.machine.products;
        // nothing stays beside what is removed in the end
        let is_gone = played.run.ending == Ending::Done && !products.contains_key(&new);
        let beside: Vec<ProductCode> =
            products.keys().copied().filter(|code| !is_gone && *code != new).collect();
        let mut report = Report {
            names: packages().map(|package| (package.product_code, package.name.clone())).collect(),
            old: scenario.installed.iter().map(|package| package.product_code).collect(),
            new,
            schedule: Schedule::of(scenario.new),
            ending: played.run.ending.clone(),
            earlier_failures: played
                .earlier
                .iter()
                .filter(|run| run.ending != Ending::Done)
                .map(|run| (run.product, run.ending.clone()))
                .collect(),
            nothing_replaced: removed.is_empty() && !beside.is_empty(),
            removed,
            kin_beside: beside.iter().copied().filter(|code| kin.is_predecessor(code)).collect(),
            beside,
            machine: scenario.arch(),
            assumptions: assumptions(scenario, &played, searches),
            later: later(scenario, &played),
            bundle: !played.bundle_runs.is_empty(),
            restart: played.restart,
            outcomes,
            findings: Vec::new(),
            fired,
            not_simulated: packages()
                .filter(|package| !package.not_simulated.is_empty())
                .map(|package| (package.product_code, package.not_simulated.clone()))
                .collect(),
        };
        own_actions(&mut report);
        if played.engine.is_exhausted() {
            let text =
                "what goes beyond half a million steps of wildcards, long lists and moved folders".to_owned();
            report.not_simulated.entry(new).or_default().push(text);
        }
        report.findings = findings(scenario, &played, &report, &kin);
        report
    }
}

/// A question that is asked once: nothing is remembered.
struct Afresh<'s, 'a>(&'s Scenario<'a>);

impl<'a> Elsewhere<'a> for Afresh<'_, 'a> {
    fn played(&self, world: &World) -> (Played<'a>, Rc<Intended>) {
        let intended = |found: &BTreeMap<String, String>| self.clean(self.0.new, world, found);
        // what the clean install has in memory while it is played is gone before the rest begins
        let clean = intended(&BTreeMap::new());
        let played = self.0.play_in(world);
        let clean = if played.run.found.is_empty() { clean } else { intended(&played.run.found) };
        (played, clean)
    }

    fn clean(&self, package: &Package, world: &World, found: &BTreeMap<String, String>) -> Rc<Intended> {
        Rc::new(Intended::in_world(self.0, package, world, found))
    }
}

/// What was assumed of the machine: its kind, what searches find, what is in use.
fn assumptions(scenario: &Scenario, played: &Played, searches: Vec<String>) -> Vec<String> {
    let kind = match scenario.arch() {
        Arch::X86 => "32-bit Windows",
        Arch::X64 => "64-bit Windows on x64",
        Arch::Arm64 => "64-bit Windows on ARM64",
    };
    let mut all = Vec::new();
    if scenario.arch.is_none() {
        all.push(format!("the machine runs {kind}"));
    }
    all.extend(searches);
    let held = played.held.iter();
    all.extend(held.map(|name| format!("the program of the service `{name}` is in use: nothing stops it")));
    all
}

/// What happened after the upgrade.
fn later(scenario: &Scenario, played: &Played) -> Vec<String> {
    let name = |code: ProductCode| {
        let mut packages = scenario.installed.iter().copied().chain([scenario.new]);
        packages.find(|package| package.product_code == code).map_or("", |package| package.name.as_str())
    };
    let said = |then: &Then| {
        let (deed, product) = match then {
            Then::Remove(product) => ("removed", *product),
            Then::Repair(product) => ("repaired", *product),
        };
        match played.later.iter().find(|run| run.product == product) {
            Some(run) if run.ending == Ending::Done => format!("then {} is {deed}", name(product)),
            Some(_) => format!("then {} could not be {deed}", name(product)),
            None => format!("then {} was not there to be {deed}", name(product)),
        }
    };
    scenario.then.iter().map(said).collect()
}

/// So many custom actions are named.
const NAMED: usize = 4;

/// Names the custom actions of the new package itself: what they do is not simulated.
fn own_actions(report: &mut Report) {
    let own = report.fired.iter().filter(|fired| fired.product == report.new && !fired.is_followed);
    let mut names: Vec<String> =
        own.map(|fired| format!("`{}` ({})", fired.action.name, fired.action.stage())).collect();
    names.dedup();
    if !names.is_empty() {
        let more =
            if names.len() > NAMED { format!(" and {} more", names.len() - NAMED) } else { String::new() };
        names.truncate(NAMED);
        let text = format!("its custom actions {}{more}", names.join(", "));
        report.not_simulated.entry(report.new).or_default().push(text);
    }
}
