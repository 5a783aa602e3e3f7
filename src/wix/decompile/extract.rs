//! Extracting: the bytes of files and streams, wherever they are: in the package, in a cabinet of it or beside it, or loose
//! beside it.

use super::layout::Layout;
use super::rows::{Row, rows};
use crate::cab;
use crate::diag::Diagnostic;
use crate::msi::{Database, Package};
use crate::paths;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::{Path, PathBuf};

/// Bytes that are extracted of one package, at the most.
const MOST: u64 = 4 << 30;
/// How many times the length of package and cabinets that may be, where it is more than [`FREE`].
const MOST_TIMES: u64 = 200;
const FREE: u64 = 32 << 20;
/// Directories inside one another; more is a circle.
const DEEPEST: usize = 128;
/// Bits of File.Attributes, and of the Word Count summary property.
const NONCOMPRESSED: i32 = 0x2000;
const COMPRESSED: i32 = 0x4000;
const SHORT_NAMES: i32 = 1;
const COMPRESSED_SOURCE: i32 = 2;

/// What a cabinet is read from.
trait Stream: Read + Seek {}
impl<T: Read + Seek> Stream for T {}

/// Takes bytes for a path of the layout.
pub type Write<'w> = dyn FnMut(&str, &mut dyn Read) -> io::Result<()> + 'w;

/// Gives everything that `layout` has a path for to `write`, with that path; cabinets and loose files are looked for in the
/// folder `beside`. What cannot be extracted is a finding.
///
/// # Errors
/// What `write` gives back that no reading failed with.
pub fn extract<R: Read + Seek + 'static>(
    package: &mut Package<R>,
    layout: &Layout,
    beside: &Path,
    write: &mut Write<'_>,
) -> io::Result<Vec<Diagnostic>> {
    let length: u64 = sizes(package.database()).sum();
    let mut extraction = Extraction { beside, given: 0, length, findings: Vec::new(), write };
    for (name, path) in layout.streams() {
        match package.stream(name) {
            Ok(mut stream) => extraction.give(name, path, &mut stream)?,
            Err(error) => extraction.problem(name, &error),
        }
    }
    let mut missing: BTreeMap<&str, &str> =
        layout.files().iter().map(|(key, path)| (key.as_str(), path.as_str())).collect();
    let mut names = cabinets(package.database()).into_iter();
    while let Some(name) = names.next() {
        let mut open = |name: &str| open(name, package, beside);
        let opened = open(&name).and_then(|stream| cab::Reader::open(stream).map_err(io::Error::other));
        let mut reader = match opened {
            Ok(reader) => reader,
            Err(error) => {
                extraction.problem(&name, &error);
                continue;
            }
        };
        while reader.after().is_some()
            && let Some(next) = names.next()
        {
            let joined = open(&next).and_then(|stream| reader.join(stream).map_err(io::Error::other));
            if let Err(error) = joined {
                extraction.problem(&next, &error);
            }
        }
        extraction.cabinet(&name, &mut reader, &mut missing)?;
    }
    extraction.loose(package.database(), missing)?;
    Ok(extraction.findings)
}

/// The SHA-256 of what stands in cells of `package`, by the names of the streams; one that cannot be read is left out.
pub fn streams<R: Read + Seek + 'static>(package: &mut Package<R>) -> BTreeMap<String, [u8; 32]> {
    let layout = Layout::of(package.database(), None);
    let mut hashes = BTreeMap::new();
    for name in layout.streams().keys() {
        let Ok(mut stream) = package.stream(name) else { continue };
        let mut hasher = Sha256::new();
        if io::copy(&mut stream, &mut hasher).is_ok() {
            hashes.insert(name.clone(), hasher.finalize().into());
        }
    }
    hashes
}

/// The sizes of streams.
fn sizes(database: &Database) -> impl Iterator<Item = u64> {
    database.streams.values().map(|stream| match stream {
        crate::msi::Stream::InPackage { size } => *size,
        _ => 0,
    })
}

