//! Whether an upgrade is right only because its old products go early: the same upgrade, played with the removal last.

use super::engine::{Schedule, ScheduleClass};
use super::report::{Headline, Outcome, Report};
use super::scenario::Scenario;

/// A report of more resources would take its time and memory, which are bounded, once more.
const MOST: usize = 20_000;

impl Report {
    /// What this upgrade, played for `scenario`, does not lose and would lose if it removed old products behind
    /// InstallFinalize. Nothing where it is not OK, or removes them late as it is, or has more than 20,000 resources.
    #[must_use]
    pub fn lost_if_late(&self, scenario: &Scenario) -> Vec<Outcome> {
        let early = self.schedule.is_early() || self.schedule.class == ScheduleClass::PreCost;
        let is_large = self.outcomes.len() > MOST;
        if self.headline() != Headline::Ok || !early || self.removed.is_empty() || is_large {
            return Vec::new();
        }
        let mut new = scenario.new.clone();
        let last = new.execute.iter().map(|action| action.sequence).max().unwrap_or_default();
        if let Some(at) = new.execute.iter().position(|action| action.name == "RemoveExistingProducts") {
            let mut removal = new.execute.remove(at);
            // a package may have a table of its own making, in which numbers go to the end
            removal.sequence = last.saturating_add(1);
            new.execute.push(removal);
        }
        if !Schedule::of(&new).is_late() {
            return Vec::new();
        }
        let late = Report::of(&Scenario { new: &new, ..scenario.clone() });
        let is_new = |outcome: &Outcome| {
            self.outcome(&outcome.resource).is_none_or(|as_it_is| !as_it_is.verdict.is_loss())
        };
        late.outcomes.into_iter().filter(|outcome| outcome.verdict.is_loss() && is_new(outcome)).collect()
    }
}
