//! What `cargo xtask` is made of, so that tests can use it too.

pub mod tool;
