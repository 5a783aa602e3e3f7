//! Where a job's file is, and what stands beside it.

use crate::disk::{self, Held, Replaced, Trouble, Trust};
use crate::failure::{Failure, Kind};
use crate::machine;
use crate::session::Session;
use alloc::string::String;
use alloc::vec::Vec;
use registration::job::{self, Beside, Job, Made, PREDECESSOR, Verb};
use registration::journal::Journal;
use registration::record::{Machine, Record};

/// Ends the name of a record.
const RECORD: &str = "undo";

/// A job's file, wherever it is kept.
pub(crate) struct Place<'j> {
    pub(crate) job: &'j Job,
    pub(crate) file: String,
    /// This machine, where the file is shared with others.
    machine: Option<Machine>,
    trust: Trust,
}

impl Place<'_> {
    /// Where the job's file is: in its own place, or where `redirection.config` beside it says.
    pub(crate) fn of(job: &Job) -> Result<Place<'_>, Failure> {
        let trust = if job.has(job::USER) { Trust::User } else { Trust::System };
        let own = Place { job, file: job.file.clone(), machine: None, trust };
        let (Some((folder, name)), true) = (job.file.rsplit_once('\\'), job.has(job::SHARED)) else {
            return Ok(own);
        };
        let redirection = alloc::format!(r"{folder}\redirection.config");
        let unreadable =
            |reason: &dyn core::fmt::Display| Failure::new(Kind::NotEditable, &redirection, reason);
        let Some(bytes) = disk::read(&redirection, trust).map_err(|trouble| unreadable(&trouble))? else {
            return Ok(own);
        };
        Ok(match registration::redirection(&bytes).map_err(|error| unreadable(&error))? {
            None => own,
            Some(folder) => {
                let folder = machine::expand(&folder);
                let file = alloc::format!(r"{}\{name}", folder.trim_end_matches('\\'));
                Place { job, file, machine: Some(machine::this()), trust: Trust::Named }
            }
        })
    }

    /// The kind of a failure with the file: `own`, but for a shared one.
    fn kind(&self, own: Kind) -> Kind {
        if self.machine.is_some() { Kind::Shared } else { own }
    }

    pub(crate) fn read(&self) -> Result<Option<Vec<u8>>, Failure> {
        let kind = self.kind(Kind::NotEditable);
        disk::read(&self.file, self.trust).map_err(|trouble| Failure::new(kind, &self.file, &trouble))
    }

    /// Keeps writers out, and gives the file's bytes.
    pub(crate) fn hold(&self) -> Result<Option<(Held, Vec<u8>)>, Failure> {
        self.writing(disk::hold(&self.file, self.trust))
    }

    pub(crate) fn replace(
        &self,
        held: Option<Held>,
        before: &[u8],
        after: &[u8],
    ) -> Result<Replaced, Failure> {
        self.writing(disk::replace(&self.file, held, before, after, self.trust))
    }

    pub(crate) fn is_writable(&self) -> Result<(), Failure> {
        self.writing(disk::is_writable(&self.file, self.trust))
    }

    /// What an ended process left half done is put right first.
    pub(crate) fn settle(&self, session: &Session) -> Result<(), Failure> {
        if let Some(old) = self.writing(disk::settle(&self.file, self.trust))? {
            session.log(&alloc::format!("{}: put back; it had been left as {old}", self.file));
        }
        Ok(())
    }

    /// Deletes what ended processes left; on a share it may be another machine's, which is at work.
    pub(crate) fn tidy(&self, session: &Session) {
        if self.machine.is_some() {
            return;
        }
        if let Err(trouble) = disk::tidy(&self.file) {
            session.log(&alloc::format!("{}: leftovers beside it cannot be deleted: {trouble}", self.file));
        }
    }

    /// What the job makes of these bytes.
    pub(crate) fn make(&self, session: &Session, before: &[u8]) -> Result<Made, Failure> {
        self.make_with(before, self.record_text()?.as_deref(), &[], session)
    }

    /// The same, with records that have been read: the module's own, and those of others beside the file.
    pub(crate) fn make_with(
        &self,
        before: &[u8],
        record: Option<&str>,
        others: &[Beside],
        session: &Session,
    ) -> Result<Made, Failure> {
        let record = record.map(Record::parse);
        if record == Some(None) {
            let record = self.record();
            session.log(&alloc::format!(
                "WARNING: {record}: this is no record of ours; it is not taken into account"
            ));
        }
        let record = record.flatten();
        let made = self.job.make_beside(before, record.as_ref(), self.machine.as_ref(), others);
        made.map_err(|error| self.not_editable(&error))
    }

    /// A removal goes on although a file cannot be edited or written, unless IIS would then look for a DLL that is gone.
    pub(crate) fn tolerate(&self, session: &Session, bytes: &[u8], failure: Failure) -> Result<(), Failure> {
        let record = self.record_text().ok().flatten();
        if self.job.verb == Verb::Add || self.job.names_the_dll(bytes, record.is_some()) {
            return Err(failure);
        }
        session.log(&alloc::format!(
            "WARNING: {}: {}. It does not name the module's DLL, and is left as it is",
            failure.file,
            failure.reason
        ));
        Ok(())
    }

    /// A file that is not there: somebody else's to explain where it has to be, else nothing to do.
    pub(crate) fn missing(&self, session: &Session) -> Result<(), Failure> {
        let has_to_be = self.job.has(job::SHARED) || self.job.has(job::USER);
        if self.job.verb == Verb::Add && has_to_be {
            return Err(Failure::new(self.kind(Kind::NotEditable), &self.file, "there is no such file"));
        }
        session.log(&alloc::format!("{}: there is no such file; nothing to do", self.file));
        Ok(())
    }

    /// IIS does not start a single pool while its configuration names a module that is not there.
    pub(crate) fn warn_of_predecessor(&self, session: &Session, bytes: &[u8]) {
        let Ok(Some(image)) = registration::global_module_image(bytes, PREDECESSOR) else { return };
        let file = machine::expand(&image);
        if !file.contains('%') && !disk::exists(&file) {
            session.log(&alloc::format!(
                "WARNING: {}: it names the module {PREDECESSOR} with the image {image}, which is not there. IIS does not \
                 start application pools with it; remove it with `appcmd uninstall module {PREDECESSOR}`",
                self.file
            ));
        }
    }

    pub(crate) fn not_editable(&self, error: &registration::Error) -> Failure {
        Failure::new(Kind::NotEditable, &self.file, error)
    }

    pub(crate) fn not_written(&self, trouble: &Trouble) -> Failure {
        Failure::new(self.kind(Kind::NotWritable), &self.file, trouble)
    }

    fn writing<T>(&self, outcome: Result<T, Trouble>) -> Result<T, Failure> {
        outcome.map_err(|trouble| self.not_written(&trouble))
    }

    fn record(&self) -> String {
        self.record_of(&self.job.module)
    }

    fn record_of(&self, module: &str) -> String {
        alloc::format!("{}.{module}.{RECORD}", self.file)
    }

    /// The text of the record beside the file.
    pub(crate) fn record_text(&self) -> Result<Option<String>, Failure> {
        self.text_of(&self.job.module)
    }

    fn text_of(&self, module: &str) -> Result<Option<String>, Failure> {
        let bytes = self.writing(disk::read(&self.record_of(module), self.trust))?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// The records of other modules beside the file. One that cannot be read, or is none, keeps nobody from a removal.
    pub(crate) fn others(&self) -> Vec<Beside> {
        let modules = disk::beside(&self.file, RECORD).into_iter();
        let others = modules.filter(|module| *module != self.job.module);
        others
            .filter_map(|module| {
                let record = Record::parse(&self.text_of(&module).ok()??)?;
                Some((module, record))
            })
            .collect()
    }

    /// Another module's record, which has become an heir's.
    pub(crate) fn put_heir(&self, (module, record): &Beside) -> Result<(), Failure> {
        self.writing(disk::put(&self.record_of(module), record.to_text().as_bytes(), self.trust))
    }

    pub(crate) fn put_record(&self, text: Option<&str>) -> Result<(), Failure> {
        let record = self.record();
        self.writing(match text {
            Some(text) => disk::put(&record, text.as_bytes(), self.trust),
            None => disk::delete(&record),
        })
    }

    /// Each of the machines that share a file has its own.
    fn journal(&self) -> String {
        let is_plain = |character: &char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
        let machine = self.machine.as_ref().map(|machine| {
            let name: String = machine.name.chars().filter(is_plain).collect();
            alloc::format!(".{name}")
        });
        alloc::format!("{}.{}{}.rollback", self.file, self.job.module, machine.unwrap_or_default())
    }

    /// The journal of this installation; that of another is a leftover, and nobody believes it.
    pub(crate) fn own_journal(&self, session: &Session) -> Result<Option<Journal>, Failure> {
        let path = self.journal();
        let Some(bytes) = self.writing(disk::read(&path, self.trust))? else { return Ok(None) };
        let journal = core::str::from_utf8(&bytes).ok().and_then(Journal::parse);
        let own = journal.filter(|journal| journal.run == self.job.run);
        if own.is_none() {
            session.log(&alloc::format!("{path}: left by another installation; not taken into account"));
        }
        Ok(own)
    }

    pub(crate) fn put_journal(&self, journal: &Journal) -> Result<(), Failure> {
        self.writing(disk::put(&self.journal(), journal.to_text().as_bytes(), self.trust))
    }

    pub(crate) fn forget_journal(&self) -> Result<(), Failure> {
        self.writing(disk::delete(&self.journal()))
    }
}
