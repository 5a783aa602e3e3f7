//! The embedded engine: compiles the WiX v4 language to an installer database, on any host.
//!
//! Stages, each of which reports everything it finds and then stops: preprocess → localize → compile → link → bind.
//! Starts no process.

use installer_cab as cab;
use installer_diag as diag;
use installer_id as id;
use installer_msi as msi;
use installer_pe as pe;

mod bind;
pub mod compat;
pub mod compile;
mod culture;
pub mod decompile;
mod emit;
mod engine;
mod harvest;
pub mod ids;
pub mod inscribe;
mod library;
pub mod link;
pub mod localization;
mod parallel;
pub mod paths;
pub mod preprocess;
pub mod report;
pub mod source;
mod standard;
mod stored;
pub mod symbol;
pub mod variables;

pub use compat::Compat;
pub use emit::{Beside, divided, part_name};
pub use engine::{Made, Outcome, Output, Request, build, cabinets, library};
pub use library::{LibraryError, MemberProblem, Package as ExtensionPackage, ZipError};
pub use paths::BindPath;
pub use standard::is_directory as is_standard_directory;
