//! What `cargo xtask` is made of, so that tests can use it too.

pub mod cli;
pub mod cmd;
pub mod config;
pub mod console;
pub mod environment;
pub mod exit;
pub mod flags;
pub mod inputs;
pub mod interrupt;
pub mod output;
pub mod packaging;
pub mod payload;
pub mod settings;
pub mod tool;
pub mod workspace;
