//! What happened, in order, and by which rule: the causal chain of every outcome.

use crate::id::ProductCode;
use crate::machine::Resource;
use crate::rules::{Confidence, Rule};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

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
    /// By subject: the places of the first and of the last event about it.
    by_subject: BTreeMap<Subject, (u32, u32)>,
}

/// An event, and the place of the next one about the same subject; its own for the last one.
#[derive(Clone, Debug)]
struct Entry {
    event: Arc<Event>,
    next: u32,
}

impl Journal {
    /// Adds an event.
    pub fn add(&mut self, subject: Subject, event: Event) {
        let place = u32::try_from(self.entries.len()).expect("fewer events than rows that can be read");
        let (_, last) = self.by_subject.entry(subject).or_insert((place, place));
        if let Some(before) = self.entries.get_mut(*last as usize) {
            before.next = place;
        }
        *last = place;
        self.entries.push(Entry { event: Arc::new(event), next: place });
    }

    /// Forgets what the events so far say to a reader: nobody asks how what was there before came to be.
    pub(crate) fn forget_details(&mut self) {
        for entry in &mut self.entries {
            Arc::make_mut(&mut entry.event).detail = Box::default();
        }
    }

    /// The events about `subject`, oldest first, with their place in the whole.
    pub fn of<'a>(&'a self, subject: &Subject) -> impl Iterator<Item = (usize, &'a Arc<Event>)> + use<'a> {
        self.from(self.by_subject.get(subject).map(|(first, _)| *first))
    }

    /// The event at `first` and those after it about the same subject.
    fn from(&self, first: Option<u32>) -> impl Iterator<Item = (usize, &Arc<Event>)> {
        let places = std::iter::successors(first, |at| {
            let next = self.entries[*at as usize].next;
            (next != *at).then_some(next)
        });
        places.map(|place| (place as usize, &self.entries[place as usize].event))
    }

    /// Each resource that something happened to, in order, with what happened to it, oldest first.
    pub fn of_resources(&self) -> impl Iterator<Item = (&Resource, impl Iterator<Item = &Arc<Event>>)> {
        self.by_subject.iter().filter_map(|(subject, (first, _))| match subject {
            Subject::Resource(resource) => Some((resource, self.from(Some(*first)).map(|(_, event)| event))),
            Subject::Component(..) => None,
        })
    }

    /// The resources that something happened to from the event at `start` on.
    pub fn resources_since(&self, start: usize) -> impl Iterator<Item = &Resource> {
        self.by_subject.iter().filter_map(move |(subject, (_, last))| match subject {
            Subject::Resource(resource) if *last as usize >= start => Some(resource),
            _ => None,
        })
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

    /// The chain of a resource: its own events, and those of the components that owned it, in order.
    #[must_use]
    pub fn chain(&self, resource: &Resource, owners: &[(ProductCode, Arc<str>)]) -> Vec<&Event> {
        let mut places: Vec<usize> =
            self.of(&Subject::Resource(resource.clone())).map(|(place, _)| place).collect();
        for (product, component) in owners {
            places.extend(self.of(&Subject::Component(*product, component.clone())).map(|(place, _)| place));
        }
        places.sort_unstable();
        places.dedup();
        places.into_iter().map(|place| &*self.entries[place].event).collect()
    }
}

/// So many characters of a detail are kept, and of a condition that is shown.
const SHOWN: usize = 512;

/// `text`, without its end where it is longer than anybody reads: packages may have megabytes in a cell.
pub(crate) fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}
