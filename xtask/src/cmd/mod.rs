//! The commands, one file each: flags in, library called, result printed.

pub mod baseline;
pub mod check;
pub mod ci;
pub mod dist;
pub mod doctor;
pub mod evidence;
pub mod explain;
pub mod identity;
pub mod layout;
pub mod merge;
pub mod patch;
pub mod payload;
pub mod plan;
pub mod pools;
pub mod setup;
pub mod test;
pub mod upgrade;
pub mod verify;
pub mod wix;
