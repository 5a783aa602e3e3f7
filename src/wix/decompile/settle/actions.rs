//! Actions: numbers of their own where it has to be, those of libraries where they are the same.

use super::Settling;
use crate::decompile::check::Compiled;
use crate::decompile::others::dispute;
use crate::decompile::sequence::{self, Key};
use crate::source::Element;
use std::collections::BTreeMap;

impl Settling<'_> {
    /// Schedules actions as the tables have them.
    pub(super) fn add_actions(&mut self, compiled: &Compiled) -> bool {
        let mut changed = false;
        for (key, scheduled) in &self.wanted {
            let table = key.0.table();
            let made = compiled.actions.get(key);
            if made == Some(&(scheduled.condition.clone(), scheduled.number.unwrap_or(i32::MIN))) {
                continue;
            }
            let is_theirs = self.yielded.contains(key) || self.inherited.contains(key);
            // nothing else refers to it
            let is_lost = is_theirs && made.is_none() && !self.dialogs.contains(key.1.as_str());
            if is_lost && !self.unreferred.contains(&key.1) {
                changed |= self.referred.insert(key.1.clone());
                continue;
            }
            if self.yielded.contains(key) || self.related.contains(key) {
                dispute(&mut self.disputed, compiled, key);
                continue;
            }
            if self.inherited.contains(key) && !self.refused.contains(key) {
                continue;
            }
            if !self.refused.contains(key) && !self.actions.contains_key(key) {
                let element = sequence::scheduled(key, scheduled, &self.dialogs);
                self.actions.insert(key.clone(), (scheduled.number, element));
                changed = true;
                continue;
            }
            let place =
                self.database.tables.get_key_value(table).map(|(name, _)| (name.as_str(), scheduled.row));
            let Some(place) = place.filter(|place| !self.lost.contains(place)) else { continue };
            if self.refused.insert(key.clone()) {
                changed |= self.actions.remove(key).is_some();
            }
            changed |= self.rows.entry(place.0).or_default().insert(place.1);
            changed |= made.is_some() && suppress(&mut self.actions, key);
        }
        for key in compiled.actions.keys().filter(|key| !self.wanted.contains_key(*key)) {
            match compiled.scheduled.get(key) {
                Some(_) => dispute(&mut self.disputed, compiled, key),
                None => changed |= suppress(&mut self.actions, key),
            }
        }
        changed
    }

    /// Schedules actions of libraries as the tables have them: the last thing, for numbers depend on all actions. Beside an action
    /// with a number of its own there is no place for one without; so whole runs of neighbours get theirs.
    pub(super) fn override_actions(&mut self, compiled: &Compiled) -> bool {
        let mut changed = false;
        for run in sequence::runs(&self.wanted) {
            let is_other = |key: &&Key| {
                let wanted = self.wanted.get(*key).map(|wanted| (&wanted.condition, wanted.number));
                let made = compiled.actions.get(*key).map(|(condition, number)| (condition, Some(*number)));
                self.inherited.contains(*key) && wanted != made
            };
            let Some(other) = run.iter().find(is_other) else { continue };
            if run.iter().any(|key| self.related.contains(key)) {
                dispute(&mut self.disputed, compiled, other);
                continue;
            }
            changed |= self.override_run(run);
        }
        changed
    }

    /// Makes room beside actions of the package's own, whose numbers are in the way of a library's: either these get numbers, too,
    /// or, where one may not be overridden, the package's own follow their neighbours. Says whether that is new.
    pub(super) fn relate(&mut self) -> bool {
        let mut changed = false;
        for run in sequence::runs(&self.wanted) {
            let is_theirs = |key: &Key| self.inherited.contains(key) || self.yielded.contains(key);
            let is_own = |key: &Key| !is_theirs(key) && self.actions.contains_key(key);
            if !run.iter().any(is_theirs) || !run.iter().any(is_own) {
                continue;
            }
            if !run.iter().any(|key| self.yielded.contains(key)) {
                changed |= self.override_run(run);
                continue;
            }
            let own: Vec<usize> =
                (0..run.len()).filter(|at| is_own(&run[*at]) && sequence::is_named(&run[*at])).collect();
            for at in own {
                let neighbour = match at {
                    0 => run.get(1).map(|next| ("Before", next)),
                    at => Some(("After", &run[at - 1])),
                };
                let (Some(neighbour), Some(scheduled)) = (neighbour, self.wanted.get(&run[at])) else {
                    continue;
                };
                let element = sequence::related(&run[at], scheduled, &self.dialogs, neighbour);
                self.actions.insert(run[at].clone(), (scheduled.number, element));
                changed |= self.related.insert(run[at].clone());
            }
        }
        changed
    }

    /// Gives the actions of libraries in `run` the numbers that they have in the tables.
    fn override_run(&mut self, run: Vec<Key>) -> bool {
        let before = self.actions.len();
        for key in run {
            let Some(scheduled) = self.wanted.get(&key).filter(|_| self.inherited.contains(&key)) else {
                continue;
            };
            if !self.refused.contains(&key) && !self.actions.contains_key(&key) {
                let element = sequence::overriding(sequence::scheduled(&key, scheduled, &self.dialogs));
                self.actions.insert(key, (scheduled.number, element));
            }
        }
        self.actions.len() > before
    }
}

/// Keeps an action from being scheduled. Says whether that is new.
fn suppress(actions: &mut BTreeMap<Key, (Option<i32>, Element)>, key: &Key) -> bool {
    let is_new = !actions.contains_key(key);
    if is_new {
        actions.insert(key.clone(), (None, sequence::suppressed(key)));
    }
    is_new
}
