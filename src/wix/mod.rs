//! The embedded engine: compiles the WiX v4 language to an installer database, on any host.
//!
//! Stages, each of which reports everything it finds and then stops: preprocess → localize → compile → link → bind.
//! Starts no process.

pub mod compile;
pub mod ids;
pub mod localization;
pub mod preprocess;
pub mod report;
pub mod source;
pub mod symbol;
pub mod variables;
