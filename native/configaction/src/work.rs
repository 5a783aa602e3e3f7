//! The jobs, carried out. In deferred actions nothing is known of the installation but the jobs.

use crate::choice;
use crate::disk::{Held, Replaced, Trouble};
use crate::failure::{Failure, Kind};
use crate::place::Place;
use crate::session::Session;
use alloc::vec::Vec;
use registration::job::{self, Job, Made, Stays, Verb};
use registration::journal::{Fingerprint, Journal};
use registration::record::Record;

/// How often an edit starts again because somebody else writes to the file. Each time, that somebody was waited for.
const TRIES: u32 = 100;

/// Finds out whether every job can be done: the files are read and edited in memory, and tried for writing.
///
/// A removal goes on where an installation fails, and says so, but for a configuration that would name a DLL that is gone.
pub(crate) fn check(session: &Session) -> Result<(), Failure> {
    each(
        session,
        AfterFailure::GoOn,
        |_| Ok(()),
        |place| {
            place.settle(session)?;
            let Some(before) = place.read()? else { return place.missing(session) };
            place.warn_of_predecessor(session, &before);
            let checked = place
                .make(session, &before)
                .and_then(|made| if made.edited.inverse.is_empty() { Ok(()) } else { place.is_writable() });
            checked.or_else(|failure| place.tolerate(session, &before, failure))
        },
    )
}

/// Does the jobs.
pub(crate) fn apply(session: &Session) -> Result<(), Failure> {
    each(session, AfterFailure::Stop, choice::remember, |place| {
        session.progress(&place.file);
        place.settle(session)?;
        let Some(before) = place.read()? else {
            if place.job.verb == Verb::Remove {
                place.put_record(None)?;
            }
            return place.missing(session);
        };
        match register(place, session, before.clone()) {
            Ok(made) => {
                say(place, session, &made);
                Ok(())
            }
            Err(failure) => place.tolerate(session, &before, failure),
        }
    })
}

/// Edits the file until it is right and has all that others wrote meanwhile. The journal is written first and the
/// configuration last, so that a rollback finds what it needs whenever it comes.
fn register(place: &Place, session: &Session, mut present: Vec<u8>) -> Result<Made, Failure> {
    let old = place.record_text()?;
    let earlier = place.own_journal(session)?;
    let is_undone = place.job.verb == Verb::Remove && old.is_some();
    let others = if is_undone { place.others() } else { Vec::new() };
    // what another program put there in the last moment of an attempt
    let mut theirs: Option<Vec<u8>> = None;
    let mut has_changed = false;
    // who writes again and again is kept out from the second attempt on, for as long as the edit takes
    let mut held: Option<Held> = None;
    for _ in 0..TRIES {
        let from = theirs.take().unwrap_or_else(|| present.clone());
        let made = place.make_with(&from, old.as_deref(), &others, session)?;
        let new = made.record.as_ref().map(Record::to_text);
        if made.edited.bytes == present && old == new {
            return Ok(made);
        }
        let inverse = made.edited.inverse.clone();
        let journal = match earlier.clone() {
            Some(journal) => journal.and_then(inverse),
            None => Journal {
                run: place.job.run.clone(),
                before: Fingerprint::of(&from),
                inverse,
                record: old.clone(),
            },
        };
        place.put_journal(&journal)?;
        // where this is taken back, two own what one would have inherited, and it still goes with the last of them
        made.heirs.iter().try_for_each(|heir| place.put_heir(heir))?;
        // a record without a registration does no harm, and a registration without its record cannot be undone: whenever
        // power is lost, it is there
        let is_first = new.is_some();
        if is_first {
            place.put_record(new.as_deref())?;
        }
        let replaced = match made.edited.bytes == present {
            true => Ok(Replaced::Done),
            false => place.replace(held.take(), &present, &made.edited.bytes),
        };
        match replaced {
            Ok(Replaced::Done) => {
                if !is_first {
                    place.put_record(None)?;
                }
                return Ok(made);
            }
            Ok(Replaced::Changed) => {
                let Some((file, now)) = place.hold()? else { return Err(place.not_written(&Trouble::Busy)) };
                // an attempt before this one may have lost a race, and then the file is no longer ours
                theirs = None;
                held = Some(file);
                present = now;
            }
            Ok(Replaced::Overtaken(content)) => {
                present = made.edited.bytes;
                theirs = Some(content);
                has_changed = true;
            }
            Err(failure) => {
                let is_as_before = place.read().is_ok_and(|now| now.as_ref() == Some(&present));
                if is_as_before && !has_changed {
                    // nothing was done, and nothing is left for a rollback; what fails here, a rollback finds out itself
                    let _ = place.put_record(old.as_deref());
                    let _ = match &earlier {
                        Some(journal) => place.put_journal(journal),
                        None => place.forget_journal(),
                    };
                }
                return Err(failure);
            }
        }
    }
    Err(place.not_written(&Trouble::Busy))
}

