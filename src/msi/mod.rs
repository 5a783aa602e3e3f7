//! The installer database (.msi) as a container: tables, streams, summary information; read and write.
//!
//! Knows tables and columns; knows nothing of upgrades.

mod model;
mod read;
pub mod schema;
mod write;

pub use model::{Cell, Column, ColumnKind, Database, Row, Stream, SummaryInformation, Table, Validation};
pub use read::{Package, ReadError, read};
pub use write::{WriteError, write};
