//! Hashing what is read while it is read.

use crate::id::hexadecimal;
use sha2::Digest;
use std::io::{self, Read};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

/// What is handed over to be hashed at once, in bytes. A shorter input is hashed where it is read.
const PART: usize = 1 << 18;
/// How many parts may wait.
const WAITING: usize = 2;

/// Gives the bytes of `R` and hashes them, much of them on a thread of its own: decompressing and hashing take about
/// as long, and each is one after the other by its nature.
pub struct Hashing<R, D> {
    inner: R,
    part: Vec<u8>,
    worker: Option<(SyncSender<Vec<u8>>, JoinHandle<D>)>,
    length: u64,
}

impl<R: Read, D: Digest + Send + 'static> Hashing<R, D> {
    /// Nothing has been read of `inner`.
    pub fn new(inner: R) -> Hashing<R, D> {
        Hashing { inner, part: Vec::new(), worker: None, length: 0 }
    }

    /// How many bytes were read.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The hash of what was read, in lower-case hexadecimal digits.
    ///
    /// # Panics
    /// Hashing does.
    #[must_use]
    pub fn finish(&mut self) -> String {
        let part = std::mem::take(&mut self.part);
        let mut digest = match self.worker.take() {
            None => D::new(),
            Some((parts, worker)) => {
                drop(parts);
                worker.join().expect("hashing does not panic")
            }
        };
        digest.update(&part);
        hexadecimal(digest.finalize())
    }

    /// Hands over the part that was read.
    fn hand_over(&mut self) {
        let (parts, _) = self.worker.get_or_insert_with(|| {
            let (parts, waiting) = sync_channel::<Vec<u8>>(WAITING);
            let worker = thread::spawn(move || {
                let mut digest = D::new();
                waiting.iter().for_each(|part| digest.update(&part));
                digest
            });
            (parts, worker)
        });
        let part = std::mem::replace(&mut self.part, Vec::with_capacity(PART));
        parts.send(part).expect("it waits for all parts");
    }
}

impl<R: Read, D: Digest + Send + 'static> Read for Hashing<R, D> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buf)?;
        if self.part.len() + count > PART {
            self.hand_over();
        }
        self.part.extend_from_slice(&buf[..count]);
        self.length += count as u64;
        Ok(count)
    }
}