fn say(place: &Place, session: &Session, made: &Made) {
    let (file, module) = (&place.file, &place.job.module);
    let gone = "As long as this machine shares the file, its IIS looks for a DLL that it no longer has";
    session.log(&match (place.job.verb, &made.stays) {
        (Verb::Add, _) if made.edited.inverse.is_empty() => {
            alloc::format!("{file}: {module} is registered already; left as it is")
        }
        (Verb::Add, _) => alloc::format!("{file}: {module} is registered"),
        (Verb::Remove, Some(Stays::For(machines))) => {
            alloc::format!("WARNING: {file}: {module} stays registered for {}. {gone}", machines.join(", "))
        }
        (Verb::Remove, Some(Stays::Unknown)) => alloc::format!(
            "WARNING: {file}: {module} stays registered, since it is not known which of the machines that share the \
             file need it. {gone}. When none needs it any more, run: appcmd uninstall module {module}"
        ),
        (Verb::Remove, None) => alloc::format!("{file}: {module} is not registered any more"),
    });
    if place.job.verb == Verb::Add {
        let sites = registration::sites_that_add(&made.edited.bytes, module).unwrap_or_default();
        if !sites.is_empty() {
            session.log(&alloc::format!(
                "WARNING: {file}: {module} is in the lists of modules of {}, and so not in that of the server, where IIS \
                 would refuse it as a duplicate. Other sites have it once it is taken out there, and this repaired",
                sites.join(", ")
            ));
        }
    }
}

/// Takes back what this installation did.
pub(crate) fn roll_back(session: &Session) -> Result<(), Failure> {
    each(session, AfterFailure::GoOn, choice::take_back, |place| {
        place.settle(session)?;
        let Some(journal) = place.own_journal(session)? else { return place.forget_journal() };
        if let Some(present) = place.read()? {
            take_back(place, &journal, present)?;
        }
        if place.record_text()? != journal.record {
            place.put_record(journal.record.as_deref())?;
        }
        place.forget_journal()?;
        place.tidy(session);
        session.log(&alloc::format!("{}: as it was before", place.file));
        Ok(())
    })
}

fn take_back(place: &Place, journal: &Journal, mut present: Vec<u8>) -> Result<(), Failure> {
    let mut theirs: Option<Vec<u8>> = None;
    let mut held: Option<Held> = None;
    for _ in 0..TRIES {
        let from = theirs.take().unwrap_or_else(|| present.clone());
        let undone = journal.take_back(&from).map_err(|error| place.not_editable(&error))?;
        if undone.bytes == present {
            return Ok(());
        }
        match place.replace(held.take(), &present, &undone.bytes)? {
            Replaced::Done => return Ok(()),
            Replaced::Changed => {
                let Some((file, now)) = place.hold()? else { return Ok(()) };
                held = Some(file);
                present = now;
            }
            Replaced::Overtaken(content) => {
                present = undone.bytes;
                theirs = Some(content);
            }
        }
    }
    Err(place.not_written(&Trouble::Busy))
}

/// Removes the journals. What has succeeded does not fail for it: a journal that is left is told from that of the next
/// installation.
pub(crate) fn commit(session: &Session) -> Result<(), Failure> {
    let done = each(session, AfterFailure::GoOn, choice::settle, |place| {
        place.tidy(session);
        place.forget_journal()
    });
    if let Err(failure) = done {
        session.log(&alloc::format!("WARNING: {}: {}; nothing depends on it", failure.file, failure.reason));
    }
    Ok(())
}

/// What becomes of the other jobs where one has failed.
#[derive(PartialEq, Eq)]
enum AfterFailure {
    /// They are left; a rollback follows.
    Stop,
    /// They are tried, too.
    GoOn,
}

/// Does `before` and `work` for each job of the action; the first failure is the action's, further ones go to the log.
fn each(
    session: &Session,
    after: AfterFailure,
    before: fn(&Job) -> Result<(), Failure>,
    work: impl Fn(&Place) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let data = session.property("CustomActionData");
    // an action without jobs is not run
    let jobs: Vec<Job> = job::parse(&data).filter(|jobs| !jobs.is_empty()).ok_or_else(|| {
        Failure::new(Kind::Damaged, "CustomActionData", "not a list of jobs of this version")
    })?;
    let mut outcome = Ok(());
    for job in &jobs {
        match before(job).and_then(|()| Place::of(job)).and_then(|place| work(&place)) {
            Ok(()) => {}
            Err(Failure { kind: Kind::Shared, file, reason }) if choice::may_be_left(job) => {
                session.log(&alloc::format!("WARNING: {file}: {reason}. It is left as it is, as asked for"));
            }
            Err(failure) if outcome.is_err() => {
                session.log(&alloc::format!("{}: {}", failure.file, failure.reason));
            }
            Err(failure) if after == AfterFailure::Stop => return Err(failure),
            Err(failure) => outcome = Err(failure),
        }
    }
    outcome
}
