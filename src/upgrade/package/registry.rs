//! Rows about the registry.

use std::sync::Arc;

/// A row of the Registry table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registry {
    /// -1 machine or user, 0 HKCR, 1 HKCU, 2 HKLM, 3 HKU.
    pub root: i32,
    /// The key path below the root, formatted.
    pub path: Arc<str>,
    /// The value's name, formatted; also `+`, `-` and `*`.
    pub name: Arc<str>,
    /// The data, formatted.
    pub value: Arc<str>,
}

impl Registry {
    /// Whether `name` is one of those that speak of the whole key where there is no data
    /// (<https://learn.microsoft.com/windows/win32/msi/registry-table>).
    fn is_of_key(&self, names: &[&str]) -> bool {
        self.value.is_empty() && names.contains(&&*self.name)
    }

    /// Whether it makes the key, and no value in it.
    #[must_use]
    pub fn makes_key(&self) -> bool {
        self.is_of_key(&["+", "*"])
    }

    /// Whether the whole key goes with the component.
    #[must_use]
    pub fn removes_key(&self) -> bool {
        self.is_of_key(&["-", "*"])
    }

    /// The name of what it writes: `*` is the key itself.
    #[must_use]
    pub fn written_name(&self) -> &str {
        if self.makes_key() { "*" } else { &self.name }
    }
}

/// A row of the RemoveRegistry table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoveRegistry {
    /// See [`Registry::root`].
    pub root: i32,
    /// The key, formatted.
    pub path: String,
    /// The value's name; `-` for the whole key.
    pub name: String,
}
