//! Correct Windows installers for native IIS modules, built and proved on any host.
//!
//! The library is pure: bytes and values in; bytes, values and diagnostics out. It starts no process and reads no
//! environment, clock or network (`ARCHITECTURE.md`, invariant 1). Modules stand on floors; each may name only
//! modules on lower floors, which `tests/layers.rs` enforces.

extern crate alloc;

pub mod apphost;
pub mod authoring;
pub mod cab;
pub mod diag;
pub mod id;
pub mod identity;
pub mod ledger;
pub mod msi;
pub mod native;
pub mod payload;
pub mod pe;
pub mod plan;
pub mod pools;
pub mod upgrade;
pub mod wix;
