//! What was said of a shared configuration that cannot be written (`OPT_NO_SHARED_CONFIG_CHECK`), remembered beside the
//! machine's own configuration: a repair or a removal from Apps & Features says nothing of it.

use crate::disk::{self, Trouble, Trust};
use crate::failure::{Failure, Kind};
use alloc::string::String;
use registration::job::{self, Job, Shared, Verb};

/// Begins the file; the run that wrote it follows.
const FORMAT: &str = "the shared configuration may be left 1";

fn path(job: &Job) -> String {
    alloc::format!("{}.{}.choice", job.file, job.module)
}

/// The run that wrote the choice down.
fn written_by(job: &Job) -> Option<String> {
    let bytes = disk::read(&path(job), Trust::System).ok().flatten()?;
    let (format, run) = core::str::from_utf8(&bytes).ok()?.split_once('\n')?;
    (format == FORMAT).then(|| run.into())
}

/// Whether a shared configuration that cannot be written is left to its administrator.
pub(crate) fn may_be_left(job: &Job) -> bool {
    job.has(job::SHARED)
        && match job.shared {
            Shared::MayBeLeft => true,
            Shared::MustBeWritten => false,
            Shared::AsBefore => written_by(job).is_some(),
        }
}

/// Writes down what the user says.
pub(crate) fn remember(job: &Job) -> Result<(), Failure> {
    let is_said = job.has(job::SHARED) && job.verb == Verb::Add && job.shared == Shared::MayBeLeft;
    if !is_said || written_by(job).is_some() {
        return Ok(());
    }
    let text = alloc::format!("{FORMAT}\n{}", job.run);
    disk::put(&path(job), text.as_bytes(), Trust::System).map_err(|trouble| failure(job, &trouble))
}

/// Forgets what this installation wrote down.
pub(crate) fn take_back(job: &Job) -> Result<(), Failure> {
    if written_by(job).is_some_and(|run| run == job.run) { forget(job) } else { Ok(()) }
}

/// Forgets it when the module is gone, or when the user says otherwise.
pub(crate) fn settle(job: &Job) -> Result<(), Failure> {
    let is_over = job.verb == Verb::Remove || job.shared == Shared::MustBeWritten;
    if job.has(job::SHARED) && is_over { forget(job) } else { Ok(()) }
}

fn forget(job: &Job) -> Result<(), Failure> {
    disk::delete(&path(job)).map_err(|trouble| failure(job, &trouble))
}

fn failure(job: &Job, trouble: &Trouble) -> Failure {
    Failure::new(Kind::NotWritable, &path(job), trouble)
}
