//! The installer database (.msi) as a container: tables, streams, summary information; read and write.
//!
//! Knows tables and columns; knows nothing of upgrades.

use installer_cab as cab;

mod codepage;
mod compare;
mod decode;
mod encode;
mod error;
mod file_hash;
mod inspect;
mod layout;
mod likeness;
mod model;
mod name;
mod pool;
mod read;
pub mod schema;
mod summary;
mod write;

pub use codepage::can_encode;
pub use codepage::code_page_for;
pub use compare::{Difference, compare};
pub use error::{ReadError, WriteError};
pub use file_hash::FileHash;
pub use inspect::inspect;
pub use likeness::Likeness;
pub use model::{Cell, Column, ColumnKind, Database, Row, Stream, SummaryInformation, Table, Validation};
pub use read::{Package, read, storages};
pub use write::write;
