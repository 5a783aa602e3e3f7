//! What hangs on answers that only a machine gives: the upgrade is played on machines that answer otherwise, and what
//! comes out otherwise there is uncertain.

use super::elsewhere::Elsewhere;
use super::engine::World;
use super::judge::outcomes;
use super::machine::Resource;
use super::report::{Outcome, Verdict};
use super::rules::Confidence;
use super::scenario::{Played, Scenario};
use std::collections::BTreeMap;

/// So many rows of packages are played in other worlds, all worlds together; beyond, everything is uncertain.
const ROWS: usize = 300_000;

/// The fates as they are in all worlds, and what was assumed of the machine. Where worlds disagree, the worse fate
/// counts, and it is uncertain.
pub(super) fn compared<'a>(
    scenario: &Scenario<'a>,
    played: &Played<'a>,
    assumed: Vec<Outcome>,
    elsewhere: &dyn Elsewhere<'a>,
) -> (Vec<Outcome>, Vec<String>) {
    let mut assumptions = Vec::new();
    let mut fates = Fates { known: assumed, assumed: Vec::new(), added: BTreeMap::new() };
    let rows: usize =
        scenario.installed.iter().copied().chain([scenario.new]).map(|package| package.rows).sum();
    let mut played_rows = 0;
    // whether a world is possible, and whether it changes anything
    let mut known: Vec<(&World, bool, bool)> = Vec::new();
    for doubt in played.engine.doubts() {
        let mut is_possible = false;
        for world in &doubt.worlds {
            let before = known.iter().find(|(other, ..)| *other == world);
            let (possible, changes) = match before {
                Some((_, possible, changes)) => (*possible, *changes),
                None if !may_be(scenario, world) => (false, false),
                None => {
                    played_rows += rows;
                    if played_rows > ROWS {
                        fates.doubt_all();
                        (true, true)
                    } else {
                        play(scenario, played, elsewhere, world, &mut fates)
                    }
                }
            };
            if before.is_none() {
                known.push((world, possible, changes));
            }
            // a property may decide over nothing
            is_possible |= possible && (doubt.is_direct || changes);
        }
        if is_possible {
            let text = format!("{}, which decides over {}", doubt.assumed, doubt.decides);
            if !assumptions.contains(&text) {
                assumptions.push(text);
            }
        }
    }
    if played.engine.has_more_doubts() {
        fates.doubt_all();
        assumptions
            .push("what further searches and conditions ask the machine, which are too many".to_owned());
    }
    (fates.all(), assumptions)
}

/// What becomes of every resource, in any world.
struct Fates {
    /// Those of the world that is assumed, in order of resources.
    known: Vec<Outcome>,
    /// What was said of these before another world was played.
    assumed: Vec<Verdict>,
    /// Those of other resources.
    added: BTreeMap<Resource, Outcome>,
}

impl Fates {
    fn doubt_all(&mut self) {
        self.known.iter_mut().chain(self.added.values_mut()).for_each(|o| o.confidence = Confidence::D);
    }

    fn all(mut self) -> Vec<Outcome> {
        if !self.added.is_empty() {
            self.known.extend(self.added.into_values());
            self.known.sort_by(|a, b| a.resource.cmp(&b.resource));
        }
        self.known
    }

    /// Lowers what is not the same in `other`, and says whether anything is.
    fn compare(&mut self, other: Vec<Outcome>) -> bool {
        if self.assumed.is_empty() {
            self.assumed = self.known.iter().map(|outcome| outcome.verdict).collect();
        }
        let (mut seen, mut changes) = (vec![false; self.known.len()], false);
        for outcome in other {
            let place = self.known.binary_search_by(|known| known.resource.cmp(&outcome.resource));
            let fate = match place {
                Ok(place) => {
                    seen[place] = true;
                    Some(&mut self.known[place])
                }
                Err(_) => self.added.get_mut(&outcome.resource),
            };
            match fate {
                Some(fate) if fate.verdict == outcome.verdict => continue,
                Some(fate) => {
                    if outcome.verdict.badness() > fate.verdict.badness() {
                        *fate = outcome;
                    }
                    fate.confidence = Confidence::D;
                }
                None => {
                    let resource = outcome.resource.clone();
                    self.added.insert(resource, Outcome { confidence: Confidence::D, ..outcome });
                }
            }
            changes = true;
        }
        for ((fate, verdict), seen) in self.known.iter_mut().zip(&self.assumed).zip(seen) {
            if !seen && *verdict != Verdict::LeftBehind {
                fate.confidence = Confidence::D;
                changes = true;
            }
        }
        changes
    }
}

/// Compares with `world`, lowers what is otherwise there, and says whether the machine is possible and whether anything is otherwise.
fn play<'a>(
    scenario: &Scenario<'a>,
    played: &Played<'a>,
    elsewhere: &dyn Elsewhere<'a>,
    world: &World,
    fates: &mut Fates,
) -> (bool, bool) {
    let (other, intended) = elsewhere.played(world);
    let installs = |played: &Played| -> Vec<bool> {
        played.earlier.iter().map(|run| run.ending == super::engine::Ending::Done).collect()
    };
    if installs(&other) != installs(played) {
        return (false, false);
    }
    if other.run.ending != played.run.ending {
        fates.doubt_all();
        return (true, true);
    }
    // who stays beside the new product decides over the whole answer
    if !other.engine.machine.products.keys().eq(played.engine.machine.products.keys()) {
        fates.doubt_all();
    }
    let outcomes = outcomes(scenario, &other, &intended, world, elsewhere);
    (true, fates.compare(outcomes))
}

/// Whether what is installed could have been installed there.
fn may_be(scenario: &Scenario, world: &World) -> bool {
    let arch = scenario.arch();
    let rules_out = |world: &World| scenario.installed.iter().any(|package| !world.admits(package, arch));
    !rules_out(world) || rules_out(&World::default())
}
