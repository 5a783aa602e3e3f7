//! GUIDs, and what each kind of them identifies.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// A GUID. Displays the way Windows Installer wants it: upper-case, in braces
/// (<https://learn.microsoft.com/windows/win32/msi/guid>).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guid(Uuid);

/// The text is not a GUID.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a GUID: expected 32 hexadecimal digits as 8-4-4-4-12, with or without braces")]
pub struct GuidError(String);

impl Guid {
    /// The name-based GUID (RFC 9562 version 5: SHA-1) of `name` in the namespace `self`.
    #[must_use]
    pub fn derive(&self, name: &[u8]) -> Guid {
        Guid(Uuid::new_v5(&self.0, name))
    }

    /// A GUID from its textual value, for constants.
    #[must_use]
    pub const fn from_u128(value: u128) -> Guid {
        Guid(Uuid::from_u128(value))
    }
}

impl FromStr for Guid {
    type Err = GuidError;
    fn from_str(text: &str) -> Result<Self, GuidError> {
        let bare = match text.strip_prefix('{') {
            Some(rest) => rest.strip_suffix('}'),
            None => Some(text),
        };
        bare.filter(|bare| bare.len() == 36)
            .and_then(|bare| Uuid::try_parse(bare).ok())
            .map(Guid)
            .ok_or_else(|| GuidError(text.to_owned()))
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{:X}}}", self.0.hyphenated())
    }
}

impl fmt::Debug for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Guid {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Guid {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Guid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = GuidError;
            fn from_str(text: &str) -> Result<Self, GuidError> {
                text.parse().map($name)
            }
        }
    )+};
}

kinds! {
    /// What Windows Installer counts clients of: one per (resource, path, bitness), for ever.
    ComponentId,
    /// One release of one product.
    ProductCode,
    /// The family of products that upgrade one another.
    UpgradeCode,
    /// One .msi file: two files with the same code must be identical.
    PackageCode,
}
