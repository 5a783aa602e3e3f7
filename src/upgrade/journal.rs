//! What happened, in order, and by which rule: the causal chain of every outcome.

use crate::id::ProductCode;
use crate::machine::Resource;
use crate::rules::{Confidence, Rule};
use std::collections::BTreeMap;

/// What an event did to its subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deed {
    /// A component's install was vetoed at costing.
    Vetoed,
    /// A component was not installed for another reason (condition, feature).
    NotSelected,
    /// Written.
    Wrote,
    /// What was there stayed.
    Kept,
    /// Removed.
    Removed,
    /// Would have been removed, and was not.
    Spared,
    /// Put off until Windows starts again.
    PutOff,
}

/// What an event is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A component of a product, by key.
    Component(ProductCode, String),
    /// A resource.
    Resource(Resource),
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The product whose session did it.
    pub session: ProductCode,
    /// Which run of the session: counts from 0 in the order in which sessions began.
    pub run: usize,
    /// Whether that run removes the product.
    pub removing: bool,
    /// The component that owns the row.
    pub component: String,
    /// What was done.
    pub deed: Deed,
    /// Why.
    pub rule: Rule,
    /// How sure; at least as weak as the rule.
    pub confidence: Confidence,
    /// Facts for the reader: versions, names.
    pub detail: String,
}

/// Everything that happened.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    events: Vec<Event>,
    by_subject: BTreeMap<Subject, Vec<usize>>,
}

impl Journal {
    /// Adds an event.
    pub fn add(&mut self, subject: Subject, event: Event) {
        self.by_subject.entry(subject).or_default().push(self.events.len());
        self.events.push(event);
    }

    /// The events about `subject`, oldest first, with their place in the whole.
    pub fn of<'a>(&'a self, subject: &Subject) -> impl Iterator<Item = (usize, &'a Event)> + 'a {
        let places = self.by_subject.get(subject).map(Vec::as_slice).unwrap_or_default();
        places.iter().map(|place| (*place, &self.events[*place]))
    }

    /// The resources that something happened to from the event at `start` on.
    pub fn resources_since(&self, start: usize) -> impl Iterator<Item = &Resource> {
        self.by_subject.iter().filter_map(move |(subject, places)| match subject {
            Subject::Resource(resource) if places.last().is_some_and(|last| *last >= start) => Some(resource),
            _ => None,
        })
    }

    /// How many events there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether nothing happened.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// The chain of a resource: its own events, and those of the components that owned it, in order.
    #[must_use]
    pub fn chain(&self, resource: &Resource, owners: &[(ProductCode, String)]) -> Vec<&Event> {
        let mut places: Vec<usize> =
            self.of(&Subject::Resource(resource.clone())).map(|(place, _)| place).collect();
        for (product, component) in owners {
            places.extend(self.of(&Subject::Component(*product, component.clone())).map(|(place, _)| place));
        }
        places.sort_unstable();
        places.dedup();
        places.into_iter().map(|place| &self.events[place]).collect()
    }
}
