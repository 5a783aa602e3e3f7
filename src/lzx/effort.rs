//! How hard to look.

use super::format::FRAME;
use std::fmt;
use std::str::FromStr;

/// How much time an encoder takes for how few bytes. All decode alike, and as fast; the bytes depend on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effort {
    /// Last occurrences, one parse: smaller than Microsoft's own encoder makes it, at some 10 MB/s.
    #[default]
    Fast,
    /// Binary trees, two parses: 1.5 % smaller, about half as fast.
    Balanced,
    /// Deep trees, more parses, several ways to each position: another percent, a third as fast; twice that long for
    /// folders of 2 MiB at most.
    Max,
}

impl Effort {
    /// Each with its name, from the quickest on.
    pub const NAMES: [(&str, Effort); 3] =
        [("fast", Effort::Fast), ("balanced", Effort::Balanced), ("max", Effort::Max)];
}

impl fmt::Display for Effort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Effort::Fast => "fast",
            Effort::Balanced => "balanced",
            Effort::Max => "max",
        })
    }
}

/// A text that is no effort.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownEffort(String);

impl fmt::Display for UnknownEffort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a compression effort: expected fast, balanced or max", self.0)
    }
}

impl std::error::Error for UnknownEffort {}

impl FromStr for Effort {
    type Err = UnknownEffort;
    fn from_str(text: &str) -> Result<Effort, UnknownEffort> {
        let found = Effort::NAMES.into_iter().find(|(name, _)| text.eq_ignore_ascii_case(name));
        found.map(|(_, effort)| effort).ok_or_else(|| UnknownEffort(text.to_owned()))
    }
}

/// Where matches are looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Search {
    Tables,
    /// With as many candidates for each position.
    Trees {
        depth: u32,
    },
}

/// What an effort means.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tuning {
    pub(crate) search: Search,
    /// A match of this length is taken as it is.
    pub(crate) nice: usize,
    /// Parses.
    pub(crate) passes: u32,
    /// The last of them, which follow several ways to each position.
    pub(crate) wide_passes: u32,
    /// Bytes that are in one block in any case; of several, what comes out smaller.
    pub(crate) pieces: &'static [usize],
    /// The same for parses that others follow.
    pub(crate) first_pieces: &'static [usize],
}

/// Bytes of every segment of a folder but the last. Segments are parsed each for itself; the bytes depend on it.
pub const SEGMENT: usize = 32 * FRAME;

/// Up to this size of a folder, the highest effort spares nothing: what takes twice the time saves another 0.2 %, and the
/// files of an installer's package are seldom more.
const SMALL: u64 = 1 << 21;

impl Effort {
    /// For a folder of `size` bytes.
    pub(crate) fn tuning(self, size: u64) -> Tuning {
        match self {
            Effort::Fast => Tuning {
                search: Search::Tables,
                nice: 32,
                passes: 1,
                wide_passes: 0,
                pieces: &[8192],
                first_pieces: &[],
            },
            Effort::Balanced => Tuning {
                search: Search::Trees { depth: 24 },
                nice: 64,
                passes: 2,
                wide_passes: 0,
                pieces: &[4096],
                first_pieces: &[4096],
            },
            Effort::Max if size > SMALL => Tuning {
                search: Search::Trees { depth: 32 },
                nice: 128,
                passes: 3,
                wide_passes: 1,
                pieces: &[2048],
                first_pieces: &[4096],
            },
            Effort::Max => Tuning {
                search: Search::Trees { depth: 100 },
                nice: 257,
                passes: 5,
                wide_passes: 2,
                pieces: &[1024, 2048],
                first_pieces: &[1024, 2048],
            },
        }
    }
}
