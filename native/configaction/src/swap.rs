//! DLLs of another installer's in whose place one of ours stands: the swaps of a package, scheduled and carried out.
//!
//! What is to be done is decided in the crate `registration` (`swap`). Beside the package's own copy of each DLL stands a
//! record with what was there; and while an installation runs, beside the DLL itself a journal with the files as they were.

use crate::disk::{self, Replaced, Trouble, Trust};
use crate::failure::{Failure, Kind};
use crate::schedule;
use crate::session::{Session, SwapRow};
use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use registration::job;
use registration::journal::Fingerprint;
use registration::swap::{
    self, Decision, Journal, Kept, LedTo, Present, Processor, Record, Role, Swap, Verb, Version,
};

/// Ends the name of a record.
const UNDO: &str = "undo";
/// Ends the name of a journal, behind that of its run.
const ROLLBACK: &str = "rollback";

/// Sets the properties that hand the other actions their swaps. An action with nothing to do gets none; its condition is
/// the property.
pub(crate) fn schedule(session: &Session) -> Result<(), Failure> {
    let run = disk::nonce().map_err(|trouble| Failure::new(Kind::Damaged, "random numbers", &trouble))?;
    let is_repair = !session.property("REINSTALL").is_empty();
    let mut swaps: Vec<Swap> = Vec::new();
    for row in session.swaps()? {
        let (installed, action) = session.component(&row.component)?;
        let verb = match schedule::decide(installed, action, is_repair) {
            Some(job::Verb::Add) => Verb::Add,
            Some(job::Verb::Remove) => Verb::Remove,
            None => continue,
        };
        swaps.push(read(session, &row, verb, &run)?);
    }
    if let Some((path, product)) = taken_over(session, &swaps) {
        if swaps.iter().any(|swap| swap.verb == Verb::Add) {
            let reason = alloc::format!(
                "it is a file of the product {product}, whose package has what this one would put there. Remove this \
                 one in Apps & Features where it is installed: it is not needed any more"
            );
            return Err(Failure::new(Kind::Unsuitable, &path, &reason));
        }
        session.log(&alloc::format!("{path} is a file of {product} by now; what is there stays"));
        swaps.iter_mut().for_each(|swap| swap.verb = Verb::Forget);
    }
    let is_add = |swap: &&Swap| swap.verb == Verb::Add;
    let actions: [(&str, Vec<&Swap>); 6] = [
        ("CheckSwap", swaps.iter().filter(is_add).collect()),
        ("RollBackRemovedSwap", swaps.iter().filter(|swap| !is_add(swap)).collect()),
        ("RemoveSwap", swaps.iter().filter(|swap| !is_add(swap)).collect()),
        ("RollBackAddedSwap", swaps.iter().filter(is_add).collect()),
        ("AddSwap", swaps.iter().filter(is_add).collect()),
        ("CommitSwap", swaps.iter().collect()),
    ];
    for (action, swaps) in actions {
        if !swaps.is_empty() {
            session.set_property(action, &swap::to_text(&swaps))?;
        }
    }
    Ok(())
}

/// A file that ours lead to and that another product has as its own: it needs no swap.
fn taken_over(session: &Session, swaps: &[Swap]) -> Option<(String, String)> {
    let paths: Vec<String> = swaps
        .iter()
        .flat_map(|swap| [Role::Kept, Role::Second].into_iter().filter_map(|role| swap.path(role)))
        .collect();
    if paths.is_empty() {
        return None;
    }
    // one that replaces this product has no files under these names
    let own = [session.property("ProductCode"), session.property("UPGRADINGPRODUCTCODE")];
    let owners = session.key_paths(&own).into_iter();
    let mut found = owners.filter_map(|(product, path)| {
        let is_it = |known: &&String| known.to_lowercase() == path.to_lowercase();
        Some((paths.iter().find(is_it)?.clone(), product))
    });
    found.next()
}

fn read(session: &Session, row: &SwapRow, verb: Verb, run: &str) -> Result<Swap, Failure> {
    let damaged =
        |what: &str| Failure::new(Kind::Damaged, &row.key, &alloc::format!("`{what}` is not known"));
    let processor = |word: &str| Processor::named(word).ok_or_else(|| damaged(word));
    let version = |text: &str| match text {
        "" => Ok(None),
        text => Version::parse(text).map(Some).ok_or_else(|| damaged(text)),
    };
    let led_to = match row.kept.is_empty() {
        true => None,
        false => Some(LedTo {
            kept: row.kept.clone(),
            second: row.second.clone(),
            source: session.format(&row.source)?,
            processor: processor(&row.second_processor)?,
            missing: row.source_missing.clone(),
        }),
    };
    Ok(Swap {
        verb,
        run: run.to_owned(),
        file: session.format(&row.file)?,
        from: processor(&row.from)?,
        right: if row.right.is_empty() { None } else { Some(processor(&row.right)?) },
        lowest: version(&row.lowest)?,
        highest: version(&row.highest)?,
        exports: row.exports.split(';').filter(|name| !name.is_empty()).map(ToOwned::to_owned).collect(),
        new: session.format(&row.new)?,
        led_to,
        backup: row.backup.clone(),
        missing: row.missing.clone(),
    })
}

