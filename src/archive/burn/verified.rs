//! A payload being read, and held against what the manifest states of it.

use super::manifest::Payload;
use crate::archive::Error;
use crate::archive::container::Member;
use crate::archive::hashing::Hashing;
use sha1::Sha1;
use sha2::Sha512;
use std::io::{self, Read};

/// Length of a SHA-1, in hexadecimal digits.
const SHA1_DIGITS: usize = 40;

/// Gives the bytes of a payload, and fails at its end where they are not those that the manifest states.
pub(super) struct Verified<'a> {
    bytes: Hashed<'a>,
    stated: &'a Payload,
    member: &'a Member,
    /// Whether its end was reached.
    ended: bool,
}

enum Hashed<'a> {
    Sha1(Hashing<Box<dyn Read + 'a>, Sha1>),
    Sha512(Hashing<Box<dyn Read + 'a>, Sha512>),
}

impl<'a> Verified<'a> {
    pub(super) fn new(inner: Box<dyn Read + 'a>, stated: &'a Payload, member: &'a Member) -> Verified<'a> {
        let bytes = match &stated.hash {
            Some(hash) if hash.len() == SHA1_DIGITS => Hashed::Sha1(Hashing::new(inner)),
            _ => Hashed::Sha512(Hashing::new(inner)),
        };
        Verified { bytes, stated, member, ended: false }
    }

    fn verify(&mut self) -> Result<(), Error> {
        let wrong = |problem: String| Err(Error::broken(&self.member.path, self.member.offset, problem));
        let (length, found) = match &mut self.bytes {
            Hashed::Sha1(bytes) => (bytes.length(), bytes.finish()),
            Hashed::Sha512(bytes) => (bytes.length(), bytes.finish()),
        };
        if let Some(size) = self.stated.size.filter(|size| *size != length) {
            return wrong(format!("it has {length} bytes, and the manifest says {size}"));
        }
        match &self.stated.hash {
            Some(stated) if !found.eq_ignore_ascii_case(stated) => {
                wrong("its bytes are not those whose hash the manifest has".to_owned())
            }
            _ => Ok(()),
        }
    }
}

impl Read for Verified<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = match &mut self.bytes {
            Hashed::Sha1(bytes) => bytes.read(buf)?,
            Hashed::Sha512(bytes) => bytes.read(buf)?,
        };
        if count == 0 && !buf.is_empty() && !self.ended {
            self.ended = true;
            self.verify()?;
        }
        Ok(count)
    }
}
