//! What a file of the module is for.

use super::Arch;
use serde::Serialize;
use std::fmt;
use std::str::FromStr;

/// The two DLLs of the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dll {
    /// The one that IIS loads: `aspnetcorev2.dll`.
    Module,
    /// The one that the module loads: `aspnetcorev2_outofprocess.dll`.
    Handler,
}

impl Dll {
    /// Both, in the order in which they are listed.
    pub const ALL: [Dll; 2] = [Dll::Module, Dll::Handler];

    /// The base name that the DLL has where it is installed for one processor.
    #[must_use]
    pub fn base_name(self) -> &'static str {
        match self {
            Dll::Module => "aspnetcorev2",
            Dll::Handler => "aspnetcorev2_outofprocess",
        }
    }
}

impl fmt::Display for Dll {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Dll::Module => "module",
            Dll::Handler => "handler",
        })
    }
}

/// What a file of the payload is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// One of the two DLLs for one processor.
    Dll(Dll, Arch),
    /// The schema of the configuration section `system.webServer/aspNetCore`.
    Schema,
}

impl Role {
    /// What a package for `arch` needs: its own modules, the schema, on a 64-bit machine the 32-bit modules for
    /// 32-bit application pools, and on ARM64 the x64 modules for emulated ones.
    #[must_use]
    pub fn needed_by(arch: Arch) -> Vec<Role> {
        let arches: &[Arch] = match arch {
            Arch::X86 => &[Arch::X86],
            Arch::X64 => &[Arch::X86, Arch::X64],
            Arch::Arm64 => &[Arch::X86, Arch::X64, Arch::Arm64],
        };
        let modules = Dll::ALL.into_iter().flat_map(|m| arches.iter().map(move |a| Role::Dll(m, *a)));
        modules.chain([Role::Schema]).collect()
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Role::Dll(module, arch) => write!(f, "{module} {arch}"),
            Role::Schema => f.write_str("schema"),
        }
    }
}

impl FromStr for Role {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let all = Dll::ALL.into_iter().flat_map(|m| Arch::ALL.map(|a| Role::Dll(m, a)));
        all.chain([Role::Schema]).find(|role| role.to_string() == text).ok_or_else(|| {
            format!("`{text}` is not a role: expected `module` or `handler` and a processor, or `schema`")
        })
    }
}

impl Serialize for Role {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
