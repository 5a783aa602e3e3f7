//! What `dist` asks before it lets a package out, of this project.

use super::sources;
use crate::exit::{Exit, Failure, Outcome};
use crate::workspace::Known;
use ancm_installer::release::Gate;
use ancm_installer::upgrade::Package;
use std::path::Path;

/// With the baselines and the ledger of a product of the project in `root`.
///
/// # Errors
/// A baseline or the ledger cannot be read.
pub fn open(root: &Path, known: &Known) -> Outcome<Gate> {
    Ok(Gate::of(sources::baselines(root, &known.product.name)?, &known.ledger))
}

/// Asks for `new`.
///
/// # Errors
/// An upgrade to it would lose something.
pub fn pass(gate: &Gate, new: &Package) -> Outcome {
    match gate.check(new) {
        lost if lost.is_empty() => Ok(()),
        lost => Err(Failure::of(Exit::Upgrade, lost)),
    }
}
