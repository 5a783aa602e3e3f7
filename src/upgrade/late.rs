//! Whether an upgrade is right only because its old products go early: the same upgrade, played with the removal last.

use super::engine::{Schedule, ScheduleClass};
use super::report::{Headline, Outcome, Report};
use super::scenario::Scenario;

impl Report {
    /// What this upgrade, played for `scenario`, does not lose and would lose if it removed old products behind
    /// InstallFinalize. Nothing where it is not OK, or removes them late as it is.
    #[must_use]
    pub fn lost_if_late(&self, scenario: &Scenario) -> Vec<Outcome> {
        let early = self.schedule.is_early() || self.schedule.class == ScheduleClass::PreCost;
        if self.headline() != Headline::Ok || !early || self.removed.is_empty() {
            return Vec::new();
        }
        let mut new = scenario.new.clone();
        let last = new.execute.iter().map(|action| action.sequence).max().unwrap_or_default();
        if let Some(at) = new.execute.iter().position(|action| action.name == "RemoveExistingProducts") {
            let mut removal = new.execute.remove(at);
            removal.sequence = last + 1;
            new.execute.push(removal);
        }
        debug_assert!(Schedule::of(&new).is_late());
        let late = Report::of(&Scenario { new: &new, ..scenario.clone() });
        let is_new = |outcome: &Outcome| {
            self.outcome(&outcome.resource).is_none_or(|as_it_is| !as_it_is.verdict.is_loss())
        };
        late.outcomes.into_iter().filter(|outcome| outcome.verdict.is_loss() && is_new(outcome)).collect()
    }
}
