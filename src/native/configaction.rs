//! The DLL with the custom actions that register the module in the configuration of IIS.
//!
//! The source is `native/configaction`, with `apphost` compiled in. The DLLs come ready made, since a bare machine has
//! no Rust for Windows targets; `native/prebuilt/provenance.toml` says how they were made, and a test makes them again.

use crate::id::{Arch, hexadecimal};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What the packages call: `UINT __stdcall ENTRY(MSIHANDLE)`.
pub const ENTRIES: [&str; 11] = [
    "ApplyConfiguration",
    "ApplySwap",
    "CheckConfiguration",
    "CheckSwap",
    "CommitConfiguration",
    "CommitSwap",
    "FindAbandonedHandlers",
    "RollBackConfiguration",
    "RollBackSwap",
    "ScheduleConfiguration",
    "ScheduleSwap",
];

/// The key of the DLL in the Binary table.
pub const BINARY: &str = "ConfigAction";

/// The DLL for one processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConfigurationAction {
    /// The processor that it runs on.
    pub arch: Arch,
    /// The file.
    pub bytes: &'static [u8],
}

impl ConfigurationAction {
    /// The one that packages for `package` carry. That for ARM64 is the x86 one: Windows Installer runs it on every
    /// ARM64 machine, while an ARM64 DLL fails in the process that a package for x64 has left behind
    /// (<https://github.com/wixtoolset/issues/issues/9322>).
    #[must_use]
    pub fn of_package(package: Arch) -> ConfigurationAction {
        match package {
            Arch::X64 => ConfigurationAction { arch: Arch::X64, bytes: installer_prebuilt::CONFIGACTION_X64 },
            Arch::X86 | Arch::Arm64 => {
                ConfigurationAction { arch: Arch::X86, bytes: installer_prebuilt::CONFIGACTION_X86 }
            }
        }
    }

    /// SHA-256 of the file, in lower-case hexadecimal digits.
    #[must_use]
    pub fn sha256(&self) -> String {
        hexadecimal(Sha256::digest(self.bytes))
    }
}

/// How the DLLs were made.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all(deserialize = "kebab-case"))]
pub struct Provenance {
    /// What `rustc --version` says.
    pub compiler: String,
    /// Where it is from.
    pub package: String,
    /// The linker.
    pub linker: String,
    /// What cargo was told.
    #[serde(alias = "cargo_flags")]
    pub cargo_flags: Vec<String>,
    /// What rustc was told.
    #[serde(alias = "rustc_flags")]
    pub rustc_flags: Vec<String>,
    /// The hash of all that they were compiled from.
    #[serde(alias = "source_sha256")]
    pub source_sha256: String,
    /// The one for x86.
    pub x86: Prebuilt,
    /// The one for x64.
    pub x64: Prebuilt,
}

/// One of the DLLs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Prebuilt {
    /// What the compiler calls its target.
    pub target: String,
    /// Its hash.
    pub sha256: String,
}

impl Provenance {
    /// As `native/prebuilt/provenance.toml` has it.
    ///
    /// # Errors
    /// The text is of another form.
    pub fn read(text: &str) -> Result<Provenance, toml::de::Error> {
        #[derive(Deserialize)]
        struct File {
            configaction: Provenance,
        }
        toml::from_str(text).map(|file: File| file.configaction)
    }

    /// That of the DLLs that packages carry.
    ///
    /// # Panics
    /// Never: a test reads it.
    #[must_use]
    pub fn of_packages() -> Provenance {
        Provenance::read(installer_prebuilt::PROVENANCE).expect("a test reads it")
    }
}
