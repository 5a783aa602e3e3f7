//! Files that are kept to be put back: the record of a swap, and the journal of an installation. Pure: bytes and values.

use super::Role;
use crate::journal::Fingerprint;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

const RECORD: &str = "swap record 1";
const JOURNAL: &str = "swap journal 1";

/// A file as it was before, and as it was left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Which file.
    pub role: Role,
    /// Its content before; nothing where there was no such file.
    pub before: Option<Vec<u8>>,
    /// What was put there: one content, or more while one takes the place of another.
    pub after: Vec<Fingerprint>,
}

impl Kept {
    /// Whether this content was put there.
    #[must_use]
    pub fn is_ours(&self, bytes: &[u8]) -> bool {
        self.after.contains(&Fingerprint::of(bytes))
    }
}

/// What takes a swap back, to the byte. It stands beside the file, names no path, and holds what it gives back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// The files that were written.
    pub kept: Vec<Kept>,
}

impl Record {
    /// What is kept of a file.
    #[must_use]
    pub fn of(&self, role: Role) -> Option<&Kept> {
        self.kept.iter().find(|kept| kept.role == role)
    }

    /// What `present`, the file of `role` as it is, would be without us.
    #[must_use]
    pub fn without_us(&self, role: Role, present: Option<Vec<u8>>) -> Option<Vec<u8>> {
        match (self.of(role), &present) {
            (Some(kept), Some(bytes)) if kept.is_ours(bytes) => kept.before.clone(),
            _ => present,
        }
    }

    /// This record while it takes the place of `old`: whenever power is lost, what either has put there is known again.
    #[must_use]
    pub fn beside(&self, old: &Record) -> Record {
        let mut both = self.clone();
        for theirs in &old.kept {
            match both.kept.iter_mut().find(|kept| kept.role == theirs.role) {
                Some(kept) => {
                    let more: Vec<_> =
                        theirs.after.iter().filter(|after| !kept.after.contains(after)).copied().collect();
                    kept.after.extend(more);
                }
                None => both.kept.push(theirs.clone()),
            }
        }
        both
    }

    /// The bytes of it.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = alloc::format!("{RECORD}\n").into_bytes();
        for kept in &self.kept {
            bytes.extend_from_slice(kept.role.word().as_bytes());
            for after in &kept.after {
                bytes.extend_from_slice(alloc::format!("\t{}", after.to_fields()).as_bytes());
            }
            bytes.push(b'\t');
            content(&mut bytes, kept.before.as_deref());
        }
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote; nothing where it is anything else.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Record> {
        let mut rest = bytes;
        if line(&mut rest)? != RECORD {
            return None;
        }
        let mut record = Record::default();
        while !rest.is_empty() {
            let fields: Vec<&str> = line(&mut rest)?.split('\t').collect();
            let [role, contents @ .., size] = &fields[..] else { return None };
            let role = Role::named(role).filter(|role| record.of(*role).is_none())?;
            let (pairs, []) = contents.as_chunks() else { return None };
            let read = |[length, hash]: &[&str; 2]| Fingerprint::parse(length, hash);
            let after = pairs.iter().map(read).collect::<Option<_>>()?;
            record.kept.push(Kept { role, before: take(&mut rest, size)?, after });
        }
        Some(record)
    }
}

/// What takes an installation back that fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journal {
    /// The installation that wrote it. One of another installation is a leftover, and not to be believed.
    pub run: String,
    /// The record as it was; nothing where there was none.
    pub record: Option<Vec<u8>>,
    /// The files as they were.
    pub files: Vec<(Role, Option<Vec<u8>>)>,
}

impl Journal {
    /// The bytes of it.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = alloc::format!("{JOURNAL}\t{}\t", self.run).into_bytes();
        content(&mut bytes, self.record.as_deref());
        for (role, before) in &self.files {
            bytes.extend_from_slice(role.word().as_bytes());
            bytes.push(b'\t');
            content(&mut bytes, before.as_deref());
        }
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote; nothing where it is anything else.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Journal> {
        let mut rest = bytes;
        let [format, run, size] = fields(line(&mut rest)?)?;
        if format != JOURNAL {
            return None;
        }
        let run = run.to_string();
        let record = take(&mut rest, size)?;
        let mut files = Vec::new();
        while !rest.is_empty() {
            let [role, size] = fields(line(&mut rest)?)?;
            files.push((Role::named(role)?, take(&mut rest, size)?));
        }
        Some(Journal { run, record, files })
    }
}

/// Ends a line with the length of a content, and has the content follow.
fn content(bytes: &mut Vec<u8>, content: Option<&[u8]>) {
    match content {
        Some(content) => {
            bytes.extend_from_slice(alloc::format!("{}\n", content.len()).as_bytes());
            bytes.extend_from_slice(content);
        }
        None => bytes.extend_from_slice(b"none\n"),
    }
}

/// The content whose length a line said.
fn take(rest: &mut &[u8], size: &str) -> Option<Option<Vec<u8>>> {
    if size == "none" {
        return Some(None);
    }
    let size = size.parse().ok()?;
    let taken = rest.get(..size)?.to_vec();
    *rest = rest.get(size..)?;
    Some(Some(taken))
}

fn line<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let line = core::str::from_utf8(rest.get(..end)?).ok()?;
    *rest = rest.get(end + 1..)?;
    Some(line)
}

fn fields<const N: usize>(line: &str) -> Option<[&str; N]> {
    let fields: Vec<&str> = line.split('\t').collect();
    fields.try_into().ok()
}
