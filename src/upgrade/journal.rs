//! What happened, in order, and by which rule: the causal chain of every outcome.

use crate::id::ProductCode;
use crate::machine::Resource;
use crate::rules::{Confidence, Rule};
use std::sync::{Arc, OnceLock};

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
    Component(ProductCode, Arc<str>),
    /// A resource.
    Resource(Resource),
}

/// A component in a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doer {
    /// The product whose session it is.
    pub session: ProductCode,
    /// Which run of the session: counts from 0 in the order in which sessions began.
    pub run: usize,
    /// Whether that run removes the product.
    pub removing: bool,
    /// The component, by key.
    pub component: Arc<str>,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Who did it; what a component does in one run is done by one.
    pub by: Arc<Doer>,
    /// What was done.
    pub deed: Deed,
    /// Why.
    pub rule: Rule,
    /// How sure; at least as weak as the rule.
    pub confidence: Confidence,
    /// Facts for the reader: versions, names.
    pub detail: Box<str>,
}

/// Everything that happened.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    entries: Vec<Entry>,
    /// The places of all events by what they are about, then by age: made once somebody asks, who asks when nothing happens
    /// any more.
    by_subject: OnceLock<Vec<u32>>,
}

#[derive(Clone, Debug)]
struct Entry {
    subject: Subject,
    event: Arc<Event>,
}

impl Journal {
    /// Adds an event.
    pub fn add(&mut self, subject: Subject, event: Event) {
        self.entries.push(Entry { subject, event: Arc::new(event) });
        self.by_subject.take();
    }

    /// Forgets what the events so far say to a reader: nobody asks how what was there before came to be.
    pub(crate) fn forget_details(&mut self) {
        for entry in &mut self.entries {
            Arc::make_mut(&mut entry.event).detail = Box::default();
        }
    }

    fn entry(&self, place: u32) -> &Entry {
        &self.entries[place as usize]
    }

    fn by_subject(&self) -> &[u32] {
        self.by_subject.get_or_init(|| {
            let count = u32::try_from(self.entries.len()).expect("fewer events than rows that can be read");
            let mut places: Vec<u32> = (0..count).collect();
            places.sort_by(|a, b| self.entry(*a).subject.cmp(&self.entry(*b).subject));
            places
        })
    }

    /// The events about `subject`, oldest first, with their place in the whole.
    pub fn of<'a>(&'a self, subject: &Subject) -> impl Iterator<Item = (usize, &'a Arc<Event>)> + use<'a> {
        let places = self.by_subject();
        let own = &places[places.partition_point(|place| self.entry(*place).subject < *subject)..];
        let count = own.iter().take_while(|place| self.entry(**place).subject == *subject).count();
        own[..count].iter().map(|place| (*place as usize, &self.entry(*place).event))
    }

    /// The places of the events about each resource.
    fn each_resource(&self) -> impl Iterator<Item = (&Resource, &[u32])> {
        let same = |a: &u32, b: &u32| self.entry(*a).subject == self.entry(*b).subject;
        self.by_subject().chunk_by(same).filter_map(|places| match &self.entry(places[0]).subject {
            Subject::Resource(resource) => Some((resource, places)),
            Subject::Component(..) => None,
        })
    }

    /// Each resource that something happened to, in order, with what happened to it, oldest first.
    pub fn of_resources(&self) -> impl Iterator<Item = (&Resource, impl Iterator<Item = &Arc<Event>>)> {
        self.each_resource()
            .map(|(resource, places)| (resource, places.iter().map(|place| &self.entry(*place).event)))
    }

    /// The resources that something happened to from the event at `start` on.
    pub fn resources_since(&self, start: usize) -> impl Iterator<Item = &Resource> {
        let is_since = move |places: &[u32]| places.last().is_some_and(|last| *last as usize >= start);
        self.each_resource().filter(move |(_, places)| is_since(places)).map(|(resource, _)| resource)
    }

    /// How many events there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing happened.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// So many bytes of a detail are kept, and of a condition that is shown.
pub(crate) const SHOWN: usize = 512;
