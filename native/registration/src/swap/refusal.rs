//! Why a DLL is not swapped.

use super::{Processor, Version};
use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

/// Why a DLL is not swapped. Its text is for an administrator, and goes on after the file's path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such file; what to do, in the words of whoever describes the swap.
    Missing(String),
    /// The bytes are no DLL.
    NotADll,
    /// A DLL for other processes.
    Processor {
        /// What it is for.
        is: Processor,
        /// What it must be for.
        expected: Processor,
    },
    /// A DLL without a version, where there are bounds.
    NoVersion,
    /// A version out of bounds.
    Version {
        /// The DLL's.
        is: Version,
        /// The lowest one; none for any.
        lowest: Option<Version>,
        /// The highest one; none for any.
        highest: Option<Version>,
    },
    /// A DLL with other exports.
    Exports {
        /// The DLL's, between commas.
        are: String,
        /// What they must be, between commas.
        expected: String,
    },
    /// The DLL has been replaced already, and what stood there is gone.
    NothingKept {
        /// What the DLL is for.
        is: Processor,
        /// What was there was for this.
        expected: Processor,
        /// The name beside the DLL under which it was looked for; empty where none is known.
        backup: String,
    },
    /// Something is wrong with another file that the swap takes.
    Other {
        /// Its path; only its name where it stands beside the DLL.
        file: String,
        /// What.
        refusal: Box<Refusal>,
    },
}

impl Refusal {
    /// The refusal as one about the file `path`.
    pub(super) fn of(self, file: &str) -> Refusal {
        Refusal::Other { file: file.into(), refusal: Box::new(self) }
    }
}

/// `any` where there is no bound.
struct Bound(Option<Version>);

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(version) => version.fmt(f),
            None => f.write_str("any"),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Missing(text) => f.write_str(text),
            Refusal::NotADll => f.write_str("it is no DLL for Windows, or a damaged one"),
            Refusal::Processor { is, expected } => write!(f, "it is for {is}, expected {expected}"),
            Refusal::NoVersion => f.write_str("it has no version"),
            Refusal::Version { is, lowest, highest } => {
                write!(f, "it has version {is}, and this package is for {}", Bound(*lowest))?;
                if lowest == highest { Ok(()) } else { write!(f, " to {}", Bound(*highest)) }
            }
            Refusal::Exports { are, expected } => write!(f, "it exports {are}, expected {expected}"),
            Refusal::NothingKept { is, expected, backup } => {
                write!(f, "it is for {is}, and what was there before, for {expected}, is not beside it")?;
                if !backup.is_empty() {
                    write!(f, " ({backup})")?;
                }
                f.write_str(". Repair the product that it belongs to, and run this again")
            }
            Refusal::Other { file, refusal } if file.contains('\\') => write!(f, "{file}: {refusal}"),
            Refusal::Other { file, refusal } => write!(f, "{file} beside it: {refusal}"),
        }
    }
}

impl core::error::Error for Refusal {}
