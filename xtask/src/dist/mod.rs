//! Carrying out a plan: staged files, packages from the engine, and the proof that they are what was planned.

pub mod engine;
pub mod manifest;
pub mod package;
pub mod stage;
pub mod verify;
