//! What only a machine knows, and what hangs on it.
//!
//! A search is taken to find what it looks for. Where a condition that decides something would come out otherwise if it
//! did not, that is a doubt, and whoever wants to know what hangs on it plays the other worlds.

use super::Engine;
use super::session::Session;
use crate::journal::shortened;
use crate::package::{Package, Search};
use crate::places::{OF_THE_MACHINE, standard_properties};
use installer_condition::{Condition, Lookup, Truth, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A machine that answers some questions otherwise than is assumed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct World {
    /// What a search sets; empty where it finds nothing.
    searches: BTreeMap<String, String>,
    /// Conditions of which nothing else is known that do not hold.
    fails: BTreeSet<String>,
}

/// Something that only a machine knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// The property that a search sets, or the condition.
    pub asked: String,
    /// What was assumed.
    pub assumed: String,
    /// What it decides: a standard action, a component, a feature, a property.
    pub decides: String,
    /// Whether it decides over something that is installed or done, and not only over a property.
    pub is_direct: bool,
    /// The machines on which it is otherwise.
    pub worlds: Vec<World>,
}

/// What a search sets that finds something else than a condition asks for.
const SOMETHING_ELSE: &str = "\u{FFFD}";

/// So many searches of one condition are asked for one by one.
const MOST_SEARCHES: usize = 32;

/// A session in which one property is otherwise.
struct Otherwise<'s, 'a> {
    session: &'s Session<'a>,
    property: &'s str,
    text: &'s str,
}

impl Lookup for Otherwise<'_, '_> {
    fn property(&self, name: &str) -> Value {
        if name == self.property { Value::Known(self.text.to_owned()) } else { self.session.property(name) }
    }

    fn state(&self, prefix: char, name: &str) -> Option<i32> {
        self.session.state(prefix, name)
    }
}

/// What a condition comes to.
pub(super) struct Answer {
    /// Whether it is taken to hold.
    pub holds: bool,
    /// Whether another machine would answer otherwise.
    pub is_open: bool,
}

impl World {
    /// Whether it is the one in which everything is as assumed.
    pub(super) fn is_as_assumed(&self) -> bool {
        self.searches.is_empty() && self.fails.is_empty()
    }

    fn finding(property: &str, text: &str) -> World {
        World { searches: [(property.to_owned(), text.to_owned())].into_iter().collect(), ..World::default() }
    }

    /// Whether `package` can be installed there: its launch conditions do not rule it out.
    pub(crate) fn admits(&self, package: &Package, arch: crate::id::Arch) -> bool {
        struct Door<'a> {
            package: &'a Package,
            world: &'a World,
            system: BTreeMap<&'a str, &'a str>,
        }
        impl Lookup for Door<'_> {
            fn property(&self, name: &str) -> Value {
                let known = |text: &str| Value::Known(text.to_owned());
                let search = || self.package.searches.iter().find(|search| search.property == name);
                match (self.world.searches.get(name), search()) {
                    (Some(text), Some(_)) => known(text),
                    (None, Some(_)) => Value::Found,
                    _ => match self.package.properties.get(name) {
                        Some(text) => known(text),
                        None if OF_THE_MACHINE.contains(&name) => Value::Found,
                        None => known(self.system.get(name).copied().unwrap_or_default()),
                    },
                }
            }
            fn state(&self, _: char, _: &str) -> Option<i32> {
                None
            }
        }
        let door = Door { package, world: self, system: standard_properties(arch).collect() };
        package.launch_conditions.iter().all(|(condition, _)| match condition.evaluate(&door) {
            Truth::True => true,
            Truth::False => false,
            Truth::Unknown => !self.fails.contains(condition.text()),
        })
    }
}

impl<'a> Engine<'a> {
    /// AppSearch: a path where the search can be followed without the machine, else something.
    pub(super) fn search(&self, session: &mut Session<'a>, assumed: &BTreeMap<String, String>) {
        for Search { property, path } in &session.package.searches {
            if assumed.contains_key(property) {
                continue;
            }
            session.searched.insert(property);
            let value = match (self.world.searches.get(property), path) {
                (Some(nothing), _) if nothing.is_empty() => continue,
                (Some(text), _) => Value::Known(text.clone()),
                (None, Some(path)) => Value::Known(session.formatted(path).replace("\\\\", "\\")),
                (None, None) => Value::Found,
            };
            session.properties.insert(property.clone(), value);
        }
    }

    /// Whether `condition`, which decides over `decides`, is taken to hold. What only a machine knows is noted.
    pub(super) fn ask(
        &mut self,
        session: &Session<'a>,
        condition: &Condition,
        decides: impl Fn() -> String,
    ) -> Answer {
        self.answer(session, condition, decides, true)
    }

    /// Whether `condition`, which decides over what `property` is worth, is taken to hold.
    pub(super) fn ask_for_property(
        &mut self,
        session: &Session<'a>,
        condition: &Condition,
        property: &str,
    ) -> bool {
        self.answer(session, condition, || format!("the property `{property}`"), false).holds
    }

    fn answer(
        &mut self,
        session: &Session<'a>,
        condition: &Condition,
        decides: impl Fn() -> String,
        is_direct: bool,
    ) -> Answer {
        let mut searched: BTreeSet<&str> = BTreeSet::new();
        if !session.searched.is_empty() {
            searched.extend(condition.properties().filter(|name| session.searched.contains(name)));
        }
        // each is asked for by itself; what asks for more than anybody can answer is one question
        let truth = match searched.len() {
            0..=MOST_SEARCHES => session.evaluate(condition),
            _ => {
                searched.clear();
                Truth::Unknown
            }
        };
        let mut is_open = false;
        for property in searched {
            let is_path = matches!(session.property(property), Value::Known(_));
            let mut worlds = Vec::new();
            for text in ["", SOMETHING_ELSE].into_iter().take(if is_path { 1 } else { 2 }) {
                let other = condition.evaluate(&Otherwise { session, property, text });
                if truth == Truth::Unknown || other != truth {
                    worlds.push(World::finding(property, text));
                }
            }
            if !worlds.is_empty() {
                is_open = true;
                let assumed = format!("the search for `{property}` finds what it looks for");
                let decides = decides();
                self.doubt(Doubt { asked: property.to_owned(), assumed, decides, is_direct, worlds });
            }
        }
        if truth == Truth::Unknown && !is_open {
            is_open = true;
            let text = condition.text().to_owned();
            let world = World { fails: [text.clone()].into_iter().collect(), ..World::default() };
            let assumed = format!("`{}` holds", shortened(&text));
            self.doubt(Doubt { asked: text, assumed, decides: decides(), is_direct, worlds: vec![world] });
        }
        let holds = match truth {
            Truth::True => true,
            Truth::False => false,
            Truth::Unknown => !self.world.fails.contains(condition.text()),
        };
        Answer { holds, is_open }
    }

    fn doubt(&mut self, doubt: Doubt) {
        if !self.doubts.contains(&doubt) && self.doubts.len() < Self::DOUBTS {
            self.doubts.push(doubt);
        }
    }
}
