//! An inverse as text, for a file beside the configuration.
//!
//! The first line names the format; each further line is a step: its kind and its fields between tabs, each written as a
//! [`field`](super::field). An optional field is `-` or begins with `+`. In an address, U+001E
//! stands between hops and U+001F within them; XML 1.0 allows neither in a document.

use crate::document::tree::{self, SPACE};
use crate::field::{escape, unescape};
use crate::step::{Shell, Sibling};
use crate::{Address, Error, Hop, Step};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

const FORMAT: &str = "applicationHost undo record 2";
/// The elements that a registration adds, takes out, or passes on the way.
const PLACES: [&str; 13] = [
    "configSections",
    "sectionGroup",
    "section",
    "location",
    "system.webServer",
    "globalModules",
    "modules",
    "httpCompression",
    "dynamicTypes",
    "tracing",
    "traceProviderDefinitions",
    "areas",
    "add",
];

/// The attributes that it sets.
const ATTRIBUTES: [&str; 7] =
    ["image", "preCondition", "lockItem", "overrideModeDefault", "allowDefinition", "allowLocation", "value"];

const BETWEEN_HOPS: char = '\u{1E}';
const WITHIN_HOP: char = '\u{1F}';

/// What takes an edit back: steps, to be done in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inverse {
    steps: Vec<Step>,
}

impl Inverse {
    pub(crate) fn new(steps: Vec<Step>) -> Self {
        Inverse { steps }
    }

    /// The steps in the order in which they are to be done.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Whether there is nothing to take back.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// What takes back this edit, the younger one, and `older` after it.
    pub fn then(mut self, older: Inverse) -> Inverse {
        self.steps.extend(older.steps);
        self
    }

    /// What takes back all that was ever added, this edit being younger than those of `older`. Otherwise than
    /// [`then`](Self::then) it does not bring back what was wrong and was corrected: values of entries that we added
    /// ourselves, and surplus entries.
    pub fn added_since(self, older: Inverse) -> Inverse {
        let mut steps: Vec<Step> = Vec::new();
        let ours: Vec<Address> = self.steps.iter().chain(&older.steps).filter_map(added).collect();
        for step in self.steps.into_iter().chain(older.steps) {
            let wanted = match &step {
                Step::Insert { .. } => false,
                // the youngest knows best how the element came into the present file
                Step::Remove { .. } => {
                    !steps.iter().filter_map(added).any(|known| Some(known) == added(&step))
                }
                Step::Set { element, .. } => !ours.contains(&element.clone().by_names()),
            };
            if wanted {
                steps.push(step);
            }
        }
        Inverse { steps }
    }

    /// What takes back that and what `steps` do, each once.
    pub(crate) fn and_also(mut self, steps: Vec<Step>) -> Inverse {
        for step in steps {
            if !self.steps.contains(&step) {
                self.steps.push(step);
            }
        }
        self
    }

    /// The steps but for those that `is_out` says.
    pub(crate) fn without(&self, is_out: impl Fn(&Step) -> bool) -> Inverse {
        Inverse { steps: self.steps.iter().filter(|step| !is_out(step)).cloned().collect() }
    }

    /// Whether it puts no element in.
    pub(crate) fn only_takes_out(&self) -> bool {
        !self.steps.iter().any(|step| matches!(step, Step::Insert { .. }))
    }

    /// Whether all steps are within what a registration changes: declarations of sections, the lists of modules, rules of
    /// compression and areas of tracing, and no attribute but those that it sets.
    pub(crate) fn stays_in_its_sections(&self) -> bool {
        let within = |address: &Address, more: Option<&str>| {
            let mut names = address.0.iter().map(|hop| hop.element.as_str()).chain(more);
            names.next() == Some("configuration") && names.all(|name| PLACES.contains(&name))
        };
        self.steps.iter().all(|step| match step {
            Step::Insert { parent, element, .. } => {
                tree::fragment(element).is_some_and(|element| within(parent, Some(element.name())))
            }
            Step::Remove { parent, entry, .. } => within(parent, Some(&entry.element)),
            Step::Set { element, attribute, .. } => {
                within(element, None) && ATTRIBUTES.contains(&attribute.as_str())
            }
        })
    }

    /// The text of it.
    pub fn to_text(&self) -> String {
        let mut text = String::from(FORMAT);
        text.push('\n');
        for step in &self.steps {
            let fields = fields(step);
            text.push_str(&fields.iter().map(|field| escape(field)).collect::<Vec<_>>().join("\t"));
            text.push('\n');
        }
        text
    }

    /// Reads what [`to_text`](Self::to_text) wrote.
    ///
    /// # Errors
    /// [`Error::Record`] where it is anything else.
    pub fn parse(text: &str) -> Result<Inverse, Error> {
        let mut lines = text.split_terminator('\n').enumerate();
        if lines.next().is_none_or(|(_, line)| line != FORMAT) {
            return Err(Error::Record { line: 1 });
        }
        let read = |(at, line): (usize, &str)| {
            let fields: Option<Vec<String>> = line.split('\t').map(unescape).collect();
            fields.and_then(|fields| step(&fields)).ok_or(Error::Record { line: at + 1 })
        };
        lines.map(read).collect::<Result<_, _>>().map(Inverse::new)
    }
}

