//! Correct Windows installers for native IIS modules, built and proved on any host.
//!
//! The library is pure: bytes and values in; bytes, values and diagnostics out. It starts no process and reads no
//! environment, clock or network (`ARCHITECTURE.md`, invariant 1). Modules stand on floors; each may name only
//! modules on lower floors, which `tests/layers.rs` enforces.

pub use installer_cab as cab;
pub use installer_condition as condition;
pub use installer_diag as diag;
pub use installer_id as id;
pub use installer_msi as msi;
pub use installer_pe as pe;
pub use installer_signature as signature;
pub use installer_upgrade as upgrade;
pub use installer_wix as wix;
pub use registration as apphost;

pub mod archive;
pub mod authoring;
pub mod check;
pub mod explain;
pub mod identity;
pub mod ledger;
pub mod native;
pub mod payload;
pub mod plan;
pub mod pools;
pub mod product;
pub mod release;
