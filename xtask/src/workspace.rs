//! Where the project is, and where the user stands.

use crate::exit::{Exit, Failure, Outcome};
use ancm_installer::ledger::Ledger;
use std::path::{Path, PathBuf};

/// The folder of the project: the first one, from the user's upwards, that has the identity ledger; else the one that
/// this program was built in.
///
/// # Errors
/// There is none.
pub fn root() -> Outcome<PathBuf> {
    let has_ledger = |folder: &&Path| folder.join("wix/identity.toml").is_file();
    let here = here()?;
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    here.ancestors().chain(built).find(has_ledger).map(Path::to_owned).ok_or_else(|| {
        Failure::new(
            Exit::Usage,
            "workspace::none",
            format!("no `wix/identity.toml` in `{}` or above", here.display()),
        )
        .help("run it in a clone of the project")
    })
}

/// The folder that the user stands in.
///
/// # Errors
/// It is gone.
pub fn here() -> Outcome<PathBuf> {
    std::env::current_dir().map_err(|error| {
        Failure::new(Exit::Usage, "workspace::gone", format!("the current folder is not usable: {error}"))
    })
}

/// Where cargo builds; what else is made here on the way is kept there, too.
#[must_use]
pub fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |folder| root.join(folder))
}

/// The project's identity ledger.
///
/// # Errors
/// It cannot be read, or something in it is wrong.
pub fn ledger(root: &Path) -> Outcome<Ledger> {
    let path = ledger_file(root);
    parse_ledger(&path, &ledger_text(&path)?)
}

/// Where the project's identity ledger is.
#[must_use]
pub fn ledger_file(root: &Path) -> PathBuf {
    root.join("wix/identity.toml")
}

/// The text of the ledger `file`.
///
/// # Errors
/// It cannot be read.
pub fn ledger_text(file: &Path) -> Outcome<String> {
    std::fs::read_to_string(file).map_err(|error| {
        let message = format!("cannot read `{}`: {error}", file.display());
        Failure::new(Exit::Ledger, "ledger::unreadable", message)
    })
}

/// Reads the `text` of the ledger `file`.
///
/// # Errors
/// Something in it is wrong.
pub fn parse_ledger(file: &Path, text: &str) -> Outcome<Ledger> {
    Ledger::parse(&file.to_string_lossy(), text).map_err(|findings| Failure::of(Exit::Ledger, findings))
}
