//! Looking through a folder tree, or a list of files in memory.

use super::{Content, Ignored, IgnoredFile, Payload, PayloadFile, Recognised, Source, recognise};
use crate::diag::Diagnostic;
use crate::id::{Arch, Role};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// No file of the module comes near; longer ones are not read.
const LONGEST: u64 = 64 << 20;
/// What is read of a file to see whether the rest is worth reading, in bytes.
const HEAD: u64 = 4096;
/// A tree with more entries is not a payload but, say, somebody's home.
const MOST_ENTRIES: usize = 200_000;
/// Folders below folders.
const DEEPEST: usize = 64;

impl Payload {
    /// Looks through `folder` and everything below it. Links to folders are not followed, so that no loop can be.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Payload {
        let mut scan = Scan::new(Source::Folder(folder.to_owned()));
        match walk(folder) {
            Ok(walked) => {
                let files = walked.files.len();
                scan.payload.ignored = walked.ignored;
                for (path, on_disk) in walked.files {
                    scan.file_on_disk(path, on_disk);
                }
                if files == 0 && scan.payload.ignored.is_empty() {
                    let message = format!("the payload folder `{}` is empty", folder.display());
                    scan.problem("empty", message, "put the module's DLLs and its schema file there");
                }
            }
            Err(Unwalkable::Io(path, error)) => {
                let message = format!("cannot list the payload folder `{}`: {error}", path.display());
                scan.problem("unreadable", message, "name a folder that exists and that you may read");
            }
            Err(Unwalkable::TooMuch) => {
                let message = format!(
                    "the payload folder `{}` has more than {MOST_ENTRIES} files and folders, or more than {DEEPEST} levels",
                    folder.display()
                );
                scan.problem("too_large", message, "name the folder that holds the module's files only");
            }
        }
        scan.finish()
    }

    /// The stand-in payload: `files` are names and contents, recognised like those of a folder.
    #[must_use]
    pub fn stand_in(files: Vec<(String, Vec<u8>)>) -> Payload {
        let mut scan = Scan::new(Source::StandIn);
        for (path, bytes) in files {
            let bytes: Arc<[u8]> = bytes.into();
            scan.file(path, &bytes, Content::Bytes(bytes.clone()));
        }
        scan.finish()
    }
}

struct Scan {
    payload: Payload,
    /// Every file that fits a role, with different bytes.
    candidates: BTreeMap<Role, Vec<PayloadFile>>,
}

impl Scan {
    fn new(source: Source) -> Scan {
        let payload = Payload { source, files: BTreeMap::new(), ignored: Vec::new(), problems: Vec::new() };
        Scan { payload, candidates: BTreeMap::new() }
    }

    fn problem(&mut self, slug: &str, message: impl Into<String>, help: impl Into<String>) {
        self.payload.problems.push(Diagnostic::error(format!("payload::{slug}"), message).help(help));
    }

    fn ignore(&mut self, path: String, why: Ignored) {
        self.payload.ignored.push(IgnoredFile { path, why });
    }

    fn file_on_disk(&mut self, path: String, on_disk: PathBuf) {
        let size = match std::fs::metadata(&on_disk) {
            Ok(metadata) if metadata.is_file() => metadata.len(),
            Ok(_) => return self.ignore(path, Ignored::NotAFile),
            Err(error) => return self.ignore(path, Ignored::Unreadable { detail: error.to_string() }),
        };
        if size > LONGEST {
            return self.ignore(path, Ignored::TooLarge { size });
        }
        match read(&on_disk) {
            Ok(bytes) => self.file(path, &bytes, Content::File(on_disk)),
            Err(error) => self.ignore(path, Ignored::Unreadable { detail: error.to_string() }),
        }
    }

    fn file(&mut self, path: String, bytes: &[u8], content: Content) {
        match recognise(bytes) {
            Recognised::Ignored(why) => self.ignore(path, why),
            Recognised::Truncated(detail) => {
                let message = format!("`{path}` is a PE image that was cut short: {detail}");
                self.problem(
                    "truncated",
                    message,
                    "copy the file again, or take it out of the payload folder",
                );
            }
            Recognised::WrongMachine(module, machine) => {
                let message = format!("`{path}` is a {module} for {machine}, which no package is for");
                self.problem("wrong_machine", message, "take it out of the payload folder");
            }
            Recognised::Payload { role, version, stand_in, searches_handler_folder } => {
                if let Role::Module(module, arch) = role
                    && let Some((word, promised)) = promised(&path)
                    && promised != arch
                {
                    let message = format!(
                        "`{path}` is a {module} for {arch}, but `{word}` in its path promises {promised}"
                    );
                    let help = "put the right file there, or give the folder another name; packages with the wrong \
                                machine's DLL stop every application pool";
                    return self.problem("wrong_machine", message, help);
                }
                let size = bytes.len() as u64;
                let sha256 = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
                self.candidate(PayloadFile {
                    role,
                    path,
                    version,
                    stand_in,
                    searches_handler_folder,
                    size,
                    sha256,
                    content,
                });
            }
        }
    }

