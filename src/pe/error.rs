//! Why an image, or a part of it, cannot be read.

/// What is wrong with the bytes of an image.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The file is something else.
    #[error("not a PE image: {0}")]
    NotPe(&'static str),
    /// The file ends before the data does.
    #[error("the file is cut short: {what} at offset {offset:#x} lies beyond its end")]
    Truncated {
        /// What was looked for.
        what: &'static str,
        /// Where in the file it should begin, in bytes.
        offset: usize,
    },
    /// An address leads nowhere.
    #[error("{what} at address {rva:#x} lies in no section's data")]
    Unmapped {
        /// What was looked for.
        what: &'static str,
        /// The address, relative to the image base.
        rva: u32,
    },
    /// The data contradicts itself or the format.
    #[error("{0}")]
    Malformed(String),
    /// The data goes beyond what a genuine image has; reading on could take unbounded time or memory.
    #[error("{what}: more than {limit}, which no genuine image has")]
    TooMuch {
        /// What there is too much of.
        what: &'static str,
        /// The most that is read.
        limit: usize,
    },
}
