//! How much one walk may read.

use super::Error;
use std::io::{self, Read};

/// Limits of one walk. The defaults hold every package that Microsoft ships for .NET.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes that all members may have together.
    pub total: u64,
    /// Members that all archives may have together, and files and folders that a folder may have.
    pub members: usize,
    /// Bytes of archives inside archives that are held in memory at one time.
    pub memory: u64,
    /// How many times its own length the members of one archive may have, where that is more than [`Limits::free`].
    pub ratio: u64,
    /// Bytes of members that every archive may have, whatever its length.
    pub free: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { total: 4 << 30, members: 200_000, memory: 192 << 20, ratio: 200, free: 32 << 20 }
    }
}

/// What is left of the limits.
#[derive(Debug)]
pub(super) struct Budget {
    pub(super) limits: Limits,
    read: u64,
    members: usize,
    held: u64,
}

impl Budget {
    pub(super) fn new(limits: Limits) -> Budget {
        Budget { limits, read: 0, members: 0, held: 0 }
    }

    /// `count` more members.
    pub(super) fn members(&mut self, count: usize) -> Result<(), Error> {
        self.members = self.members.saturating_add(count);
        if self.members > self.limits.members {
            let limit = format!("{} in all archives together", self.limits.members);
            return Err(Error::Limit { what: "members", offset: 0, limit });
        }
        Ok(())
    }

    /// `count` more bytes of a member at `offset`.
    pub(super) fn read(&mut self, count: u64, offset: u64) -> Result<(), Error> {
        self.read = self.read.saturating_add(count);
        if self.read > self.limits.total {
            let limit = format!("{} bytes in all members together", self.limits.total);
            return Err(Error::Limit { what: "the member", offset, limit });
        }
        Ok(())
    }

    /// `count` more bytes of archives in memory.
    pub(super) fn hold(&mut self, count: u64, offset: u64) -> Result<(), Error> {
        self.held += count;
        if self.held > self.limits.memory {
            let limit = format!("{} bytes of archives inside archives at one time", self.limits.memory);
            return Err(Error::Limit { what: "the archive", offset, limit });
        }
        Ok(())
    }

    /// Takes back what [`Budget::hold`] counted.
    pub(super) fn release(&mut self, count: u64) {
        self.held -= count;
    }
}

/// How much the members of one archive have given.
#[derive(Debug)]
pub(super) struct Meter {
    given: u64,
    most: u64,
    ratio: u64,
}

impl Meter {
    /// Of an archive of `len` bytes.
    pub(super) fn new(len: u64, limits: &Limits) -> Meter {
        let most = len.saturating_mul(limits.ratio).max(limits.free);
        Meter { given: 0, most, ratio: limits.ratio }
    }

    /// `count` more bytes, of the member at `offset`.
    pub(super) fn count(&mut self, count: u64, offset: u64) -> Result<(), Error> {
        self.given = self.given.saturating_add(count);
        if self.given > self.most {
            let limit = format!("{} times the archive's own length", self.ratio);
            return Err(Error::Limit { what: "the members up to the one", offset, limit });
        }
        Ok(())
    }

    /// `inner`, the member at `offset`, counted here and in `budget`.
    pub(super) fn of<'a>(
        &'a mut self,
        inner: Box<dyn Read + 'a>,
        offset: u64,
        budget: &'a mut Budget,
    ) -> Metered<'a> {
        Metered { inner, offset, meter: self, budget }
    }
}

/// A member being read, within the limits.
pub(super) struct Metered<'a> {
    inner: Box<dyn Read + 'a>,
    offset: u64,
    meter: &'a mut Meter,
    pub(super) budget: &'a mut Budget,
}

impl Read for Metered<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buf)?;
        self.budget.read(count as u64, self.offset)?;
        self.meter.count(count as u64, self.offset)?;
        Ok(count)
    }
}
