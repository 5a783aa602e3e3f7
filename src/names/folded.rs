//! Names that Windows compares without regard to case: paths, registry keys, service names.

use std::cmp::Ordering;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;

/// A case-insensitive name that remembers how it was written. Cheap to clone.
#[derive(Clone)]
pub struct Folded {
    /// As it was written, and behind that in lower case where that is something else.
    text: Arc<str>,
    /// Where the lower case begins, and so where what was written ends; nothing where both are the same.
    lower: Option<NonZeroU32>,
}

impl Folded {
    /// `text` as a name.
    #[must_use]
    pub fn new(text: &str) -> Folded {
        if !text.is_ascii() {
            return Folded::of(text, &text.to_lowercase());
        }
        if !has_upper(text) {
            return Folded { text: Arc::from(text), lower: None };
        }
        let mut both = [text, text].concat();
        both[text.len()..].make_ascii_lowercase();
        Folded::written(&both, text.len())
    }

    /// `text`, which is `folded` in lower case.
    fn of(text: &str, folded: &str) -> Folded {
        if folded == text {
            return Folded { text: Arc::from(text), lower: None };
        }
        Folded::written(&[text, folded].concat(), text.len())
    }

    /// A name of so many bytes, behind which it stands in lower case.
    fn written(both: &str, length: usize) -> Folded {
        let lower = u32::try_from(length).ok().and_then(NonZeroU32::new);
        Folded { text: Arc::from(if lower.is_some() { both } else { &both[..length] }), lower }
    }

    /// A path: as [`Folded::new`], with single backslashes and without trailing backslashes, dots and spaces.
    #[must_use]
    pub fn path(text: &str) -> Folded {
        if is_plain(text) {
            return Folded::new(text);
        }
        let parts: Vec<&str> = text
            .split(['\\', '/'])
            .map(|part| part.trim_end_matches(['.', ' ']))
            .filter(|part| !part.is_empty())
            .collect();
        Folded::new(&parts.join("\\"))
    }

    /// A registry key: single backslashes, none at the end. Slashes, dots and spaces are letters as others are there.
    #[must_use]
    pub fn key(text: &str) -> Folded {
        let bytes = text.as_bytes();
        let is_plain = bytes.first() != Some(&b'\\')
            && bytes.last() != Some(&b'\\')
            && !bytes.windows(2).any(|pair| pair == br"\\");
        if is_plain {
            return Folded::new(text);
        }
        let parts: Vec<&str> = text.split('\\').filter(|part| !part.is_empty()).collect();
        Folded::new(&parts.join("\\"))
    }

    /// The path of `name` in the folder `self`.
    #[must_use]
    pub fn join(&self, name: &str) -> Folded {
        if self.as_str().is_empty() {
            Folded::path(name)
        } else if is_plain(name) && is_plain(self.as_str()) {
            // most names are: a simulated machine joins some hundred thousand
            let written = [self.as_str(), "\\", name];
            if !name.is_ascii() {
                let folded = [self.folded(), "\\", &name.to_lowercase()];
                return Folded::of(&written.concat(), &folded.concat());
            }
            let length = written.iter().map(|part| part.len()).sum::<usize>();
            if self.lower.is_none() && !has_upper(name) {
                return Folded { text: Arc::from(written.concat()), lower: None };
            }
            let [folder, separator, name] = written;
            let mut both = [folder, separator, name, self.folded(), separator, name].concat();
            let at = both.len() - name.len();
            both[at..].make_ascii_lowercase();
            Folded::written(&both, length)
        } else {
            Folded::path(&format!("{self}\\{name}"))
        }
    }

    /// The folder that the path stands in; nothing for a root.
    #[must_use]
    pub fn parent(&self) -> Option<Folded> {
        self.as_str().rsplit_once('\\').map(|(parent, _)| Folded::new(parent))
    }

    /// The last part of the path.
    #[must_use]
    pub fn name(&self) -> &str {
        self.as_str().rsplit_once('\\').map_or(self.as_str(), |(_, name)| name)
    }

    /// As it was written.
    #[inline]
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text[..self.lower.map_or(self.text.len(), |at| at.get() as usize)]
    }

    /// In lower case.
    #[inline]
    #[must_use]
    pub fn folded(&self) -> &str {
        &self.text[self.lower.map_or(0, |at| at.get() as usize)..]
    }
}

fn has_upper(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// Whether a path is written as [`Folded::path`] writes it.
fn is_plain(path: &str) -> bool {
    let bytes = path.as_bytes();
    let ends_badly = |end: Option<&u8>| end.is_none_or(|byte| b"\\. ".contains(byte));
    let plain = |pair: &[u8]| pair[0] != b'/' && !(pair[1] == b'\\' && ends_badly(pair.first()));
    bytes.first().is_some_and(|first| !b"\\/".contains(first))
        && !ends_badly(bytes.last())
        && bytes.last() != Some(&b'/')
        && bytes.windows(2).all(plain)
}

// whoever sorts by names is in another package, where what is small is compiled into what calls it
impl PartialEq for Folded {
    #[inline]
    fn eq(&self, other: &Folded) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Folded {}

impl PartialOrd for Folded {
    #[inline]
    fn partial_cmp(&self, other: &Folded) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Folded {
    #[inline]
    fn cmp(&self, other: &Folded) -> Ordering {
        // one name is often held against itself
        if Arc::ptr_eq(&self.text, &other.text) { Ordering::Equal } else { self.folded().cmp(other.folded()) }
    }
}

impl fmt::Display for Folded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Folded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}
