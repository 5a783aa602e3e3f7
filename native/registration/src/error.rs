//! Why a configuration is left as it is.

use alloc::string::String;
use core::fmt;

/// Why a configuration cannot be edited. The messages name no file; the caller knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The bytes are not text in an encoding that is read here.
    Encoding(String),
    /// The text is not well-formed XML.
    Malformed {
        /// The line, counted from 1.
        line: usize,
        /// What is wrong there.
        problem: &'static str,
    },
    /// Well-formed, but something else than an IIS configuration.
    UnknownRoot(String),
    /// A section that must change is encrypted (`configProtectionProvider`).
    Encrypted(String),
    /// A section that must change is locked from outside (`lockItem`, `lockElements`, `lockAllElementsExcept`).
    Locked(String),
    /// A section that must change lies in another file (`configSource`).
    Elsewhere {
        /// The section.
        section: String,
        /// The file that it names.
        source: String,
    },
    /// A section stands twice on one level, or is declared twice: IIS refuses to read the file.
    Doubled(String),
    /// A section has an entry so often that this is no mistake of anybody's.
    Crowded(String),
    /// A section holds what its schema does not know: IIS refuses to read it.
    Unrecognized {
        /// The section.
        section: String,
        /// The element or attribute.
        name: String,
    },
    /// An entry of a section lacks what its schema demands: IIS refuses to read it.
    Incomplete {
        /// The section.
        section: String,
        /// The attribute that is missing or empty.
        attribute: &'static str,
    },
    /// The text of an [`Inverse`](super::Inverse) is damaged.
    Record {
        /// The line, counted from 1.
        line: usize,
    },
}

// by hand, and not derived: the custom action DLL compiles this without dependencies
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Encoding(problem) => write!(f, "not readable as text: {problem}"),
            Error::Malformed { line, problem } => write!(f, "line {line}: malformed XML: {problem}"),
            Error::UnknownRoot(name) => {
                write!(f, "the root element is `{name}`, expected `configuration`: not an IIS configuration")
            }
            Error::Encrypted(section) => write!(
                f,
                "section `{section}` is encrypted; decrypt it, for example by `appcmd` or `aspnet_regiis -pd`, and \
                 install again"
            ),
            Error::Locked(section) => {
                write!(f, "section `{section}` is locked; remove its lock attribute and install again")
            }
            Error::Elsewhere { section, source } => {
                write!(f, "section `{section}` is kept in another file, `{source}` (configSource)")
            }
            Error::Doubled(section) => {
                write!(
                    f,
                    "section `{section}` is there twice, which IIS refuses; make it one and install again"
                )
            }
            Error::Crowded(section) => {
                write!(
                    f,
                    "section `{section}` has the same entry more than 100 times; make it one and install again"
                )
            }
            Error::Unrecognized { section, name } => write!(
                f,
                "section `{section}` holds `{name}`, which IIS does not know and refuses; remove it and install again"
            ),
            Error::Incomplete { section, attribute } => write!(
                f,
                "section `{section}` has an entry without `{attribute}`, which IIS refuses; complete or remove it and install \
                 again"
            ),
            Error::Record { line } => write!(f, "line {line}: not a step of an undo record"),
        }
    }
}

impl core::error::Error for Error {}
