//! What a DLL is to each kind of process that may load it.

use crate::id::{Arch, FileVersion};
use crate::payload::searches_folder_of_handler;
use crate::pe::{Exports, Image, Machine, View};
use std::collections::BTreeMap;

/// A DLL as one kind of process sees it.
#[derive(Clone, Debug)]
pub(super) struct Face {
    pub exports: Exports,
    pub imports: Vec<String>,
    pub version: Option<FileVersion>,
    /// Whether it certainly loads the handler so that Windows looks beside the handler for what that needs.
    pub searches_handler_folder: bool,
    /// Whether it is a loader of ours: an ARM64X DLL that makes a name for this process.
    pub is_loader: bool,
    /// Whether the view is one of two.
    pub is_hybrid: bool,
    /// Whether it says that it is a stand-in.
    pub stand_in: bool,
}

/// A DLL.
#[derive(Clone, Debug)]
pub struct Dll {
    /// The processor in its header.
    pub(super) machine: Machine,
    /// By kind of process; a process that is not there cannot load it.
    pub(super) faces: BTreeMap<Arch, Face>,
}

/// What stands behind the handler's name in that of the DLL for `process` (`native/prebuilt/loader.c`).
pub(super) fn suffix(process: Arch) -> String {
    format!("_{process}.dll")
}

impl Dll {
    /// Reads a DLL; nothing for bytes that are no PE image, or a broken one.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Dll> {
        let image = Image::parse(bytes).ok()?;
        let native = image.native();
        let mut faces = BTreeMap::new();
        let views =
            [native.headers().machine.arch().zip(Some(native)), image.x64().map(|view| (Arch::X64, view))];
        for (process, view) in views.into_iter().flatten() {
            faces.insert(process, Face::read(view, process, image.x64().is_some())?);
        }
        Some(Dll { machine: native.headers().machine, faces })
    }
}

impl Face {
    fn read(view: &View<'_>, process: Arch, is_hybrid: bool) -> Option<Face> {
        let name: Vec<u8> = suffix(process).encode_utf16().flat_map(u16::to_le_bytes).collect();
        let version = view.version().ok().flatten();
        let description = version.as_ref().and_then(|info| info.string("FileDescription"));
        Some(Face {
            exports: view.exports().ok()?,
            imports: view.imports().ok()?,
            stand_in: description.is_some_and(|text| text.starts_with("Stand-in")),
            version: version.and_then(|info| info.facts()).map(|facts| facts.version),
            searches_handler_folder: searches_folder_of_handler(view).unwrap_or(false),
            is_loader: is_hybrid && view.bytes().windows(name.len()).any(|part| part == name),
            is_hybrid,
        })
    }
}

/// DLLs by the hash of their bytes, as `MsiFileHash` has it.
pub type Dlls = BTreeMap<[i32; 4], Dll>;
