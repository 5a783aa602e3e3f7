//! What Windows takes for the same name: paths, registry values, patterns for files; and what it has under such names itself,
//! folders and properties.

mod folded;
mod pattern;
mod places;
mod registry;
mod sorted;

pub use folded::Folded;
pub use pattern::Pattern;
pub use places::{is_of_windows, standard_property};
pub use registry::{Looker, RegistryName, View};
