//! `cargo xtask wix msi`: what the embedded engine does with packages.

mod decompile;

use crate::console::Console;
use crate::exit::{Exit, Failure, Outcome};
use std::ffi::OsString;

const HELP: &str = "\
Work with Windows Installer packages.

Usage: cargo xtask wix msi decompile [SWITCHES] PACKAGE.msi

  decompile   a source, and files, that the package can be built from again";

/// The commands of WiX that are not here.
const WIX_ONLY: [&str; 3] = ["inscribe", "transform", "validate"];

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
        "-h" | "-?" | "-help" | "--help" => {
            console.print(HELP);
            Ok(())
        }
        other if WIX_ONLY.contains(&other) => {
            let message =
                format!("`wix msi {other}` is a command of WiX itself; the embedded engine has `decompile`");
            let help = match other {
                "validate" => {
                    "`cargo xtask check PACKAGE.msi` has the rules of Windows Installer's validation"
                        .to_owned()
                }
                _ => format!("run `wix msi {other}` where WiX is"),
            };
            Err(Failure::new(Exit::Usage, "wix::switch", message).help(help))
        }
        other => {
            let message = format!("`wix msi {other}` is not a command; the embedded engine has `decompile`");
            Err(Failure::new(Exit::Usage, "wix::switch", message).help("`cargo xtask wix msi -h` says more"))
        }
    }
}
