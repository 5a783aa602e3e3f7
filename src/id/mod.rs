//! Newtypes for the identities that an installer is made of. Knows no file format.

mod guid;
mod role;
mod target;
mod version;

pub use guid::{ComponentId, Guid, PackageCode, ProductCode, UpgradeCode};
pub use role::{Dll, Role};
pub use target::{Arch, Flavour};
pub use version::{FileVersion, ProductVersion, VersionError};
