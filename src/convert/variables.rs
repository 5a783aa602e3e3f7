//! The preprocessor's variables that a source defines, as far as they can be known without running it.

use crate::kinds;
use crate::session::Session;
use crate::tree::{Content, Id, Tree};
use std::collections::{BTreeMap, BTreeSet};

/// What a source defines, and where.
pub(crate) struct Variables {
    defined: BTreeMap<String, Vec<(Id, String)>>,
    /// Those that said which registry and folders a component is for, by `yes` and `no`.
    pub(crate) bitness: BTreeSet<String>,
}

impl Variables {
    pub(crate) fn of(tree: &Tree) -> Variables {
        let mut defined: BTreeMap<String, Vec<(Id, String)>> = BTreeMap::new();
        for id in tree.all() {
            if let Content::Instruction(raw) = tree.content(id)
                && let Some((name, value)) = definition(raw)
            {
                defined.entry(name.to_owned()).or_default().push((id, value.to_owned()));
            }
        }
        Variables { defined, bitness: BTreeSet::new() }
    }

    /// Every value that `text`, if it is one variable and nothing else, may have by the definitions of this source; none
    /// where it has no definition here.
    pub(crate) fn values(&self, text: &str) -> Option<(&str, Vec<&str>)> {
        let name = variable(text)?;
        let (name, definitions) = self.defined.get_key_value(name)?;
        Some((name, definitions.iter().map(|(_, value)| value.as_str()).collect()))
    }
}

/// The name in `$(var.Name)` or `$(Name)`.
pub(crate) fn variable(text: &str) -> Option<&str> {
    let name = text.trim().strip_prefix("$(")?.strip_suffix(')')?;
    let name = name.strip_prefix("var.").unwrap_or(name);
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    is_name.then_some(name)
}

/// Name and value of `<?define Name = "value" ?>`.
fn definition(raw: &str) -> Option<(&str, &str)> {
    let inside = raw.strip_prefix("<?define")?.strip_suffix("?>")?;
    let (name, value) = inside.split_once('=')?;
    let name = name.trim();
    let value = value.trim();
    let quoted = |quote| value.strip_prefix(quote)?.strip_suffix(quote);
    Some((name.strip_prefix("var.").unwrap_or(name), quoted('"').or_else(|| quoted('\'')).unwrap_or(value)))
}

/// Gives the variables that stand in `Bitness` attributes now the words for it. One that stands elsewhere too keeps
/// its value, and a new one is defined beside it.
pub(crate) fn settle(session: &mut Session) {
    for name in std::mem::take(&mut session.variables.bitness) {
        let places = session.tree.all();
        let forms = [format!("$(var.{name})"), format!("$({name})")];
        let uses = |text: &str| forms.iter().any(|form| text.contains(form.as_str()));
        let is_bitness = |text: &str| forms.iter().any(|form| text == form);
        let is_elsewhere = places.iter().any(|id| match session.tree.content(*id) {
            Content::Element(element) => element.attributes.iter().any(|attribute| {
                uses(&attribute.raw) && !(attribute.name == "Bitness" && is_bitness(&attribute.raw))
            }),
            Content::Text(raw) | Content::Cdata(raw) | Content::Instruction(raw) => uses(raw),
            Content::Comment(_) | Content::Document => false,
        });
        let new_name = if is_elsewhere { format!("{name}Bitness") } else { name.clone() };
        for (id, value) in session.variables.defined.get(&name).cloned().unwrap_or_default() {
            let word = if value == "yes" { "always64" } else { "always32" };
            let message = format!("the variable `{name}` says `{value}`; a Bitness is `{word}`");
            if !session.converts(kinds::BITNESS_VARIABLE, id, message) {
                continue;
            }
            let raw = format!("<?define {new_name} = \"{word}\" ?>");
            if is_elsewhere {
                let new = session.tree.add(Content::Instruction(raw));
                session.tree.put_before(id, new);
            } else {
                *session.tree.content_mut(id) = Content::Instruction(raw);
            }
        }
        for id in places {
            if let Some(element) = session.tree.element_mut(id) {
                let attributes = element.attributes.iter_mut();
                attributes
                    .filter(|attribute| attribute.name == "Bitness" && is_bitness(&attribute.raw))
                    .for_each(|attribute| attribute.raw = format!("$(var.{new_name})"));
            }
        }
    }
}