    fn candidate(&mut self, file: PayloadFile) {
        let candidates = self.candidates.entry(file.role).or_default();
        match candidates.iter().find(|candidate| candidate.sha256 == file.sha256) {
            Some(same) => {
                let why = Ignored::SameAs { path: same.path.clone() };
                self.ignore(file.path, why);
            }
            None => candidates.push(file),
        }
    }

    fn finish(mut self) -> Payload {
        for (role, mut candidates) in std::mem::take(&mut self.candidates) {
            if candidates.len() > 1 {
                let list: Vec<String> = candidates.iter().map(describe).collect();
                let message =
                    format!("{} different files could be the {role}: {}", list.len(), list.join(", "));
                self.problem("two_candidates", message, "leave one of them in the payload folder");
            }
            self.payload.files.insert(role, candidates.swap_remove(0));
        }
        self.payload.ignored.sort_by(|a, b| a.path.cmp(&b.path));
        self.payload
    }
}

/// The whole of a file that may be a PE image or XML; of any other file the beginning, which tells enough.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = std::fs::File::open(path)?;
    let mut bytes = Vec::new();
    file.by_ref().take(HEAD).read_to_end(&mut bytes)?;
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes).trim_ascii_start();
    if bytes.starts_with(b"MZ") || text.starts_with(b"<") {
        file.take(LONGEST).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

fn describe(file: &PayloadFile) -> String {
    match file.version {
        Some(version) => format!("`{}` (version {version})", file.path),
        None => format!("`{}`", file.path),
    }
}

/// The processor that the last telling word of a path promises. It never makes a file what it is not; it only
/// contradicts.
fn promised(path: &str) -> Option<(&str, Arch)> {
    path.rsplit(|c: char| !c.is_ascii_alphanumeric()).find_map(|word| {
        let arch = match word.to_ascii_lowercase().as_str() {
            "x86" | "win32" | "i386" => Arch::X86,
            "x64" | "amd64" => Arch::X64,
            "arm64" | "aarch64" => Arch::Arm64,
            _ => return None,
        };
        Some((word, arch))
    })
}

enum Unwalkable {
    Io(PathBuf, io::Error),
    TooMuch,
}

#[derive(Default)]
struct Walked {
    /// Names below the folder, and where they are; sorted.
    files: BTreeMap<String, PathBuf>,
    ignored: Vec<IgnoredFile>,
    entries: usize,
}

fn walk(folder: &Path) -> Result<Walked, Unwalkable> {
    let mut walked = Walked::default();
    let mut folders = vec![(folder.to_owned(), String::new(), 0)];
    while let Some((folder, prefix, depth)) = folders.pop() {
        let listing = std::fs::read_dir(&folder);
        let entries = match listing.and_then(Iterator::collect::<io::Result<Vec<_>>>) {
            Ok(entries) => entries,
            Err(error) if depth == 0 => return Err(Unwalkable::Io(folder, error)),
            Err(error) => {
                let why = Ignored::Unreadable { detail: error.to_string() };
                walked.ignored.push(IgnoredFile { path: prefix, why });
                continue;
            }
        };
        for entry in entries {
            walked.entries += 1;
            if walked.entries > MOST_ENTRIES || depth > DEEPEST {
                return Err(Unwalkable::TooMuch);
            }
            let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
            let kind = entry.file_type();
            if kind.as_ref().is_ok_and(|kind| kind.is_dir()) {
                folders.push((entry.path(), format!("{path}/"), depth + 1));
            } else {
                walked.files.insert(path, entry.path());
            }
        }
    }
    Ok(walked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_nearest_to_the_file_promises() {
        assert_eq!(promised("arm64/aspnetcorev2_x64.dll"), Some(("x64", Arch::X64)));
        assert_eq!(promised("bin/Win32/Release/aspnetcorev2.dll"), Some(("Win32", Arch::X86)));
        assert_eq!(promised("bin/aspnetcorev2.dll"), None);
    }
}
