//! `cargo xtask ci`: what pipelines ask.

use crate::console::Console;
use crate::exit::Outcome;
use crate::flags::Build;
use crate::inputs::configured;
use crate::workspace;
use ancm_installer::id::{Arch, Flavour};
use ancm_installer::release::Matrix;
use clap::Subcommand;
use std::path::PathBuf;

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print the packages to build, one runner each, as a line of JSON for `fromJSON`
    Matrix(Box<Build>),
}

/// Runs the command.
///
/// # Errors
/// A setting is wrong.
pub fn run(command: &Command, console: &Console) -> Outcome {
    match command {
        Command::Matrix(flags) => {
            let (matrix, _) = wanted(flags)?;
            let line =
                serde_json::to_string(&matrix).expect("our types have string keys and no failing parts");
            console.print(&line);
            Ok(())
        }
    }
}

/// The complete set of packages that the settings ask for, and the folder for them.
///
/// # Errors
/// A setting is wrong.
pub fn wanted(flags: &Build) -> Outcome<(Matrix, PathBuf)> {
    let root = workspace::root()?;
    let settings = flags.settings().or(configured(flags.config.as_deref(), &root, &workspace::here()?)?);
    let flavours = settings.flavour.map_or(Flavour::ALL.to_vec(), |flavours| flavours.value);
    let arches = settings.arch.map_or(Arch::ALL.to_vec(), |arches| arches.value);
    let out = settings.out.map_or(root.join("dist"), |out| out.value);
    Ok((Matrix::of(&flavours, &arches), out))
}
