//! `manifest.json` and `SHA256SUMS`: what was made, for those who publish it. No times, no paths of a machine.

use crate::id::{
    Arch, FileVersion, Flavour, PackageCode, ProductCode, ProductVersion, UpgradeCode, hexadecimal,
};
use crate::native::configaction::Provenance;
use crate::pe::Signed;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// SHA-256 in lower-case hexadecimal digits.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(Sha256::digest(bytes))
}

/// Name and version of the form, which `docs/manifest.schema.json` describes. It grows, and changes number when something
/// goes or gets another meaning.
pub const SCHEMA: &str = "ancm-manifest/1";

/// The manifest. What is read back and written again is the same text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`SCHEMA`].
    pub schema: String,
    /// The program that made the packages, and its version.
    pub tool: String,
    /// SHA-256 of all that the packages were authored from: sources, texts, the product's description and ledger.
    pub authoring_sha256: String,
    /// The product that the packages are of.
    pub product: String,
    /// The packages' version.
    pub version: ProductVersion,
    /// Whether the packages are made of stand-ins and must not be used.
    pub stand_in: bool,
    /// What turned the authoring into packages.
    pub engine: EngineEntry,
    /// How hard the embedded engine looked for small cabinets; the bytes depend on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compression_effort: Option<String>,
    /// What linked the forwarders; none where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub linker: Option<String>,
    /// What was packaged and not built here.
    pub payload: Vec<PayloadEntry>,
    /// The DLLs that were made for the packages.
    pub forwarders: Vec<ForwarderEntry>,
    /// How the DLLs with the custom actions were made, which come ready made.
    pub configuration_action: Provenance,
    /// The packages, by kind of IIS and processor.
    pub packages: Vec<PackageEntry>,
}

/// The engine of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EngineEntry {
    /// `embedded` or `wix`.
    pub chosen: String,
    /// Its version.
    pub version: String,
    /// Why this one.
    pub reason: String,
}

/// A file that packages are made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayloadEntry {
    /// What it is for.
    pub role: String,
    /// Where it was found, below what the user named.
    pub path: String,
    /// The version of a DLL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<FileVersion>,
    /// Whether it says that it is a stand-in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stand_in: bool,
    /// Whether it certainly makes Windows look for what the handler needs beside the handler.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub searches_handler_folder: bool,
    /// What its signature says.
    pub signed: Signed,
    /// Length in bytes.
    pub size: u64,
    /// SHA-256, in lower-case hexadecimal digits.
    pub sha256: String,
}

/// A DLL that was made for the packages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForwarderEntry {
    /// Its name on the stage.
    pub path: String,
    /// What it is.
    pub kind: String,
    /// Why it is.
    pub reason: String,
    /// Its version.
    pub version: FileVersion,
    /// The linker that made it; where that is not the one of the manifest, that one made none that is right.
    pub linker: String,
    /// SHA-256, in lower-case hexadecimal digits, before it was signed.
    pub sha256: String,
}

/// A package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackageEntry {
    /// Its file name.
    pub file: String,
    /// The kind of IIS.
    pub flavour: Flavour,
    /// The processor.
    pub arch: Arch,
    /// The processor of the machines that a patch corrects, which is not its own; none for any other package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<Arch>,
    /// Its name in Apps & Features.
    pub product_name: String,
    /// UpgradeCode.
    pub upgrade_code: UpgradeCode,
    /// The DLL with its custom actions.
    pub configuration_action: ActionEntry,
    /// SHA-256 of the file, in lower-case hexadecimal digits.
    pub sha256: String,
    /// Length in bytes.
    pub size: u64,
    /// ProductCode.
    pub product_code: ProductCode,
    /// PackageCode.
    pub package_code: PackageCode,
    /// Its cabinets.
    pub cabinets: Vec<Cabinet>,
    /// SHA-256 of the file before it was signed; none for one that is not signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsigned_sha256: Option<String>,
    /// What in it was signed here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signed: Vec<SignedFile>,
}

/// A file that was signed on the way into a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedFile {
    /// Its name on the stage.
    pub stage_path: String,
    /// SHA-256 before.
    pub before: String,
    /// SHA-256 after.
    pub after: String,
}

/// The DLL with a package's custom actions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionEntry {
    /// The processor of its code, which need not be the package's.
    pub arch: Arch,
    /// Its name on the stage.
    pub stage_path: String,
    /// Length in bytes.
    pub size: u64,
    /// SHA-256, in lower-case hexadecimal digits, before it was signed.
    pub sha256: String,
    /// The file of this project that says what it was made from.
    pub provenance: String,
}

/// How a cabinet is compressed, and what that saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cabinet {
    /// Its name.
    pub name: String,
    /// `stored`, `MSZIP`, `LZX:21` (a window of 2^21 bytes).
    pub method: String,
    /// Bytes of its files.
    pub uncompressed: u64,
    /// Bytes of the cabinet.
    pub size: u64,
}

impl fmt::Display for Cabinet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Cabinet { name, method, uncompressed, size } = self;
        let saved = uncompressed.saturating_sub(*size) * 100 / (*uncompressed).max(1);
        write!(f, "cabinet `{name}`: {method}, {uncompressed} bytes in {size}, {saved} % saved")
    }
}

impl PackageEntry {
    /// The processor of the machines that it is for.
    #[must_use]
    pub fn for_machines(&self) -> Arch {
        self.machine.unwrap_or(self.arch)
    }
}

impl Manifest {
    /// `SHA256SUMS`, as `sha256sum --check` reads it.
    #[must_use]
    pub fn checksums(&self) -> String {
        checksums(self.packages.iter().map(|package| (package.file.as_str(), package.sha256.as_str())))
    }
}

/// Names and hashes of files, by name, as `sha256sum --check` reads them.
#[must_use]
pub fn checksums<'f>(files: impl IntoIterator<Item = (&'f str, &'f str)>) -> String {
    let mut files: Vec<(&str, &str)> = files.into_iter().collect();
    files.sort_unstable();
    files.iter().map(|(name, sha256)| format!("{sha256}  {name}\n")).collect()
}
