//! Going through a tree, archives inside archives included.

use super::budget::{Budget, Limits, Meter, Metered};
use super::burn::Bundle;
use super::cabinet::Cabinet;
use super::container::{Beside, Container};
use super::folder::Folder;
use super::kind::{self, Kind};
use super::package::Package;
use super::zip::Zip;
use super::{Error, Source};
use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::Path;

/// How many archives may be inside one another: a package in a bundle in a zip file are three.
pub const DEEPEST: usize = 4;

/// How many bytes of an archive in an archive are read at one time.
const STEP: u64 = 1 << 20;

/// What stands between an archive and what is in it.
const INSIDE: char = '!';

/// A file of a tree, to be read once.
pub struct File<'a> {
    /// Where it is: names with `/` between them, and `!` after each archive.
    pub path: &'a str,
    /// The archives that it is in, the outermost first: of each, its path in the one before.
    pub inside: &'a [String],
    /// Its path in the innermost archive or folder.
    pub name: &'a str,
    /// Length in bytes, as its archive states it.
    pub size: u64,
    /// The file on the disk, where it is in no archive.
    pub on_disk: Option<&'a Path>,
    bytes: &'a mut dyn Read,
}

impl Read for File<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.bytes.read(buf)
    }
}

/// Who looks at a tree.
pub trait Visitor {
    /// Whether archives at `depth` are gone into; those that are not are shown as files. The depth of an archive on
    /// the disk is 0.
    fn enters(&mut self, depth: usize) -> bool;

    /// An archive that is gone into next; the file is that of all its bytes.
    ///
    /// # Errors
    /// As [`Visitor::file`].
    fn archive(&mut self, file: File<'_>, kind: Kind, source: &Source) -> io::Result<()>;

    /// A file.
    ///
    /// # Errors
    /// What came of reading it, which is told as a problem; or what keeps the visitor from going on ([`Stop`]).
    fn file(&mut self, file: File<'_>) -> io::Result<()>;

    /// Something that is refused, or missing.
    fn problem(&mut self, path: &str, error: Error);
}

/// Goes through `path`: a folder with everything below it, or a file with everything in it. Files beside it are read
/// where a package or bundle says that it consists of them.
///
/// # Errors
/// `path` cannot be read, a limit is passed, or the visitor ends the walk.
pub fn walk(path: &Path, limits: Limits, visitor: &mut dyn Visitor) -> Result<(), Error> {
    let kind = std::fs::metadata(path).map_err(Error::Io)?.file_type();
    if !kind.is_dir() && !kind.is_file() {
        let why = io::Error::new(io::ErrorKind::InvalidInput, "neither a folder nor a file");
        return Err(Error::Io(why));
    }
    let is_folder = kind.is_dir();
    let mut folder = if is_folder { Folder::open(path, &limits)? } else { Folder::around(path) };
    for (path, error) in folder.unreadable() {
        visitor.problem(&path, Error::Io(error));
    }
    Walk { visitor, budget: Budget::new(limits), inside: Vec::new() }.container(&mut folder, "", u64::MAX)
}

struct Walk<'v> {
    visitor: &'v mut dyn Visitor,
    budget: Budget,
    /// The archives that it has gone into.
    inside: Vec<String>,
}

/// What a container's walk keeps.
struct State {
    meter: Meter,
    /// Members that belong to another one, such as the cabinets beside a package.
    taken: BTreeSet<usize>,
    /// The member that was read last.
    last: Option<usize>,
}

impl Walk<'_> {
    /// Goes through `container`, whose own length is `length`.
    fn container(&mut self, container: &mut dyn Container, prefix: &str, length: u64) -> Result<(), Error> {
        for error in container.refused() {
            self.visitor.problem(prefix.trim_end_matches(INSIDE), error);
        }
        self.budget.members(container.members().len())?;
        let mut state =
            State { meter: Meter::new(length, &self.budget.limits), taken: BTreeSet::new(), last: None };
        // cabinets come last: a package beside them may be what they belong to
        let (mut cabinets, mut index) = (Vec::new(), 0);
        while index < container.members().len() {
            if !state.taken.contains(&index) && self.member(container, index, prefix, &mut state, true)? {
                cabinets.push(index);
            }
            index += 1;
        }
        for index in cabinets {
            if !state.taken.contains(&index) {
                self.member(container, index, prefix, &mut state, false)?;
            }
        }
        Ok(())
    }

