//! Where source files are, and what the tables say of them: size, version, languages, hashes.

use super::{Binding, Content};
use crate::diag::{Diagnostic, Location};
use crate::id::FileVersion;
use crate::library::ZipError;
use crate::msi::FileHash;
use crate::parallel;
use crate::paths::{self, BindPath, native};
use crate::pe::version;
use crate::report::Report;
use crate::stored;
use crate::variables::{Segment, parse};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek, SeekFrom, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

/// What is known of a file's contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    /// Bytes.
    pub size: u64,
    /// The version resource's version.
    pub version: Option<FileVersion>,
    /// The version resource's languages.
    pub languages: Vec<u16>,
    /// The four numbers of MsiFileHash.
    pub hash: [i32; 4],
    /// SHA-256, for codes that are derived from the contents.
    pub sha256: [u8; 32],
}

/// The file that `source` means: one on the disk (WIX0103 if there is none), or in a library.
pub(super) fn find(source: &str, binding: &Binding<'_>, at: &Location, report: &Report) -> Option<Content> {
    if let Some(stored) = stored::bytes(source, binding.libraries) {
        let broken = |problem: ZipError| {
            let finding = Diagnostic::error("wix::library", format!("the library cannot be read: {problem}"));
            report.push(finding.at(at).help("get the library again, or build it again from its sources"));
        };
        return stored.map(Content::Stored).map_err(broken).ok();
    }
    on_disk(source, binding.bind_paths, at, report).map(Content::File)
}

/// The file on the disk that `source` means (WIX0103 if there is none).
pub(crate) fn on_disk(source: &str, paths: &[BindPath], at: &Location, report: &Report) -> Option<PathBuf> {
    let candidates = candidates(source, paths);
    let exact = candidates.iter().find(|path| path.is_file()).map(|path| (path, path.clone()));
    let alike = || {
        candidates.iter().find_map(|path| Some((path, paths::find(path).filter(|found| found.is_file())?)))
    };
    if let Some((wanted, found)) = exact.or_else(alike) {
        paths::note(wanted, &found, Some(at)).into_iter().for_each(|note| report.push(note));
        return Some(found);
    }
    let mut looked: Vec<String> = candidates.iter().map(|path| format!("`{}`", path.display())).collect();
    looked.dedup();
    let message = format!("cannot find the file `{source}`");
    report.push(
        Diagnostic::error("WIX0103", message)
            .at(at)
            .help(format!("looked for {}; say where sources are with `-b folder`", looked.join(", "))),
    );
    None
}

fn candidates(source: &str, folders: &[BindPath]) -> Vec<PathBuf> {
    if let Some((variable, Segment::BindPath(name))) = parse(source).first().cloned() {
        let rest = native(source[variable.len()..].trim_start_matches(['/', '\\']));
        let named = folders.iter().filter(|folder| is_named(folder, name));
        return named.map(|path| path.folder.join(&rest)).collect();
    }
    let path = native(source);
    if path.is_absolute() {
        return vec![path];
    }
    // What is written for another tool: the folder that the package lies in.
    let below = source.strip_prefix("SourceDir\\").or_else(|| source.strip_prefix("SourceDir/")).map(native);
    let unnamed = folders
        .iter()
        .filter(|folder| folder.name.is_none())
        .flat_map(|bind| below.iter().chain([&path]).map(|path| bind.folder.join(path)).collect::<Vec<_>>());
    // As WiX: the current folder before all others.
    std::iter::once(path.clone()).chain(unnamed).collect()
}

/// Whether `!(bindpath.NAME)` means the folder.
fn is_named(folder: &BindPath, name: &str) -> bool {
    folder.name.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(name))
}

/// The most bytes that a file can have whose text stands in a cell.
const MOST_TEXT: u64 = 16 << 20;

