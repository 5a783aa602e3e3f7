//! Which WiX the engine is like: versions differ in little.

use crate::id::UnknownWord;
use std::fmt;
use std::str::FromStr;

/// A major version of WiX. 5 and 6 give the same tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compat {
    /// WiX 6.
    #[default]
    Wix6,
    /// WiX 7: ids of directories without an `Id` are made of less, and `Files` begin at the source file.
    Wix7,
}

impl Compat {
    /// The version that `$(sys.WIXVERSION)` gives, and that `Wix/@RequiredVersion` is compared with.
    #[must_use]
    pub fn version(self) -> [u16; 4] {
        match self {
            Compat::Wix6 => [6, 0, 2, 0],
            Compat::Wix7 => [7, 0, 0, 0],
        }
    }
}

impl fmt::Display for Compat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.version()[0])
    }
}

impl FromStr for Compat {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Compat, UnknownWord> {
        match text {
            "5" | "6" => Ok(Compat::Wix6),
            "7" => Ok(Compat::Wix7),
            _ => Err(UnknownWord::new(text, "a version of WiX that this engine is like", "5, 6 or 7")),
        }
    }
}
