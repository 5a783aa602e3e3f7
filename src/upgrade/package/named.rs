//! What is asked for by its name, again and again.

use std::collections::BTreeMap;

/// Things by their names. Those whose names are of one length stand together: most names that are asked for are told from most
/// of those that are there by their lengths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named<T>(BTreeMap<usize, BTreeMap<String, T>>);

impl<T> Named<T> {
    /// What is called `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&T> {
        self.0.get(&name.len())?.get(name)
    }

    /// Gives `thing` the name `name`, whatever had it before.
    pub fn set(&mut self, name: &str, thing: T) {
        let alike = self.0.entry(name.len()).or_default();
        match alike.get_mut(name) {
            Some(before) => *before = thing,
            None => _ = alike.insert(name.to_owned(), thing),
        }
    }

    /// All of them in the order of their names.
    #[must_use]
    pub fn in_order(&self) -> BTreeMap<&str, &T> {
        self.0.values().flatten().map(|(name, thing)| (name.as_str(), thing)).collect()
    }
}

impl<T> Default for Named<T> {
    fn default() -> Named<T> {
        Named(BTreeMap::new())
    }
}
