//! One run of a program that must end by itself.

use crate::interrupt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// The most that is read of what a program said, in bytes.
const MOST: u64 = 4 << 20;

/// Why a program was started in vain.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// It does not start.
    #[error("`{}` does not start: {source}", .program.display())]
    Start {
        /// Where it is.
        program: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It does not end.
    #[error("`{}` did not end within {} seconds", .program.display(), .limit.as_secs())]
    TooLong {
        /// Where it is.
        program: PathBuf,
        /// How long it was waited for.
        limit: Duration,
    },
}

/// Runs `command` with both output streams into the file `log`: how it ended and what it said; `None` where it had to
/// be stopped after `limit`.
///
/// # Errors
/// It cannot be started, or the log not be written; Ctrl-C.
pub fn run(command: &mut Command, log: &Path, limit: Duration) -> io::Result<Option<(ExitStatus, String)>> {
    let out = File::create(log)?;
    let Some(status) = run_into(command, out.try_clone()?, out, limit)? else { return Ok(None) };
    Ok(Some((status, said(log)?)))
}

/// Runs `command` with each output stream into a file of its own in `folder`: how it ended, `None` where it had to be
/// stopped after `limit`; and what it said on standard output and on standard error.
///
/// # Errors
/// As [`run`].
pub fn run_apart(
    command: &mut Command,
    folder: &Path,
    limit: Duration,
) -> io::Result<(Option<ExitStatus>, [String; 2])> {
    let [out, err] = ["stdout.txt", "stderr.txt"].map(|name| folder.join(name));
    let status = run_into(command, File::create(&out)?, File::create(&err)?, limit)?;
    Ok((status, [said(&out)?, said(&err)?]))
}

/// What a program wrote into the file `log`: as much of it as anybody reads, whatever a program gone wild wrote.
fn said(log: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(log)?.take(MOST).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Runs `command` with its output streams into files: how it ended; `None` where it had to be stopped after `limit`,
/// with all that it had started.
///
/// # Errors
/// It cannot be started; Ctrl-C, which stops it.
pub fn run_into(
    command: &mut Command,
    out: File,
    err: File,
    limit: Duration,
) -> io::Result<Option<ExitStatus>> {
    // files, not pipes: a grandchild that stays behind would keep a pipe open
    command.stdin(Stdio::null()).stdout(out).stderr(err);
    let mut running = Running::start(command)?;
    let start = Instant::now();
    loop {
        if let Some(status) = running.child.try_wait()? {
            return Ok(Some(status));
        }
        let interrupted = interrupt::check().is_err();
        if interrupted || start.elapsed() > limit {
            running.stop()?;
            return if interrupted { Err(io::Error::other("interrupted")) } else { Ok(None) };
        }
        // what takes a hundredth of a second is waited for a thousandth too long, and what takes a minute costs nothing
        std::thread::sleep((start.elapsed() / 8).clamp(Duration::from_millis(1), Duration::from_millis(50)));
    }
}

/// A program that runs, with what it starts: a process group, or a job of Windows.
struct Running {
    child: Child,
    #[cfg(windows)]
    job: super::job::Job,
}

impl Running {
    #[cfg(windows)]
    fn start(command: &mut Command) -> io::Result<Running> {
        let (child, job) = super::job::Job::spawn(command)?;
        Ok(Running { child, job })
    }

    #[cfg(not(windows))]
    fn start(command: &mut Command) -> io::Result<Running> {
        std::os::unix::process::CommandExt::process_group(command, 0);
        Ok(Running { child: command.spawn()? })
    }

    /// Ends it and what it started.
    fn stop(&mut self) -> io::Result<()> {
        // either may fail where the last one has just ended by itself
        #[cfg(windows)]
        self.job.end();
        #[cfg(not(windows))]
        let _ = rustix::process::kill_process_group(
            rustix::process::Pid::from_child(&self.child),
            rustix::process::Signal::KILL,
        );
        let _ = self.child.kill();
        self.child.wait().map(drop)
    }
}
