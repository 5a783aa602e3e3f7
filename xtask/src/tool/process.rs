//! One run of a program that must end by itself.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Runs `command` with both output streams into the file `log`: how it ended and what it said; `None` where it had to
/// be stopped after `limit`.
///
/// # Errors
/// It cannot be started, or the log not be written.
pub fn run(command: &mut Command, log: &Path, limit: Duration) -> io::Result<Option<(ExitStatus, String)>> {
    // a file, not a pipe: a grandchild that stays behind would keep a pipe open
    let out = File::create(log)?;
    let mut child = command.stdin(Stdio::null()).stdout(out.try_clone()?).stderr(out).spawn()?;
    let start = Instant::now();
    let mut pause = Duration::from_millis(1);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if start.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
    };
    Ok(Some((status, String::from_utf8_lossy(&fs::read(log)?).into_owned())))
}