/// The cabinets of the Media table, each once, in the order of disks.
fn cabinets(database: &Database) -> Vec<String> {
    let mut disks: Vec<(i32, &str)> = rows(database, "Media")
        .filter_map(|row| Some((row.or_zero("DiskId"), row.text("Cabinet")?)))
        .collect();
    disks.sort_unstable();
    let mut seen = BTreeSet::new();
    disks.into_iter().filter(|(_, name)| seen.insert(*name)).map(|(_, name)| name.to_owned()).collect()
}

/// The bytes of a cabinet: `#` begins the name of a stream.
fn open<R: Read + Seek + 'static>(
    name: &str,
    package: &mut Package<R>,
    beside: &Path,
) -> io::Result<Box<dyn Stream>> {
    match name.strip_prefix('#') {
        Some(stream) => {
            package.stream(stream).map(|s| Box::new(s) as Box<dyn Stream>).map_err(io::Error::other)
        }
        None => Ok(Box::new(BufReader::new(File::open(found(beside, &[name])?)?))),
    }
}

/// The file at the path of `names` below `folder`, in any case; none of the names leads out of it.
fn found(folder: &Path, names: &[&str]) -> io::Result<PathBuf> {
    let is_name = |name: &&str| !matches!(*name, "" | "." | "..") && !name.contains(['/', '\\', ':', '\0']);
    if !names.iter().all(is_name) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "this is no name of a file"));
    }
    let path = names.iter().fold(folder.to_owned(), |path, name| path.join(name));
    paths::find(&path).filter(|path| path.is_file()).ok_or_else(|| io::ErrorKind::NotFound.into())
}

struct Extraction<'e, 'w> {
    beside: &'e Path,
    /// Bytes that were given.
    given: u64,
    /// Bytes of what is read.
    length: u64,
    findings: Vec<Diagnostic>,
    write: &'e mut Write<'w>,
}

impl Extraction<'_, '_> {
    /// Bytes that may be given in all.
    fn most(&self) -> u64 {
        self.length.saturating_mul(MOST_TIMES).clamp(FREE, MOST)
    }

    fn problem(&mut self, name: &str, error: &dyn std::error::Error) {
        let causes = std::iter::successors(error.source(), |cause| (*cause).source());
        let causes: String = causes.map(|cause| format!(": {cause}")).collect();
        let message = format!("`{name}` cannot be extracted: {error}{causes}");
        self.findings.push(Diagnostic::error("wix::not_extracted", message));
    }

    /// Gives the bytes for `path` away. An error of writing ends everything; one of reading is a finding.
    fn give(&mut self, name: &str, path: &str, bytes: &mut dyn Read) -> io::Result<()> {
        let most = self.most();
        let mut bounded = Bounded { inner: bytes, given: &mut self.given, most, failed: None };
        let given = (self.write)(path, &mut bounded);
        match (bounded.failed.take(), given) {
            (Some(error), _) => self.problem(name, &error),
            (None, given) => given?,
        }
        Ok(())
    }

    /// The files of a cabinet that are still missing, in the order in which they are stored.
    fn cabinet(
        &mut self,
        cabinet: &str,
        reader: &mut cab::Reader<Box<dyn Stream>>,
        missing: &mut BTreeMap<&str, &str>,
    ) -> io::Result<()> {
        if !cabinet.starts_with('#') {
            self.length = self.length.saturating_add(reader.size());
        }
        let mut order: Vec<usize> = (0..reader.files().len()).collect();
        order.sort_by_key(|index| reader.place(*index).map(|place| (place.folder, place.offset)));
        for index in order {
            let key = reader.files()[index].name.clone();
            let Some(path) = missing.remove(key.as_str()) else { continue };
            match reader.file(index) {
                Ok(mut file) => self.give(&key, path, &mut file)?,
                Err(error) => self.problem(&key, &error),
            }
        }
        Ok(())
    }

