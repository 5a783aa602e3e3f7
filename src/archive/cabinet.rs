//! Cabinets as archives.

use super::container::{Container, Member, Names};
use super::name::relative;
use super::{Error, Source};
use crate::cab;
use std::io::{Read, Seek};

/// What a cabinet is read from.
pub(super) trait Stream: Read + Seek {}
impl<T: Read + Seek> Stream for T {}

/// A cabinet.
pub(super) struct Cabinet {
    reader: cab::Reader<Box<dyn Stream>>,
    members: Vec<Member>,
    /// For each member, its number in the cabinet.
    numbers: Vec<usize>,
    refused: Vec<Error>,
}

impl Cabinet {
    /// The cabinet `source`, whose names are paths.
    pub(super) fn open(source: &Source) -> Result<Cabinet, Error> {
        let mut names = Names::default();
        Cabinet::with(Box::new(source.cursor()), |index, name, offset| {
            let path = relative(name).map_err(|problem| Error::Name { index, offset, problem })?;
            names.give(&path, offset)?;
            Ok(path)
        })
    }

    /// The cabinet in `stream`, whose names are what `path` makes of number, name and offset of each entry.
    pub(super) fn with(
        stream: Box<dyn Stream>,
        mut path: impl FnMut(usize, &str, u64) -> Result<String, Error>,
    ) -> Result<Cabinet, Error> {
        let reader = cab::Reader::open(stream)?;
        // by place, so that going through the members in order is one pass over the data
        let mut order: Vec<usize> = (0..reader.files().len()).collect();
        let place = |index: usize| reader.place(index).map(|place| (place.folder, place.offset));
        order.sort_by_key(|index| place(*index));
        let (mut members, mut numbers, mut refused) = (Vec::new(), Vec::new(), Vec::new());
        let mut last: Option<(u16, u32, u64)> = None;
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
