//! What a release says of itself, read from the packages that were made: bills of materials, provenance, notes, manifests
//! for winget, facts for those who deploy.
//!
//! Every document is made from a [`Release`] alone, so that the same packages always have the same evidence.

mod cyclonedx;
mod deployment;
mod notes;
mod provenance;
mod spdx;
mod subject;
pub mod winget;

use super::manifest::Manifest;
use crate::cab;
use crate::diag::Diagnostic;
use crate::id::Guid;
use serde_json::Value;

pub use provenance::Builder;
pub use subject::{Held, Played, Subject, SubjectError};

/// Everything that the evidence is about.
#[derive(Clone, Debug)]
pub struct Release {
    /// What was made.
    pub manifest: Manifest,
    /// SHA-256 of the manifest's file, in lower-case hexadecimal digits.
    pub manifest_sha256: String,
    /// What the packages hold, in the manifest's order.
    pub subjects: Vec<Subject>,
    /// When the packages are said to be made, in seconds since 1970.
    pub timestamp: i64,
    /// Who built it, from what.
    pub builder: Builder,
    /// Where the packages will be downloaded from: what stands before a file's name.
    pub url: Option<String>,
    /// The identifier for winget that stands before the packages' own names.
    pub winget_id: Option<String>,
}

impl Release {
    /// All documents, by file name.
    ///
    /// # Errors
    /// A field has what the form of its document does not allow.
    pub fn documents(&self) -> Result<Vec<(String, String)>, Vec<Diagnostic>> {
        let json = |value: Value| format!("{value:#}\n");
        let mut documents = vec![
            ("sbom.cdx.json".to_owned(), json(cyclonedx::document(self))),
            ("sbom.spdx.json".to_owned(), json(spdx::document(self))),
            ("provenance.intoto.json".to_owned(), json(provenance::statement(self))),
            ("deployment.json".to_owned(), json(deployment::facts(self))),
            ("INSTALL.md".to_owned(), deployment::page(self)),
            ("RELEASE-NOTES.md".to_owned(), notes::page(self)),
        ];
        if let Some(url) = &self.url {
            documents.extend(winget::manifests(self, url)?);
        }
        Ok(documents)
    }

    /// The publisher, as the packages name it.
    fn manufacturer(&self) -> &str {
        self.subjects.first().map_or("", |subject| subject.manufacturer.as_str())
    }

    /// A name for `what` in this release that no other release has.
    fn uuid(&self, what: &str) -> String {
        const NAMESPACE: Guid = Guid::from_u128(0x5f1c_2c0e_8a5b_4f0c_9d59_3c0a_6d0e_71b2);
        let guid = NAMESPACE.derive(format!("{what} {}", self.manifest_sha256).as_bytes());
        guid.to_string().trim_matches(['{', '}']).to_ascii_lowercase()
    }

    /// The packages with what they hold.
    fn packages(&self) -> impl Iterator<Item = (&super::PackageEntry, &Subject)> {
        self.manifest.packages.iter().zip(&self.subjects)
    }
}

/// `seconds` since 1970 as RFC 3339 has it, in UTC.
fn moment(seconds: i64) -> String {
    let (year, month, day) = cab::civil(seconds.div_euclid(86_400));
    let time = seconds.rem_euclid(86_400);
    let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}