    /// Looks at a member; gives whether it is a cabinet that is left for later.
    fn member(
        &mut self,
        container: &mut dyn Container,
        index: usize,
        prefix: &str,
        state: &mut State,
        leave_cabinets: bool,
    ) -> Result<bool, Error> {
        let member = container.members()[index].clone();
        let on_disk = container.on_disk(index).map(Path::to_owned);
        let path = format!("{prefix}{}", member.path);
        let inside = self.inside.clone();
        let (name, on_disk) = (member.path.as_str(), on_disk.as_deref());
        let at = At { path: &path, inside: &inside, name, size: member.size, on_disk };
        let looked = match self.look(container, index, &at, state, leave_cabinets) {
            Ok(Looked::Left) => return Ok(true),
            Ok(Looked::Seen) => Ok(()),
            Ok(Looked::Archive(kind, source, held)) => {
                let entered = self.enter(container, index, &at, kind, &source, state);
                let shown = match entered {
                    // a compound file of another kind, or a bare engine, is a file like any other
                    Ok(false) => self.visitor.file(at.file(&mut source.cursor())).map_err(Error::of),
                    entered => entered.map(|_| ()),
                };
                self.budget.release(held);
                shown
            }
            Err(error) => Err(error),
        };
        match looked {
            Err(error) if error.ends_the_walk() => return Err(error),
            Err(error) => self.visitor.problem(&path, error),
            Ok(()) => {}
        }
        Ok(false)
    }

    /// Reads a member as far as its kind wants it.
    fn look(
        &mut self,
        container: &mut dyn Container,
        index: usize,
        at: &At<'_>,
        state: &mut State,
        leave_cabinets: bool,
    ) -> Result<Looked, Error> {
        let offset = container.members()[index].offset;
        again(container, index, state, &mut self.budget)?;
        let window = container.window(index);
        let mut bytes = state.meter.of(container.open(index)?, offset, &mut self.budget);
        let mut head = Vec::new();
        bytes.by_ref().take(kind::HEAD).read_to_end(&mut head).map_err(Error::of)?;
        let Some(kind) = kind::of(&head).filter(|_| self.visitor.enters(at.inside.len())) else {
            self.visitor.file(at.file(&mut head.chain(bytes))).map_err(Error::of)?;
            return Ok(Looked::Seen);
        };
        if kind == Kind::Cabinet && leave_cabinets {
            return Ok(Looked::Left);
        }
        if at.inside.len() >= DEEPEST {
            return Err(Error::TooDeep(DEEPEST));
        }
        if let Some(window) = window {
            return Ok(Looked::Archive(kind, window, 0));
        }
        let (source, held) = in_memory(head, &mut bytes, offset)?;
        Ok(Looked::Archive(kind, source, held))
    }

    /// Goes through the archive `source`, the member `index` of `container`; gives whether it is one.
    fn enter(
        &mut self,
        container: &mut dyn Container,
        index: usize,
        at: &At<'_>,
        kind: Kind,
        source: &Source,
        state: &mut State,
    ) -> Result<bool, Error> {
        let mut siblings =
            Siblings { container, index, state, budget: &mut self.budget, held: 0, length: source.len() };
        let opened = open(kind, source, &mut siblings);
        let Siblings { held, length, .. } = siblings;
        let outcome = match opened {
            Ok(None) => Ok(false),
            Ok(Some(mut inner)) => {
                self.visitor.archive(at.file(&mut source.cursor()), kind, source).map_err(Error::of)?;
                let prefix = format!("{}{INSIDE}", at.path);
                self.inside.push(at.name.to_owned());
                let gone = self.container(&mut *inner, &prefix, length);
                self.inside.pop();
                gone.map(|()| true)
            }
            Err(error) => Err(error),
        };
        self.budget.release(held);
        outcome
    }
}

