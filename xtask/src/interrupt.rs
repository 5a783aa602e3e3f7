//! Ctrl-C: the first one lets what is going on clean up after itself, the second one ends the program at once.

use crate::exit::{Exit, Failure, Outcome};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::atomic::{AtomicBool, Ordering};

static PRESSED: AtomicBool = AtomicBool::new(false);

/// Listens from now on, to SIGTERM and SIGHUP too.
///
/// # Errors
/// The system does not let us.
pub fn listen() -> Outcome {
    let listening = ctrlc::set_handler(|| {
        if PRESSED.swap(true, Ordering::SeqCst) {
            std::process::exit(i32::from(Exit::Interrupted.meaning().0));
        }
    });
    listening.map_err(|error| {
        Failure::new(Exit::Internal, "interrupt::handler", format!("cannot listen for Ctrl-C: {error}"))
    })
}

/// The failure to end with.
#[must_use]
pub fn failure() -> Failure {
    Failure::new(Exit::Interrupted, "interrupt::pressed", "interrupted; nothing of this run was left behind")
}

/// Fails once Ctrl-C was pressed. To be asked between steps.
///
/// # Errors
/// It was.
pub fn check() -> Outcome {
    if PRESSED.load(Ordering::SeqCst) { Err(failure()) } else { Ok(()) }
}

/// A file that stops taking bytes once Ctrl-C was pressed, so that a long write ends soon.
pub struct Stoppable<F>(pub F);

impl<F: Write> Write for Stoppable<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if PRESSED.load(Ordering::SeqCst) {
            // not `Interrupted`, which `write_all` would try again
            return Err(io::Error::other("interrupted"));
        }
        self.0.write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl<F: Read> Read for Stoppable<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl<F: Seek> Seek for Stoppable<F> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}