/// Finds out whether every swap can be done; changes nothing.
pub(crate) fn check(session: &Session) -> Result<(), Failure> {
    for swap in &swaps(session)? {
        let at = At { swap, session };
        at.settle()?;
        at.decide(&at.present()?, &at.record()?)?;
        at.writing(&swap.file, disk::can_write_beside(&swap.file, Trust::System))?;
    }
    Ok(())
}

/// Does the swaps, or takes them back.
pub(crate) fn apply(session: &Session) -> Result<(), Failure> {
    for swap in &swaps(session)? {
        session.progress(&swap.file);
        let at = At { swap, session };
        at.settle()?;
        match swap.verb {
            Verb::Add => at.add()?,
            Verb::Remove => at.remove()?,
            Verb::Forget => {
                at.put_journal(&at.present()?)?;
                at.put_record(None)?;
            }
        }
    }
    Ok(())
}

/// Takes back what this installation did, the last first.
pub(crate) fn roll_back(session: &Session) -> Result<(), Failure> {
    let mut outcome = Ok(());
    for swap in swaps(session)?.iter().rev() {
        let at = At { swap, session };
        if let Err(failure) = at.settle().and_then(|()| at.roll_back()) {
            session.log(&alloc::format!("{}: {}", failure.file, failure.reason));
            outcome = outcome.and(Err(failure));
        }
    }
    outcome
}

/// Removes what only a rollback needs. What has succeeded does not fail for it.
pub(crate) fn commit(session: &Session) -> Result<(), Failure> {
    for swap in &swaps(session)? {
        At { swap, session }.tidy();
    }
    Ok(())
}

fn swaps(session: &Session) -> Result<Vec<Swap>, Failure> {
    let data = session.property("CustomActionData");
    // an action without swaps is not run
    swap::parse(&data)
        .filter(|swaps| !swaps.is_empty())
        .ok_or_else(|| Failure::new(Kind::Damaged, "CustomActionData", "not a list of swaps of this version"))
}

/// The files of a swap, as they are.
type Files = Vec<(Role, Option<Vec<u8>>)>;

/// A swap where its files are.
struct At<'s> {
    swap: &'s Swap,
    session: &'s Session,
}

