//! What only a machine knows, and what hangs on it.
//!
//! A search is taken to find what it looks for. Where a condition that decides something would come out otherwise if it
//! did not, that is a doubt, and whoever wants to know what hangs on it plays the other worlds.

use super::Engine;
use super::properties::Worth;
use super::session::Session;
use crate::diag::shortened;
use crate::journal::SHOWN;
use crate::machine::{RecordedKeyPath, Resource};
use crate::names::Folded;
use crate::names::standard_property;
use crate::package::{Package, Search};
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

/// So many searches of one condition are asked for in every combination; of more, only each by itself and all together.
const COMBINED: usize = 4;

/// A session in which searches set something else.
struct Otherwise<'s, 'a> {
    session: &'s Session<'a>,
    searches: &'s BTreeMap<String, String>,
}

impl Lookup for Otherwise<'_, '_> {
    fn property<'v>(&'v self, name: &'v str) -> Value<'v> {
        let other = self.searches.get(name);
        other.map_or_else(|| self.session.property(name), |text| Value::Known(text))
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

    /// Whether `package` can be installed there: its launch conditions do not rule it out.
    pub(crate) fn admits(&self, package: &Package, arch: crate::id::Arch) -> bool {
        struct Door<'a> {
            package: &'a Package,
            searched: BTreeSet<&'a str>,
            world: &'a World,
            arch: crate::id::Arch,
        }
        impl Lookup for Door<'_> {
            fn property<'v>(&'v self, name: &'v str) -> Value<'v> {
                if self.searched.contains(name) {
                    return self.world.searches.get(name).map_or(Value::Found, |text| Value::Known(text));
                }
                match self.package.properties.get(name) {
                    Some(text) => Value::Known(text),
                    None => standard_property(self.arch, name).unwrap_or(Value::Known("")),
                }
            }
            fn state(&self, _: char, _: &str) -> Option<i32> {
                None
            }
        }
        let conditions = package.launch_conditions.iter();
        let asked: BTreeSet<&str> = conditions.flat_map(|(condition, _)| condition.properties()).collect();
        let searched = package.searches.iter().map(|search| search.property.as_str());
        let searched = searched.filter(|name| asked.contains(name)).collect();
        let door = Door { package, searched, world: self, arch };
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
        for search in &session.package.searches {
            let Search { property, path, .. } = search;
            if assumed.contains_key(property) {
                continue;
            }
            // what packages have put there is no question
            if let Some(text) = self.look_up(session, search) {
                session.properties.set(property, Worth::Known(text.clone()));
                session.found.insert(property.clone(), text);
                continue;
            }
            session.searched.insert(property);
            let value = match (self.world.searches.get(property), path) {
                (Some(nothing), _) if nothing.is_empty() => continue,
                (Some(text), _) => Worth::Known(text.clone()),
                (None, Some(path)) => Worth::Known(session.formatted(path).replace("\\\\", "\\")),
                (None, None) => Worth::Found,
            };
            session.properties.set(property, value);
        }
    }

    /// What a search finds of what packages have put on the machine; nothing where it looks for something else.
    fn look_up(&self, session: &Session<'a>, search: &Search) -> Option<String> {
        let place = |path: Folded, is_file: bool| match is_file {
            true => self.machine.files.contains_key(&path).then(|| path.to_string()),
            false => {
                let folder = RecordedKeyPath::Directory(path.clone());
                self.machine.has_key_path(&folder).then(|| format!("{path}\\"))
            }
        };
        if let Some(value) = &search.in_registry {
            let name = session.registry_name_for(value.is_wide, value.root, &value.key, &value.name);
            let data = &self.machine.others.get(&Resource::Registry(name))?.data;
            let is_known = !data.contains('[');
            return match value.is_raw {
                true => is_known.then(|| data.to_string()),
                false => place(Folded::path(data), value.is_file).filter(|_| is_known),
            };
        }
        if let Some((id, is_file)) = search.component {
            let RecordedKeyPath::File(path) = self.machine.clients.get(&id)?.values().next()? else {
                return None;
            };
            return place(if is_file { path.clone() } else { path.parent()? }, is_file);
        }
        let path = session.formatted(search.path.as_ref()?).into_owned();
        place(Folded::path(&path), !path.ends_with('\\'))
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
        if truth != Truth::Unknown && searched.is_empty() {
            return Answer { holds: truth == Truth::True, is_open: false };
        }
        let mut is_open = false;
        for (asked, worlds) in questions(session, condition, truth, &searched) {
            is_open = true;
            let names: Vec<String> = asked.iter().map(|name| format!("`{name}`")).collect();
            let assumed = match names.as_slice() {
                [name] => format!("the search for {name} finds what it looks for"),
                names => format!("the searches for {} find what they look for", names.join(" and ")),
            };
            self.doubt(Doubt { asked: asked.join(", "), assumed, decides: decides(), is_direct, worlds });
        }
        if truth == Truth::Unknown && !is_open {
            is_open = true;
            let text = condition.text().to_owned();
            let world = World { fails: [text.clone()].into_iter().collect(), ..World::default() };
            let assumed = format!("`{}` holds", shortened(&text, SHOWN));
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
        if self.doubts.contains(&doubt) {
            return;
        }
        match self.doubts.len() {
            0..Self::DOUBTS => self.doubts.push(doubt),
            _ => self.has_more_doubts = true,
        }
    }
}

/// The searches of which it hangs whether `condition` comes to `truth`, fewest first, and the machines on which it does not.
fn questions<'s>(
    session: &Session,
    condition: &Condition,
    truth: Truth,
    searched: &BTreeSet<&'s str>,
) -> Vec<(Vec<&'s str>, Vec<World>)> {
    let names: Vec<&str> = searched.iter().copied().collect();
    let mut together: Vec<Vec<&str>> = match names.len() {
        0..=COMBINED => (1..1 << names.len())
            .map(|set: usize| (0..names.len()).filter(|at| set >> at & 1 == 1).map(|at| names[at]).collect())
            .collect(),
        _ => names.iter().map(|name| vec![*name]).chain([names.clone()]).collect(),
    };
    together.sort_by_key(Vec::len);
    let mut questions: Vec<(Vec<&str>, Vec<World>)> = Vec::new();
    for asked in together {
        let is_part = |fewer: &Vec<&str>| fewer.iter().all(|name| asked.contains(name));
        if questions.iter().any(|(fewer, _)| is_part(fewer)) {
            continue;
        }
        let mut worlds = Vec::new();
        for text in ["", SOMETHING_ELSE] {
            // a search for a path finds that one or none
            let is_path = |name: &&str| matches!(session.property(name), Value::Known(_));
            if !text.is_empty() && asked.iter().any(is_path) {
                continue;
            }
            let searches = asked.iter().map(|name| ((*name).to_owned(), text.to_owned())).collect();
            let other = condition.evaluate(&Otherwise { session, searches: &searches });
            // what is not known as it is, hangs on each
            if (truth == Truth::Unknown && asked.len() == 1) || (truth != Truth::Unknown && other != truth) {
                worlds.push(World { searches, ..World::default() });
            }
        }
        if !worlds.is_empty() {
            questions.push((asked, worlds));
        }
    }
    questions
}
