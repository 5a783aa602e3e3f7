//! What was made, read back and examined as anybody's package.

use crate::cmd::check::examine;
use crate::exit::{Exit, Failure, Outcome};
use crate::workspace::Known;
use ancm_installer::diag::Diagnostic;
use ancm_installer::plan::Package;
use ancm_installer::release::{Made, NotMade, Staged};
use std::fs::File;

/// Reads `file`, checks it as anybody's package, and holds it against the plan. Components that the plan does not know
/// come from authoring that somebody added: a warning, or with `locked` an error. Gives what deserves a look.
///
/// # Errors
/// Everything that is wrong with it or differs.
pub fn verify(
    file: &mut File,
    package: &Package,
    staged: &Staged,
    known: &Known,
    locked: bool,
) -> Outcome<(Made, Vec<Diagnostic>)> {
    let name = &package.file_name;
    let examined = examine(name, file, None, std::slice::from_ref(known))?;
    let read = Made::read(file, package, &staged.files, &examined.database, &examined.contents);
    let (made, strangers) = read.map_err(|problem| match problem {
        NotMade::Differs(differences) => Failure::of(Exit::Findings, differences),
        problem => Failure::new(Exit::Findings, "verify::broken", format!("`{name}`: {problem}")),
    })?;
    let stranger = |(key, id): &(String, String)| {
        let message = format!("`{name}`: component `{key}` {id} is not in the ledger");
        let help = "write it into the product's `identity.toml`, so that it keeps its identity in every later release";
        if locked {
            Diagnostic::error("verify::locked", message)
        } else {
            Diagnostic::warning("verify::unlocked", message)
        }
        .help(help)
    };
    let strangers: Vec<Diagnostic> = strangers.iter().map(stranger).collect();
    if locked && !strangers.is_empty() {
        return Err(Failure::of(Exit::Ledger, strangers));
    }
    Ok((made, strangers.into_iter().chain(examined.findings).collect()))
}
