//! How IIS reads a configuration, as far as a registration depends on it.
//!
//! Sources: `IIS_schema.xml`, which every IIS has in `inetsrv\config\schema`, for keys and what a section may hold; and
//! <https://learn.microsoft.com/iis/get-started/planning-your-iis-architecture/understanding-iis-configuration-delegation>
//! and <https://learn.microsoft.com/iis/get-started/planning-your-iis-architecture/how-to-use-locking-in-iis-configuration>
//! for locations and locks.

pub(crate) mod access;
pub(crate) mod collection;
pub(crate) mod handlers;
pub(crate) mod images;
pub(crate) mod keys;
pub(crate) mod scope;