/// The text of a file, up to a NUL if there is one. What is not UTF-8 becomes U+FFFD, with a warning.
pub(super) fn text(content: &Content, at: &Location, report: &Report) -> Option<String> {
    let shown = match content {
        Content::File(path) => path.display().to_string(),
        Content::Bytes(_) | Content::Stored(_) => "a file in a library".to_owned(),
    };
    let fail = |why: String, help: &str| {
        let message = format!("cannot take the text of `{shown}`: {why}");
        report.push(Diagnostic::error("wix::text_file", message).at(at).help(help));
        None
    };
    let mut bytes = Vec::new();
    let read = match content {
        Content::File(path) => {
            File::open(path).and_then(|file| file.take(MOST_TEXT + 1).read_to_end(&mut bytes))
        }
        Content::Bytes(own) | Content::Stored(own) => {
            own.as_slice().take(MOST_TEXT + 1).read_to_end(&mut bytes)
        }
    };
    match read {
        Err(error) => return fail(error.to_string(), "make it readable"),
        Ok(read) if read as u64 > MOST_TEXT => {
            return fail(format!("it is larger than {} MiB", MOST_TEXT >> 20), "make it smaller");
        }
        Ok(_) => {}
    }
    let text = String::from_utf8_lossy(&bytes);
    let warn = |what: &str, help: &str| {
        let message = format!("`{shown}` {what}");
        report.push(Diagnostic::warning("wix::text_file", message).at(at).help(help));
    };
    if text.contains('\u{fffd}') {
        warn("is not UTF-8; what cannot be read is replaced", "save it as UTF-8");
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let text = match text.split_once('\0') {
        None | Some((_, "")) => text.trim_end_matches('\0'),
        Some((before, _)) => {
            warn("has a NUL in it; what follows is left out", "remove the NUL");
            before
        }
    };
    Some(text.to_owned())
}

/// Reads the files, on `threads` threads; what is given is in the order of `found`.
pub(super) fn read_all(
    found: &[(Content, Location)],
    threads: NonZeroUsize,
    report: &Report,
) -> Vec<Option<Contents>> {
    let results = parallel::map(found, threads, |(content, _)| match content {
        Content::File(path) => read(path),
        Content::Bytes(bytes) | Content::Stored(bytes) => Ok(Contents::stored(bytes)),
    });
    let each = results.into_iter().zip(found);
    each.map(|(result, (_, at))| result.map_err(|(number, message)| report.error(number, at, message)).ok())
        .collect()
}

/// What Windows Installer can hold of a file: a four-byte signed size.
const MOST: u64 = i32::MAX as u64;

fn read(path: &Path) -> Result<Contents, (u16, String)> {
    let shown = path.display();
    let failed = |error: std::io::Error| (103, format!("cannot read `{shown}`: {error}"));
    let mut file = File::open(path).map_err(failed)?;
    let mut sums = Sums::default();
    let size = std::io::copy(&mut (&file).take(MOST + 1), &mut sums).map_err(failed)?;
    if size > MOST {
        let message = format!("`{shown}` is larger than {MOST} bytes, the most that a package can hold");
        return Err((263, message));
    }
    let mut facts = None;
    if sums.begins_as_image {
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        // An image that cannot be read has no version to Windows Installer either.
        facts = version::read(&mut BufReader::new(file)).ok().flatten();
    }
    let (version, languages) = facts.map_or((None, Vec::new()), |f| (Some(f.version), f.languages));
    Ok(Contents { size, version, languages, hash: sums.hash.parts(), sha256: sums.sha256.finalize().into() })
}

/// What is made of a file's bytes on the way.
#[derive(Default)]
struct Sums {
    hash: FileHash,
    sha256: Sha256,
    /// Whether bytes came, and whether the first ones were `MZ`.
    begun: bool,
    begins_as_image: bool,
}

impl Write for Sums {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if !self.begun {
            (self.begun, self.begins_as_image) = (true, bytes.starts_with(b"MZ"));
        }
        self.hash.update(bytes);
        self.sha256.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Contents {
    /// What is known of `bytes` that are no image.
    pub(crate) fn of(bytes: &[u8]) -> Contents {
        Contents {
            size: bytes.len() as u64,
            version: None,
            languages: Vec::new(),
            hash: FileHash::of(bytes),
            sha256: Sha256::digest(bytes).into(),
        }
    }

    /// What is known of a file that is in memory, which may be an image.
    fn stored(bytes: &[u8]) -> Contents {
        let facts = match bytes.starts_with(b"MZ") {
            true => version::read(&mut Cursor::new(bytes)).ok().flatten(),
            false => None,
        };
        let (version, languages) = facts.map_or((None, Vec::new()), |f| (Some(f.version), f.languages));
        Contents { version, languages, ..Contents::of(bytes) }
    }

    /// File.Language.
    pub(crate) fn language(&self) -> Option<String> {
        let languages: Vec<String> = self.languages.iter().map(u16::to_string).collect();
        (!languages.is_empty()).then(|| languages.join(","))
    }
}
