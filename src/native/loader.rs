//! The loader for the out-of-process handler: an ARM64X module with code that loads the handler for the process from its
//! own folder, and passes the call on.
//!
//! It stands where a forwarder would be, under the handler's name, with payloads whose module loads the handler in a way that keeps Windows from finding what a forwarder forwards to; `native/README.md` tells the
//! whole story. It is a forwarder with one difference: `CreateApplication` leads to code. All the rest, exports beyond
//! that one, resources and version, is as in [`super::forwarder`].
//!
//! The code is `native/prebuilt/loader.c`. The objects come with the source, since a bare machine has no compiler;
//! `native/prebuilt/provenance.toml` says how they were made, and a test makes them again.

use super::forwarder::{Behind, Forwarder, ForwarderError};
use super::import;
use super::job::{Expected, InputFile, LinkJob};
use super::object;
use crate::id::{Arch, FileVersion};
use crate::pe::Machine;
use std::fmt;

/// The function that the loader passes on.
pub const EXPORT: &str = "CreateApplication";
/// The source that the objects were made from.
pub const SOURCE: &[u8] = installer_prebuilt::LOADER_SOURCE;
/// How the objects were made: compiler, flags, and the hashes of the source and of each object.
pub const PROVENANCE: &str = installer_prebuilt::PROVENANCE;

const LIBRARY: &str = "KERNEL32.dll";
const FUNCTIONS: [&str; 8] = [
    "FreeLibrary",
    "GetLastError",
    "GetModuleFileNameW",
    "GetProcAddress",
    "GetProcessHeap",
    "HeapAlloc",
    "HeapFree",
    "LoadLibraryExW",
];

/// What kind of code the loader has for x64 processes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum X64Code {
    /// x64, which an ARM64X image may hold like any x64 module. It runs emulated, once for each application.
    #[default]
    X64,
    /// ARM64EC, which runs without emulation, and needs thunks on the way in and out.
    Arm64Ec,
}

impl fmt::Display for X64Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            X64Code::X64 => "x64",
            X64Code::Arm64Ec => "arm64ec",
        })
    }
}

/// What a link job calls the object with the code for ARM64 processes.
pub const NATIVE_NAME: &str = "loader-native.obj";
/// What a link job calls the object with the code for x64 processes.
pub const EC_NAME: &str = "loader-ec.obj";

/// The object file for ARM64 processes.
pub const ARM64_OBJECT: &[u8] = installer_prebuilt::LOADER_ARM64;

impl X64Code {
    /// Every kind.
    pub const ALL: [X64Code; 2] = [X64Code::X64, X64Code::Arm64Ec];

    /// The object file for x64 processes.
    #[must_use]
    pub fn object(self) -> &'static [u8] {
        match self {
            X64Code::X64 => installer_prebuilt::LOADER_X64,
            X64Code::Arm64Ec => installer_prebuilt::LOADER_ARM64EC,
        }
    }
}

/// What a loader is made from. The code makes the names of what it loads from the loader's own, so they cannot be chosen:
/// `module` with `_arm64` and `_x64` behind it.
#[derive(Clone, Copy, Debug)]
pub struct Loader<'a> {
    /// The name of its file without `.dll`, which is that of the handler.
    pub module: &'a str,
    /// What ARM64 processes get.
    pub arm64: Behind<'a>,
    /// What x64 processes get. Its resources go into the loader.
    pub x64: Behind<'a>,
    /// The version may not be below this, even where those of the modules are.
    pub least_version: FileVersion,
    /// The code for x64 processes.
    pub x64_code: X64Code,
}

/// Why a loader cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum LoaderError {
    /// What keeps a forwarder from being made, too.
    #[error(transparent)]
    Forwarder(#[from] ForwarderError),
    /// A module has another name than the one that the code loads.
    #[error("the loader loads `{expected}.dll`, and was to be made for `{found}.dll`")]
    Name {
        /// The name that was given.
        found: String,
        /// The name in the code.
        expected: String,
    },
    /// A handler lacks the function that the loader passes on.
    #[error("`{0}.dll` does not export `{EXPORT}`, so it is no request handler")]
    NoExport(String),
}

impl Loader<'_> {
    /// What LLD needs to make the loader.
    ///
    /// # Errors
    /// A handler has the wrong name, is broken, is for the wrong machine, lacks `CreateApplication`, or exports what
    /// cannot be forwarded.
    pub fn job(&self) -> Result<LinkJob, LoaderError> {
        for (behind, process) in [(&self.arm64, Arch::Arm64), (&self.x64, Arch::X64)] {
            let expected = format!("{}_{process}", self.module);
            if behind.module != expected {
                return Err(LoaderError::Name { found: behind.module.to_owned(), expected });
            }
        }
        let forwarder = Forwarder {
            module: self.module,
            arm64: self.arm64,
            x64: self.x64,
            least_version: self.least_version,
        };
        let forwards = forwarder.expected()?;
        let mut expected = Expected { imports: vec![LIBRARY.to_owned()], ..forwards };
        for (view, behind) in expected.views.iter_mut().zip([self.arm64.module, self.x64.module]) {
            let export = view.exports.iter_mut().find(|export| export.name.as_deref() == Some(EXPORT));
            export.ok_or_else(|| LoaderError::NoExport(behind.to_owned()))?.forward = None;
            view.unwind = view.machine == Machine::ARM64 || self.x64_code == X64Code::X64;
        }
        let helper = object::icall_helper_object().map_err(ForwarderError::from)?;
        let code = vec![
            InputFile { name: NATIVE_NAME, content: ARM64_OBJECT.to_vec() },
            InputFile { name: EC_NAME, content: self.x64_code.object().to_vec() },
            InputFile { name: "icall.obj", content: helper },
        ];
        let library =
            InputFile { name: "kernel32.lib", content: import::arm64x_library(LIBRARY, &FUNCTIONS) };
        Ok(LinkJob::arm64x(expected, code, vec![library]).map_err(ForwarderError::from)?)
    }
}
