//! What a file of the module is for.

use super::{Arch, UnknownWord};
use serde::Serialize;
use std::fmt;
use std::str::FromStr;

/// The two DLLs that a module may consist of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dll {
    /// The one that IIS loads.
    Module,
    /// The one that the module loads.
    Handler,
}

impl Dll {
    /// Both, in the order in which they are listed.
    pub const ALL: [Dll; 2] = [Dll::Module, Dll::Handler];

    /// The function that the DLL is entered by.
    #[must_use]
    pub fn entry(self) -> &'static str {
        match self {
            Dll::Module => "RegisterModule",
            Dll::Handler => "CreateApplication",
        }
    }
}

impl fmt::Display for Dll {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Dll::Module => "module",
            Dll::Handler => "handler",
        })
    }
}

/// What a file of the payload is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// One of the two DLLs for one processor.
    Dll(Dll, Arch),
    /// The schema of the module's configuration section.
    Schema,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Role::Dll(module, arch) => write!(f, "{module} {arch}"),
            Role::Schema => f.write_str("schema"),
        }
    }
}

impl FromStr for Role {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let all = Dll::ALL.into_iter().flat_map(|m| Arch::ALL.map(|a| Role::Dll(m, a)));
        all.chain([Role::Schema]).find(|role| role.to_string() == text).ok_or_else(|| {
            UnknownWord::new(text, "a role", "`module` or `handler` and a processor, or `schema`")
        })
    }
}

impl Serialize for Role {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
