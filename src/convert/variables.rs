//! The preprocessor's variables that a source defines, as far as they can be known without running it.

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

impl Variables {
    /// The variables, and whether each is defined as yes or no only.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, bool)> {
        self.defined.iter().map(|(name, definitions)| {
            (name.as_str(), definitions.iter().all(|(_, value)| matches!(value.as_str(), "yes" | "no")))
        })
    }

    /// Where `name` is defined, and as what.
    pub(crate) fn definitions(&self, name: &str) -> Vec<(Id, String)> {
        self.defined.get(name).cloned().unwrap_or_default()
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
