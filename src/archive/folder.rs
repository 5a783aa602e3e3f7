//! A folder on the disk, or one file of it.

use super::container::{Container, Member, find};
use super::name::relative;
use super::{Error, Limits, Source};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Folders below folders.
const DEEPEST: usize = 64;

/// A folder with everything below it, or one file whose siblings are looked up when something asks for them. Links to
/// folders are not followed, so that no loop can be.
#[derive(Debug)]
pub(super) struct Folder {
    members: Vec<Member>,
    on_disk: Vec<PathBuf>,
    refused: Vec<(String, io::Error)>,
    /// The folder of the file, where this is one file.
    around: Option<PathBuf>,
}

impl Folder {
    /// All files below `folder`, by path.
    pub(super) fn open(folder: &Path, limits: &Limits) -> Result<Folder, Error> {
        let mut found = BTreeMap::new();
        let mut refused = Vec::new();
        let (mut entries_seen, mut folders) = (0, vec![(folder.to_owned(), String::new(), 0)]);
        while let Some((folder, prefix, depth)) = folders.pop() {
            let listing = fs::read_dir(&folder);
            let entries = match listing.and_then(Iterator::collect::<io::Result<Vec<_>>>) {
                Ok(entries) => entries,
                Err(error) if depth == 0 => return Err(Error::Io(error)),
                Err(error) => {
                    refused.push((prefix, error));
                    continue;
                }
            };
            for entry in entries {
                entries_seen += 1;
                if entries_seen > limits.members || depth > DEEPEST {
                    let limit = format!("{} files and folders, or {DEEPEST} levels", limits.members);
                    return Err(Error::Limit { what: "the folder", offset: 0, limit });
                }
                let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    folders.push((entry.path(), format!("{path}/"), depth + 1));
                } else {
                    found.insert(path, entry.path());
                }
            }
        }
        let mut opened = Folder { members: Vec::new(), on_disk: Vec::new(), refused, around: None };
        for (path, on_disk) in found {
            opened.add(path, on_disk);
        }
        Ok(opened)
    }

    /// The file `file` alone.
    pub(super) fn around(file: &Path) -> Folder {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let around = file.parent().map(Path::to_owned);
        let mut opened = Folder { members: Vec::new(), on_disk: Vec::new(), refused: Vec::new(), around };
        opened.add(name, file.to_owned());
        opened
    }

    fn add(&mut self, path: String, on_disk: PathBuf) {
        match fs::metadata(&on_disk) {
            Ok(metadata) if metadata.is_file() => {
                self.members.push(Member { path, size: metadata.len(), offset: 0 });
                self.on_disk.push(on_disk);
            }
            Ok(_) => self.refused.push((path, left_out("not a file, or a link to a folder"))),
            Err(error) if error.kind() == io::ErrorKind::NotFound && on_disk.is_symlink() => {
                self.refused.push((path, left_out("a link that leads nowhere")));
            }
            Err(error) => self.refused.push((path, error)),
        }
    }

    /// What could not be listed, with its path.
    pub(super) fn unreadable(&mut self) -> Vec<(String, io::Error)> {
        std::mem::take(&mut self.refused)
    }
}

impl Container for Folder {
    fn members(&self) -> &[Member] {
        &self.members
    }

    fn open(&mut self, index: usize) -> Result<Box<dyn Read + '_>, Error> {
        Ok(Box::new(fs::File::open(&self.on_disk[index]).map_err(Error::Io)?))
    }

    fn window(&mut self, index: usize) -> Option<Source> {
        fs::File::open(&self.on_disk[index]).and_then(Source::file).ok()
    }

    fn beside(&mut self, index: usize, wanted: &str) -> Option<usize> {
        let Some(around) = &self.around else {
            return find(&self.members, index, wanted);
        };
        let path = relative(wanted).ok()?;
        let mut on_disk = around.clone();
        for part in path.split('/') {
            on_disk = named(&on_disk, part)?;
        }
        if !on_disk.is_file() {
            return None;
        }
        if let Some(known) = self.on_disk.iter().position(|known| *known == on_disk) {
            return Some(known);
        }
        let before = self.members.len();
        self.add(path, on_disk);
        (self.members.len() > before).then_some(before)
    }

    fn on_disk(&self, index: usize) -> Option<&Path> {
        self.on_disk.get(index).map(PathBuf::as_path)
    }
}

/// What is left out of a folder without being wrong.
fn left_out(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, why)
}

/// What is called `name` in `folder`, whatever its capitals.
fn named(folder: &Path, name: &str) -> Option<PathBuf> {
    let exact = folder.join(name);
    if exact.exists() {
        return Some(exact);
    }
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut entries = fs::read_dir(folder).ok()?.flatten();
    let same =
        |entry: &fs::DirEntry| entry.file_name().to_string_lossy().to_lowercase() == name.to_lowercase();
    entries.find(same).map(|entry| entry.path())
}
