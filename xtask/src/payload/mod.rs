//! What the user names as a payload: folders, files, and what is fetched first.

pub mod lock;
pub mod source;
