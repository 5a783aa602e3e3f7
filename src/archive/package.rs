//! Installer packages as archives: their files, under the paths that they are installed to.
//!
//! The bytes are in cabinets, in the package or beside it, or lie beside it as they are
//! (<https://learn.microsoft.com/windows/win32/msi/using-cabinets-and-compressed-sources>). Folders have the names that
//! `msiextract` gives them: the long target names of the Directory table, and `Program Files` for `ProgramFilesFolder`.

use super::cabinet::Cabinet;
use super::container::{Beside, Container, Member, Names};
use super::name::{is_one_name, relative};
use super::{Cursor, Error, Source};
use crate::cab;
use crate::msi::{self, Database, Row, Table};
use std::collections::BTreeMap;
use std::io::Read;

/// `msidbFileAttributesNoncompressed` and `msidbFileAttributesCompressed`
/// (<https://learn.microsoft.com/windows/win32/msi/file-table>).
const NONCOMPRESSED: i32 = 0x2000;
const COMPRESSED: i32 = 0x4000;
/// Bits of the Word Count summary property (<https://learn.microsoft.com/windows/win32/msi/word-count-summary>).
const SHORT_NAMES: i32 = 1;
const COMPRESSED_SOURCE: i32 = 2;
const ADMINISTRATIVE_IMAGE: i32 = 4;
/// Directories inside one another; more is a circle.
const DEEPEST: usize = 128;

/// An installer package.
pub(super) struct Package {
    cabinets: Vec<Cabinet>,
    members: Vec<Member>,
    /// For each member, its cabinet and its number there.
    places: Vec<(usize, usize)>,
    refused: Vec<Error>,
    /// What the streams of cabinets in the package belong to; without it they give nothing.
    database: Option<msi::Package<Cursor>>,
}

impl Package {
    /// The package `source`; nothing where it is a compound file of another kind.
    pub(super) fn open(source: &Source, beside: &mut dyn Beside) -> Result<Option<Package>, Error> {
        let mut msi = match msi::Package::open(source.cursor()) {
            Err(msi::ReadError::NotADatabase(_)) => return Ok(None),
            opened => opened?,
        };
        let mut package = Package {
            cabinets: Vec::new(),
            members: Vec::new(),
            places: Vec::new(),
            refused: Vec::new(),
            database: None,
        };
        let mut files = files(msi.database(), &mut package.refused);
        let mut is_whole = true;
        let mut names = cabinets(msi.database()).into_iter();
        while let Some(name) = names.next() {
            match package.cabinet(&name, &mut names, &mut msi, &mut files, beside) {
                Ok(()) => {}
                Err(error @ Error::Limit { .. }) => return Err(error),
                Err(error) => {
                    is_whole = false;
                    package.refused.push(error);
                }
            }
        }
        package.flatten();
        let database = msi.database();
        let is_loose = |file: &InFileTable| match file.attributes {
            bits if bits & NONCOMPRESSED != 0 => true,
            bits if bits & COMPRESSED != 0 => false,
            _ => database.summary.word_count & COMPRESSED_SOURCE == 0,
        };
        let mut rest: Vec<InFileTable> = files.into_values().filter(|file| !file.found).collect();
        rest.sort_by_key(|file| file.path.clone());
        let mut lost = Vec::new();
        for file in rest {
            if !is_loose(&file) {
                lost.push(file.path);
            } else if !file.sources.iter().any(|path| beside.is_there(path)) {
                let place = "beside the package, uncompressed";
                package.refused.push(Error::Missing { name: file.path, place });
            }
        }
        if let Some(first) = lost.first().filter(|_| is_whole) {
            let more =
                if lost.len() > 1 { format!(", with {} more files", lost.len() - 1) } else { String::new() };
            package.refused.push(Error::Missing {
                name: format!("{first}{more}"),
                place: "in a cabinet of the package",
            });
        }
        package.database = Some(msi);
        Ok(Some(package))
    }

