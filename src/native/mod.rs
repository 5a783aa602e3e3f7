//! The DLLs that we make: ARM64X forwarders, the loader for the out-of-process handler, the custom actions, and the
//! modules of the stand-in payload.
//!
//! Each is described by a [`LinkJob`]: the input files, the linker's arguments, and what the output must be. Nothing
//! here runs a tool; `xtask` runs LLD and hands the output to [`verify()`]. `native/README.md` explains what is in a
//! forwarder, field by field.

pub mod configaction;
mod forwarder;
mod import;
mod job;
pub mod loader;
mod object;
pub mod standin;
mod verify;

pub use forwarder::{Behind, Forwarder, ForwarderError, Named};
pub use job::{Expected, ExpectedExport, ExpectedView, InputFile, LinkJob};
pub use verify::{Problem, verify};
