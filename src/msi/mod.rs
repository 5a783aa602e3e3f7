//! The installer database (.msi) as a container: tables, streams, summary information; read and write.
//!
//! Knows tables and columns; knows nothing of upgrades.

mod model;

pub use model::{Cell, Column, ColumnKind, Database, Row, Stream, SummaryInformation, Table, Validation};
