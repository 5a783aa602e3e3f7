//! The Python of the tests: a virtual environment below the target folder, with what PyPI has and systems have not.

use crate::workspace;
use std::path::{Path, PathBuf};

/// A module that is installed in it: what `doctor` calls it, its name to Python, and its name to pip.
pub struct Module {
    /// For people.
    pub label: &'static str,
    /// For `import`.
    pub import: &'static str,
    /// For `pip install`.
    pub package: &'static str,
}

/// All of them: an independent eye on Windows images, and the validators of what a release says of itself, by those who
/// define the forms.
pub const MODULES: [Module; 5] = [
    Module { label: "lief (Python)", import: "lief", package: "lief" },
    Module {
        label: "cyclonedx (Python)",
        import: "cyclonedx.validation.json, jsonschema",
        package: "cyclonedx-python-lib[json-validation]",
    },
    Module { label: "spdx-tools (Python)", import: "spdx_tools, yaml", package: "spdx-tools" },
    Module { label: "in-toto (Python)", import: "in_toto_attestation.v1", package: "in-toto-attestation" },
    Module { label: "check-jsonschema (Python)", import: "check_jsonschema", package: "check-jsonschema" },
];

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
