//! `ancm.lock`: what the payload was, so that another one is noticed.

use crate::exit::{Exit, Failure, Outcome};
use ancm_installer::diag::{Diagnostic, Location};
use ancm_installer::payload::{Payload, PayloadFile};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The file's name; it stands beside the configuration.
pub const FILE: &str = "ancm.lock";
/// The form of the file.
const FORMAT: u32 = 1;

/// What a lock file says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    format: u32,
    /// The files, by role.
    payload: BTreeMap<String, Pinned>,
}

/// A file as it was pinned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pinned {
    sha256: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signer: Option<String>,
    /// Where it was found; for people.
    found: String,
}

impl Pinned {
    fn of(file: &PayloadFile) -> Pinned {
        Pinned {
            sha256: file.sha256.clone(),
            version: file.version.map(|version| version.to_string()),
            signer: file.signed.signer().map(str::to_owned),
            found: file.path.clone(),
        }
    }

    fn describe(&self) -> String {
        let version = self.version.as_deref().unwrap_or("no version");
        let signer =
            self.signer.as_ref().map_or("not signed".to_owned(), |signer| format!("signed by {signer}"));
        format!("{version}, {signer}, SHA-256 {}…", self.sha256.get(..16).unwrap_or(&self.sha256))
    }
}

impl Lock {
    /// What `payload` is now.
    #[must_use]
    pub fn of(payload: &Payload) -> Lock {
        let files = payload.files.values().map(|file| (file.role.to_string(), Pinned::of(file)));
        Lock { format: FORMAT, payload: files.collect() }
    }

    /// Reads the lock file at `path`; nothing where there is none.
    ///
    /// # Errors
    /// It cannot be read, or is not a lock file.
    pub fn read(path: &Path) -> Outcome<Option<Lock>> {
        let fail = |problem: String, offset: Option<usize>, text: &str| {
            let file: Arc<str> = path.to_string_lossy().into();
            let at = match offset {
                Some(offset) => Location::of_offset(&file, text, offset),
                None => Location { file, line: 0, column: 0 },
            };
            let finding = Diagnostic::error("payload::lock", problem).at(&at);
            Failure::of(Exit::Usage, vec![finding.help("`cargo xtask payload pin SOURCE` writes it anew")])
        };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(fail(format!("cannot be read: {error}"), None, "")),
        };
        let lock: Lock = toml::from_str(&text)
            .map_err(|error| fail(error.message().to_owned(), error.span().map(|span| span.start), &text))?;
        if lock.format != FORMAT {
            return Err(fail(format!("it has format {}, expected {FORMAT}", lock.format), None, &text));
        }
        Ok(Some(lock))
    }

    /// The file's text.
    #[must_use]
    pub fn text(&self) -> String {
        let body = toml::to_string(self).expect("tables of texts");
        format!(
            "# What the payload was when it was pinned: `cargo xtask payload pin` writes this file.\n{body}"
        )
    }

    /// Holds `payload` against what was pinned. A role that the payload does not fill is the plan's to miss.
    ///
    /// # Errors
    /// A file is another one, or was not pinned.
    pub fn check(&self, payload: &Payload, path: &Path) -> Outcome {
        let differs = |file: &PayloadFile| {
            let now = Pinned::of(file);
            let message = match self.payload.get(&file.role.to_string()) {
                Some(pinned)
                    if (&pinned.sha256, &pinned.version, &pinned.signer)
                        == (&now.sha256, &now.version, &now.signer) =>
                {
                    return None;
                }
                Some(pinned) => format!(
                    "`{}`, the {}, is not what was pinned: {}; pinned was {}",
                    file.path,
                    file.role,
                    now.describe(),
                    pinned.describe()
                ),
                None => format!("`{}`, the {}, was never pinned: {}", file.path, file.role, now.describe()),
            };
            let help = "if it is what you want to package, `cargo xtask payload pin SOURCE` writes it down";
            let at = Location { file: path.to_string_lossy().into(), line: 0, column: 0 };
            Some(Diagnostic::error("payload::not_pinned", message).at(&at).help(help))
        };
        let findings: Vec<Diagnostic> = payload.files.values().filter_map(differs).collect();
        if findings.is_empty() { Ok(()) } else { Err(Failure::of(Exit::Input, findings)) }
    }

    /// Writes the file at `path`: another one there is replaced when this one is whole.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, path: &Path) -> Outcome {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let written = tempfile::NamedTempFile::new_in(folder).and_then(|mut file| {
            file.write_all(self.text().as_bytes())?;
            file.persist(path).map_err(|error| error.error)
        });
        written.map(|_| ()).map_err(|error| crate::output::failure("write", path, &error))
    }
}

/// Where the lock file is: beside the configuration that `--config` names, or in the project's folder.
#[must_use]
pub fn place(config: Option<&Path>, root: &Path) -> PathBuf {
    config.and_then(Path::parent).unwrap_or(root).join(FILE)
}