/// The address of the element that the edit had added, which this step would remove.
fn added(step: &Step) -> Option<Address> {
    if let Step::Remove { parent, entry, .. } = step {
        Some(parent.child(entry.clone()).by_names())
    } else {
        None
    }
}

fn fields(step: &Step) -> Vec<String> {
    match step {
        Step::Insert { parent, previous, gap, lead, element, expects, shell } => alloc::vec![
            "insert".to_string(),
            address(parent),
            previous.as_ref().map_or_else(String::new, |sibling| sibling.index.to_string()),
            option(previous.as_ref().map(|sibling| sibling.tag.as_str())),
            gap.clone(),
            lead.clone(),
            element.clone(),
            expects.to_string(),
            option(shell.as_ref().map(|shell| shell.trail.as_str())),
            option(shell.as_ref().and_then(|shell| shell.tail.as_deref())),
        ],
        Step::Remove { parent, entry, shell, whole } => alloc::vec![
            if *whole { "remove whole" } else { "remove" }.to_string(),
            address(&parent.child(entry.clone())),
            option(shell.as_ref().map(|shell| shell.trail.as_str())),
            option(shell.as_ref().and_then(|shell| shell.tail.as_deref())),
        ],
        Step::Set { element, attribute, from, to } => alloc::vec![
            "set".to_string(),
            address(element),
            attribute.clone(),
            option(from.as_deref()),
            option(to.as_deref()),
        ],
    }
}

fn step(fields: &[String]) -> Option<Step> {
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    match fields.as_slice() {
        ["insert", parent, index, tag, gap, lead, element, expects, trail, tail] => Some(Step::Insert {
            parent: read_address(parent)?,
            previous: match read_option(tag)? {
                Some(tag) => Some(Sibling { index: index.parse().ok()?, tag }),
                None => None,
            },
            gap: Some(gap.to_string()).filter(|gap| tree::references(gap).is_ok())?,
            lead: blank(lead)?,
            element: (*element).to_string(),
            expects: expects.parse().ok()?,
            shell: read_shell(trail, tail)?,
        }),
        [verb @ ("remove" | "remove whole"), element, trail, tail] => {
            let mut parent = read_address(element)?;
            let entry = parent.0.pop()?;
            let (shell, whole) = (read_shell(trail, tail)?, *verb == "remove whole");
            Some(Step::Remove { parent, entry, shell, whole })
        }
        ["set", element, attribute, from, to] => Some(Step::Set {
            element: read_address(element)?,
            attribute: (*attribute).to_string(),
            from: read_option(from)?,
            to: read_option(to)?,
        }),
        _ => None,
    }
}

fn address(address: &Address) -> String {
    let mut text = String::new();
    for (at, hop) in address.0.iter().enumerate() {
        if at > 0 {
            text.push(BETWEEN_HOPS);
        }
        text.push_str(&hop.element);
        text.extend([WITHIN_HOP]);
        text.push_str(&hop.index.map(|index| index.to_string()).unwrap_or_default());
        if let Some((name, value)) = &hop.key {
            text.extend([WITHIN_HOP]);
            text.push_str(name);
            text.extend([WITHIN_HOP]);
            text.push_str(value);
        }
    }
    text
}

fn read_address(text: &str) -> Option<Address> {
    let hop = |text: &str| {
        let parts: Vec<&str> = text.split(WITHIN_HOP).collect();
        let (hop, index) = match parts.as_slice() {
            [element, index] => (Hop::named(element), index),
            [element, index, name, value] => (Hop::keyed(element, name, value), index),
            _ => return None,
        };
        if index.is_empty() { Some(hop) } else { Some(hop.at(index.parse().ok()?)) }
    };
    text.split(BETWEEN_HOPS).map(hop).collect::<Option<Vec<Hop>>>().map(Address)
}

fn read_shell(trail: &str, tail: &str) -> Option<Option<Shell>> {
    let tail = read_option(tail)?;
    let is_tail = |tail: &String| tail.strip_suffix("/>").is_some_and(|space| blank(space).is_some());
    if tail.as_ref().is_some_and(|tail| !is_tail(tail)) {
        return None;
    }
    match read_option(trail)? {
        Some(trail) => Some(Some(Shell { trail: blank(&trail)?, tail })),
        None => Some(None),
    }
}

/// White space, as it was written.
fn blank(text: &str) -> Option<String> {
    text.trim_matches(SPACE).is_empty().then(|| text.to_string())
}

fn option(value: Option<&str>) -> String {
    value.map_or_else(|| "-".to_string(), |value| alloc::format!("+{value}"))
}

fn read_option(text: &str) -> Option<Option<String>> {
    match text {
        "-" => Some(None),
        _ => text.strip_prefix('+').map(|value| Some(value.to_string())),
    }
}