    /// Takes the files of a cabinet of the Media table, and those of the next ones where its files go on in them.
    fn cabinet(
        &mut self,
        name: &str,
        next: &mut dyn Iterator<Item = String>,
        msi: &mut msi::Package<Cursor>,
        files: &mut BTreeMap<String, InFileTable>,
        beside: &mut dyn Beside,
    ) -> Result<(), Error> {
        let mut reader = cab::Reader::open(stream(name, msi, beside)?)?;
        while reader.after().is_some()
            && let Some(next) = next.next()
        {
            let joined = reader.join(stream(&next, msi, beside)?);
            joined.map_err(|error| in_cabinet(&next, error.into()))?;
        }
        let mut cabinet = Cabinet::with(reader, |index, key, offset| match files.get_mut(key) {
            Some(file) if file.found => Err(Error::Duplicate { name: key.to_owned(), offset }),
            Some(file) => {
                file.found = true;
                Ok(file.path.clone())
            }
            None => relative(key).map_err(|problem| Error::Name { index, offset, problem }),
        })
        .map_err(|error| in_cabinet(name, error))?;
        self.refused.extend(cabinet.refused().into_iter().map(|error| in_cabinet(name, error)));
        self.cabinets.push(cabinet);
        Ok(())
    }

    fn flatten(&mut self) {
        for (number, cabinet) in self.cabinets.iter().enumerate() {
            for (index, member) in cabinet.members().iter().enumerate() {
                self.members.push(member.clone());
                self.places.push((number, index));
            }
        }
    }
}

/// The bytes of the cabinet `name` of the Media table.
fn stream(
    name: &str,
    msi: &mut msi::Package<Cursor>,
    beside: &mut dyn Beside,
) -> Result<Box<dyn cab::Input>, Error> {
    if let Some(stream) = name.strip_prefix('#') {
        return Ok(Box::new(msi.stream(stream)?));
    }
    let found = if is_one_name(name) { beside.take(name)? } else { None };
    let missing = || Error::Missing { name: name.to_owned(), place: "a cabinet beside the package" };
    Ok(Box::new(found.ok_or_else(missing)?.cursor()))
}

/// An error in the cabinet `name` of a package.
fn in_cabinet(name: &str, error: Error) -> Error {
    Error::broken(format!("cabinet `{name}`"), 0, error.to_string())
}

impl Container for Package {
    fn members(&self) -> &[Member] {
        &self.members
    }

    fn open(&mut self, index: usize) -> Result<Box<dyn Read + '_>, Error> {
        let (cabinet, index) = self.places[index];
        self.cabinets[cabinet].open(index)
    }

    fn window(&mut self, _index: usize) -> Option<Source> {
        None
    }

    fn refused(&mut self) -> Vec<Error> {
        std::mem::take(&mut self.refused)
    }

    fn rewind(&self, index: usize, after: Option<usize>) -> u64 {
        let (cabinet, next) = self.places[index];
        let last = after.map(|after| self.places[after]).filter(|last| last.0 == cabinet);
        self.cabinets[cabinet].rewind(next, last.map(|last| last.1))
    }
}

/// A row of the File table.
struct InFileTable {
    /// Where it is installed, with `/` between names; checked.
    path: String,
    /// Where it lies in an uncompressed source, the likeliest first.
    sources: Vec<String>,
    attributes: i32,
    /// Whether its bytes were found in a cabinet.
    found: bool,
}