    /// The files that were in no cabinet.
    fn loose(&mut self, database: &Database, missing: BTreeMap<&str, &str>) -> io::Result<()> {
        if missing.is_empty() {
            return Ok(());
        }
        let by_key: BTreeMap<&str, Row<'_>> =
            rows(database, "File").map(|row| (row.or_empty("File"), row)).collect();
        let folders = Folders::of(database);
        for (key, path) in missing {
            let Some(row) = by_key.get(key) else { continue };
            let bits = row.or_zero("Attributes");
            let is_loose = match bits & (COMPRESSED | NONCOMPRESSED) {
                COMPRESSED => false,
                NONCOMPRESSED => true,
                _ => database.summary.word_count & COMPRESSED_SOURCE == 0,
            };
            if !is_loose {
                let error = io::Error::new(io::ErrorKind::NotFound, "it is in no cabinet of the package");
                self.problem(key, &error);
                continue;
            }
            let candidates = folders.candidates(row, database.summary.word_count & COMPRESSED_SOURCE != 0);
            let opened = candidates.iter().find_map(|names| found(self.beside, names).ok());
            match opened.map(File::open) {
                Some(Ok(mut file)) => {
                    let length = file.metadata().map_or(0, |metadata| metadata.len());
                    self.length = self.length.saturating_add(length);
                    self.give(key, path, &mut file)?;
                }
                Some(Err(error)) => self.problem(key, &error),
                None => {
                    let place = candidates.first().map(|names| names.join("/")).unwrap_or_default();
                    let error = format!("there is no `{place}` beside the package");
                    self.problem(key, &io::Error::new(io::ErrorKind::NotFound, error));
                }
            }
        }
        Ok(())
    }
}

/// Where files lie on an uncompressed medium.
struct Folders<'d> {
    directories: BTreeMap<&'d str, Row<'d>>,
    homes: BTreeMap<&'d str, &'d str>,
    short: bool,
}

impl<'d> Folders<'d> {
    fn of(database: &'d Database) -> Folders<'d> {
        let homes =
            rows(database, "Component").map(|row| (row.or_empty("Component"), row.or_empty("Directory_")));
        Folders {
            directories: rows(database, "Directory").map(|row| (row.or_empty("Directory"), row)).collect(),
            homes: homes.collect(),
            short: database.summary.word_count & SHORT_NAMES != 0,
        }
    }

    /// Names from the medium's root to the file, the likeliest first.
    fn candidates(&self, file: &Row<'d>, is_compressed: bool) -> Vec<Vec<&'d str>> {
        let name = file.or_empty("FileName");
        let pick = |cell: &'d str| match cell.split_once('|') {
            Some((short, _)) if self.short => short,
            Some((_, long)) => long,
            None => cell,
        };
        let mut path = Vec::new();
        let mut directory = self.homes.get(file.or_empty("Component_")).copied();
        for _ in 0..DEEPEST {
            let Some(row) = directory.and_then(|id| self.directories.get(id)) else { break };
            let default = row.or_empty("DefaultDir");
            let source = pick(default.split_once(':').map_or(default, |(_, source)| source));
            if !matches!(source, "." | "SourceDir") {
                path.push(source);
            }
            directory = row.text("Directory_Parent").filter(|parent| *parent != row.or_empty("Directory"));
        }
        path.reverse();
        path.push(pick(name));
        let flat = vec![pick(name)];
        if is_compressed { vec![flat, path] } else { vec![path, flat] }
    }
}

/// Bytes of which no more than `most` are given, with those before.
struct Bounded<'b> {
    inner: &'b mut dyn Read,
    given: &'b mut u64,
    most: u64,
    failed: Option<io::Error>,
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer).and_then(|count| {
            *self.given = self.given.saturating_add(count as u64);
            let is_bounded = *self.given <= self.most;
            let far = || io::Error::other("the package would give far more bytes than it has itself");
            is_bounded.then_some(count).ok_or_else(far)
        });
        read.inspect_err(|error| self.failed = Some(io::Error::new(error.kind(), error.to_string())))
    }
}