/// Where a member is.
struct At<'a> {
    path: &'a str,
    inside: &'a [String],
    name: &'a str,
    size: u64,
    on_disk: Option<&'a Path>,
}

impl<'a> At<'a> {
    fn file(&'a self, bytes: &'a mut dyn Read) -> File<'a> {
        let At { path, inside, name, size, on_disk } = *self;
        File { path, inside, name, size, on_disk, bytes }
    }
}

/// What came of looking at a member.
enum Looked {
    /// It was shown.
    Seen,
    /// It is a cabinet, and left for later.
    Left,
    /// It may be an archive: its bytes, and how many of them are held in memory for it.
    Archive(Kind, Source, u64),
}

fn open(kind: Kind, source: &Source, beside: &mut Siblings<'_>) -> Result<Option<Box<dyn Container>>, Error> {
    Ok(match kind {
        Kind::Zip => Some(Box::new(Zip::open(source, &beside.budget.limits)?)),
        Kind::Cabinet => Some(Box::new(Cabinet::open(source, beside)?)),
        Kind::Package => boxed(Package::open(source, beside)?),
        Kind::Bundle => boxed(Bundle::open(source, beside)?),
    })
}

fn boxed(container: Option<impl Container + 'static>) -> Option<Box<dyn Container>> {
    container.map(|container| Box::new(container) as Box<dyn Container>)
}

/// Counts what must be read again to open the member `index`, which is opened next.
fn again(
    container: &dyn Container,
    index: usize,
    state: &mut State,
    budget: &mut Budget,
) -> Result<(), Error> {
    let (count, offset) = (container.rewind(index, state.last), container.members()[index].offset);
    state.last = Some(index);
    budget.read(count, offset)?;
    state.meter.count(count, offset)
}

/// All bytes of a member that begins with `head`, and how many they are.
fn in_memory(head: Vec<u8>, rest: &mut Metered<'_>, offset: u64) -> Result<(Source, u64), Error> {
    let mut bytes = head;
    let mut held = bytes.len() as u64;
    rest.budget.hold(held, offset)?;
    loop {
        let before = bytes.len();
        rest.by_ref().take(STEP).read_to_end(&mut bytes).map_err(Error::of)?;
        let count = (bytes.len() - before) as u64;
        if count == 0 {
            return Ok((Source::memory(bytes), held));
        }
        rest.budget.hold(count, offset)?;
        held += count;
    }
}

/// What lies beside the member `index` of a container.
struct Siblings<'a> {
    container: &'a mut dyn Container,
    index: usize,
    state: &'a mut State,
    budget: &'a mut Budget,
    /// Bytes that are held in memory for siblings.
    held: u64,
    /// Length of the archive with the siblings that are parts of it, in bytes.
    length: u64,
}

impl Beside for Siblings<'_> {
    fn take(&mut self, path: &str) -> Result<Option<Source>, Error> {
        let Some(index) = self.container.beside(self.index, path).filter(|index| *index != self.index) else {
            return Ok(None);
        };
        self.state.taken.insert(index);
        if let Some(window) = self.container.window(index) {
            self.length += window.len();
            return Ok(Some(window));
        }
        let offset = self.container.members()[index].offset;
        again(self.container, index, self.state, self.budget)?;
        let mut bytes = self.state.meter.of(self.container.open(index)?, offset, self.budget);
        let (source, held) = in_memory(Vec::new(), &mut bytes, offset)?;
        self.held += held;
        self.length += held;
        Ok(Some(source))
    }

    fn is_there(&mut self, path: &str) -> bool {
        self.container.beside(self.index, path).is_some()
    }
}
