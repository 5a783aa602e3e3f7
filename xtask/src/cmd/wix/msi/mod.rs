//! `cargo xtask wix msi`: what the embedded engine does with packages.

mod decompile;
mod inscribe;
mod switches;

use super::help::refuse;
use crate::console::Console;
use crate::exit::Outcome;
use std::ffi::OsString;

const HELP: &str = "\
Work with Windows Installer packages.

Usage: cargo xtask wix msi COMMAND [SWITCHES] PACKAGE.msi

  decompile   a source, and files, that the package can be built from again
  inscribe    tell in a package who has signed the cabinets beside it";

/// Runs what stands after `wix msi`.
///
/// # Errors
/// A command that is not here, and what the command fails with.
pub fn run(arguments: &[OsString], console: &Console) -> Outcome {
    let Some((command, rest)) = arguments.split_first() else {
        console.print(HELP);
        return Ok(());
    };
    match command.to_string_lossy().as_ref() {
        "decompile" => decompile::run(rest, console),
        "inscribe" => inscribe::run(rest, console),
        "-h" | "-?" | "-help" | "--help" => {
            console.print(HELP);
            Ok(())
        }
        other => Err(refuse("msi", Some(other))),
    }
}
