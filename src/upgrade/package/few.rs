//! Rows that most components have none of.

use std::ops::Deref;

/// A list that takes no more room than a pointer where it is empty. A component has a dozen of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Few<T>(
    #[expect(clippy::box_collection, reason = "a vector takes three pointers")] Option<Box<Vec<T>>>,
);

impl<T> Few<T> {
    /// Adds `item` at the end.
    pub fn push(&mut self, item: T) {
        self.0.get_or_insert_default().push(item);
    }
}

impl<T> Default for Few<T> {
    fn default() -> Few<T> {
        Few(None)
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        self.0.as_deref().map_or(&[], Vec::as_slice)
    }
}

impl<'f, T> IntoIterator for &'f Few<T> {
    type Item = &'f T;
    type IntoIter = std::slice::Iter<'f, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
