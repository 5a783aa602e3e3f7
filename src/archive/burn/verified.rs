//! A payload being read, and held against what the manifest states of it.

use super::manifest::Payload;
use crate::archive::Error;
use crate::archive::container::Member;
use crate::id::hexadecimal;
use sha1::Sha1;
use sha2::{Digest, Sha512};
use std::io::{self, Read};

/// Length of a SHA-1, in hexadecimal digits.
const SHA1_DIGITS: usize = 40;

enum Hash {
    Sha1(Sha1),
    Sha512(Sha512),
}

/// Gives the bytes of a payload, and fails at its end where they are not those that the manifest states.
pub(super) struct Verified<'a> {
    inner: Box<dyn Read + 'a>,
    stated: &'a Payload,
    member: &'a Member,
    hash: Hash,
    length: u64,
}

impl<'a> Verified<'a> {
    pub(super) fn new(inner: Box<dyn Read + 'a>, stated: &'a Payload, member: &'a Member) -> Verified<'a> {
        let hash = match &stated.hash {
            Some(hash) if hash.len() == SHA1_DIGITS => Hash::Sha1(Sha1::new()),
            _ => Hash::Sha512(Sha512::new()),
        };
        Verified { inner, stated, member, hash, length: 0 }
    }

    fn verify(&self) -> Result<(), Error> {
        let wrong = |problem: String| Err(Error::broken(&self.member.path, self.member.offset, problem));
        if let Some(size) = self.stated.size.filter(|size| *size != self.length) {
            return wrong(format!("it has {} bytes, and the manifest says {size}", self.length));
        }
        let Some(stated) = &self.stated.hash else { return Ok(()) };
        let found: Vec<u8> = match &self.hash {
            Hash::Sha1(hash) => hash.clone().finalize().to_vec(),
            Hash::Sha512(hash) => hash.clone().finalize().to_vec(),
        };
        match hexadecimal(found).eq_ignore_ascii_case(stated) {
            true => Ok(()),
            false => wrong("its bytes are not those whose hash the manifest has".to_owned()),
        }
    }
}

impl Read for Verified<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buf)?;
        match &mut self.hash {
            Hash::Sha1(hash) => hash.update(&buf[..count]),
            Hash::Sha512(hash) => hash.update(&buf[..count]),
        }
        self.length += count as u64;
        if count == 0 && !buf.is_empty() {
            self.verify()?;
        }
        Ok(count)
    }
}
