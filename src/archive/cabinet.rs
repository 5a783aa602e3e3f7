//! Cabinets as archives.

use super::container::{Beside, Container, Member, Names};
use super::name::relative;
use super::{Error, Source};
use crate::cab;
use std::io::Read;

/// A cabinet.
pub(super) struct Cabinet {
    reader: cab::Reader<Box<dyn cab::Input>>,
    members: Vec<Member>,
    /// For each member, its number in the cabinet.
    numbers: Vec<usize>,
    refused: Vec<Error>,
}

impl Cabinet {
    /// The cabinet `source`, whose names are paths; with it, those of its set that are beside it.
    pub(super) fn open(source: &Source, beside: &mut dyn Beside) -> Result<Cabinet, Error> {
        let open = |source: &Source| cab::Reader::open(Box::new(source.cursor()) as Box<dyn cab::Input>);
        let mut reader = open(source)?;
        let own = reader.number();
        // what stands before a cabinet is the one in which its first file begins, several before it perhaps
        while let Some(before) = neighbour(reader.before(), beside)? {
            let found = open(&before)?;
            if found.number() >= reader.number() {
                return Err(Error::broken("the cabinet's header", 0, "its set leads in a circle"));
            }
            reader = found;
        }
        while let Some(name) = reader.after().map(str::to_owned) {
            match neighbour(Some(&name), beside)? {
                Some(after) => reader.join(Box::new(after.cursor()))?,
                // it is not beside itself
                None if reader.number() + 1 == own => reader.join(Box::new(source.cursor()))?,
                None if reader.number() < own => {
                    return Err(Error::Missing { name, place: "beside it, as a cabinet of its set" });
                }
                None => break,
            }
        }
        let mut names = Names::default();
        Cabinet::with(reader, |index, name, offset| {
            let path = relative(name).map_err(|problem| Error::Name { index, offset, problem })?;
            names.give(&path, offset)?;
            Ok(path)
        })
    }

    /// The cabinet in `reader`, whose names are what `path` makes of number, name and offset of each entry.
    pub(super) fn with(
        reader: cab::Reader<Box<dyn cab::Input>>,
        mut path: impl FnMut(usize, &str, u64) -> Result<String, Error>,
    ) -> Result<Cabinet, Error> {
        // by place, so that going through the members in order is one pass over the data
        let mut order: Vec<usize> = (0..reader.files().len()).collect();
        let place = |index: usize| reader.place(index).map(|place| (place.folder, place.offset));
        order.sort_by_key(|index| place(*index));
        let (mut members, mut numbers, mut refused) = (Vec::new(), Vec::new(), Vec::new());
        let mut last: Option<(usize, u32, u64)> = None;
        for index in order {
            let (entry, place) = (&reader.files()[index], reader.place(index).expect("it has one"));
            let (start, end) = (place.offset, u64::from(place.offset) + u64::from(entry.size));
            // several entries may have one and the same data, and none may have a part of another's
            let overlaps = last.is_some_and(|(folder, before, until)| {
                folder == place.folder && u64::from(start) < until && (start, end) != (before, until)
            });
            if overlaps {
                let problem = "it overlaps another file of its folder";
                refused.push(Error::broken(format!("`{}`", entry.name), place.entry, problem));
                continue;
            }
            last = Some((place.folder, start, end));
            match path(index, &entry.name, place.entry) {
                Ok(path) => {
                    members.push(Member { path, size: entry.size.into(), offset: place.entry });
                    numbers.push(index);
                }
                Err(error) => refused.push(error),
            }
        }
        Ok(Cabinet { reader, members, numbers, refused })
    }

    /// The name of a member as the cabinet has it.
    pub(super) fn stored(&self, index: usize) -> String {
        self.reader.files()[self.numbers[index]].name.clone()
    }
}

impl Container for Cabinet {
    fn members(&self) -> &[Member] {
        &self.members
    }

    fn open(&mut self, index: usize) -> Result<Box<dyn Read + '_>, Error> {
        Ok(Box::new(self.reader.file(self.numbers[index])?))
    }

    fn window(&mut self, _index: usize) -> Option<Source> {
        None
    }

    fn refused(&mut self) -> Vec<Error> {
        std::mem::take(&mut self.refused)
    }

    fn rewind(&self, index: usize, after: Option<usize>) -> u64 {
        let place = |index: usize| self.numbers.get(index).and_then(|number| self.reader.place(*number));
        match (place(index), after.and_then(place)) {
            (Some(next), Some(last)) if (next.folder, next.offset) > (last.folder, last.offset) => 0,
            (Some(next), Some(_)) => next.offset.into(),
            _ => 0,
        }
    }
}

/// The cabinet called `name` beside another one of its set.
fn neighbour(name: Option<&str>, beside: &mut dyn Beside) -> Result<Option<Source>, Error> {
    match name.and_then(|name| relative(name).ok()) {
        Some(name) => beside.take(&name),
        None => Ok(None),
    }
}