/// The files by key. Those whose names cannot be are refused.
fn files(database: &Database, refused: &mut Vec<Error>) -> BTreeMap<String, InFileTable> {
    let mut files = BTreeMap::new();
    let Some(table) = database.tables.get("File") else { return files };
    let folders = Folders::of(database);
    let short = database.summary.word_count & SHORT_NAMES != 0;
    let mut names = Names::default();
    for (index, row) in table.rows.iter().enumerate() {
        let (key, name) = (text(table, row, "File"), text(table, row, "FileName"));
        let component = text(table, row, "Component_");
        let paths = folders.paths(component).and_then(|folders| {
            let path = |folder: &str, name: &str| relative(&format!("{folder}{name}"));
            let target = path(&folders.target, long(name));
            let offset = index as u64;
            let target = target.map_err(|problem| Error::Name { index, offset, problem })?;
            let source = path(&folders.source, if short { self::short(name) } else { long(name) });
            Ok((target.clone(), source.into_iter().chain([target]).collect()))
        });
        match paths {
            Ok((mut path, sources)) => {
                // two components may install one path, under conditions that exclude each other
                if names.give(&path, 0).is_err() {
                    path = format!("{path}.{}", key.replace(|c: char| !c.is_ascii_alphanumeric(), "_"));
                }
                let attributes = table.column("Attributes").and_then(|at| row.get(at)?.as_int()).unwrap_or(0);
                files.insert(key.to_owned(), InFileTable { path, sources, attributes, found: false });
            }
            Err(error) => {
                refused.push(Error::broken(format!("row {index} of table `File`"), 0, error.to_string()))
            }
        }
    }
    files
}

/// Names of the cabinets in the Media table, in its order, each once. An administrative image has none: its files lie beside
/// it, whatever the table says.
fn cabinets(database: &Database) -> Vec<String> {
    if database.summary.word_count & ADMINISTRATIVE_IMAGE != 0 {
        return Vec::new();
    }
    let Some(media) = database.tables.get("Media") else { return Vec::new() };
    let mut names: Vec<String> = Vec::new();
    for row in &media.rows {
        let name = text(media, row, "Cabinet");
        if !name.is_empty() && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

fn text<'a>(table: &Table, row: &'a Row, column: &str) -> &'a str {
    table.column(column).and_then(|at| row.get(at)?.as_str()).unwrap_or_default()
}

/// The long name of `short|long`.
fn long(name: &str) -> &str {
    name.split_once('|').map_or(name, |(_, long)| long)
}

/// The short name of `short|long`.
fn short(name: &str) -> &str {
    name.split_once('|').map_or(name, |(short, _)| short)
}

/// Where the files of a component go, and where they lie in an uncompressed source: each ends in `/` or is empty.
struct Paths {
    target: String,
    source: String,
}

/// The Directory table, and the directory of each component.
struct Folders<'a> {
    directories: BTreeMap<&'a str, (&'a str, &'a str)>,
    components: BTreeMap<&'a str, &'a str>,
    short: bool,
}

impl<'a> Folders<'a> {
    fn of(database: &'a Database) -> Folders<'a> {
        let rows = |name: &str| database.tables.get(name).map(|table| (table, &table.rows));
        let directories = rows("Directory").into_iter().flat_map(|(table, rows)| {
            rows.iter().map(move |row| {
                let parent = text(table, row, "Directory_Parent");
                (text(table, row, "Directory"), (parent, text(table, row, "DefaultDir")))
            })
        });
        let components = rows("Component").into_iter().flat_map(|(table, rows)| {
            rows.iter().map(move |row| (text(table, row, "Component"), text(table, row, "Directory_")))
        });
        Folders {
            directories: directories.collect(),
            components: components.collect(),
            short: database.summary.word_count & SHORT_NAMES != 0,
        }
    }

    fn paths(&self, component: &str) -> Result<Paths, Error> {
        let mut key = self.components.get(component).copied().unwrap_or_default();
        let mut paths = Paths { target: String::new(), source: String::new() };
        for _ in 0..DEEPEST {
            let Some((parent, default)) = self.directories.get(key).copied() else { return Ok(paths) };
            let (target, source) = default.split_once(':').unwrap_or((default, default));
            let target = if key == "ProgramFilesFolder" { "Program Files" } else { long(target) };
            prepend(&mut paths.target, target);
            prepend(&mut paths.source, if self.short { short(source) } else { long(source) });
            if parent.is_empty() || parent == key {
                return Ok(paths);
            }
            key = parent;
        }
        Err(Error::broken(
            format!("the folder of component `{component}`"),
            0,
            "its parents lead in a circle",
        ))
    }
}

fn prepend(path: &mut String, name: &str) {
    if !matches!(name, "" | "." | "SourceDir") {
        path.insert_str(0, &format!("{name}/"));
    }
}
