//! Names that Windows compares without regard to case: paths, registry keys, service names.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// A case-insensitive name that remembers how it was written. Cheap to clone.
#[derive(Clone)]
pub struct Folded {
    folded: Arc<str>,
    shown: Arc<str>,
}

impl Folded {
    /// `text` as a name.
    #[must_use]
    pub fn new(text: &str) -> Folded {
        let shown: Arc<str> = Arc::from(text);
        let folded = text.to_lowercase();
        Folded { folded: if folded == text { shown.clone() } else { Arc::from(folded) }, shown }
    }

    /// A path: as [`Folded::new`], with single backslashes and without trailing backslashes, dots and spaces.
    #[must_use]
    pub fn path(text: &str) -> Folded {
        let parts: Vec<&str> = text
            .split(['\\', '/'])
            .map(|part| part.trim_end_matches(['.', ' ']))
            .filter(|part| !part.is_empty())
            .collect();
        Folded::new(&parts.join("\\"))
    }

    /// The path of `name` in the folder `self`.
    #[must_use]
    pub fn join(&self, name: &str) -> Folded {
        if self.shown.is_empty() {
            Folded::path(name)
        } else {
            Folded::path(&format!("{}\\{name}", self.shown))
        }
    }

    /// The folder that the path stands in; nothing for a root.
    #[must_use]
    pub fn parent(&self) -> Option<Folded> {
        self.shown.rsplit_once('\\').map(|(parent, _)| Folded::new(parent))
    }

    /// The last part of the path.
    #[must_use]
    pub fn name(&self) -> &str {
        self.shown.rsplit_once('\\').map_or(&self.shown, |(_, name)| name)
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.shown
    }

    /// In lower case.
    #[must_use]
    pub fn folded(&self) -> &str {
        &self.folded
    }
}

impl PartialEq for Folded {
    fn eq(&self, other: &Folded) -> bool {
        self.folded == other.folded
    }
}

impl Eq for Folded {}

impl PartialOrd for Folded {
    fn partial_cmp(&self, other: &Folded) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Folded {
    fn cmp(&self, other: &Folded) -> Ordering {
        self.folded.cmp(&other.folded)
    }
}

impl fmt::Display for Folded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.shown)
    }
}

impl fmt::Debug for Folded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_compare_as_windows_does() {
        assert_eq!(Folded::path(r"C:\Program Files\\IIS\"), Folded::path(r"c:/program files/iis. "));
        assert_eq!(Folded::path(r"C:\A").join(r"b\C.dll").as_str(), r"C:\A\b\C.dll");
        assert_eq!(Folded::path(r"C:\A\b.dll").name(), "b.dll");
    }
}
