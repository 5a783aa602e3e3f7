//! One tree of named bytes out of what software is shipped in: folders, zip and NuGet packages, cabinets, installer
//! packages, Burn bundles, and any of them inside another.
//!
//! [`walk`] goes through a tree and shows every file to a [`Visitor`]. Every input is untrusted: names that lead out of
//! the tree are refused, and so are structures that overlap, sizes beyond the [limits](Limits), and archives more than
//! [`DEEPEST`] levels inside one another. What is refused is told with its offset, and the walk goes on with the rest.
//!
//! Knows no payload, and writes nothing.

mod budget;
mod burn;
mod cabinet;
mod container;
mod error;
mod folder;
mod hashing;
mod kind;
mod name;
mod package;
mod source;
mod walk;
mod zip;

pub use budget::Limits;
pub use error::{Error, Stop};
pub use hashing::Hashing;
pub use kind::Kind;
pub use name::{NameError, is_one_name, relative};
pub use source::{Cursor, Source};
pub use walk::{DEEPEST, File, Visitor, walk};
