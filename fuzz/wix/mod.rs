//! What the targets of the WiX language share: a folder with a source of the fuzzer's, and a request to build it.

use installer_wix::{BindPath, Compat, Request, preprocess};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder of this process, with what sources may name.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Folder {
        let folder = TempDir::new().expect("room");
        for (name, text) in [("a.txt", "a"), ("b.wxi", "<Include><?define B=1?></Include>")] {
            std::fs::write(folder.path().join(name), text).expect("room");
        }
        Folder(folder)
    }

    /// The source, holding `bytes` from now on.
    pub fn source(&self, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join("x.wxs");
        std::fs::write(&path, bytes).expect("room");
        path
    }

    /// A library, holding `bytes` from now on.
    pub fn library(&self, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join("x.wixlib");
        std::fs::write(&path, bytes).expect("room");
        path
    }

    pub fn request(&self, source: PathBuf) -> Request {
        Request {
            sources: vec![source],
            libraries: Vec::new(),
            extension_libraries: Vec::new(),
            localizations: Vec::new(),
            extensions: Vec::new(),
            cultures: Vec::new(),
            preprocess: options(self.0.path()),
            bind_paths: vec![BindPath { name: None, folder: self.0.path().to_owned() }],
            bind_variables: [("V".into(), "1".into())].into(),
            timestamp: 0,
            application: String::new(),
            compression: Default::default(),
            effort: Default::default(),
            threads: std::num::NonZeroUsize::MIN,
            legacy_registry_guids: false,
        }
    }
}

pub fn options(folder: &Path) -> preprocess::Options {
    preprocess::Options {
        defines: [("D".into(), "d".into())].into(),
        include_paths: Vec::new(),
        environment: [("E".into(), "e".into())].into(),
        arch: installer_id::Arch::X64,
        current_dir: folder.to_owned(),
        timestamp: 0,
        compat: Compat::default(),
    }
}
