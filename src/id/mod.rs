//! Newtypes for the identities that an installer is made of. Knows no file format.

mod guid;
mod role;
mod target;
mod version;
mod word;

pub use guid::{ComponentId, Guid, PackageCode, ProductCode, UpgradeCode};
pub use role::{Dll, Role};
pub use target::{Arch, Flavour};
pub use version::{FileVersion, ProductVersion, VersionError};
pub use word::UnknownWord;

/// `bytes`, such as a hash, in lower-case hexadecimal digits.
#[must_use]
pub fn hexadecimal(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
