//! Carrying out a plan: staged files, packages from the engine, and the proof that they are what was planned.

pub mod engine;
pub mod made;
pub mod manifest;
pub mod package;
mod places;
pub mod sign;
pub mod stage;
pub mod verify;
pub mod with_wix;
