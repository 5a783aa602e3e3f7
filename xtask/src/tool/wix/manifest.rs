//! .NET tool manifests (<https://learn.microsoft.com/dotnet/core/tools/local-tools-how-to-use>): files that pin tools for
//! a folder and all below it.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    #[serde(default)]
    is_root: bool,
    #[serde(default)]
    tools: BTreeMap<String, serde::de::IgnoredAny>,
}

/// Why a file is no manifest: what follows its name.
#[derive(Debug, thiserror::Error)]
pub(super) enum ManifestError {
    #[error("it cannot be read: {0}")]
    Unreadable(#[source] std::io::Error),
    #[error("it is no manifest: {0}")]
    NotOne(#[source] serde_json::Error),
}

/// The manifest that pins `wix` for `folder`, in it or above, and what is wrong with it; nothing where none does. As
/// `dotnet` does it, the search ends at a manifest that calls itself the root.
pub(super) fn find(folder: &Path) -> Option<(PathBuf, Result<(), ManifestError>)> {
    let names = [".config/dotnet-tools.json", "dotnet-tools.json"];
    let files = folder.ancestors().flat_map(|folder| names.map(|name| folder.join(name)));
    for path in files.filter(|file| file.is_file()) {
        match read(&path) {
            Ok(content) if content.tools.keys().any(|name| name.eq_ignore_ascii_case("wix")) => {
                return Some((path, Ok(())));
            }
            Ok(content) if content.is_root => return None,
            Ok(_) => {}
            Err(problem) => return Some((path, Err(problem))),
        }
    }
    None
}

fn read(path: &Path) -> Result<Content, ManifestError> {
    let text = std::fs::read_to_string(path).map_err(ManifestError::Unreadable)?;
    serde_json::from_str(text.trim_start_matches('\u{FEFF}')).map_err(ManifestError::NotOne)
}
