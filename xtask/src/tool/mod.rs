//! Programs that the command line runs.

pub mod lld;
