//! What is kept beside a configuration file while an installation runs: what a rollback needs. Pure: texts and values.

use crate::{Edited, Error, Inverse, undo};
use alloc::string::{String, ToString};

const FORMAT: &str = "registration journal 2";

/// Between the steps and the record; no step begins so.
const RECORD: &str = "record before";

/// What takes back an installation that fails: of the file and of its record. It names no path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journal {
    /// The installation that wrote it. One of another installation is a leftover, and not to be believed.
    pub run: String,
    /// The file as it was before the installation.
    pub before: Fingerprint,
    /// What takes back the edits of this installation.
    pub inverse: Inverse,
    /// The record's text as it was before.
    pub record: Option<String>,
}

/// A content, recognized again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    length: usize,
    /// FNV-1a with 64 bits (<https://datatracker.ietf.org/doc/draft-eastlake-fnv/>).
    hash: u64,
}

impl Fingerprint {
    /// That of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3);
        Fingerprint { length: bytes.len(), hash: bytes.iter().fold(0xCBF2_9CE4_8422_2325, step) }
    }

    /// The fields of a text: the length, and the hash in hexadecimal digits.
    pub(crate) fn to_fields(self) -> String {
        alloc::format!("{}\t{:x}", self.length, self.hash)
    }

    /// Reads [`to_fields`](Self::to_fields).
    pub(crate) fn parse(length: &str, hash: &str) -> Option<Self> {
        Some(Fingerprint { length: length.parse().ok()?, hash: u64::from_str_radix(hash, 16).ok()? })
    }
}

impl Journal {
    /// The journal after a further edit in the same installation.
    #[must_use]
    pub fn and_then(self, later: Inverse) -> Journal {
        Journal { inverse: later.then(self.inverse), ..self }
    }

    /// What the file becomes when the installation is taken back. One that it never came to change stays as it is.
    ///
    /// # Errors
    /// The file cannot be read for what it is.
    pub fn take_back(&self, bytes: &[u8]) -> Result<Edited, Error> {
        if Fingerprint::of(bytes) == self.before {
            return Ok(Edited { bytes: bytes.to_vec(), inverse: Inverse::default() });
        }
        undo(bytes, &self.inverse)
    }

    /// The text of it.
    #[must_use]
    pub fn to_text(&self) -> String {
        let before = self.before.to_fields();
        let mut text = alloc::format!("{FORMAT}\t{}\t{before}\n{}", self.run, self.inverse.to_text());
        if let Some(record) = &self.record {
            text.push_str(RECORD);
            text.push('\n');
            text.push_str(record);
        }
        text
    }

    /// Reads what [`to_text`](Self::to_text) wrote; nothing where it is anything else, and where its steps reach beyond
    /// the sections that a registration changes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Journal> {
        let (first, rest) = text.split_once('\n')?;
        let mut fields = first.split('\t');
        if fields.next()? != FORMAT {
            return None;
        }
        let run = fields.next()?.to_string();
        let before = Fingerprint::parse(fields.next()?, fields.next()?)?;
        let separator = alloc::format!("\n{RECORD}\n");
        let (steps, record) = match rest.split_once(&separator) {
            Some((steps, record)) => (alloc::format!("{steps}\n"), Some(record.to_string())),
            None => (rest.to_string(), None),
        };
        let inverse = Inverse::parse(&steps).ok().filter(Inverse::stays_in_its_sections)?;
        fields.next().is_none().then_some(Journal { run, before, inverse, record })
    }
}
