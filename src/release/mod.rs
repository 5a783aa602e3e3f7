//! What stands between made packages and a trusted download: the manifest, shards of a build joined, the rules of a
//! release.
//!
//! Pure, like everything here: manifests and packages' bytes go in, texts and findings come out. Changes no artifact and
//! starts nothing; `xtask` runs, reads and writes.

mod composed;
pub mod cross_check;
pub mod evidence;
mod gate;
mod made;
mod manifest;
mod matrix;
mod merge;
mod package_signature;
mod signed;
mod signing;
mod workflow;

pub use composed::{Run, Staged, authoring};
pub use gate::Gate;
pub use made::{Made, NotMade};
pub use manifest::{
    ActionEntry, Cabinet, EngineEntry, ForwarderEntry, Manifest, PackageEntry, PayloadEntry, SCHEMA,
    SignedFile, checksums, sha256,
};
pub use matrix::{Matrix, Shard};
pub use merge::{Part, differences, merge};
pub use package_signature::{SIGNATURE, SIGNATURES, package_signature};
pub use signed::{NotSigned, inside, is_as_signed, is_signed, is_signed_package, rebuilt};
pub use signing::{NotACommand, SignCommand, Started, VariableError, judge, unsigned};
pub use workflow::{ACTIONS, Action, pipelines};