impl At<'_> {
    fn roles(&self) -> impl DoubleEndedIterator<Item = (Role, String)> {
        Role::ALL.into_iter().filter_map(|role| Some((role, self.swap.path(role)?)))
    }

    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        let unreadable = |trouble: Trouble| Failure::new(Kind::Unsuitable, path, &trouble);
        disk::read(path, Trust::System).map_err(unreadable)
    }

    fn writing<T>(&self, path: &str, outcome: Result<T, Trouble>) -> Result<T, Failure> {
        outcome.map_err(|trouble| Failure::new(Kind::NotWritable, path, &trouble))
    }

    /// What an ended process left half done is put right first.
    fn settle(&self) -> Result<(), Failure> {
        let file = &self.swap.file;
        if let Some(old) = self.writing(file, disk::settle(file, Trust::System))? {
            self.session.log(&alloc::format!("{file}: put back; it had been left as {old}"));
        }
        Ok(())
    }

    fn present(&self) -> Result<Files, Failure> {
        self.roles().map(|(role, path)| Ok((role, self.read(&path)?))).collect()
    }

    fn record_path(&self) -> String {
        alloc::format!("{}.{UNDO}", self.swap.new)
    }

    fn journal_path(&self) -> String {
        alloc::format!("{}.{}.{ROLLBACK}", self.swap.file, self.swap.run)
    }

    /// What is kept of what was there; empty where nothing is.
    fn record(&self) -> Result<Record, Failure> {
        let path = self.record_path();
        let Some(bytes) = self.read(&path)? else { return Ok(Record::default()) };
        Record::parse(&bytes).ok_or_else(|| {
            let reason = "it has what was there before, and is damaged. Repair the product whose DLL it is about, delete \
                          it, and run this again";
            Failure::new(Kind::Unsuitable, &path, reason)
        })
    }

    fn put_record(&self, record: Option<&Record>) -> Result<(), Failure> {
        let path = self.record_path();
        self.writing(
            &path,
            match record {
                Some(record) => disk::put(&path, &record.to_bytes(), Trust::System),
                None => disk::delete(&path),
            },
        )
    }

    /// Writes down what a rollback gives back, before anything is changed.
    fn put_journal(&self, files: &Files) -> Result<(), Failure> {
        let journal = Journal {
            run: self.swap.run.clone(),
            record: self.read(&self.record_path())?,
            files: files.clone(),
        };
        let path = self.journal_path();
        self.writing(&path, disk::put(&path, &journal.to_bytes(), Trust::System))
    }

    fn decide(&self, files: &Files, record: &Record) -> Result<(Decision, Present), Failure> {
        let led_to = self.swap.led_to.as_ref();
        let mut without = Present {
            source: led_to.map(|led_to| self.read(&led_to.source)).transpose()?.flatten(),
            ..Present::default()
        };
        if !self.swap.backup.is_empty() {
            without.backup = self.read(&alloc::format!(r"{}\{}", self.swap.folder(), self.swap.backup))?;
        }
        for (role, present) in files {
            let content = record.without_us(*role, present.clone());
            match role {
                Role::File => without.file = content,
                Role::Kept => without.kept = content,
                Role::Second => without.second = content,
            }
        }
        match self.swap.decide(&without) {
            Ok(decision) => Ok((decision, without)),
            Err(reason) => Err(Failure::new(Kind::Unsuitable, &self.swap.file, &reason)),
        }
    }

    fn add(&self) -> Result<(), Failure> {
        let (files, old) = (self.present()?, self.record()?);
        let (decision, without) = self.decide(&files, &old)?;
        let mut wanted = Vec::new();
        let mut was_adopted = false;
        if let Decision::Swap { beside, adopted } = decision {
            let new = self.read(&self.swap.new)?.ok_or_else(|| {
                Failure::new(Kind::Damaged, &self.swap.new, "the package has not brought it")
            })?;
            wanted = beside;
            wanted.push((Role::File, new));
            was_adopted = adopted;
        }
        let mut record = Record::default();
        for (role, bytes) in &wanted {
            let before = match role {
                Role::File => &without.file,
                Role::Kept => &without.kept,
                Role::Second => &without.second,
            };
            let after = [Fingerprint::of(bytes)].into();
            record.kept.push(Kept { role: *role, before: before.clone(), after });
        }
        // what was ours and is not wanted any more goes back
        let back = old.kept.iter().rev().filter(|kept| record.of(kept.role).is_none());
        let mut steps: Files = wanted.into_iter().map(|(role, bytes)| (role, Some(bytes))).collect();
        steps.extend(back.map(|kept| {
            let present = files.iter().find(|(role, _)| *role == kept.role);
            (kept.role, old.without_us(kept.role, present.and_then(|(_, present)| present.clone())))
        }));
        steps.retain(|step| !files.contains(step));
        let file = &self.swap.file;
        if steps.is_empty() && record == old {
            let right = if record.kept.is_empty() { "right as it is" } else { "swapped already" };
            self.session.log(&alloc::format!("{file}: {right}; left as it is"));
            return Ok(());
        }
        self.put_journal(&files)?;
        // a record without a swap does no harm, and a swap without its record cannot be undone
        let both = record.beside(&old);
        self.put_record(Some(&both))?;
        self.write(&files, &steps)?;
        if record != both {
            self.put_record(Some(&record).filter(|record| !record.kept.is_empty()))?;
        }
        let how =
            if was_adopted { "; what somebody else had put there comes back with its removal" } else { "" };
        self.session.log(&alloc::format!("{file}: swapped{how}"));
        Ok(())
    }

    fn remove(&self) -> Result<(), Failure> {
        let (files, record) = (self.present()?, self.record()?);
        let mut steps = Files::new();
        for (role, present) in files.iter().rev() {
            let Some(kept) = record.of(*role).filter(|kept| kept.before != *present) else { continue };
            if present.as_ref().is_some_and(|bytes| kept.is_ours(bytes)) {
                steps.push((*role, kept.before.clone()));
            } else if self.is_needed_by_others(*role, present.as_deref()) {
                break;
            }
        }
        self.put_journal(&files)?;
        self.write(&files, &steps)?;
        self.put_record(None)?;
        self.session.log(&alloc::format!("{}: as it was before", self.swap.file));
        Ok(())
    }

    fn roll_back(&self) -> Result<(), Failure> {
        let path = self.journal_path();
        let journal = self.read(&path)?.and_then(|bytes| Journal::parse(&bytes));
        // where there is none, nothing was begun
        let Some(journal) = journal.filter(|journal| journal.run == self.swap.run) else {
            self.tidy();
            return Ok(());
        };
        let files = self.present()?;
        let record = self.record_path();
        let now = self.read(&record)?.as_deref().and_then(Record::parse).unwrap_or_default();
        let old = journal.record.as_deref().and_then(Record::parse).unwrap_or_default();
        let steps = self.taken_back(journal.files, &files, &now, &old);
        // as in an installation: whenever power is lost, what either has put there is known
        let both = now.beside(&old);
        if both != now {
            self.put_record(Some(&both))?;
        }
        self.write(&files, &steps)?;
        self.writing(
            &record,
            match journal.record {
                Some(bytes) => disk::put(&record, &bytes, Trust::System),
                None => disk::delete(&record),
            },
        )?;
        self.tidy();
        self.session.log(&alloc::format!("{}: as it was before", self.swap.file));
        Ok(())
    }

    /// What brings `before` back, of what an installation has put there: its record is `now`, and was `old`.
    fn taken_back(&self, before: Files, files: &Files, now: &Record, old: &Record) -> Files {
        let of = |all: &Files, role| {
            let mut found = all.iter().filter(move |(known, _)| *known == role);
            found.next().and_then(|(_, bytes)| bytes.clone())
        };
        let file = of(&before, Role::File);
        let mut steps = Files::new();
        for (role, before) in before.into_iter().rev() {
            let present = of(files, role);
            if present == before {
                continue;
            }
            let is_ours = present.as_ref().is_none_or(|bytes| {
                now.of(role).is_some_and(|kept| kept.is_ours(bytes))
                    || old.of(role).is_some_and(|kept| kept.before.as_ref() == Some(bytes))
            });
            if is_ours {
                steps.push((role, before));
            } else if self.is_needed_by_others(role, present.as_deref()) {
                break;
            }
        }
        // what leads there goes before what it leads to, and comes after it
        if old.of(Role::File).zip(file).is_some_and(|(kept, file)| kept.is_ours(&file)) {
            steps.reverse();
        }
        steps
    }

    /// Says that somebody else has changed a file, which stays. Gives whether that may lead to what is beside it, and so
    /// needs that.
    fn is_needed_by_others(&self, role: Role, present: Option<&[u8]>) -> bool {
        let path = self.swap.path(role).unwrap_or_default();
        self.session.log(&alloc::format!("{path}: another program has changed it since; it stays"));
        let leads_on =
            |bytes| swap::Image::parse(bytes).is_some_and(|image| image.processor == Processor::Arm64X);
        let is_needed = role == Role::File && present.is_some_and(leads_on);
        if is_needed {
            self.session.log(&alloc::format!("{path}: it may lead to what is beside it, which stays, too"));
        }
        is_needed
    }

    /// Gives files other contents, in this order.
    fn write(&self, files: &Files, steps: &Files) -> Result<(), Failure> {
        for (role, after) in steps {
            let Some(path) = self.swap.path(*role) else { continue };
            let before = files.iter().find(|(known, _)| known == role).and_then(|(_, bytes)| bytes.as_ref());
            self.writing(
                &path,
                match (before, after) {
                    (Some(before), Some(after)) => exchange(&path, before, after),
                    (None, Some(after)) => disk::put(&path, after, Trust::System),
                    (_, None) => disk::remove(&path, Trust::System),
                },
            )?;
        }
        Ok(())
    }

    /// Deletes what is needed no longer, at the next start of Windows where a process still has it loaded.
    fn tidy(&self) {
        // what is beside the DLL may be needed to put it back
        let beside = self.roles().map(|(role, path)| match role {
            Role::File => disk::tidy(&path).and_then(|()| disk::forget(&path, ROLLBACK)),
            Role::Kept | Role::Second => disk::clear(&path),
        });
        for tidied in beside.chain([disk::clear(&self.record_path())]) {
            if let Err(trouble) = tidied {
                let line =
                    alloc::format!("{}: leftovers beside it cannot be deleted: {trouble}", self.swap.file);
                self.session.log(&line);
            }
        }
    }
}

fn exchange(path: &str, before: &[u8], after: &[u8]) -> Result<(), Trouble> {
    match disk::replace(path, None, before, after, Trust::System)? {
        Replaced::Done => Ok(()),
        Replaced::Changed => Err(Trouble::Busy),
        Replaced::Overtaken(theirs) => {
            // it must not be lost, and what it means for us is not known
            disk::replace(path, None, after, &theirs, Trust::System)?;
            Err(Trouble::Busy)
        }
    }
}
