//! Cabinets (.cab): the archives in which a package carries its files.
//!
//! Written stored, with MSZIP or with LZX, read in every form that Windows' tools write. Knows nothing of installer
//! tables, and writes no file of its own: bytes go where the caller says.
//! Source: *Microsoft Cabinet File Format* and *\[MS-MCI\]: Microsoft ZIP (MSZIP) Compression and Decompression Data
//! Structure*.

mod block;
mod deflate;
mod directory;
mod error;
mod format;
mod huffman;
mod method;
mod model;
mod mszip;
mod payload;
mod pool;
mod read;
mod signature;
mod split;
mod write;

pub use error::{ReadError, WriteError};
pub use format::civil;
pub use installer_lzx::{Effort, Window};
pub use method::Method;
pub use model::{Cabinet, CabinetFile, Entry, Source};
pub use read::{FileReader, Input, Place, Reader};
pub use signature::signature;
pub use split::{Parts, SplitError};
pub use write::write;
