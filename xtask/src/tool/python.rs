//! The Python of the tests: a virtual environment below the target folder, with what PyPI has and systems have not.

use crate::workspace;
use std::path::{Path, PathBuf};

/// What is installed in it (<https://lief.re>): an independent eye on Windows images.
pub const LIEF: &str = "lief (Python)";

/// The folder of the environment.
#[must_use]
pub fn folder(root: &Path) -> PathBuf {
    workspace::target(root).join("python")
}

/// Its interpreter, which need not be there.
#[must_use]
pub fn program(root: &Path) -> PathBuf {
    folder(root).join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python3" })
}
