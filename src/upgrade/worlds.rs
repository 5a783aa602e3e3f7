//! What hangs on answers that only a machine gives: the upgrade is played on machines that answer otherwise, and what
//! comes out otherwise there is uncertain.

use super::engine::World;
use super::judge::{Intended, outcomes};
use super::machine::Resource;
use super::report::{Outcome, Verdict};
use super::rules::Confidence;
use super::scenario::{Played, Scenario};
use std::collections::BTreeMap;

/// So many components are played in other worlds, all worlds together; beyond, everything is uncertain.
const COMPONENTS: usize = 20_000;

/// The fates as they are in all worlds, and what was assumed of the machine. Where worlds disagree, the worse fate
/// counts, and it is uncertain.
pub(super) fn compared(
    scenario: &Scenario,
    played: &Played,
    assumed: Vec<Outcome>,
) -> (Vec<Outcome>, Vec<String>) {
    let mut assumptions = Vec::new();
    let mut fates: BTreeMap<Resource, Outcome> =
        assumed.iter().map(|outcome| (outcome.resource.clone(), outcome.clone())).collect();
    let mut played_components = 0;
    for doubt in played.engine.doubts() {
        let mut is_possible = false;
        for world in doubt.worlds.iter().filter(|world| may_be(scenario, world)) {
            played_components += scenario.new.components.len();
            if played_components > COMPONENTS {
                is_possible = true;
                fates.values_mut().for_each(|outcome| outcome.confidence = Confidence::D);
                continue;
            }
            let other = scenario.play_in(world);
            let installs = |played: &Played| -> Vec<bool> {
                played.earlier.iter().map(|run| run.ending == super::engine::Ending::Done).collect()
            };
            if installs(&other) != installs(played) {
                continue;
            }
            let changes = if other.run.ending == played.run.ending {
                let intended = Intended::in_world(scenario, scenario.new, world);
                compare(&mut fates, &assumed, outcomes(scenario, &other, &intended, world))
            } else {
                fates.values_mut().for_each(|outcome| outcome.confidence = Confidence::D);
                true
            };
            // a property may decide over nothing
            is_possible |= doubt.is_direct || changes;
        }
        if is_possible {
            let text = format!("{}, which decides over {}", doubt.assumed, doubt.decides);
            if !assumptions.contains(&text) {
                assumptions.push(text);
            }
        }
    }
    (fates.into_values().collect(), assumptions)
}

/// Whether what is installed could have been installed there.
fn may_be(scenario: &Scenario, world: &World) -> bool {
    let arch = scenario.arch();
    let rules_out = |world: &World| scenario.installed.iter().any(|package| !world.admits(package, arch));
    !rules_out(world) || rules_out(&World::default())
}

/// Lowers what is not the same in `other`, and says whether anything is.
fn compare(fates: &mut BTreeMap<Resource, Outcome>, assumed: &[Outcome], other: Vec<Outcome>) -> bool {
    let is_loss = |outcome: &Outcome| outcome.verdict != Verdict::LeftBehind;
    let (mut seen, mut changes) = (std::collections::BTreeSet::new(), false);
    for outcome in other {
        seen.insert(outcome.resource.clone());
        match fates.get_mut(&outcome.resource) {
            Some(fate) if fate.verdict == outcome.verdict => continue,
            Some(fate) => {
                if outcome.verdict.badness() > fate.verdict.badness() {
                    *fate = outcome;
                }
                fate.confidence = Confidence::D;
            }
            None => {
                fates.insert(outcome.resource.clone(), Outcome { confidence: Confidence::D, ..outcome });
            }
        }
        changes = true;
    }
    for outcome in assumed.iter().filter(|outcome| is_loss(outcome) && !seen.contains(&outcome.resource)) {
        if let Some(fate) = fates.get_mut(&outcome.resource) {
            fate.confidence = Confidence::D;
            changes = true;
        }
    }
    changes
}
