//! Windows executable images (PE): read what they are, and write the resources that go into new ones.
//!
//! Reads headers, exports, imports, resources and version information of PE32 and PE32+ images, and both views of
//! ARM64X images. Every input is untrusted: nothing here panics, and nothing takes more memory than a small multiple
//! of the file. Decides no policy: what a module is good for is for others to say.
//!
//! The format: <https://learn.microsoft.com/windows/win32/debug/pe-format>.

use installer_id as id;
use installer_signature as signature;

mod arm64x;
pub mod assembly;
pub mod authenticode;
mod bytes;
mod error;
mod export;
mod header;
mod image;
mod import;
mod message;
pub mod res;
mod resource;
pub mod version;
mod view;

pub use assembly::AssemblyIdentity;
pub use authenticode::Signed;
pub use error::Error;
pub use export::{Export, Exports, Target};
pub use header::{DataDirectory, Directory, Headers, Machine, Section};
pub use image::{Image, checksum};
pub use message::MessageTable;
pub use resource::{Resource, ResourceId};
pub use version::{FileFacts, FixedFileInfo, StringTable, Translation, VersionInfo};
pub use view::View;
