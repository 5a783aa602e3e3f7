//! Work that waits for a thread.

use super::method::{Done, Job};
use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Condvar, Mutex, PoisonError};

/// Jobs, and whether more will come.
#[derive(Default)]
pub(super) struct Pool {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    jobs: VecDeque<(Job, SyncSender<Done>)>,
    closed: bool,
}

impl Pool {
    /// Hands over a job; what comes of it will be received.
    pub(super) fn push(&self, job: Job) -> Receiver<Done> {
        let (result, outbox) = sync_channel(1);
        self.with(|waiting| waiting.jobs.push_back((job, result)));
        self.changed.notify_one();
        outbox
    }

    /// Does jobs until the end of [`Pool::closing`].
    pub(super) fn work(&self) {
        loop {
            let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            let idle = |waiting: &mut Waiting| waiting.jobs.is_empty() && !waiting.closed;
            let mut waiting = self.changed.wait_while(waiting, idle).unwrap_or_else(PoisonError::into_inner);
            if waiting.closed {
                return;
            }
            let next = waiting.jobs.pop_front();
            drop(waiting);
            next.into_iter().for_each(Pool::run);
        }
    }

    /// What `outbox` receives; other jobs are done while it is not there.
    pub(super) fn wait(&self, outbox: &Receiver<Done>) -> Done {
        loop {
            if let Ok(done) = outbox.try_recv() {
                return done;
            }
            match self.with(|waiting| waiting.jobs.pop_front()) {
                Some(job) => Pool::run(job),
                None => return outbox.recv().expect("a job that was begun is finished"),
            }
        }
    }

    /// No more jobs are begun once this is dropped, on whatever way out.
    pub(super) fn closing(&self) -> Closing<'_> {
        Closing(self)
    }

    fn run((job, result): (Job, SyncSender<Done>)) {
        // Nobody waits for it any more if writing has failed.
        let _ = result.send(job.run());
    }

    fn with<T>(&self, change: impl FnOnce(&mut Waiting) -> T) -> T {
        change(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Ends a [`Pool`].
pub(super) struct Closing<'p>(&'p Pool);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.with(|waiting| waiting.closed = true);
        self.0.changed.notify_all();
    }
}
