//! Why an archive, or a member of one, is refused.

use super::name::NameError;
use crate::cab;
use crate::msi;
use std::io;

/// What is wrong. Offsets are in bytes from the beginning of the archive that the error is told of.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bytes cannot be read.
    #[error("cannot be read: {0}")]
    Io(#[source] io::Error),
    /// A structure is broken, overlaps another, or lies beyond the end.
    #[error("{what} at offset {offset:#x}: {problem}")]
    Broken {
        /// The structure.
        what: String,
        /// Where it is.
        offset: u64,
        /// What is wrong with it.
        problem: String,
    },
    /// A name that would lead out of the tree, or that Windows gives another meaning.
    #[error("the name of member {index} at offset {offset:#x} is refused: {problem}")]
    Name {
        /// The member, from 0.
        index: usize,
        /// Where its entry is.
        offset: u64,
        /// Why.
        problem: NameError,
    },
    /// Two members have one name.
    #[error("the name `{name}` at offset {offset:#x} is there twice, as far as Windows can tell")]
    Duplicate {
        /// The name.
        name: String,
        /// Where the second one is.
        offset: u64,
    },
    /// A member that is stored in a way that is not read.
    #[error("the member at offset {offset:#x} is {problem}")]
    Unsupported {
        /// Where its entry is.
        offset: u64,
        /// What it is.
        problem: String,
    },
    /// A file that the archive names, and that is not there.
    #[error("`{name}`, which should be {place}, is not there")]
    Missing {
        /// Its name.
        name: String,
        /// Where it should be.
        place: &'static str,
    },
    /// A cabinet is broken.
    #[error("{}", with_causes(.0))]
    Cabinet(#[from] cab::ReadError),
    /// An installer database is broken.
    #[error("{}", with_causes(.0))]
    Package(#[from] msi::ReadError),
    /// More than [`super::DEEPEST`] archives inside one another.
    #[error("it is an archive more than {0} levels deep inside others")]
    TooDeep(usize),
    /// Beyond a limit: the whole walk ends.
    #[error("{what} at offset {offset:#x}: more than {limit}")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// Where in its archive the member begins that passed the limit.
        offset: u64,
        /// The limit.
        limit: String,
    },
}

/// What a visitor that cannot go on gives in its I/O error; the walk ends with it.
#[derive(Debug)]
pub struct Stop(pub io::Error);

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Stop {}

/// What an error says, and what its causes say.
fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

impl Error {
    /// The error behind what a reader of a member gave.
    pub(super) fn of(error: io::Error) -> Error {
        if error.get_ref().is_some_and(|inner| inner.is::<Error>()) {
            let inner = error.into_inner().expect("it was there");
            return *inner.downcast::<Error>().expect("it is one");
        }
        if error.get_ref().is_some_and(|inner| inner.is::<cab::ReadError>()) {
            let inner = error.into_inner().expect("it was there");
            return Error::Cabinet(*inner.downcast().expect("it is one"));
        }
        Error::Io(error)
    }

    /// Whether the walk ends with it.
    pub(super) fn ends_the_walk(&self) -> bool {
        match self {
            Error::Limit { .. } => true,
            Error::Io(error) => error.get_ref().is_some_and(|inner| inner.is::<Stop>()),
            _ => false,
        }
    }

    /// A structure called `what` that is wrong at `offset`.
    pub(super) fn broken(what: impl Into<String>, offset: u64, problem: impl Into<String>) -> Error {
        Error::Broken { what: what.into(), offset, problem: problem.into() }
    }
}

impl From<Error> for io::Error {
    fn from(error: Error) -> io::Error {
        match error {
            Error::Io(error) => error,
            error => io::Error::other(error),
        }
    }
}
