//! The jobs, carried out. In deferred actions nothing is known of the installation but the jobs.

use crate::apphost;
use crate::disk::{self, Problem};
use crate::failure::{Failure, Kind};
use crate::job::{self, Job, Made, PREDECESSOR, Verb};
use crate::record::{Journal, Record};
use crate::session::Session;
use alloc::string::String;
use alloc::vec::Vec;

/// A job's file, wherever it is kept.
struct Place<'j> {
    job: &'j Job,
    file: String,
    /// This machine's name, where the file is shared with others.
    machine: Option<String>,
}

/// Finds out whether every job can be done: the files are read and edited in memory, and tried for writing.
pub(crate) fn check(session: &Session) -> Result<(), Failure> {
    each(session, AfterFailure::GoOn, |place| {
        let Some(before) = place.read()? else { return place.missing(session) };
        place.warn_of_predecessor(session, &before);
        let made = place.make(session, &before)?;
        if made.edited.inverse.is_empty() { Ok(()) } else { place.writing(disk::is_writable(&place.file)) }
    })
}

/// Does the jobs.
pub(crate) fn apply(session: &Session) -> Result<(), Failure> {
    each(session, AfterFailure::Stop, |place| {
        session.progress(&place.file);
        let Some(mut before) = place.read()? else {
            if place.job.verb == Verb::Remove {
                place.put_record(None)?;
            }
            return place.missing(session);
        };
        let mut made = place.make(session, &before)?;
        // somebody else may write at the same time
        for _ in 0..10 {
            match place.read()? {
                Some(now) if now != before => before = now,
                _ => break,
            }
            made = place.make(session, &before)?;
        }
        place.write(&before, &made)?;
        let (file, module) = (&place.file, &place.job.module);
        session.log(&match (place.job.verb, &made.record) {
            (Verb::Add, _) if made.edited.inverse.is_empty() => {
                alloc::format!("{file}: {module} is registered already; left as it is")
            }
            (Verb::Add, _) => alloc::format!("{file}: {module} is registered"),
            (Verb::Remove, Some(record)) => alloc::format!(
                "WARNING: {file}: {module} stays registered for {}. As long as this machine shares the file, its IIS \
                 looks for a DLL that it no longer has",
                record.machines.join(", ")
            ),
            (Verb::Remove, None) => alloc::format!("{file}: {module} is not registered any more"),
        });
        Ok(())
    })
}

/// Takes back what this installation did.
pub(crate) fn roll_back(session: &Session) -> Result<(), Failure> {
    each(session, AfterFailure::GoOn, |place| {
        let Some(text) = place.writing(disk::read(&place.journal()))? else { return Ok(()) };
        let journal = core::str::from_utf8(&text).ok().and_then(Journal::parse).ok_or_else(|| {
            Failure::new(
                Kind::Damaged,
                &place.journal(),
                "this is no journal; the configuration stays as it is",
            )
        })?;
        if let Some(bytes) = place.read()? {
            let undone =
                apphost::undo(&bytes, &journal.inverse).map_err(|error| place.not_editable(&error))?;
            if undone.bytes != bytes {
                place.writing(disk::replace(&place.file, &undone.bytes))?;
            }
        }
        place.put_record(journal.record.as_deref())?;
        place.writing(disk::delete(&place.journal()))?;
        session.log(&alloc::format!("{}: as it was before", place.file));
        Ok(())
    })
}

/// Removes the journals.
pub(crate) fn commit(session: &Session) -> Result<(), Failure> {
    each(session, AfterFailure::GoOn, |place| place.writing(disk::delete(&place.journal())))
}

/// What becomes of the other jobs where one has failed.
#[derive(PartialEq, Eq)]
enum AfterFailure {
    /// They are left; a rollback follows.
    Stop,
    /// They are tried, too.
    GoOn,
}

