//! What the user names as a payload: folders, files, and what is fetched first.

mod curl;
pub mod fetch;
pub mod lock;
mod releases;
pub mod source;
