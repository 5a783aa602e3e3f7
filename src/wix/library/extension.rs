//! The library in an extension: in an assembly of .NET, which may lie in a package of NuGet or a folder.

use super::document::DOCUMENT;
use super::error::{LibraryError, ZipError};
use super::zip::Zip;
use crate::pe::Image;
use std::path::{Path, PathBuf};

/// The folders of a package that have the extension's assembly, one for each WiX that there is; the one that this engine is
/// like by default first.
const FOLDERS: [&str; 4] = ["wixext6", "wixext7", "wixext5", "wixext4"];

/// The most bytes that the file of a library or extension can have.
const MOST: u64 = 2 << 30;

/// The library that `path` is or has; nothing for an extension that has none.
///
/// # Errors
/// What is wrong with it.
pub(super) fn library(path: &Path) -> Result<Option<Zip>, LibraryError> {
    let path = if path.is_dir() { in_folder(path)? } else { path.to_owned() };
    let read = std::fs::metadata(&path).and_then(|facts| match facts.len() > MOST {
        true => Err(std::io::Error::other(format!("it is larger than {MOST} bytes"))),
        false => std::fs::read(&path),
    });
    of_bytes(read.map_err(LibraryError::Io)?)
}

/// As [`library`], of a file's bytes.
///
/// # Errors
/// What is wrong with it.
fn of_bytes(bytes: Vec<u8>) -> Result<Option<Zip>, LibraryError> {
    if bytes.starts_with(b"MZ") {
        return of_assembly(&bytes);
    }
    let zip = Zip::open(bytes)?;
    if zip.names().any(|name| name == DOCUMENT) {
        return Ok(Some(zip));
    }
    let Some(member) = assembly(zip.names()) else {
        return Err(LibraryError::Neither);
    };
    let member = member.to_owned();
    of_assembly(&zip.read(&member).unwrap_or(Err(ZipError::Lost))?)
}

/// The assembly of the extension among the names of files below a package.
fn assembly<'n>(names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let mut found: Vec<(usize, &str)> = names
        .filter_map(|name| {
            let (folder, file) = name.split_once('/')?;
            let rank = FOLDERS.iter().position(|known| known.eq_ignore_ascii_case(folder))?;
            file.to_ascii_lowercase().ends_with(".wixext.dll").then_some((rank, name))
        })
        .collect();
    found.sort_unstable();
    found.first().map(|(_, name)| *name)
}

/// The file of the extension in a folder: an unpacked package, or one with the assembly.
fn in_folder(folder: &Path) -> Result<PathBuf, LibraryError> {
    let names = |folder: &Path| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut names: Vec<String> =
            entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort_unstable();
        names
    };
    let inside = names(folder);
    let mut below = Vec::new();
    for name in &inside {
        if FOLDERS.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            below.extend(names(&folder.join(name)).into_iter().map(|file| format!("{name}/{file}")));
        }
    }
    let own = inside.iter().find(|name| name.to_ascii_lowercase().ends_with(".wixext.dll"));
    let found = assembly(below.iter().map(String::as_str)).or(own.map(String::as_str));
    found.map(|name| folder.join(name)).ok_or(LibraryError::NoExtension("the folder of an extension"))
}

/// The library among the manifest resources of an assembly.
fn of_assembly(bytes: &[u8]) -> Result<Option<Zip>, LibraryError> {
    let image = Image::parse(bytes)?;
    let view = image.native();
    if view.assembly()?.is_none() {
        return Err(LibraryError::NotAnAssembly);
    }
    let resources = view.manifest_resources()?;
    let library = resources
        .into_iter()
        .find(|(name, bytes)| name.to_ascii_lowercase().ends_with(".wixlib") && bytes.starts_with(b"PK"));
    Ok(library.map(|(_, bytes)| Zip::open(bytes.to_vec())).transpose()?)
}

/// A package of NuGet with an extension of WiX in it.
#[derive(Debug)]
pub struct Package {
    /// The name of the extension.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The files that WiX reads, by path; none of them leads out of where it is put.
    pub files: Vec<(String, Vec<u8>)>,
}

impl Package {
    /// Reads the bytes of a `.nupkg`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(bytes: Vec<u8>) -> Result<Package, LibraryError> {
        let zip = Zip::open(bytes)?;
        let names: Vec<String> = zip.names().map(str::to_owned).collect();
        let read = |name: &str| zip.read(name).unwrap_or(Err(ZipError::Lost));
        let nuspec =
            names.iter().find(|name| !name.contains('/') && name.to_ascii_lowercase().ends_with(".nuspec"));
        let nuspec = nuspec.ok_or(LibraryError::NoNuspec)?;
        let text = String::from_utf8(read(nuspec)?).map_err(|_| LibraryError::NuspecText(nuspec.clone()))?;
        let text = text.trim_start_matches('\u{feff}');
        let broken = |source| LibraryError::Nuspec { name: nuspec.clone(), source };
        let document = roxmltree::Document::parse(text).map_err(broken)?;
        let metadata = document.root_element().children().find(|node| node.tag_name().name() == "metadata");
        let of = |name: &str| {
            let node = metadata?.children().find(|node| node.tag_name().name() == name)?;
            let text = node.text()?.trim();
            let is_name = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-+".contains(&byte));
            (is_name && text.starts_with(|first: char| first.is_ascii_alphanumeric()))
                .then(|| text.to_owned())
        };
        let (Some(id), Some(version)) = (of("id"), of("version")) else {
            return Err(LibraryError::NuspecNames(nuspec.clone()));
        };
        if assembly(names.iter().map(String::as_str)).is_none() {
            return Err(LibraryError::NoExtension("an extension of WiX"));
        }
        let is_read = |name: &&String| {
            name.split_once('/')
                .is_some_and(|(folder, _)| FOLDERS.iter().any(|f| f.eq_ignore_ascii_case(folder)))
        };
        let files = names.iter().filter(is_read).map(|name| Ok((name.clone(), read(name)?)));
        Ok(Package { id, version, files: files.collect::<Result<_, LibraryError>>()? })
    }
}
