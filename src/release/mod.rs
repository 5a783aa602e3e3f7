//! What stands between made packages and a trusted download: the manifest, shards of a build joined, the rules of a
//! release.
//!
//! Pure, like everything here: manifests and packages' bytes go in, texts and findings come out. Changes no artifact and
//! starts nothing; `xtask` runs, reads and writes.

mod manifest;
mod matrix;
mod merge;

pub use manifest::{
    ActionEntry, Cabinet, EngineEntry, ForwarderEntry, Manifest, PackageEntry, PayloadEntry, SCHEMA,
};
pub use matrix::{Matrix, Shard};
pub use merge::{Part, merge};
