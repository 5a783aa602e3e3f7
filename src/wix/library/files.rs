//! The files that go into a library that is written.

use super::Library;
use super::document::{self, Data};
use crate::bind::on_disk;
use crate::diag::{Diagnostic, Location};
use crate::paths::BindPath;
use crate::report::Report;
use crate::stored;
use crate::variables::{Endless, Replacement, Segment, replace};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Where the bytes of a member are.
pub(super) enum Bytes {
    /// In a file.
    File(PathBuf),
    /// Out of a library that was read.
    Stored(Vec<u8>),
}

/// Takes files, and gives what a symbol has in their place.
pub(super) struct Files<'f> {
    /// Whether the files on the disk go into the library; otherwise their paths do.
    pub bind: bool,
    pub bind_paths: &'f [BindPath],
    pub bind_variables: &'f BTreeMap<String, String>,
    /// Libraries that the sources were combined with.
    pub libraries: &'f [Library],
    pub report: &'f Report,
    /// Members by what they are known by.
    known: BTreeMap<String, String>,
    names: BTreeSet<String>,
    /// The members, in the order in which they were found.
    pub members: Vec<(String, Bytes)>,
}

impl<'f> Files<'f> {
    pub(super) fn new(
        bind: bool,
        bind_paths: &'f [BindPath],
        bind_variables: &'f BTreeMap<String, String>,
        libraries: &'f [Library],
        report: &'f Report,
    ) -> Files<'f> {
        Files {
            bind,
            bind_paths,
            bind_variables,
            libraries,
            report,
            known: BTreeMap::new(),
            names: BTreeSet::new(),
            members: Vec::new(),
        }
    }

    /// What stands in a symbol for the file that `path` means, which was written `at`.
    pub(super) fn take(&mut self, path: &str, at: &Location) -> document::Field {
        let plain = |path: &str| Data::Path { embed: None, path: Some(path.to_owned()) };
        if let Some(number) = stored::numbers(path) {
            return self.stored(path, number, at);
        }
        if !self.bind {
            return plain(path).into();
        }
        let Some(found) =
            self.resolved(path, at).and_then(|path| on_disk(&path, self.bind_paths, at, self.report))
        else {
            return plain(path).into();
        };
        let key = found.display().to_string();
        let name = found.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let member = self.member(key, &name, Bytes::File(found));
        embedded(member, path)
    }

    /// A file of a library stays with what it was before.
    fn stored(&mut self, path: &str, (library, index): (usize, usize), at: &Location) -> document::Field {
        let before = stored::before(path).to_owned();
        let read = self
            .libraries
            .get(library)
            .and_then(|library| Some((library.name(index)?, library.file(index)?)));
        let Some((name, bytes)) = read else { return Data::Null.into() };
        let name = name.rsplit('/').next().unwrap_or_default().to_owned();
        match bytes {
            Ok(bytes) => {
                let member = self.member(format!("{library}/{index}"), &name, Bytes::Stored(bytes));
                embedded(member, &before)
            }
            Err(problem) => {
                let finding =
                    Diagnostic::error("wix::library", format!("the library cannot be read: {problem}"));
                self.report
                    .push(finding.at(at).help("get the library again, or build it again from its sources"));
                Data::Null.into()
            }
        }
    }

    /// The path with the variables in it that are known; a default stands for one that is not (WIX0197 without one).
    fn resolved(&self, path: &str, at: &Location) -> Option<String> {
        let mut unknown = None;
        let resolved = replace(path, &mut |_, segment| match segment {
            Segment::Wix { name, default } => match (self.bind_variables.get(*name), default) {
                (Some(value), _) => Replacement::Text(value.clone()),
                (None, Some(default)) => Replacement::Text((*default).to_owned()),
                (None, None) => {
                    unknown = Some((*name).to_owned());
                    Replacement::Source
                }
            },
            _ => Replacement::Source,
        });
        if let Some(name) = unknown {
            let message = format!("the variable `!(wix.{name})` is unknown");
            let help =
                format!("give it with `-bv {name}=value`: what goes into the library must be known now");
            self.report.push(Diagnostic::error("WIX0197", message).at(at).help(help));
            return None;
        }
        resolved.map_err(|Endless| self.report.error(197, at, "the variables here refer to themselves")).ok()
    }

    /// The member of the file that is known by `key`, with a name that no other has.
    fn member(&mut self, key: String, name: &str, bytes: Bytes) -> String {
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let mut member = format!("wix-ir/{name}");
        let mut number = 0;
        while !self.names.insert(member.to_lowercase()) {
            number += 1;
            member = format!("wix-ir/{name}-{number}");
        }
        self.known.insert(key, member.clone());
        self.members.push((member.clone(), bytes));
        member
    }
}

/// A field with a file of the library, which was `before`.
fn embedded(member: String, before: &str) -> document::Field {
    let before = Data::Path { embed: None, path: Some(before.to_owned()) };
    document::Field {
        context: Some("wix.lib".to_owned()),
        data: Data::Path { embed: Some("true".to_owned()), path: Some(member) },
        prev: Some(Box::new(before.into())),
    }
}
