//! What a package is for: processor and kind of IIS.

use super::UnknownWord;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The processor that a package or a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Arch {
    /// 32-bit Intel.
    X86,
    /// 64-bit Intel.
    X64,
    /// 64-bit Arm.
    Arm64,
}

impl Arch {
    /// Every processor, in the order in which packages are built and listed.
    pub const ALL: [Arch; 3] = [Arch::X86, Arch::X64, Arch::Arm64];

    /// Whether the processor is a 64-bit one.
    #[must_use]
    pub fn is_64_bit(self) -> bool {
        self != Arch::X86
    }

    /// The platform in the summary information's Template property
    /// (<https://learn.microsoft.com/windows/win32/msi/template-summary>).
    #[must_use]
    pub fn template(self) -> &'static str {
        match self {
            Arch::X86 => "Intel",
            Arch::X64 => "x64",
            Arch::Arm64 => "Arm64",
        }
    }
}

impl fmt::Display for Arch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Arch::X86 => "x86",
            Arch::X64 => "x64",
            Arch::Arm64 => "arm64",
        })
    }
}

impl FromStr for Arch {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let lower = text.to_ascii_lowercase();
        Arch::ALL
            .into_iter()
            .find(|arch| arch.to_string() == lower)
            .ok_or_else(|| UnknownWord::new(text, "an architecture", "x86, x64 or arm64"))
    }
}

/// The kind of IIS that a package registers the module with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Flavour {
    /// The Windows component.
    Iis,
    /// The developer's edition, installed under Program Files.
    IisExpress,
}

impl Flavour {
    /// Both, in the order in which packages are built and listed.
    pub const ALL: [Flavour; 2] = [Flavour::Iis, Flavour::IisExpress];
}

impl fmt::Display for Flavour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Flavour::Iis => "iis",
            Flavour::IisExpress => "iisexpress",
        })
    }
}

impl FromStr for Flavour {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let lower = text.to_ascii_lowercase();
        Flavour::ALL
            .into_iter()
            .find(|flavour| flavour.to_string() == lower)
            .ok_or_else(|| UnknownWord::new(text, "a flavour", "iis or iisexpress"))
    }
}
