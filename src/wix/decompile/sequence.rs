//! The five sequence elements. Actions that the engine schedules by itself, as the table has them, need no words.

use super::tree::{Build, element};
use crate::compile::sequence::{EXITS, PLACED};
use crate::msi::Database;
use crate::source::Element;
use crate::standard;
use crate::symbol::{Schedule, Sequence};
use std::collections::{BTreeMap, BTreeSet};

/// An action by its table and name.
pub(super) type Key = (Sequence, String);

/// A row of a sequence table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scheduled {
    /// The condition.
    pub condition: Option<String>,
    /// The number; none where the action does not run.
    pub number: Option<i32>,
    /// The number of the row in its table.
    pub row: usize,
}

/// The rows of all five tables.
pub(super) fn actions(database: &Database) -> BTreeMap<Key, Scheduled> {
    let mut actions = BTreeMap::new();
    for sequence in Sequence::ALL {
        for (at, row) in super::rows::rows(database, sequence.table()).enumerate() {
            let Some(action) = row.text("Action") else { continue };
            let condition = row.text("Condition").map(str::to_owned);
            let scheduled = Scheduled { condition, number: row.int("Sequence"), row: at };
            actions.insert((sequence, action.to_owned()), scheduled);
        }
    }
    actions
}

/// Actions whose numbers follow each other without a gap.
pub(super) fn runs(actions: &BTreeMap<Key, Scheduled>) -> Vec<Vec<Key>> {
    let mut all: Vec<(Sequence, Option<i32>, &Key)> =
        actions.iter().map(|(key, scheduled)| (key.0, scheduled.number, key)).collect();
    all.sort();
    let follows = |a: &(Sequence, Option<i32>, &Key), b: &(Sequence, Option<i32>, &Key)| {
        a.0 == b.0 && a.1.zip(b.1).is_some_and(|(a, b)| b.checked_sub(a).is_some_and(|gap| gap <= 1))
    };
    all.chunk_by(follows).map(|run| run.iter().map(|(.., key)| (*key).clone()).collect()).collect()
}

/// Whether Windows Installer has the action at this number under this condition.
pub(super) fn is_standard((sequence, action): &Key, scheduled: &Scheduled) -> bool {
    standard::action(*sequence, action).is_some_and(|known| {
        let number = scheduled.number.and_then(|number| i16::try_from(number).ok());
        known.condition == scheduled.condition
            && number.is_some_and(|number| known.schedule == Schedule::Number(number))
    })
}

/// The element that schedules the action.
pub(super) fn scheduled(key: &Key, scheduled: &Scheduled, dialogs: &BTreeSet<&str>) -> Element {
    let exit =
        EXITS.iter().find(|(_, number)| Some(i32::from(*number)) == scheduled.number).map(|(exit, _)| *exit);
    named(key, dialogs)
        .with("OnExit", exit)
        .with("Sequence", scheduled.number.filter(|_| exit.is_none()))
        .with("Condition", scheduled.condition.clone())
}

/// Whether the action is none of Windows Installer's, but one that an element names.
pub(super) fn is_named((sequence, action): &Key) -> bool {
    !PLACED.contains(&action.as_str()) && standard::action(*sequence, action).is_none()
}

/// The element that schedules the action beside another one.
pub(super) fn related(
    key: &Key,
    scheduled: &Scheduled,
    dialogs: &BTreeSet<&str>,
    (side, other): (&str, &Key),
) -> Element {
    named(key, dialogs).with(side, other.1.as_str()).with("Condition", scheduled.condition.clone())
}

/// `element`, in the place of what a library has.
pub(super) fn overriding(mut element: Element) -> Element {
    if let Some(action) =
        element.attributes.iter_mut().find(|a| ["Action", "Dialog"].contains(&a.name.as_str()))
    {
        action.value.insert_str(0, "override ");
    }
    element
}

/// The element that keeps the action from being scheduled.
pub(super) fn suppressed(key: &Key) -> Element {
    named(key, &BTreeSet::new()).flag("Suppress", true)
}

fn named((sequence, action): &Key, dialogs: &BTreeSet<&str>) -> Element {
    if !is_named(&(*sequence, action.clone())) {
        element(action)
    } else if dialogs.contains(action.as_str()) {
        element("Show").with("Dialog", action.as_str())
    } else {
        element("Custom").with("Action", action.as_str())
    }
}

/// The elements of the sequences, with the actions in the order in which they run.
pub(super) fn sequences(actions: &BTreeMap<Key, (Option<i32>, Element)>) -> Vec<(Element, Vec<Key>)> {
    let all = Sequence::ALL.into_iter().filter_map(|sequence| {
        let mut inside: Vec<(&Key, &(Option<i32>, Element))> =
            actions.iter().filter(|((own, _), _)| *own == sequence).collect();
        inside.sort_by_key(|(key, (number, _))| (number.is_none(), *number, *key));
        let name = match sequence {
            Sequence::AdvertiseExecute => "AdvertiseExecuteSequence",
            sequence => sequence.table(),
        };
        let keys: Vec<Key> = inside.iter().map(|(key, _)| (*key).clone()).collect();
        let elements = inside.into_iter().map(|(_, (_, element))| element.clone());
        (!keys.is_empty()).then(|| (element(name).holding(elements), keys))
    });
    all.collect()
}