/// Does `work` for each job of the action; the first failure is the action's, further ones go to the log.
fn each(
    session: &Session,
    after: AfterFailure,
    work: impl Fn(&Place) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let data = session.property("CustomActionData");
    let jobs: Vec<Job> = job::parse(&data).ok_or_else(|| {
        Failure::new(Kind::Damaged, "CustomActionData", "not a list of jobs of this version")
    })?;
    let mut outcome = Ok(());
    for job in &jobs {
        match Place::of(job).and_then(|place| work(&place)) {
            Ok(()) => {}
            Err(Failure { kind: Kind::Shared, file, reason }) if job.tolerant => {
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

impl Place<'_> {
    /// Where the job's file is: in its own place, or where `redirection.config` beside it says.
    fn of(job: &Job) -> Result<Place<'_>, Failure> {
        let own = Place { job, file: job.file.clone(), machine: None };
        let (Some((folder, name)), true) = (job.file.rsplit_once('\\'), job.has(job::SHARED)) else {
            return Ok(own);
        };
        let redirection = alloc::format!(r"{folder}\redirection.config");
        let unreadable =
            |reason: &dyn core::fmt::Display| Failure::new(Kind::NotEditable, &redirection, reason);
        let Some(bytes) = disk::read(&redirection).map_err(|problem| unreadable(&problem))? else {
            return Ok(own);
        };
        Ok(match apphost::redirection(&bytes).map_err(|error| unreadable(&error))? {
            None => own,
            Some(folder) => {
                let folder = disk::expand(&folder);
                let file = alloc::format!(r"{}\{name}", folder.trim_end_matches('\\'));
                Place { job, file, machine: Some(disk::machine()) }
            }
        })
    }

    /// The kind of a failure with the file: `own`, but for a shared one.
    fn kind(&self, own: Kind) -> Kind {
        if self.machine.is_some() { Kind::Shared } else { own }
    }

    fn read(&self) -> Result<Option<Vec<u8>>, Failure> {
        let kind = self.kind(Kind::NotEditable);
        disk::read(&self.file).map_err(|problem| Failure::new(kind, &self.file, &problem))
    }

    fn make(&self, session: &Session, before: &[u8]) -> Result<Made, Failure> {
        let text = self.writing(disk::read(&self.record()))?;
        let record = text.as_ref().map(|text| core::str::from_utf8(text).ok().and_then(Record::parse));
        if record == Some(None) {
            let record = self.record();
            session.log(&alloc::format!(
                "WARNING: {record}: this is no record of ours; it is not taken into account"
            ));
        }
        let made = self.job.make(before, record.flatten().as_ref(), self.machine.as_deref());
        made.map_err(|error| self.not_editable(&error))
    }

    /// Writes the journal first and the configuration last, so that a rollback finds what it needs whenever it comes.
    fn write(&self, before: &[u8], made: &Made) -> Result<(), Failure> {
        let old = self.writing(disk::read(&self.record()))?.and_then(|text| String::from_utf8(text).ok());
        let new = made.record.as_ref().map(Record::to_text);
        if made.edited.bytes == before && old == new {
            return Ok(());
        }
        let earlier = self.writing(disk::read(&self.journal()))?;
        let inverse = made.edited.inverse.clone();
        let journal = match earlier.as_ref().and_then(|text| Journal::parse(core::str::from_utf8(text).ok()?))
        {
            Some(journal) => journal.and_then(inverse),
            None => Journal { inverse, record: old.clone() },
        };
        self.writing(disk::put(&self.journal(), journal.to_text().as_bytes()))?;
        self.put_record(new.as_deref())?;
        if made.edited.bytes == before {
            return Ok(());
        }
        let replaced = self.writing(disk::replace(&self.file, &made.edited.bytes));
        if replaced.is_err() {
            // a rollback must not take back what was never done
            self.put_record(old.as_deref())?;
            self.writing(match earlier {
                Some(text) => disk::put(&self.journal(), &text),
                None => disk::delete(&self.journal()),
            })?;
        }
        replaced
    }

    fn put_record(&self, text: Option<&str>) -> Result<(), Failure> {
        let record = self.record();
        self.writing(match text {
            Some(text) => disk::put(&record, text.as_bytes()),
            None => disk::delete(&record),
        })
    }

    /// A file that is not there: somebody else's to explain where it has to be, else nothing to do.
    fn missing(&self, session: &Session) -> Result<(), Failure> {
        let has_to_be = self.job.has(job::SHARED) || self.job.has(job::USER);
        if self.job.verb == Verb::Add && has_to_be {
            return Err(Failure::new(self.kind(Kind::NotEditable), &self.file, "there is no such file"));
        }
        session.log(&alloc::format!("{}: there is no such file; nothing to do", self.file));
        Ok(())
    }

    /// IIS does not start a single pool while its configuration names a module that is not there.
    fn warn_of_predecessor(&self, session: &Session, bytes: &[u8]) {
        let Ok(Some(image)) = apphost::global_module_image(bytes, PREDECESSOR) else { return };
        let file = disk::expand(&image);
        if !file.contains('%') && !disk::exists(&file) {
            session.log(&alloc::format!(
                "WARNING: {}: it names the module {PREDECESSOR} with the image {image}, which is not there. IIS does not \
                 start application pools with it; remove it with `appcmd uninstall module {PREDECESSOR}`",
                self.file
            ));
        }
    }

    fn not_editable(&self, error: &apphost::Error) -> Failure {
        Failure::new(Kind::NotEditable, &self.file, error)
    }

    fn writing<T>(&self, outcome: Result<T, Problem>) -> Result<T, Failure> {
        outcome.map_err(|problem| Failure::new(self.kind(Kind::NotWritable), &self.file, &problem))
    }

    fn record(&self) -> String {
        alloc::format!("{}.{}.undo", self.file, self.job.module)
    }

    /// Each of the machines that share a file has its own.
    fn journal(&self) -> String {
        let machine = self.machine.as_ref().map(|machine| alloc::format!(".{machine}")).unwrap_or_default();
        alloc::format!("{}.{}{machine}.rollback", self.file, self.job.module)
    }
}
