//! The Python of the tests: a virtual environment below the target folder, with what PyPI has and systems have not.

use crate::workspace;
use std::path::{Path, PathBuf};

/// A module that is installed in it: what `doctor` calls it, its name to Python, and its name to pip.
pub struct Module {
    /// For people.
    pub label: &'static str,
    /// For `import`, with those beside it that its package may be without; separated by spaces.
    pub imports: &'static str,
    /// For `pip install`.
    pub package: &'static str,
}

/// All of them: an independent eye on Windows images, and the validators of what a release says of itself, by those who
/// define the forms.
pub const MODULES: [Module; 5] = [
    Module { label: "lief (Python)", imports: "lief", package: "lief" },
    Module {
        label: "cyclonedx (Python)",
        imports: "cyclonedx jsonschema",
        package: "cyclonedx-python-lib[json-validation]",
    },
    Module { label: "spdx-tools (Python)", imports: "spdx_tools yaml", package: "spdx-tools" },
    Module { label: "in-toto (Python)", imports: "in_toto_attestation", package: "in-toto-attestation" },
    Module { label: "check-jsonschema (Python)", imports: "check_jsonschema", package: "check-jsonschema" },
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
